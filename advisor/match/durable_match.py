"""The durable-rules reader of the condition tree; the only module that imports `durable`.

The engine is fragile; every trap and the pattern that avoids them are in the shared notes (durable-rules.md). Its
verdict never stands alone: the pipeline proves each id with the reference reader's trace, and a difference is an error.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from advisor.core.model import Row, State, Value
from advisor.core.reference import Facts, Verdict, evaluate, read
from advisor.core.tree import Name, Node
from advisor.match.chains import Chain, Compare, Flag, Literal, Same, Scale, Want, chains

# The engine's stack holds 64 half-matched chains, a fact 254 fields; rules and fields stay well below both.
_MOST_CHAINS = 60
_MOST_FIELDS = 200
# One fact at a time is in the engine, always under this id: identity is a 32-bit hash, and a second id could collide.
_FACT = "fact"
# Codes for equality: none, and a value that is no constant; the constants' own codes follow.
_NONE, _OTHER = 0, 1
_Coder = Callable[[Value], int]
_HOLDS: Mapping[Want, Callable[[Verdict], bool]] = {
    Want.TRUE: lambda verdict: verdict is True,
    Want.FALSE: lambda verdict: verdict is False,
    Want.NOT_TRUE: lambda verdict: verdict is not True,
    Want.NOT_FALSE: lambda verdict: verdict is not False,
}


class EngineFailure(Exception):
    """The engine lost a rule's action; its state can no longer be trusted."""


def available() -> bool:
    """Whether durable-rules imports here (as published it does not on Python 3.13 and later)."""
    try:
        import durable.engine  # noqa: F401
    except ImportError:
        return False
    return True


# --- the fact: small ints only -------------------------------------------------------------------


@dataclass
class _Encoding:
    """Facts as small ints, so that no type, decimal, date or text of ours ever reaches the engine.

    A value goes in as its position among the constants that it is compared with: twice the number of smaller constants
    plus one, and one more when it is equal to the next; exact whatever the numbers are. In comparisons for equality it
    goes in as the number of the constant that it is, or one that no constant has. Unknowns are left out.
    """

    literals: Iterable[Literal]
    scales: dict[Scale, list[Any]] = field(default_factory=dict)
    codes: dict[Name, dict[Any, int]] = field(default_factory=dict)
    flags: dict[Node, dict[Want, str]] = field(default_factory=dict)
    fields: dict[object, str] = field(default_factory=dict)
    plan: dict[Name, list[tuple[str, _Coder]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for literal in self.literals:
            name = self.fields.setdefault(_key(literal), f"f{len(self.fields)}")
            if isinstance(literal, Compare):
                self.scales.setdefault(literal.scale, []).append(literal.limit)
            elif isinstance(literal, Same):
                codes = self.codes.setdefault(literal.name, {None: _NONE})
                codes.setdefault(literal.data, len(codes) + _OTHER)
            else:
                self.flags.setdefault(literal.node, {})[literal.want] = name
        self.scales = {scale: sorted(set(limits)) for scale, limits in self.scales.items()}
        for scale, limits in self.scales.items():
            self.plan.setdefault(scale.name, []).append((self.fields[scale], partial(_place, scale, limits)))
        for fact, codes in self.codes.items():
            self.plan.setdefault(fact, []).append((self.fields[fact], partial(_code, codes)))
        check_names(["id", "sid", "$s", *self.fields.values()])

    def test(self, literal: Literal) -> dict[str, Any]:
        """The engine's test for a literal."""
        name = self.fields[_key(literal)]
        if isinstance(literal, Flag):
            return {name: 1}
        if isinstance(literal, Same):
            code = self.codes[literal.name][literal.data]
            return {name: code} if literal.op == "$eq" else {literal.op: {name: code}}
        return {literal.op: {name: _position(self.scales[literal.scale], literal.limit)}}

    def encode(self, facts: Facts, rows: tuple[Row, ...]) -> dict[str, int]:
        """The flat fact for the rows in hand."""
        return dict(self._fields(facts, rows))

    def _fields(self, facts: Facts, rows: tuple[Row, ...]) -> Iterator[tuple[str, int]]:
        for name, coders in self.plan.items():
            value = read(name, facts, rows)
            if value.state is not State.UNKNOWN:
                yield from ((field_name, coder(value)) for field_name, coder in coders)
        for node, wanted in self.flags.items():
            verdict = evaluate(node, facts, rows).verdict
            yield from ((flag, 1) for want, flag in wanted.items() if _HOLDS[want](verdict))


def _key(literal: Literal) -> object:
    """What a field of the fact stands for."""
    if isinstance(literal, Flag):
        return literal
    return literal.scale if isinstance(literal, Compare) else literal.name


def _position(limits: list[Any], rank: Any) -> int:
    below = bisect_left(limits, rank)
    return 2 * below + (2 if below < len(limits) and limits[below] == rank else 1)


def _place(scale: Scale, limits: list[Any], value: Value) -> int:
    if value.known:
        return _position(limits, scale.rank(value.data))
    return 2 * len(limits) + 2 if scale.none_high else 0


def _code(codes: Mapping[Any, int], value: Value) -> int:
    return codes.get(value.data, _OTHER) if value.known else _NONE


def check_names(names: Iterable[str]) -> None:
    """The engine knows names by their 32-bit hash only. Raises: ValueError when two of them have the same."""
    seen: dict[int, str] = {}
    for name in names:
        other = seen.setdefault(name_hash(name), name)
        if other != name:
            raise ValueError(f"durable-rules cannot tell {name!r} from {other!r}")


def name_hash(name: str) -> int:
    """FNV-1a, as in the engine's json.c."""
    found = 0x811C9DC5
    for byte in name.encode():
        found = (found ^ byte) * 16777619 & 0xFFFFFFFF
    return found


# --- the rulesets --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ruleset:
    """Chains that are matched together, under the ids that they speak for, and the fields that they read."""

    name: str
    chains: tuple[tuple[str, Chain], ...]
    fields: frozenset[str]


def _pack(wanted: list[tuple[str, Chain]], encoding: _Encoding) -> tuple[_Ruleset, ...]:
    """Chains packed into rulesets as they come, within the engine's limits."""
    packs: list[tuple[list[tuple[str, Chain]], set[str]]] = []
    for key, chain in wanted:
        reads = {encoding.fields[_key(literal)] for literal in chain}
        if not packs or len(packs[-1][0]) == _MOST_CHAINS or len(packs[-1][1] | reads) > _MOST_FIELDS:
            packs.append(([], set()))
        packs[-1][0].append((key, chain))
        packs[-1][1].update(reads)
    return tuple(_Ruleset(f"r{n}", tuple(part), frozenset(reads)) for n, (part, reads) in enumerate(packs))


class DurableMatcher:
    """Matches named conditions about one kind of subject. One matcher per thread, kept as long as its rules are: the
    engine never gives a ruleset's memory back.

    Args: rules – the conditions by id; as_of – the day that advice is given for, the same in all facts matched.
    """

    def __init__(self, rules: Mapping[str, Node], as_of: datetime.date) -> None:
        self.as_of = as_of
        found = [(key, chain) for key, node in rules.items() for chain in chains(node, as_of)]
        # An empty chain always holds: decided here, as the engine has no test that every fact passes.
        self._always = frozenset(key for key, chain in found if not chain)
        found = [(key, chain) for key, chain in found if key not in self._always]
        self._encoding = _Encoding([literal for _, chain in found for literal in chain])
        self._rulesets = _pack(found, self._encoding)
        self._host: Any = None
        self._noted: set[str] = set()

    def fired(self, facts: Facts, rows: tuple[Row, ...]) -> frozenset[str]:
        """The ids whose condition is true for the rows in hand.

        Args: facts – the account's facts; rows – the rows in hand, the account's own first.
        Raises: ValueError – facts of another day; EngineFailure – the engine failed twice running.
        """
        if facts.as_of != self.as_of:
            raise ValueError(f"built for {self.as_of}, asked for {facts.as_of}")
        fact = self._encoding.encode(facts, rows)
        try:
            return self._match(fact)
        except Exception:  # whatever the engine raises, its state is lost; a new one decides
            return self._match(fact)

    def _match(self, fact: Mapping[str, int]) -> frozenset[str]:
        """One pass over all rulesets. After any exception the engine is thrown away, with what it half matched."""
        try:
            if self._host is None:
                self._host = self._build()
            self._noted.clear()
            for ruleset in self._rulesets:
                part = {name: fact[name] for name in ruleset.fields if name in fact}
                if part:
                    self._ask(ruleset.name, part)
            return self._always | self._noted
        except BaseException:
            self._host = None
            raise

    def _ask(self, ruleset: str, part: dict[str, int]) -> None:
        """Assert, collect, retract: nothing stays in the engine, whose one session never grows."""
        from durable.engine import MessageNotHandledException

        try:
            state = self._host.assert_fact(ruleset, {"id": _FACT, **part})
        except MessageNotHandledException:
            return  # no chain holds; the engine keeps no such fact
        # MessageObservedException cannot be right: the fact before was not retracted. It goes on as a failure.
        if not isinstance(state, dict) or "exception" in state:
            raise EngineFailure(f"an action of {ruleset} did not complete: {state}")
        self._host.retract_fact(ruleset, {"id": _FACT})

    def _build(self) -> Any:
        host = _host()
        host.set_rulesets({ruleset.name: self._definition(ruleset) for ruleset in self._rulesets})
        return host

    def _definition(self, ruleset: _Ruleset) -> dict[str, Any]:
        """The ruleset as JSON, with an action of one parameter (two would make it asynchronous) per chain."""
        return {
            f"k{n}": {"all": [{"m": self._pattern(chain)}], "run": self._note(key)}
            for n, (key, chain) in enumerate(ruleset.chains)
        }

    def _pattern(self, chain: Chain) -> dict[str, Any]:
        """All tests of a chain; without `$and` the engine would silently use only the first."""
        tests = [self._encoding.test(literal) for literal in chain]
        return {"$and": tests} if len(tests) > 1 else tests[0]

    def _note(self, key: str) -> Callable[[Any], None]:
        def note(_: Any) -> None:
            self._noted.add(key)

        return note


def _host() -> Any:
    """A host without the stock one's threads, which poll, run actions in the background and crash on delete."""
    from durable.engine import Host

    class _Quiet(Host):  # type: ignore[misc,unused-ignore]
        def _run(self) -> None:
            """No threads."""

    return _Quiet()
