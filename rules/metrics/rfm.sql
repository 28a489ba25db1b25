-- needs: orders
-- RFM:最近一次、次数、金额,各打1到5分(5最好)。
-- RFM: how recent, how often, how much in 365 days, each scored 1 to 5 (5 is best; M100, methodology 7.6).
--
-- Read from metric_sales (the result of sales.sql), for accounts with at least one order.
-- Fifths: 1 + floor(5 × (rank − 1) / number of accounts), worst first; equal figures share the lower rank.
-- With too few accounts for fifths the policy's limits are used. The limits of the amount are shares of the book's
-- sales; a workspace sets them, and without them there is no m.

WITH buyers AS (
    SELECT account_id, last_order_on, usage_per_year, annual_sales, source,
           $as_of - last_order_on AS recency,
           annual_sales / nullif(sum(annual_sales) OVER (), 0) AS share,
           count(*) OVER () AS buyers
    FROM metric_sales
    WHERE order_count > 0
),

-- 名次从最差排起;没有数的不参加 · ranks, worst first; an account without the figure takes no part
ranked AS (
    SELECT *,
           rank() OVER (PARTITION BY last_order_on IS NULL ORDER BY last_order_on) AS r_rank,
           rank() OVER (PARTITION BY usage_per_year IS NULL ORDER BY usage_per_year) AS f_rank,
           rank() OVER (PARTITION BY annual_sales IS NULL ORDER BY annual_sales) AS m_rank,
           count(last_order_on) OVER () AS r_number,
           count(usage_per_year) OVER () AS f_number,
           count(annual_sales) OVER () AS m_number
    FROM buyers
),

scored AS (
    SELECT *,
           CASE WHEN last_order_on IS NULL THEN NULL
                WHEN buyers >= $policy_book_min_accounts THEN 1 + 5 * (r_rank - 1) // r_number
                ELSE 1 + len(list_filter($policy_rfm_days, lambda days: recency <= days)) END AS r,
           CASE WHEN usage_per_year IS NULL THEN NULL
                WHEN buyers >= $policy_book_min_accounts THEN 1 + 5 * (f_rank - 1) // f_number
                ELSE 1 + len(list_filter($policy_rfm_orders, lambda number: usage_per_year >= number)) END AS f,
           CASE WHEN annual_sales IS NULL THEN NULL
                WHEN buyers >= $policy_book_min_accounts THEN 1 + 5 * (m_rank - 1) // m_number
                WHEN len($policy_rfm_share) = 0 THEN NULL
                ELSE 1 + len(list_filter($policy_rfm_share, lambda part: share >= part)) END AS m
    FROM ranked
)

SELECT
    account_id,
    CAST(r AS INTEGER) AS r,
    CAST(f AS INTEGER) AS f,
    CAST(m AS INTEGER) AS m,
    CAST(r AS VARCHAR) || CAST(f AS VARCHAR) || CAST(m AS VARCHAR) AS rfm,
    source
FROM scored
