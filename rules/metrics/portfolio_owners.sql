-- needs: accounts
-- 谁管几家大客户,哪些客户没人管。一行,不属于任何一个客户。
-- Who looks after how many key accounts (M80), and which accounts have no owner (M79). One row for the whole book.
--
-- A person's number of key accounts: as the record of the person says, else counted here (tier vip or large and not
-- exited). Without an owner: accounts that are not exited; told only where the book names owners at all.

WITH figures AS (
    SELECT accounts.id, accounts.owner_id,
           concat_ws(' ', accounts.id, accounts.name) AS called,
           coalesce(accounts.tier, metric_book_rank.tier) AS tier,
           coalesce(coalesce(accounts.tier, metric_book_rank.tier) IN ('vip', 'large'), FALSE) AS is_key
    FROM accounts
    LEFT JOIN metric_book_rank ON metric_book_rank.account_id = accounts.id
    WHERE accounts.stage IS DISTINCT FROM 'exited'
),

-- 一人管几家 · the span of each person
counted AS (
    SELECT owner_id AS id, count(*) FILTER (WHERE is_key) AS number
    FROM figures
    WHERE owner_id IS NOT NULL AND (SELECT count(tier) FROM figures) > 0
    GROUP BY owner_id
),
spans AS (
    SELECT coalesce(counted.id, reps.id) AS id,
           concat_ws(' ', coalesce(counted.id, reps.id), reps.name) AS called,
           coalesce(reps.ka_count, counted.number) AS number
    FROM counted
    FULL JOIN reps ON reps.id = counted.id
),
span AS (
    SELECT max(number) AS largest,
           count(*) FILTER (WHERE number > $policy_ka_span) AS wide,
           list(called || ' ' || number ORDER BY number DESC, id) FILTER (WHERE number > $policy_ka_span) AS wide_names,
           list(called || ' ' || number ORDER BY number DESC, id) FILTER (WHERE number > 0) AS all_names
    FROM spans
),

-- 没人管的 · without an owner
owners AS (
    SELECT count(owner_id) AS named,
           count(*) FILTER (WHERE owner_id IS NULL) AS missing,
           CASE WHEN count(tier) > 0 THEN count(*) FILTER (WHERE owner_id IS NULL AND is_key) END AS key_missing,
           list(called ORDER BY is_key DESC, id) FILTER (WHERE owner_id IS NULL) AS names,
           list(called ORDER BY id) FILTER (WHERE owner_id IS NULL AND is_key) AS key_names
    FROM figures
)

SELECT
    CAST(NULL AS VARCHAR) AS account_id,
    CAST(largest AS INTEGER) AS span_max,
    CAST(CASE WHEN largest IS NOT NULL THEN wide END AS INTEGER) AS span_over_count,
    wide_names[1:$policy_portfolio_names] || CASE WHEN len(wide_names) > $policy_portfolio_names THEN ['…'] ELSE [] END
        AS span_over,
    all_names[1:$policy_portfolio_names] || CASE WHEN len(all_names) > $policy_portfolio_names THEN ['…'] ELSE [] END
        AS span_each,
    CAST(CASE WHEN named > 0 THEN missing END AS INTEGER) AS no_owner_count,
    CAST(CASE WHEN named > 0 THEN key_missing END AS INTEGER) AS ka_no_owner_count,
    CASE WHEN named > 0 THEN names[1:$policy_portfolio_names]
         || CASE WHEN len(names) > $policy_portfolio_names THEN ['…'] ELSE [] END END AS no_owner,
    CASE WHEN named > 0 THEN key_names[1:$policy_portfolio_names]
         || CASE WHEN len(key_names) > $policy_portfolio_names THEN ['…'] ELSE [] END END AS ka_no_owner,
    '' AS source
FROM span
CROSS JOIN owners
