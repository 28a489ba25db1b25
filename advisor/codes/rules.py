"""What can be wrong with facts, thresholds, derived facts, page words and presets."""

from __future__ import annotations

from advisor.codes.page import Code


class UnknownType(Code):
    """A fact is declared with a type that does not exist.

    Why: The type says how a cell is read, which operators fit and how the value is printed.

    In: rules/derived/own-type.yaml
    Example:
        own_days: {type: day, value: {days_since: last_met_on}}
    Fix:
        own_days: {type: days, value: {days_since: last_met_on}}
    """


class UnknownChoices(Code):
    """A fact names a list of choices that rules/facts.yaml does not have.

    Why: Without its list no value of the fact is known, and every cell would count as wrong.

    In: rules/derived/own-choices.yaml
    Example:
        own_level: {type: choice, choices: level33, value: silence_level}
    Fix:
        own_level: {type: choice, choices: silence_level, value: silence_level}
    """


class CellsNotWords(Code):
    """An entry of rules/cells.yaml is not a list of words.

    Why: Each entry lists what people write in cells, such as the words that mean yes.

    In: rules/cells.yaml
    Example:
        percent: {sign: "%"}
    Fix:
        percent: ["%"]
    """


class CellsNotPairs(Code):
    """An entry of rules/cells.yaml does not say for each word what it stands for.

    Why: A multiplier without its number, or a mark without the sign to be read instead, cannot be applied.

    In: rules/cells.yaml
    Example:
        multipliers: [k, m]
    Fix:
        multipliers: {k: 1000, m: 1000000}
    """


class PolicyWithoutValue(Code):
    """A threshold in rules/policy.yaml has no value.

    Why: Every play that compares with it would compare with nothing.

    In: rules/policy.yaml
    Example:
        own_limit_days: {unit: days}
    Fix:
        own_limit_days: {value: 45, unit: days}
    """


class PolicyNear(Code):
    """A new threshold is called nearly like a bundled one.

    Why: It is probably misspelt, and then the bundled value would stay in force without a word.

    In: rules/policy.yaml
    Example:
        survey_day: 365
    Fix:
        survey_days: 365
    """


class PolicyNotNumber(Code):
    """A threshold that is a number is given as a text.

    Why: A text cannot be compared with days, sums or counts.

    In: rules/policy.yaml
    Example:
        contact_fresh_days: two months
    Fix:
        contact_fresh_days: 60
    """


class WordWrongForm(Code):
    """A page word is written in another form than the bundled one.

    Why: Where the page expects a list of months, it cannot use a single text.

    In: rules/words.yaml
    Example:
        en:
          weekdays: Monday to Sunday
    Fix:
        en:
          weekdays: [Mon, Tue, Wed, Thu, Fri, Sat, Sun]
    """


class WordUnknownSlot(Code):
    """A page word has a slot that nothing fills.

    Why: Each word is filled in one place of the page, with the slots of the bundled line and no others.

    In: rules/words.yaml
    Example:
        en:
          due_by: "by {day}"
    Fix:
        en:
          due_by: "by {date}"
    """


class DerivedWithoutBody(Code):
    """A derived fact says in no way, or in two ways, how it is worked out.

    Why: With two ways nobody could tell which result counts.

    In: rules/derived/own-body.yaml
    Example:
        own_silent: {label: {en: Silent}, when: {silence_level: silent}, value: silence_level}
    Fix: Keep one of `value`, `when`, `cases`, `table` and `metric`.
        own_silent: {label: {en: Silent}, when: {silence_level: silent}}
    """


class TableIncomplete(Code):
    """A lookup table lacks the fact that it goes by, or its rows.

    Why: A table answers "for this choice, that result" and needs both sides.

    In: rules/derived/own-table.yaml
    Example:
        own_rank:
          type: integer
          table: {rows: {large: 1, medium: 2, small: 3}}
    Fix:
        own_rank:
          type: integer
          table: {by: tier, rows: {large: 1, medium: 2, small: 3}}
    """


class WeightedIncomplete(Code):
    """A weighted mean lacks its scores or its weights.

    Why: The weights are matched with the scores by their names; one without the other gives no mean.

    In: rules/derived/own-mean.yaml
    Example:
        own_mean:
          type: number
          value: {weighted_mean: {scores: account.value_scores}}
    Fix:
        own_mean:
          type: number
          value: {weighted_mean: {scores: account.value_scores, weights: own.value_weights}}
    """


class DerivationCycle(Code):
    """A derived fact is worked out from itself, perhaps by way of others.

    Why: There is nowhere to begin, so none of them would ever be known.

    In: rules/derived/own-cycle.yaml
    Example:
        own_ready:
          when: {own_asked: true}
        own_asked:
          when: {own_ready: true}
    Fix: Let one of them read recorded facts.
        own_ready:
          when: {own_asked: true}
        own_asked:
          when: {stage: core}
    """


class UnknownMetric(Code):
    """A derived fact takes its figure from a file that rules/metrics/ does not have.

    Why: Without the SQL there is no figure, and every play that reads it stays silent.

    In: rules/derived/own-metric.yaml
    Example:
        own_sales: {type: money, metric: sails.sql, column: annual_sales}
    Fix:
        own_sales: {type: money, metric: sales.sql, column: annual_sales}
    """


class UnknownPreset(Code):
    """advisor.yaml names a preset that does not exist.

    Why: A preset brings the thresholds of a trade. Without it the general ones would be used unnoticed.

    In: advisor.yaml
    Example:
        preset: bank
    Fix:
        preset: banking
    """


class DataContradiction(Code):
    """A record says two things that cannot be true together (rules/consistency.yaml).

    Why: One of the two is a slip, and advice that rests on it would be wrong.

    In: facts.yaml
    Example:
        account: {id: A1, name: Mill, stage: core}
        opportunities:
          - {id: O1, open: true, purchase_step: need_found, psych_phase: choosing}
    Fix: Find out which is right and correct the other.
        account: {id: A1, name: Mill, stage: core}
        opportunities:
          - {id: O1, open: true, purchase_step: evaluation, psych_phase: choosing}
    """
