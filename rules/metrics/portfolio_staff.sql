-- needs: reps
-- 人员的几个对照数:高层用于客户的时间、每天电话数、命中率。只作对照,不作考核。一行,不属于任何一个客户。
-- Benchmarks for people (M109, M110): executives' time with customers, calls a day, hits. For comparison alone.

WITH told AS (
    SELECT max(exec_customer_time_ratio) AS exec_time,
           list(concat_ws(' ', id, name) ORDER BY exec_customer_time_ratio DESC, id)
               FILTER (WHERE exec_customer_time_ratio IS NOT NULL) AS exec_names,
           CAST(avg(calls_per_day) AS DOUBLE) AS calls,
           CAST(avg(hit_rate) AS DOUBLE) AS hits,
           CAST($policy_portfolio_names AS INTEGER) AS most
    FROM reps
)

SELECT
    CAST(NULL AS VARCHAR) AS account_id,
    exec_time AS exec_time_ratio,
    exec_time < $policy_exec_time_example AS exec_time_below,
    exec_names[1:most] || CASE WHEN len(exec_names) > most THEN ['…'] ELSE [] END AS exec_people,
    calls AS calls_mean,
    hits AS hit_mean,
    CASE WHEN hits < $policy_hit_rate_before THEN 'below' WHEN hits <= $policy_hit_rate_after THEN 'between'
         WHEN hits IS NOT NULL THEN 'above' END AS hit_place,
    '' AS source
FROM told
