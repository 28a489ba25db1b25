-- needs: accounts
-- 毛利率在整本客户里是否高于中位数。
-- Is an account's margin above the median of the book (M57)? As asserted, else from its orders.

WITH margins AS (
    SELECT accounts.id AS account_id,
           coalesce(accounts.gross_margin_ratio, metric_sales.gross_margin_ratio) AS margin,
           CASE WHEN accounts.gross_margin_ratio IS NULL THEN metric_sales.source ELSE accounts.source END AS source
    FROM accounts
    LEFT JOIN metric_sales ON metric_sales.account_id = accounts.id
),

middle AS (
    SELECT median(margin) AS margin, count(margin) AS number
    FROM margins
)

SELECT margins.account_id,
       margins.margin > middle.margin AS margin_above_median,
       margins.source
FROM margins
CROSS JOIN middle
WHERE margins.margin IS NOT NULL AND middle.number >= $policy_book_min_accounts
