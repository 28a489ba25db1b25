-- needs: complaints, accounts
-- 抱怨集中在谁身上、从哪儿起的:近一年。一行,不属于任何一个客户。
-- Complaints of the last 365 days: how much the most concerned fifth of our people have of them (M64), and what the
-- disputes of problem accounts began with (M47). Measured among those whose owner (cause) is on record.

WITH recent AS (
    SELECT id, account_id, owner_id, root_cause
    FROM complaints
    WHERE opened_on > $as_of - 365 AND opened_on <= $as_of
),
by_person AS (
    SELECT owner_id, count(*) AS number
    FROM recent
    WHERE owner_id IS NOT NULL
    GROUP BY owner_id
),
placed AS (
    SELECT number, row_number() OVER (ORDER BY number DESC, owner_id) AS place, count(*) OVER () AS people
    FROM by_person
),
shares AS (
    SELECT count(*) AS people, sum(number) AS complaints,
           count(*) FILTER (WHERE place <= ceil($policy_pareto_customers * people)) AS top,
           CAST(sum(number) FILTER (WHERE place <= ceil($policy_pareto_customers * people)) AS DOUBLE) / sum(number)
               AS share
    FROM placed
),
causes AS (
    SELECT count(DISTINCT complaints.account_id) AS known,
           count(DISTINCT complaints.account_id)
               FILTER (WHERE root_cause IN ('rep_behaviour', 'management', 'delivery')) AS ours
    FROM complaints
    JOIN accounts ON accounts.id = complaints.account_id AND accounts.stage = 'problem'
    WHERE root_cause IS NOT NULL
)

SELECT
    CAST(NULL AS VARCHAR) AS account_id,
    CAST(nullif(people, 0) AS INTEGER) AS complaint_people,
    CAST(complaints AS INTEGER) AS complaint_number,
    CAST(CASE WHEN people > 0 THEN top END AS INTEGER) AS complaint_people_top,
    share AS pareto_complaint_share,
    CAST(nullif(known, 0) AS INTEGER) AS problem_cause_known,
    CAST(CASE WHEN known > 0 THEN ours END AS INTEGER) AS problem_cause_ours,
    '' AS source
FROM shares
CROSS JOIN causes
