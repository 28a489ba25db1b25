-- needs: accounts
-- 整本客户:活跃客户数、问题客户占比、二八分布、大客户数。一行,不属于任何一个客户。
-- The whole book in one row that belongs to no account: active and problem accounts, Pareto shares, key accounts.
--
-- Active: target to problem, so neither prospects nor exited accounts (M47). Accounts whose stage is not known count in
-- neither and are told apart: stage_unknown_count. Pareto: the share that the top 20 % bring, measured, never assumed
-- (M64); among accounts that brought sales (or profit) in the year. Key accounts: tier vip or large and not exited; the
-- tier as asserted, else as in book_rank. Lists are cut at a few names; the counts beside them are of all.

WITH figures AS (
    SELECT accounts.id, accounts.stage, accounts.owner_id,
           concat_ws(' ', accounts.id, accounts.name) AS called,
           coalesce(accounts.tier, metric_book_rank.tier) AS tier,
           coalesce(accounts.annual_sales, metric_sales.annual_sales) AS sales,
           coalesce(accounts.annual_gross_profit, metric_sales.annual_gross_profit) AS profit
    FROM accounts
    LEFT JOIN metric_sales ON metric_sales.account_id = accounts.id
    LEFT JOIN metric_book_rank ON metric_book_rank.account_id = accounts.id
),

counts AS (
    SELECT count(stage) AS stage_known,
           count(*) FILTER (WHERE stage IN ('target', 'new', 'regular', 'core', 'strategic_partner', 'problem')) AS active,
           count(*) FILTER (WHERE stage = 'problem') AS problem,
           count(*) FILTER (WHERE stage IS NULL) AS stage_unknown,
           list(called ORDER BY id) FILTER (WHERE stage = 'problem') AS problems
    FROM figures
),

by_sales AS (
    SELECT called, sales, row_number() OVER (ORDER BY sales DESC, id) AS place, count(*) OVER () AS number
    FROM figures
    WHERE sales > 0
),
by_profit AS (
    SELECT profit, row_number() OVER (ORDER BY profit DESC) AS place, count(*) OVER () AS number
    FROM figures
    WHERE profit <> 0
),
shares AS (
    SELECT (SELECT CAST(sum(sales) FILTER (WHERE place <= ceil($policy_pareto_customers * number)) AS DOUBLE)
                   / nullif(sum(sales), 0) FROM by_sales) AS of_sales,
           (SELECT CASE WHEN sum(profit) > 0 THEN
                   CAST(sum(profit) FILTER (WHERE place <= ceil($policy_pareto_customers * number)) AS DOUBLE)
                   / sum(profit) END FROM by_profit) AS of_profit,
           (SELECT count(*) FROM by_sales) AS sales_number,
           (SELECT count(*) FROM by_profit) AS profit_number,
           (SELECT list(called ORDER BY place) FILTER (WHERE place <= ceil($policy_pareto_customers * number))
            FROM by_sales) AS top_names
),

key_accounts AS (
    SELECT owner_id, count(*) AS number
    FROM figures
    WHERE tier IN ('vip', 'large') AND stage IS DISTINCT FROM 'exited'
    GROUP BY owner_id
)

SELECT
    CAST(NULL AS VARCHAR) AS account_id,
    CAST(CASE WHEN stage_known > 0 THEN active END AS INTEGER) AS account_count,
    CAST(CASE WHEN stage_known > 0 THEN problem END AS INTEGER) AS problem_count,
    CASE WHEN active > 0 THEN problem / active END AS problem_ratio,
    CAST(stage_unknown AS INTEGER) AS stage_unknown_count,
    problems[1:$policy_portfolio_names] || CASE WHEN len(problems) > $policy_portfolio_names THEN ['…'] ELSE [] END
        AS problem_accounts,
    of_sales AS pareto_sales_share,
    of_profit AS pareto_profit_share,
    CAST(nullif(sales_number, 0) AS INTEGER) AS pareto_sales_of,
    CAST(CASE WHEN sales_number > 0 THEN ceil($policy_pareto_customers * sales_number) END AS INTEGER) AS pareto_sales_top,
    CAST(nullif(profit_number, 0) AS INTEGER) AS pareto_profit_of,
    CAST(CASE WHEN profit_number > 0 THEN ceil($policy_pareto_customers * profit_number) END AS INTEGER)
        AS pareto_profit_top,
    top_names[1:$policy_portfolio_names] || CASE WHEN len(top_names) > $policy_portfolio_names THEN ['…'] ELSE [] END
        AS pareto_sales_accounts,
    CAST((SELECT count(*) FROM figures WHERE tier IS NOT NULL) AS INTEGER) AS tier_count,
    CASE WHEN (SELECT count(tier) FROM figures) > 0
         THEN CAST(coalesce((SELECT sum(number) FROM key_accounts), 0) AS INTEGER) END AS ka_count,
    CAST((SELECT max(number) FROM key_accounts WHERE owner_id IS NOT NULL) AS INTEGER) AS ka_span_max,
    '' AS source
FROM counts
CROSS JOIN shares
