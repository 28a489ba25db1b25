-- needs: opportunities
-- 漏斗:在谈的单子各走到哪一段,一段比上一段剩多少;近一年结了的单子赢了几成。一行,不属于任何一个客户。
-- The funnel (M25): open opportunities by stage of the need, each against the stage before that holds any, and the share
-- won among those closed in the last 365 days. A picture of today: not the same deals followed through time.

WITH placed AS (
    SELECT CASE purchase_step WHEN 'need_found' THEN 1 WHEN 'feasibility' THEN 1 WHEN 'project_approval' THEN 2
                WHEN 'tech_standard' THEN 3 WHEN 'tender' THEN 4 WHEN 'evaluation' THEN 4
                WHEN 'contract_review' THEN 5 WHEN 'sign_fulfil' THEN 5 END AS stage
    FROM opportunities
    WHERE "open" IS TRUE
),
stages AS (
    SELECT stage, count(*) AS number
    FROM placed
    WHERE stage IS NOT NULL
    GROUP BY stage
),
ratios AS (
    SELECT stage, number, number / lag(number) OVER (ORDER BY stage) AS kept
    FROM stages
),
told AS (
    SELECT coalesce(sum(number), 0) AS number,
           coalesce(max(number) FILTER (WHERE stage = 1), 0) AS discovery,
           coalesce(max(number) FILTER (WHERE stage = 2), 0) AS approval,
           coalesce(max(number) FILTER (WHERE stage = 3), 0) AS standard,
           coalesce(max(number) FILTER (WHERE stage = 4), 0) AS evaluation,
           coalesce(max(number) FILTER (WHERE stage = 5), 0) AS commitment,
           max(kept) FILTER (WHERE stage = 2) AS approval_kept,
           max(kept) FILTER (WHERE stage = 3) AS standard_kept,
           max(kept) FILTER (WHERE stage = 4) AS evaluation_kept,
           max(kept) FILTER (WHERE stage = 5) AS commitment_kept
    FROM ratios
),
ended AS (
    SELECT count(*) FILTER (WHERE result = 'won') AS won, count(*) FILTER (WHERE result = 'lost') AS lost
    FROM opportunities
    WHERE "open" IS FALSE AND closed_on > $as_of - 365 AND closed_on <= $as_of
)

SELECT
    CAST(NULL AS VARCHAR) AS account_id,
    CAST(number AS INTEGER) AS funnel_count,
    CAST((SELECT count(*) FROM placed WHERE stage IS NULL) AS INTEGER) AS funnel_unknown_count,
    CAST(discovery AS INTEGER) AS funnel_discovery,
    CAST(approval AS INTEGER) AS funnel_approval,
    CAST(standard AS INTEGER) AS funnel_standard,
    CAST(evaluation AS INTEGER) AS funnel_evaluation,
    CAST(commitment AS INTEGER) AS funnel_commitment,
    approval_kept AS funnel_approval_ratio,
    standard_kept AS funnel_standard_ratio,
    evaluation_kept AS funnel_evaluation_ratio,
    commitment_kept AS funnel_commitment_ratio,
    CAST(won AS INTEGER) AS deals_won,
    CAST(lost AS INTEGER) AS deals_lost,
    CASE WHEN won + lost > 0 THEN won / (won + lost) END AS win_ratio,
    '' AS source
FROM told
CROSS JOIN ended
