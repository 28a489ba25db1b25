"""What can be wrong with the cells and rows of the tables. A wrong cell counts as unknown; its row is kept."""

from __future__ import annotations

from advisor.codes.page import Code


class DataNotText(Code):
    """A cell that holds a name or a word is filled with something else.

    Why: What cannot be printed as a word cannot stand in a sentence.

    In: facts.yaml
    Example:
        account: {id: A1, name: [Mill, North]}
    Fix:
        account: {id: A1, name: Mill North}
    """


class DataNotNumber(Code):
    """A cell that holds a number is filled with something else.

    Why: A guessed sum would move the account up or down in every ranking.

    In: data/accounts.csv
    Example:
        id,name,annual_sales
        A1,Mill,plenty
    Fix: Write digits; a currency, commas between thousands and words such as million are read.
        id,name,annual_sales
        A1,Mill,"386,000"
    """


class DataNotInteger(Code):
    """A score or a count is not a whole number.

    Why: Scores are given in whole steps; a half one is mostly a slip.

    In: data/accounts.csv
    Example:
        id,name,growth_potential
        A1,Mill,2.5
    Fix:
        id,name,growth_potential
        A1,Mill,3
    """


class DataNotDays(Code):
    """A length of time is not a number of days.

    Why: All spans are counted in days, so that they can be compared.

    In: data/accounts.csv
    Example:
        id,name,avg_collection_days
        A1,Mill,two months
    Fix:
        id,name,avg_collection_days
        A1,Mill,60
    """


class DataNotRatio(Code):
    """A share is not written as a ratio.

    Why: A share is compared with thresholds such as 15%.

    In: data/accounts.csv
    Example:
        id,name,discount_ratio
        A1,Mill,some
    Fix:
        id,name,discount_ratio
        A1,Mill,12%
    """


class DataRatioTooHigh(Code):
    """A share is more than it can be.

    Why: 35 mostly means 35%, but nobody can be sure; it would count as 3500%.

    In: data/accounts.csv
    Example:
        id,name,discount_ratio
        A1,Mill,35
    Fix:
        id,name,discount_ratio
        A1,Mill,35%
    """


class DataNumberTooLong(Code):
    """A number is longer than any amount.

    Why: A sum of twenty digits is a card's or an account's number in the wrong column, not money.

    In: data/accounts.csv
    Example:
        id,name,annual_sales
        A1,Mill,62220212345678901234
    Fix:
        id,name,annual_sales
        A1,Mill,6222021
    """


class DataTooLow(Code):
    """A number is below the lowest value of its field.

    Why: A score of 0 out of 5 is mostly an empty cell that somebody filled.

    In: data/accounts.csv
    Example:
        id,name,growth_potential
        A1,Mill,0
    Fix: Leave it empty when it is not known.
        id,name,growth_potential
        A1,Mill,
    """


class DataTooHigh(Code):
    """A number is above the highest value of its field.

    Why: 7 out of 5 is a slip of the keyboard, and nobody can tell what was meant.

    In: data/accounts.csv
    Example:
        id,name,growth_potential
        A1,Mill,7
    Fix:
        id,name,growth_potential
        A1,Mill,4
    """


class DataNotDate(Code):
    """A cell that holds a date is filled with something else.

    Why: Deadlines and gaps between orders are counted from it.

    In: data/accounts.csv
    Example:
        id,name,stage_since
        A1,Mill,last spring
    Fix:
        id,name,stage_since
        A1,Mill,2026-03-01
    """


class DataNoSuchDate(Code):
    """A date is written well, but the calendar does not have it.

    Why: 2026-02-30 may be the end of February or the beginning of March.

    In: data/accounts.csv
    Example:
        id,name,stage_since
        A1,Mill,2026-02-30
    Fix:
        id,name,stage_since
        A1,Mill,2026-02-28
    """


class DataNotYesNo(Code):
    """A cell that is yes or no holds a third thing.

    Why: "Perhaps" is not known; an empty cell says so.

    In: data/accounts.csv
    Example:
        id,name,payment_overdue
        A1,Mill,perhaps
    Fix:
        id,name,payment_overdue
        A1,Mill,no
    """


class DataNotList(Code):
    """A list holds something that is not a text.

    Why: Lists are texts with a mark between them.

    In: facts.yaml
    Example:
        account: {id: A1, name: Mill}
        surveys: [{asked_on: 2026-10-01, topics: [{price: low}]}]
    Fix:
        account: {id: A1, name: Mill}
        surveys: [{asked_on: 2026-10-01, topics: [price]}]
    """


class DataUnknownChoice(Code):
    """A cell holds a word that is not one of the field's choices.

    Why: Plays ask for one of the choices of rules/facts.yaml; another word matches none.

    In: data/accounts.csv
    Example:
        id,name,stage
        A1,Mill,corre
    Fix: Write the choice or its label.
        id,name,stage
        A1,Mill,core
    """


class DataDuplicateId(Code):
    """Two rows of a table have the same id.

    Why: Orders and contacts point to an id; with two of them nobody can tell which row is meant.

    In: data/accounts.csv
    Example:
        id,name
        A1,Mill
        A1,Forge
    Fix:
        id,name
        A1,Mill
        A2,Forge
    """


class DataMissingId(Code):
    """A row has no id.

    Why: Nothing can point to it, and answers to its advice cannot be kept.

    In: data/accounts.csv
    Example:
        id,name
        A1,Mill
        ,Forge
    Fix:
        id,name
        A1,Mill
        A2,Forge
    """


class DataTooManyCells(Code):
    """A row has more cells than the header.

    Why: An unquoted comma pushes all later cells one column on; what stands there would be read as something else.

    In: data/accounts.csv
    Example:
        id,name,stage
        A1,Mill, North,core
    Fix: Put quotes round a text that holds a comma.
        id,name,stage
        A1,"Mill, North",core
    """


class DataTooFewCells(Code):
    """A row has fewer cells than the header.

    Why: The cells that are missing are unknown, and it may not be the last ones that were left out.

    In: data/accounts.csv
    Example:
        id,name,stage
        A1,Mill
    Fix:
        id,name,stage
        A1,Mill,core
    """


class DataBadJson(Code):
    """A line of a .jsonl file is not a JSON object.

    Why: Each line is one record; this one cannot be read.

    In: data/contacts.jsonl
    Example:
        {"id": "C1", "account_id": "A1", "name": "Li"
    Fix:
        {"id": "C1", "account_id": "A1", "name": "Li"}
    """


class DataUnknownAccount(Code):
    """A row belongs to an account that the accounts table does not have.

    Why: It is set aside; its orders or contacts would otherwise be nobody's.

    In: data/contacts.csv
    Example:
        id,account_id,name
        C1,A9,Li
    Fix:
        id,account_id,name
        C1,A1,Li
    """


class DataWithoutAccount(Code):
    """A row does not say to which account it belongs.

    Why: It is set aside, because it could be anybody's.

    In: data/contacts.csv
    Example:
        id,account_id,name
        C1,,Li
    Fix:
        id,account_id,name
        C1,A1,Li
    """


class DataUnknownReference(Code):
    """A row points to a record of another table that is not there.

    Why: What is recorded of the product or the rep is then not known.

    In: data/accounts.csv
    Example:
        id,name,owner_id
        A1,Mill,R9
    Fix: Write the id that stands in reps.csv, or add the record there.
        id,name,owner_id
        A1,Mill,R1
    """


class DataReferenceElsewhere(Code):
    """A row points to a record of another account.

    Why: Advice on an account rests on its own records. Who serves two accounts has a record with each.

    Fix: Enter the person with this account as well, under an id of its own.
    """

    tried_by = "tests/test_ingest.py::test_a_record_of_another_account"


class DataLaterRows(Code):
    """Rows are dated after the day that advice is given for.

    Why: Advice as of a day may rest only on what was known then.

    In: data/orders.csv
    Example:
        id,account_id,ordered_on
        O1,A1,2027-03-01
    Fix: Correct the date, or choose a later day with `--as-of`.
        id,account_id,ordered_on
        O1,A1,2026-03-01
    """


class DataOneRowOnly(Code):
    """A table that holds one row for the whole book has more of them.

    Why: It describes your own company, of which there is one.

    In: data/own.csv
    Example:
        strong_values
        brand
        service
    Fix:
        strong_values
        brand;service
    """
