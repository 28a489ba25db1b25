-- needs: orders, products
-- 分品类看下单间隔:一年里至少四天下过单的品类,现在隔得比它自己以往都久。
-- Gaps by product family: a family with enough order days in a year that has now waited longer than ever before (P81).
--
-- Counted as in order_gaps: orders up to the day, no cancelled ones and no returns, two orders on one day once, closing
-- periods in no gap. An account with an undated order gets no figures. A family is not judged while an order after its
-- last one has no known family: that order may be its own. Of several families the one that brought most in the year.

WITH real_orders AS (
    SELECT orders.id, orders.account_id, orders.ordered_on, orders.amount, products.family, orders.source
    FROM orders
    LEFT JOIN products ON products.id = orders.product_id
    WHERE orders.account_id IS NOT NULL
      AND orders.status IS DISTINCT FROM 'cancelled'
      AND orders.is_return IS DISTINCT FROM TRUE
      AND coalesce(orders.amount, 0) >= 0
      AND (orders.ordered_on IS NULL OR orders.ordered_on <= $as_of)
),
customers AS (
    SELECT id AS account_id
    FROM accounts
    WHERE id NOT IN (SELECT account_id FROM real_orders WHERE ordered_on IS NULL)
),

-- 停产、放假的日子不算 · days without those inside closing periods
closed_dates AS (
    SELECT DISTINCT CAST(unnest(range(first_on, last_on + 1, INTERVAL 1 DAY)) AS DATE) AS day
    FROM closed_days
),
dates AS (
    SELECT ordered_on AS day FROM real_orders WHERE ordered_on IS NOT NULL
    UNION
    SELECT CAST($as_of AS DATE)
),
calendar AS (
    SELECT dates.day, dates.day - CAST(count(closed_dates.day) AS INTEGER) AS open_day
    FROM dates
    LEFT JOIN closed_dates ON closed_dates.day <= dates.day
    GROUP BY dates.day
),

family_dates AS (
    SELECT real_orders.account_id, real_orders.family, real_orders.ordered_on, calendar.open_day,
           sum(real_orders.amount) AS amount,
           max(real_orders.source) AS source
    FROM real_orders
    JOIN calendar ON calendar.day = real_orders.ordered_on
    WHERE real_orders.family IS NOT NULL
    GROUP BY ALL
),
gaps AS (
    SELECT account_id, family,
           open_day - lag(open_day) OVER (PARTITION BY account_id, family ORDER BY open_day) AS days
    FROM family_dates
),
longest AS (
    SELECT account_id, family, max(days) AS max_gap, median(days) AS median_gap
    FROM gaps
    GROUP BY account_id, family
),
families AS (
    SELECT family_dates.account_id, family_dates.family,
           max(ordered_on) AS last_on,
           (SELECT open_day FROM calendar WHERE day = CAST($as_of AS DATE)) - max(open_day) AS recency,
           count(*) FILTER (WHERE ordered_on > $as_of - $policy_family_year_days) AS year_days,
           sum(amount) FILTER (WHERE ordered_on > $as_of - $policy_family_year_days) AS year_amount,
           arg_max(source, ordered_on) AS source
    FROM family_dates
    GROUP BY family_dates.account_id, family_dates.family
),
no_family AS (
    SELECT account_id, max(ordered_on) AS last_on
    FROM real_orders
    WHERE family IS NULL
    GROUP BY account_id
),

-- 停了的品类,每个客户取一年里金额最大的一个 · families that stopped, one for each account
lost AS (
    SELECT families.*, longest.max_gap, longest.median_gap
    FROM families
    JOIN longest USING (account_id, family)
    LEFT JOIN no_family ON no_family.account_id = families.account_id
    WHERE families.year_days >= $policy_family_min_orders
      AND families.recency > longest.max_gap
      AND (no_family.last_on IS NULL OR no_family.last_on <= families.last_on)
    QUALIFY row_number() OVER (
        PARTITION BY families.account_id ORDER BY families.year_amount DESC NULLS LAST, families.family) = 1
)

SELECT
    customers.account_id,
    lost.family IS NOT NULL AS family_lost,
    lost.family AS lost_family,
    lost.last_on AS lost_family_on,
    CAST(lost.recency AS INTEGER) AS lost_family_days,
    CAST(round(lost.median_gap) AS INTEGER) AS lost_family_usual_days,
    CAST(lost.max_gap AS INTEGER) AS lost_family_gap_days,
    coalesce(lost.source, '') AS source
FROM customers
LEFT JOIN lost ON lost.account_id = customers.account_id
