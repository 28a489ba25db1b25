-- needs: accounts
-- 该重评等级的客户,以及分级和资源上常见的几种偏差。一行,不属于任何一个客户。
-- Accounts whose tier is due for review (M65), and the usual slips in tiering and in what accounts are given (M63).
--
-- Due: accounts from new to strategic partner whose tier was last reviewed longer ago than the policy says; those with
-- no review on record are told apart. Up and down: the tier on record against the one that book_rank finds. To foster:
-- small and medium accounts with high potential and good credit (P51).

WITH figures AS (
    SELECT accounts.id, concat_ws(' ', accounts.id, accounts.name) AS called,
           accounts.stage IN ('new', 'regular', 'core', 'strategic_partner') AS running,
           accounts.tier,
           coalesce(accounts.tier, metric_book_rank.tier) AS shown_tier,
           list_position(['small', 'medium', 'large', 'vip'], accounts.tier) AS place,
           list_position(['small', 'medium', 'large', 'vip'], metric_book_rank.tier) AS place_found,
           accounts.tier_reviewed_on, accounts.growth_potential, accounts.credit, accounts.owner_id,
           accounts.discount_ratio,
           coalesce(accounts.gross_margin_ratio, metric_sales.gross_margin_ratio) AS margin
    FROM accounts
    LEFT JOIN metric_book_rank ON metric_book_rank.account_id = accounts.id
    LEFT JOIN metric_sales ON metric_sales.account_id = accounts.id
    WHERE accounts.stage IS DISTINCT FROM 'exited'
),

marked AS (
    SELECT *,
           coalesce(running AND tier_reviewed_on < $as_of - CAST($policy_tier_days AS INTEGER), FALSE) AS due,
           coalesce(running AND tier_reviewed_on IS NULL, FALSE) AS no_review,
           coalesce(place_found > place, FALSE) AS up,
           coalesce(place_found < place, FALSE) AS down,
           coalesce(running AND shown_tier IN ('small', 'medium') AND growth_potential >= $policy_potential_high
                    AND credit = 'good', FALSE) AS foster,
           coalesce(shown_tier IN ('vip', 'large') AND margin < $policy_margin_min, FALSE) AS thin,
           coalesce(shown_tier IN ('vip', 'large') AND discount_ratio > $policy_discount_max, FALSE) AS favoured
    FROM figures
),

told AS (
    SELECT count(*) FILTER (WHERE running) AS running,
           count(*) FILTER (WHERE tier IS NOT NULL) AS tiers,
           count(*) FILTER (WHERE place_found IS NOT NULL AND place IS NOT NULL) AS compared,
           count(*) FILTER (WHERE running AND tier IS NOT NULL AND growth_potential IS NULL) AS by_sales_alone,
           count(*) FILTER (WHERE due) AS due_number,
           count(*) FILTER (WHERE no_review) AS no_review_number,
           count(*) FILTER (WHERE up) AS up_number,
           count(*) FILTER (WHERE down) AS down_number,
           count(*) FILTER (WHERE foster) AS foster_number,
           CASE WHEN count(margin) FILTER (WHERE shown_tier IN ('vip', 'large')) > 0
                THEN count(*) FILTER (WHERE thin) END AS thin_number,
           CASE WHEN count(discount_ratio) FILTER (WHERE shown_tier IN ('vip', 'large')) > 0
                THEN count(*) FILTER (WHERE favoured) END AS favoured_number,
           count(*) FILTER (WHERE shown_tier = 'small' AND owner_id IS NULL) AS dropped_number,
           count(owner_id) AS owners,
           list(called || ' ' || tier_reviewed_on ORDER BY tier_reviewed_on, id) FILTER (WHERE due) AS due_names,
           list(called ORDER BY id) FILTER (WHERE no_review) AS no_review_names,
           list(called ORDER BY id) FILTER (WHERE up) AS up_names,
           list(called ORDER BY id) FILTER (WHERE down) AS down_names,
           list(called ORDER BY id) FILTER (WHERE foster) AS foster_names,
           list(called ORDER BY margin, id) FILTER (WHERE thin) AS thin_names,
           list(called ORDER BY discount_ratio DESC, id) FILTER (WHERE favoured) AS favoured_names,
           CAST($policy_portfolio_names AS INTEGER) AS most
    FROM marked
)

SELECT
    CAST(NULL AS VARCHAR) AS account_id,
    CAST(CASE WHEN running > 0 THEN due_number END AS INTEGER) AS retier_count,
    due_names[1:most] || CASE WHEN len(due_names) > most THEN ['…'] ELSE [] END AS retier_accounts,
    CAST(CASE WHEN running > 0 THEN no_review_number END AS INTEGER) AS no_review_count,
    no_review_names[1:most] || CASE WHEN len(no_review_names) > most THEN ['…'] ELSE [] END AS no_review_accounts,
    CAST(CASE WHEN compared > 0 THEN up_number END AS INTEGER) AS tier_up_count,
    up_names[1:most] || CASE WHEN len(up_names) > most THEN ['…'] ELSE [] END AS tier_up_accounts,
    CAST(CASE WHEN compared > 0 THEN down_number END AS INTEGER) AS tier_down_count,
    down_names[1:most] || CASE WHEN len(down_names) > most THEN ['…'] ELSE [] END AS tier_down_accounts,
    CAST(nullif(foster_number, 0) AS INTEGER) AS foster_count,
    foster_names[1:most] || CASE WHEN len(foster_names) > most THEN ['…'] ELSE [] END AS foster_accounts,
    CAST(CASE WHEN tiers > 0 THEN by_sales_alone END AS INTEGER) AS one_indicator_count,
    CAST(CASE WHEN owners > 0 THEN dropped_number END AS INTEGER) AS small_dropped_count,
    CAST(thin_number AS INTEGER) AS ka_thin_count,
    thin_names[1:most] || CASE WHEN len(thin_names) > most THEN ['…'] ELSE [] END AS ka_thin_accounts,
    CAST(favoured_number AS INTEGER) AS ka_favoured_count,
    favoured_names[1:most] || CASE WHEN len(favoured_names) > most THEN ['…'] ELSE [] END AS ka_favoured_accounts,
    '' AS source
FROM told
