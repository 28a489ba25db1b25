"""The trainer's page of one play: what it is for, when it fires, whom to see, what to say and do, cases, basis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from advisor.advice.derived_in_words import Makings
from advisor.advice.in_words import Clause
from advisor.advice.slots import known_slots
from advisor.advice.workspace import LANGUAGES
from advisor.content.content import Content
from advisor.content.plays import Instead, Line, Play, See, Span, Timing, Wish, Words
from advisor.core.vocabulary import Field
from advisor.docs.docs_html import Html, link, listed, page, pairs, part, section, table
from advisor.docs.play_cases import Given
from advisor.docs.play_sources import PainPoint, Sources
from advisor.docs.play_stages import ENTITY, STAGE, stages

_TOKEN = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})")
_NAME = re.compile(r"[a-z]\w*(?:\.[a-z]\w*)*|'[^']*'|\"[^\"]*\"|\S+")
_QUOTES = "'\""
_ROLES = "buying_role"
_FIRST_NUMBER = 0x2460


@dataclass(frozen=True)
class Pages:
    """All pages in one language: what they share."""

    content: Content
    sources: Sources
    makings: Makings
    html: Html
    language: str

    def word(self, key: str, **slots: object) -> str:
        return self.makings.word(f"docs.{key}", **slots)

    def title(self, play: Play) -> str:
        return self.makings.printer.label(play.title, play.path)

    def link(self, play: Play) -> str:
        """A play as it is named on other pages."""
        return f'<a href="{file(play, self.language)}"><span class="code">{escape(play.code)}</span> ' + (
            f"{escape(self.title(play))}</a>"
        )

    def listed(self, codes: tuple[str, ...]) -> str:
        """Plays by their codes, those that exist linked."""
        known = {play.code: play for play in self.content.plays}
        found = (
            self.link(known[code]) if code in known else f'<span class="code">{escape(code)}</span>' for code in codes
        )
        return listed(found, style="plays")

    def urgency(self, level: int) -> str:
        return str(self.makings.printer.words["urgency"][level - 1])

    def readers(self, play: Play) -> str:
        words = self.makings.word
        return words("list").join(words(f"readers.{reader}") for reader in play.readers)

    def stage_labels(self) -> Mapping[str, str]:
        """Every stage with its label, in order."""
        field = self.content.vocabulary.field(ENTITY, STAGE)
        labels = field.choices.labels if field and field.choices else {}
        return {stage: self.makings.printer.label(label, stage) for stage, label in labels.items()}

    def page(self, title: str, this: str, body: str) -> str:
        """A whole file; `this` is its name without language, for the link to the same page in the other one."""
        other = next(one for one in LANGUAGES if one != self.language)
        nav = link(f"index.{self.language}.html", self.word("contents"))
        nav += link(f"glossary.{self.language}.html", self.word("glossary"))
        nav += f'<span class="other">{link(f"{this}.{other}.html", self.word("other_language"))}</span>'
        return page(self.language, title, nav, body)


def file(play: Play, language: str) -> str:
    """The name of a play's page."""
    return f"{stem(play)}.{language}.html"


def stem(play: Play) -> str:
    """A play's page without its language."""
    return re.sub(r"[^\w-]", "-", play.code or play.path)


def play_page(play: Play, pages: Pages) -> str:
    """The page of a play in one language."""
    return _Page(play, pages, pages.html, known_slots(play, pages.content.vocabulary, pages.content.policy)).whole()


@dataclass(frozen=True)
class _Page:
    """One play told in one language."""

    play: Play
    pages: Pages
    html: Html
    slots: Mapping[str, Field | None]

    def word(self, key: str, **slots: object) -> str:
        return self.pages.word(key, **slots)

    @property
    def rows(self) -> tuple[str, ...]:
        """What the play's conditions have in hand."""
        return (ENTITY, self.play.about) if self.play.about == "opportunity" else (ENTITY,)

    @property
    def words(self) -> Words:
        return self.play.words.get(self.pages.language, Words())

    def whole(self) -> str:
        title = self.pages.title(self.play)
        body = [
            f'<h1><span class="code">{escape(self.play.code)}</span> {escape(title)}</h1>',
            f'<p class="purpose">{escape(self.purpose())}</p>',
            section(self.word("for_what"), self.about()),
            section(self.word("fires"), self.fires()),
            section(self.word("see"), self.see(self.play.see), self.block("nobody_known", self.words)),
            section(self.word("say"), self.takes(), self.says(self.words)),
            section(self.word("do"), self.does(self.words)),
            section(self.word("because"), self.lines(self.words.because)),
            section(self.word("instead"), *(self.instead(change) for change in self.play.instead)),
            section(self.word("cases"), self.cases()),
            section(self.word("basis"), self.basis()),
            section(self.word("related"), self.related()),
            self.footer(),
        ]
        return self.pages.page(f"{self.play.code} {title}", stem(self.play), "\n".join(filter(None, body)))

    # --- what it is for --------------------------------------------------------------------------

    def purpose(self) -> str:
        play = self.play
        return self.word(
            "purpose",
            readers=self.pages.readers(play),
            about=self.word(f"about.{play.about}"),
            lead=self.word(f"lead.{play.lead}"),
            degree=self.word(f"degree.{play.degree}"),
        )

    def about(self) -> str:
        play, printer = self.play, self.pages.makings.printer
        book = self.pages.content.playbooks.get(play.path.partition("/")[0])
        answered = [pain for pain in self.pages.sources.pains if play.code in pain.plays]
        rows = [
            (self.word("pains"), "<br>".join(self.pain(pain) for pain in answered)),
            (self.word("stages"), escape(self.stages())),
            (self.word("urgency"), escape(self.pages.urgency(play.timing.urgency))),
            (self.word("due"), "<br>".join(self.timing())),
            (self.word("playbook"), escape(printer.label(book.title)) if book else ""),
        ]
        status = self.word(f"status.{play.status}") if play.status in printer.words["docs"]["status"] else ""
        return (f'<p class="soft">{escape(status)}</p>' if status else "") + pairs(rows)

    def pain(self, pain: PainPoint) -> str:
        text = self.pages.makings.printer.label(pain.text)
        return f'<a href="index.{self.pages.language}.html#pain.{escape(pain.code)}">{escape(text)}</a>'

    def stages(self) -> str:
        labels, found = self.pages.stage_labels(), stages(self.play, self.pages.content)
        every = len(found) == len(labels)
        return self.word("any_stage") if every else self.pages.makings.word("list").join(labels[one] for one in found)

    def timing(self) -> list[str]:
        """The limits, of which the earliest counts; what a key account changes; how long the play rests."""
        play = self.play
        lines = [self._limits(play.timing)]
        if play.key_account:
            raised = play.key_account.urgency != play.timing.urgency
            said = [escape(self.word("due_within", span=self.span(play.key_account.finish_in)))]
            said += (
                [escape(self.word("raised", urgency=self.pages.urgency(play.key_account.urgency)))] if raised else []
            )
            lines.append(self.html.word("key_account", what="\0").replace("\0", self.items(said)))
        if play.not_again_for:
            days = Span(play.not_again_for, "days")
            lines.append(escape(self.word("not_again", n=self.span(days))))
        return lines

    def _limits(self, timing: Timing) -> str:
        makings = self.pages.makings
        said = [escape(self.word("due_within", span=self.span(timing.finish_in)))]
        for name, days in timing.by:
            key, n = ("due_before" if days else "due_by"), self.span(Span(days, "days"))
            said.append(self.html.said(makings.say(key, fact=makings.named(name, self.rows), n=n)))
        tail = self.html.word("due_earliest") if timing.by else ""
        return self.items(said) + tail

    def items(self, parts: Iterable[str]) -> str:
        """Several things said in one line of HTML."""
        return escape(self.pages.makings.word("explain_items")).join(parts)

    def span(self, span: Span) -> str:
        if span.amount == 1 and span.unit == "days":
            return self.pages.makings.word("day", n=1)
        return str(self._spans()[span.unit]).format(n=span.amount)

    def _spans(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.pages.makings.printer.words["docs"]["spans"]
        return found

    # --- when, whom ------------------------------------------------------------------------------

    def fires(self) -> str:
        clauses = self.pages.makings.clauses(self.play.when, self.rows)
        if not clauses:
            return f"<p>{self.html.word('fires_always')}</p>"
        head = "fires_one" if len(clauses) == 1 else "fires_head"
        return f"<p>{self.html.word(head)}</p>{self.html.clauses(clauses)}"

    def see(self, see: See) -> str:
        blocks = ((key, getattr(see, key.removeprefix("see_"))) for key in ("see_first", "see_then", "see_not_first"))
        return pairs((self.word(key), self.wishes(wishes)) for key, wishes in blocks)

    def wishes(self, wishes: tuple[Wish, ...]) -> str:
        long = any(wish.where is not None for wish in wishes)
        return ("<br>" if long else escape(self.pages.makings.word("list"))).join(self.wish(wish) for wish in wishes)

    def wish(self, wish: Wish) -> str:
        makings = self.pages.makings
        if wish.where is not None:
            clauses = makings.clauses(wish.where, (*self.rows, "contact"))
            return self.html.word("see_where") + self.items(self.html.said(makings.flat(one)) for one in clauses)
        if wish.fact is not None:
            return self.html.said(makings.named(wish.fact, self.rows))
        choices = self.pages.content.vocabulary.choices.get(_ROLES)
        label = choices.labels.get(wish.role, {}) if choices else {}
        return escape(makings.lower(makings.printer.label(label, wish.role)))

    # --- words and deeds -------------------------------------------------------------------------

    def says(self, words: Words) -> str:
        note = f'<p class="soft">{self.html.word("slots_note")}</p>' if words is self.words else ""
        spoken = [self.variants("headline", words.headline), self.variants("message", words.message)]
        return note + "".join([*spoken, *(self.block(key, words) for key in ("ask", "if_they_say", "do_not"))])

    def does(self, words: Words) -> str:
        return self.lines(words.steps, "ol") + self.block("done_when", words)

    def variants(self, key: str, lines: tuple[Line, ...]) -> str:
        """The first that can be said is taken; the others are for missing facts."""
        quotes = [f"<blockquote>{self.line(line)}</blockquote>" for line in lines]
        more = f'<p class="soft variant">{self.html.word("variant")}</p>' if len(quotes) > 1 else ""
        return part(self.word(key), quotes[0] + more + "".join(quotes[1:])) if quotes else ""

    def block(self, key: str, words: Words) -> str:
        return part(self.word(key), self.lines(getattr(words, key)))

    def lines(self, lines: tuple[Line, ...], tag: str = "ul") -> str:
        if len(lines) == 1:
            return f"<p>{self.line(lines[0])}</p>"
        return listed((self.line(line) for line in lines), tag)

    def line(self, line: Line) -> str:
        """A text with its slots as highlighted labels and its `if`s in words."""
        return "".join(self._token(token) for token in _TOKEN.split(line.text))

    def _token(self, token: str) -> str:
        if token.startswith("{{"):
            return self.slot(token[2:-2].strip())
        if not token.startswith("{%"):
            return escape(token)
        word, _, rest = token[2:-2].strip(" -").partition(" ")
        if word in ("if", "elif"):
            said = self.word("slot_if", what="".join(self._test(rest)))
        else:
            said = self.word("slot_else") if word == "else" else " "
        return f'<i class="if">{escape(said)}</i>' if said.strip() else said

    def _test(self, text: str) -> Iterator[str]:
        """What an `if` asks, in words; asking for a taken record's id is asking whether there is such a record."""
        before, field = "", None
        tokens = _NAME.findall(text)
        for one, after in zip(tokens, [*tokens[1:], ""], strict=True):
            head, _, last = one.partition(".")
            if one in ("and", "or", "not"):
                yield self.word(f"slot_{one}")
            elif last == "id" and head in self.play.take:
                yield self._head(head) if before == "not" else self.word("slot_there", entity=self._head(head))
            elif one in self.slots:
                field = self.slots[one]
                bare = "==" not in (before, after) and before != "not" and not (field and field.type == "yes_no")
                yield self.word("slot_known", fact=self.called(one)) if bare else self.called(one)
            else:
                yield self._compared(one, field)
            before = one

    def _compared(self, text: str, field: Field | None) -> str:
        """What a slot is compared with, as its field prints it."""
        if text[:1] in _QUOTES:
            return self.pages.makings.printer.data(text.strip(_QUOTES), field)
        known = {"==": "docs.slot_is", "true": "true", "false": "false"}
        return self.pages.makings.word(known[text]) if text in known else f" {text} "

    def slot(self, name: str) -> str:
        policy = name.removeprefix("policy.")
        if policy != name:
            value = self.pages.makings.printer.data(self.pages.content.policy.get(policy, ""), None)
            return f'<a href="{self.html.glossary}#policy.{escape(policy)}">{escape(value)}</a>'
        return f'<mark title="{escape(name)}">{escape(self.called(name))}</mark>'

    def called(self, name: str) -> str:
        """What a slot stands for."""
        field, makings = self.slots.get(name), self.pages.makings
        if field is None:
            return self.word(f"slots.{name}") if name in makings.printer.words["docs"]["slots"] else name
        label = makings.lower(makings.printer.label(field.label, field.name))
        head, _, rest = name.partition(".")
        if not rest or field.name == name:
            return label
        return makings.word("explain_of", what=self._head(head), fact=label)

    def _head(self, head: str) -> str:
        vocabulary = self.pages.content.vocabulary
        if head in self.play.take:
            return self._taken(head)
        for base in reversed(self.rows):
            ref = vocabulary.entities[base].refs().get(head)
            if ref:
                return self.pages.makings.entity(ref.to)
        return self.pages.makings.entity(head)

    def _taken(self, name: str) -> str:
        """What a taken record is called: by its kind, with a number where there are several of that kind."""
        entity = self.play.take[name].entity
        same = [key for key, take in self.play.take.items() if take.entity == entity]
        number = chr(_FIRST_NUMBER + same.index(name)) if len(same) > 1 else ""
        return self.pages.makings.entity(entity) + number

    def takes(self) -> str:
        """The records that the texts speak of."""
        makings, found = self.pages.makings, []
        for name, take in self.play.take.items():
            entity = self._taken(name)
            said = self.word(f"take.{take.how}", by=makings.label(take.entity, take.by), entity=entity)
            clauses = makings.clauses(take.where, (*self.rows, take.entity))
            found.append(escape(said) + self.html.said(makings.only(clauses)))
        return part(self.word("takes"), listed(found))

    def instead(self, change: Instead) -> str:
        """What changes while a condition holds."""
        clauses: tuple[Clause, ...] = self.pages.makings.clauses(change.when, self.rows)
        words = change.words.get(self.pages.language, Words())
        timing = [escape(self.pages.urgency(change.urgency))] if change.urgency else []
        timing += [escape(self.word("due_within", span=self.span(change.finish_in)))] if change.finish_in else []
        parts = [
            f"<h3>{self.html.word('instead_when')}</h3>{self.html.clauses(clauses)}",
            pairs([(self.word("due"), self.items(timing))]),
            self.see(change.see) if change.see else "",
            self.block("nobody_known", words),
            self.says(words),
            part(self.word("do"), self.does(words)),
            self.block("because", words),
        ]
        return f'<div class="card">{"".join(parts)}</div>'

    # --- cases, basis, related -------------------------------------------------------------------

    def cases(self) -> str:
        makings = self.pages.makings
        given = Given(self.pages.content, makings.printer, self.play)
        head = [self.word(f"case_{key}") for key in ("name", "expect", "because", "due", "person")]
        rows = []
        for case in self.play.cases:
            facts = listed(given.lines(case))
            more = f"<details><summary>{self.html.word('case_given')}</summary>{facts}</details>" if facts else ""
            day = makings.printer.date(case.today)
            name = f'<span lang="en">{escape(case.name)}</span> <span class="soft">{escape(day)}</span>{more}'
            verdict = makings.word("fires" if case.expect == "fires" else "silent")
            due = makings.printer.date(case.due_on) if case.due_on else ""
            rows.append([name, *map(escape, (verdict, given.named(case.because), due, given.person(case.person)))])
        note = f'<p class="soft">{self.html.word("cases_note")}</p>'
        return note + table(head, rows) if rows else ""

    def basis(self) -> str:
        """The method's entries that the play rests on."""
        return listed((self.entry(code) for code in self.play.basis), style="plays")

    def entry(self, code: str) -> str:
        label, found = self.pages.makings.printer.label, self.pages.sources.entries.get(code)
        text = f'<span class="code">{escape(code)}</span>'
        if found is None:
            return text
        note = label(found.note)
        return f"{text} {escape(label(found.title))}" + (f'<div class="soft">{escape(note)}</div>' if note else "")

    def related(self) -> str:
        """Plays that go along with this one, named here or there, and those on the same basis."""
        play, plays = self.play, self.pages.content.plays
        beside = dict.fromkeys((*play.beside, *(one.code for one in plays if play.code and play.code in one.beside)))
        same = [one.code for one in plays if one is not play and set(one.basis) & set(play.basis)]
        return part(self.word("beside"), self.pages.listed(tuple(beside))) + part(
            self.word("same_basis"), self.pages.listed(tuple(code for code in same if code not in beside))
        )

    def footer(self) -> str:
        if not self.play.owner:
            return ""
        return f'<footer class="soft">{self.html.word("by_owner", owner=self.play.owner)}</footer>'
