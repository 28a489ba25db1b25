-- needs: accounts
-- 客户在整本客户里的位置:销售额分位、综合价值、建议等级。
-- Where an account stands in the book: percentile of sales, composite value, tier (M55, M60, methodology 7.6).
--
-- Sales: as asserted for the account, else from its orders (metric_sales is the result of sales.sql).
-- Present value (0–1): the sales percentile. Potential value (0–1): growth potential / 5 where known, else the present value.
-- Composite: 0.6 × present + 0.4 × potential. Tiers: the first 1 % by composite value are vip, up to 20 % large,
-- up to 50 % medium, the rest small; each cut is rounded up. Equal values: larger sales first, then the account id.
-- High sales with a thin margin do not make a key account: below the margin floor a tier is medium at most, and the
-- place in the ranking stays taken. In a book with too few accounts of known sales there is no percentile and no tier.

WITH figures AS (
    SELECT accounts.id AS account_id,
           coalesce(accounts.annual_sales, metric_sales.annual_sales) AS sales,
           coalesce(accounts.gross_margin_ratio, metric_sales.gross_margin_ratio) AS margin,
           accounts.sales_percentile AS given_percentile,
           accounts.growth_potential,
           CASE WHEN accounts.annual_sales IS NULL THEN metric_sales.source ELSE accounts.source END AS source
    FROM accounts
    LEFT JOIN metric_sales ON metric_sales.account_id = accounts.id
),

-- 分位:1 最大,0 最小 · percentile: 1 is the largest, 0 the smallest
placed AS (
    SELECT *, count(*) OVER () AS accounts, percent_rank() OVER (ORDER BY sales) AS percentile
    FROM figures
    WHERE sales IS NOT NULL
    QUALIFY count(*) OVER () >= $policy_book_min_accounts
),
valued AS (
    SELECT *,
           CAST(coalesce(given_percentile, percentile) AS DOUBLE) AS present,
           CAST(coalesce(growth_potential / 5, given_percentile, percentile) AS DOUBLE) AS potential
    FROM placed
),
composed AS (
    SELECT *, round($policy_value_present_weight * present + $policy_value_potential_weight * potential, 9) AS composite
    FROM valued
),

-- 名次不超过"向上取整的累计比例"即入级 · a place within the cumulative share, rounded up, is in the tier
ranked AS (
    SELECT *, row_number() OVER (ORDER BY composite DESC, sales DESC, account_id) AS place
    FROM composed
),
tiered AS (
    SELECT *,
           CASE WHEN place <= ceil($policy_tier_vip_cut * accounts) THEN 'vip'
                WHEN place <= ceil($policy_tier_large_cut * accounts) THEN 'large'
                WHEN place <= ceil($policy_tier_medium_cut * accounts) THEN 'medium'
                ELSE 'small' END AS tier_by_place,
           coalesce(margin < $policy_margin_min, FALSE) AS thin_margin
    FROM ranked
)

SELECT
    account_id,
    percentile AS sales_percentile,
    present AS present_value,
    potential AS potential_value,
    composite AS composite_value,
    CAST(place AS INTEGER) AS place,
    CASE WHEN thin_margin AND tier_by_place IN ('vip', 'large') THEN 'medium' ELSE tier_by_place END AS tier,
    thin_margin AND tier_by_place IN ('vip', 'large') AS tier_capped,
    CAST(accounts AS INTEGER) AS account_count,
    source
FROM tiered
