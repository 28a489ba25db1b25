-- needs: accounts, stage_history
-- 一季里升了几家(M53)。一行,不属于任何一个客户。
-- Stage upgrades in a quarter (M53): accounts that stand higher on the ladder than when the quarter began.
--
-- The ladder: prospect, target, new, regular, core, strategic partner. Counted over active accounts (target to problem,
-- as for the share of problem accounts) whose stage at the beginning of the quarter is on record; the others are told
-- apart. Having left the ladder for problem or exited, or standing lower, is a fall; an exit is one among all accounts.

WITH entries AS (
    SELECT account_id, stage, entered_on, id,
           list_position(['prospect', 'target', 'new', 'regular', 'core', 'strategic_partner'], stage) AS place,
           entered_on <= $as_of - CAST($policy_upgrade_days AS INTEGER) AS before
    FROM stage_history
    WHERE entered_on IS NOT NULL AND stage IS NOT NULL AND entered_on <= $as_of
),
moves AS (
    SELECT account_id,
           arg_max(stage, (entered_on, id)) AS stage,
           coalesce(arg_max(place, (entered_on, id)), 0) AS place,
           arg_max(coalesce(place, 0), (entered_on, id)) FILTER (WHERE before) AS place_before,
           max(entered_on) AS since
    FROM entries
    GROUP BY account_id
),
figures AS (
    SELECT accounts.id, concat_ws(' ', accounts.id, accounts.name) AS called,
           coalesce(accounts.owner_id, '?') AS owner, concat_ws(' ', accounts.owner_id, reps.name) AS owner_called,
           accounts.stage IN ('target', 'new', 'regular', 'core', 'strategic_partner', 'problem') AS active,
           moves.place_before IS NOT NULL AS known_before,
           -- 有争议的客户谈拢了,回到阶梯上,不算升级 · settling a dispute is no upgrade
           coalesce(moves.place_before > 0 AND moves.place > moves.place_before, FALSE) AS up,
           coalesce(moves.place_before > 0 AND moves.place < moves.place_before, FALSE) AS down
    FROM accounts
    LEFT JOIN moves ON moves.account_id = accounts.id
    LEFT JOIN reps ON reps.id = accounts.owner_id
),
told AS (
    SELECT count(*) FILTER (WHERE active AND known_before) AS number,
           count(*) FILTER (WHERE active AND NOT known_before) AS unknown,
           count(*) FILTER (WHERE active AND up) AS ups,
           count(*) FILTER (WHERE down) AS downs,
           list(called ORDER BY id) FILTER (WHERE active AND up) AS up_names,
           list(called ORDER BY id) FILTER (WHERE down) AS down_names,
           CAST($policy_portfolio_names AS INTEGER) AS most
    FROM figures
),
people AS (
    SELECT list(called || ' ' || ups || '/' || number ORDER BY ups DESC, owner) AS each
    FROM (
        SELECT owner, any_value(owner_called) AS called, count(*) AS number, count(*) FILTER (WHERE up) AS ups
        FROM figures
        WHERE active AND known_before AND owner <> '?'
        GROUP BY owner
    ) AS owned
)

SELECT
    CAST(NULL AS VARCHAR) AS account_id,
    CAST(number AS INTEGER) AS upgrade_of,
    CAST(unknown AS INTEGER) AS upgrade_unknown_count,
    CAST(CASE WHEN number > 0 THEN ups END AS INTEGER) AS upgrade_count,
    CASE WHEN number > 0 THEN ups / number END AS upgrade_ratio,
    up_names[1:most] || CASE WHEN len(up_names) > most THEN ['…'] ELSE [] END AS upgraded_accounts,
    CAST(CASE WHEN number > 0 THEN downs END AS INTEGER) AS fallen_count,
    down_names[1:most] || CASE WHEN len(down_names) > most THEN ['…'] ELSE [] END AS fallen_accounts,
    each[1:most] || CASE WHEN len(each) > most THEN ['…'] ELSE [] END AS upgrades_each,
    '' AS source
FROM told
CROSS JOIN people
