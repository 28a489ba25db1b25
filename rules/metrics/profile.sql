-- needs: accounts, contacts
-- 客户档案填了几成:背景、关键人、经营三块,二十项,每项一分。
-- How much of the customer file is filled: background, key people, business; twenty entries of equal weight (M116).
--
-- What a rep must not collect (age, family, income) is no entry. Without a list of contacts there is no figure.

WITH people AS (
    SELECT account_id,
           bool_or(name IS NOT NULL) AS named,
           bool_or(title IS NOT NULL) AS titled,
           bool_or(department IS NOT NULL) AS placed,
           bool_or(buying_roles IS NOT NULL) AS with_role,
           bool_or(influence IS NOT NULL) AS weighed,
           bool_or(last_contact_on IS NOT NULL) AS met
    FROM contacts
    GROUP BY account_id
),
filled AS (
    SELECT accounts.id AS account_id,
           -- 背景 · background
           (accounts.name IS NOT NULL)::INTEGER + (kind IS NOT NULL)::INTEGER + (industry IS NOT NULL)::INTEGER
           + (region IS NOT NULL)::INTEGER + (sector IS NOT NULL)::INTEGER + (chain_role IS NOT NULL)::INTEGER
           + (company_size IS NOT NULL)::INTEGER + (own_revenue IS NOT NULL)::INTEGER
           -- 关键人 · key people
           + coalesce(named, false)::INTEGER + coalesce(titled, false)::INTEGER + coalesce(placed, false)::INTEGER
           + coalesce(with_role, false)::INTEGER + coalesce(weighed, false)::INTEGER + coalesce(met, false)::INTEGER
           -- 经营 · business
           + (category_spend IS NOT NULL)::INTEGER + (order_pattern IS NOT NULL)::INTEGER + (credit IS NOT NULL)::INTEGER
           + (value_orientation IS NOT NULL)::INTEGER + (motive IS NOT NULL)::INTEGER
           + (growth_potential IS NOT NULL)::INTEGER AS entries
    FROM accounts
    LEFT JOIN people ON people.account_id = accounts.id
)

SELECT
    account_id,
    CAST(entries AS INTEGER) AS profile_entries,
    entries / 20 AS profile_filled_ratio,
    '' AS source
FROM filled
