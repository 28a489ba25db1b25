-- needs: account_years
-- 客户终身价值:各年净额(收入 − 产品成本 − 维护成本)按年末折现后相加。
-- Lifetime value: the yearly nets (revenue − product cost − upkeep), discounted from each year's end, summed (M95).
--
-- The first year given is year 1; a year that is left out still discounts the later ones. With one cost or revenue
-- unknown there is no value. Check: nets 30,000, 34,000, 38,400 at 10 % make 84,222.39.

WITH nets AS (
    SELECT account_id, year, revenue - product_cost - upkeep_cost AS net, source
    FROM account_years
    WHERE account_id IS NOT NULL
),
numbered AS (
    SELECT *, year - min(year) OVER (PARTITION BY account_id) + 1 AS nth
    FROM nets
)

SELECT
    account_id,
    CASE WHEN count(*) = count(net / nth) THEN
        CAST(round(sum(net / pow(1 + $policy_discount_rate, nth) ORDER BY nth, net), 2) AS DECIMAL(28, 2))
    END AS clv,
    CASE WHEN count(*) = count(net) THEN sum(net) END AS net_total,
    CASE WHEN count(*) = count(net / nth) THEN sum(net) / count(DISTINCT year) END AS net_per_year,
    CAST(count(DISTINCT year) AS INTEGER) AS years,
    array_to_string((list(source ORDER BY year, source))[1:3], ', ') || CASE WHEN count(*) > 3 THEN '…' ELSE '' END AS source
FROM numbered
GROUP BY account_id
