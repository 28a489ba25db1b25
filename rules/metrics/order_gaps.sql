-- needs: orders
-- 沉默得分:客户自己的下单间隔,对比离上次下单已经过了多少天。
-- Silence: how long the account has not ordered, against the account's own gaps between orders (methodology 7.4).
--
-- Counted: orders up to the day, but no cancelled ones and no returns (marked as such, or with a negative amount).
-- Two orders on one day count once. Days inside closed_days (Spring Festival …) count in no gap and no recency:
-- every date is first moved to a calendar that has no closed days ("open_day"), and all days are counted there.
-- An account with an undated order gets no figures: that order may be the latest one.

WITH real_orders AS (
    SELECT id, account_id, ordered_on, amount, product_id, source
    FROM orders
    WHERE account_id IS NOT NULL
      AND status IS DISTINCT FROM 'cancelled'
      AND is_return IS DISTINCT FROM TRUE
      AND coalesce(amount, 0) >= 0
      AND (ordered_on IS NULL OR ordered_on <= $as_of)
),

-- 每个客户一行,有未注明日期订单的除外 · every account but those with an undated order
customers AS (
    SELECT id AS account_id
    FROM accounts
    WHERE id NOT IN (SELECT account_id FROM real_orders WHERE ordered_on IS NULL)
),

-- 停产、放假的日子,每天一行 · one row for each closed day, numbered
closed_dates AS (
    SELECT DISTINCT CAST(unnest(range(first_on, last_on + 1, INTERVAL 1 DAY)) AS DATE) AS day
    FROM closed_days
),
closed AS (
    SELECT day, day - CAST(row_number() OVER (ORDER BY day) AS INTEGER) AS open_day
    FROM closed_dates
),

-- 每个日期减去此前的停产天数 · each date, less the closed days up to it
dates AS (
    SELECT ordered_on AS day FROM real_orders WHERE ordered_on IS NOT NULL
    UNION
    SELECT CAST($as_of AS DATE)
),
calendar AS (
    SELECT dates.day, dates.day - CAST(count(closed.day) AS INTEGER) AS open_day
    FROM dates
    LEFT JOIN closed ON closed.day <= dates.day
    GROUP BY dates.day
),

order_dates AS (
    SELECT DISTINCT real_orders.account_id, calendar.open_day
    FROM real_orders
    JOIN calendar ON calendar.day = real_orders.ordered_on
),
gaps AS (
    SELECT account_id, open_day - lag(open_day) OVER (PARTITION BY account_id ORDER BY open_day) AS days
    FROM order_dates
),
recency AS (
    SELECT account_id,
           count(*) AS order_days,
           max(open_day) AS last_open_day,
           (SELECT open_day FROM calendar WHERE day = CAST($as_of AS DATE)) - max(open_day) AS days
    FROM order_dates
    GROUP BY account_id
),

-- 名次:间隔不超过本次的有几个,再加一;并列取最大名次 · rank of the recency among the gaps, the highest on ties
ranked AS (
    SELECT recency.account_id, recency.order_days, recency.last_open_day, recency.days AS recency_days,
           max(gaps.days) AS max_gap,
           median(gaps.days) AS median_gap,
           1 + count(*) FILTER (WHERE gaps.days <= recency.days) AS place
    FROM recency
    JOIN gaps USING (account_id)
    GROUP BY ALL
),

-- 单数太少不打分,再少不分级 · too few orders: no score; a few more: a score, but no band
judged AS (
    SELECT *,
           order_days >= $policy_silence_score_orders AS has_score,
           order_days >= $policy_silence_min_orders AS has_band,
           last_open_day + CAST(max_gap AS INTEGER) AS gap_end
    FROM ranked
),

last_order AS (
    SELECT *
    FROM real_orders
    WHERE ordered_on IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY account_id ORDER BY ordered_on DESC, amount DESC NULLS LAST, id DESC) = 1
)

SELECT
    customers.account_id,
    CAST(coalesce(judged.order_days, 0) AS INTEGER) AS order_days,
    last_order.ordered_on AS last_order_on,
    CAST(judged.recency_days AS INTEGER) AS recency_days,
    CASE WHEN has_score THEN CAST(max_gap AS INTEGER) END AS max_gap_days,
    CASE WHEN has_score THEN CAST(round(median_gap) AS INTEGER) END AS usual_gap_days,
    CASE WHEN has_score THEN place / order_days END AS rank_ratio,
    CASE WHEN has_score THEN recency_days / max_gap END AS silence_score,
    CASE WHEN has_band AND recency_days >= max_gap THEN (recency_days - max_gap) / max_gap END AS silence_degree,
    CASE
        WHEN NOT has_band THEN NULL
        WHEN place = order_days THEN 'silent'
        -- 用整数相乘比较,不受小数误差影响 · whole numbers are multiplied, so that nothing is rounded
        WHEN place * $policy_silence_near[2] >= order_days * $policy_silence_near[1] THEN 'near'
        WHEN place * $policy_silence_active[2] <= order_days * $policy_silence_active[1] THEN 'active'
        WHEN has_band THEN 'middle'
    END AS silence_band,
    -- 最长间隔到期日,遇停产顺延 · the day on which the longest gap is reached, closed days added back
    CASE WHEN has_score THEN
        gap_end + CAST((SELECT count(*) FROM closed WHERE closed.open_day < judged.gap_end) AS INTEGER)
    END AS gap_reached_on,
    CASE WHEN has_score THEN max_gap > $policy_outlier_factor * median_gap END AS gap_outlier,
    last_order.amount AS last_order_amount,
    last_order.product_id AS last_product_id,
    coalesce(last_order.source, '') AS source
FROM customers
LEFT JOIN judged ON judged.account_id = customers.account_id
LEFT JOIN last_order ON last_order.account_id = customers.account_id
