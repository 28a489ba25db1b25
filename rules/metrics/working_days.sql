-- needs: accounts
-- 往后数几个工作日是哪天:周末和停产、放假的日子不算。每个客户都一样。
-- The day that lies so many working days ahead: weekends and closing periods are not counted. The same for every account.
-- Public holidays count as working days unless they are listed among the closing periods.

WITH closed_dates AS (
    SELECT DISTINCT CAST(unnest(range(first_on, last_on + 1, INTERVAL 1 DAY)) AS DATE) AS day
    FROM closed_days
),
coming AS (
    SELECT CAST($as_of AS DATE) + CAST(unnest(range(1, 120)) AS INTEGER) AS day
),
working AS (
    SELECT day, row_number() OVER (ORDER BY day) AS place
    FROM coming
    WHERE isodow(day) < 6
      AND day NOT IN (SELECT closed_dates.day FROM closed_dates)
)

SELECT
    accounts.id AS account_id,
    (SELECT day FROM working WHERE place = $policy_late_notice_working_days) AS late_watch_on,
    (SELECT day FROM working WHERE place = $policy_new_promise_working_days) AS new_promise_on,
    '' AS source
FROM accounts
