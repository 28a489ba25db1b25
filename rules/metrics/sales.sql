-- needs: orders
-- 销售额、毛利、趋势:截至当天的365天,和再往前的365天。
-- Sales, gross profit and their trend: the 365 days up to the day, and the 365 days before those.
--
-- Counted: orders up to the day. Cancelled orders are left out. Returns (marked as such, or with a negative amount)
-- are left out of sales, profit and counts, and summed on their own: returned_amount, return_count.
-- A figure of a period is given only if the records reach back over the whole period (the book's first order, of
-- whatever kind, is that old), no order of the account is undated, and every order of the period has the amount.

WITH dated AS (
    SELECT id, account_id, ordered_on, amount, gross_profit, source,
           (is_return IS NOT DISTINCT FROM TRUE OR coalesce(amount, 0) < 0) AS returned,
           coalesce(ordered_on > $as_of - 365, FALSE) AS this_year,
           coalesce(ordered_on > $as_of - 730 AND ordered_on <= $as_of - 365, FALSE) AS year_before
    FROM orders
    WHERE account_id IS NOT NULL
      AND status IS DISTINCT FROM 'cancelled'
      AND (ordered_on IS NULL OR ordered_on <= $as_of)
),

book AS (
    SELECT coalesce(min(ordered_on) <= $as_of - 365, FALSE) AS one_year,
           coalesce(min(ordered_on) <= $as_of - 730, FALSE) AS two_years
    FROM orders
),

-- 逐客户加总 · sums for each account; "gaps" counts the orders whose amount or profit is not known
sums AS (
    SELECT account_id,
           count(*) AS orders,
           count(*) FILTER (WHERE ordered_on IS NULL) AS undated,
           min(ordered_on) AS first_on,
           max(ordered_on) AS last_on,
           count(*) FILTER (WHERE this_year) AS year_orders,
           count(*) FILTER (WHERE year_before) AS before_orders,
           coalesce(sum(amount) FILTER (WHERE this_year), 0) AS sales,
           coalesce(sum(amount) FILTER (WHERE year_before), 0) AS sales_before,
           sum(gross_profit) FILTER (WHERE this_year) AS profit,
           sum(gross_profit) FILTER (WHERE year_before) AS profit_before,
           count(*) FILTER (WHERE this_year AND amount IS NULL) AS sales_gaps,
           count(*) FILTER (WHERE year_before AND amount IS NULL) AS sales_before_gaps,
           count(*) FILTER (WHERE this_year AND gross_profit IS NULL) AS profit_gaps,
           count(*) FILTER (WHERE year_before AND gross_profit IS NULL) AS profit_before_gaps,
           list(source ORDER BY ordered_on DESC, id DESC) FILTER (WHERE this_year) AS sources
    FROM dated
    WHERE NOT returned
    GROUP BY account_id
),
returns AS (
    SELECT account_id, count(*) AS number, sum(abs(amount)) AS amount
    FROM dated
    WHERE returned AND this_year
    GROUP BY account_id
),

-- 数据不全的期间不给数 · a period without full records has no figures
years AS (
    SELECT customers.account_id,
           coalesce(sums.orders, 0) AS orders,
           sums.first_on, sums.last_on, sums.sources,
           coalesce(sums.undated, 0) = 0 AS all_dated,
           CASE WHEN book.one_year AND coalesce(undated, 0) = 0 THEN coalesce(year_orders, 0) END AS year_orders,
           CASE WHEN book.two_years AND coalesce(undated, 0) = 0 THEN coalesce(before_orders, 0) END AS before_orders,
           CASE WHEN book.one_year AND coalesce(undated + sales_gaps, 0) = 0 THEN coalesce(sales, 0) END AS sales,
           CASE WHEN book.two_years AND coalesce(undated + sales_before_gaps, 0) = 0
                THEN coalesce(sales_before, 0) END AS sales_before,
           CASE WHEN book.one_year AND undated + profit_gaps = 0 THEN profit END AS profit,
           CASE WHEN book.two_years AND undated + profit_before_gaps = 0 THEN profit_before END AS profit_before
    FROM (SELECT id AS account_id FROM accounts) AS customers
    CROSS JOIN book
    LEFT JOIN sums ON sums.account_id = customers.account_id
)

SELECT
    years.account_id,
    sales AS annual_sales,
    sales_before AS previous_sales,
    CASE WHEN sales_before > 0 THEN CAST(sales AS DOUBLE) / sales_before - 1 END AS sales_trend_ratio,
    profit AS annual_gross_profit,
    CASE WHEN sales > 0 THEN CAST(profit AS DOUBLE) / sales END AS gross_margin_ratio,
    CASE WHEN sales > 0 AND sales_before > 0
         THEN CAST(profit AS DOUBLE) / sales - CAST(profit_before AS DOUBLE) / sales_before END AS margin_trend_ratio,
    CAST(year_orders AS INTEGER) AS usage_per_year,
    CAST(before_orders AS INTEGER) AS previous_orders,
    CAST(orders AS INTEGER) AS order_count,
    orders = 1 AS one_order,
    CASE WHEN all_dated THEN first_on END AS first_order_on,
    CASE WHEN all_dated THEN last_on END AS last_order_on,
    CAST(coalesce(returns.number, 0) AS INTEGER) AS return_count,
    CASE WHEN returns.number IS NULL THEN 0 ELSE returns.amount END AS returned_amount,
    coalesce(array_to_string(sources[1:3], ', ') || CASE WHEN len(sources) > 3 THEN '…' ELSE '' END, '') AS source
FROM years
LEFT JOIN returns ON returns.account_id = years.account_id
