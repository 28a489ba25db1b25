"""Choices as messages list them: each as it is written in a file, with its label in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.core.vocabulary import Choices
from advisor.messages import choice_forms


def listed(choices: Choices, values: Iterable[str] | None = None) -> Mapping[str, str]:
    """Choices in every language of messages: `core (core account), new (new account)`.

    Args: choices – of a fact; values – those to be listed, in their order; all where they are not given.
    """
    wanted = tuple(choices.labels if values is None else values)
    return {
        language: form["between"].join(
            _one(value, choices.labels.get(value, {}).get(language, ""), form["one"]) for value in wanted
        )
        for language, form in choice_forms().items()
    }


def _one(value: str, label: str, form: str) -> str:
    """A choice with its label, which is left out where it says the same."""
    small = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    return form.format(value=value, label=small) if small and small != value.replace("_", " ") else value
