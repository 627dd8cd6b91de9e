"""Hosts in the place of `{hosts}` and `{addresses}`, in the safe form of each source."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from orchestrator.domain.plan.target import Target

_PLACEHOLDER = re.compile(r"\{(hosts|addresses)\}")


def as_pattern(text: str, targets: Sequence[Target], instance: str) -> str:
    """A query of Prometheus with regular expressions that match these instances exactly, whatever quotes stand around them.

    A character that means something in an expression stands in brackets: so nothing needs a backslash, which each kind of
    quotes reads in its own way.
    """
    by_address = instance.replace("{host}", "{address}")

    def pattern(match: re.Match[str]) -> str:
        form = instance if match[1] == "hosts" else by_address
        return "(?:" + "|".join(_literal(_placed(form, target)) for target in targets) + ")"

    return _PLACEHOLDER.sub(pattern, text)


def as_url(text: str, targets: Sequence[Target]) -> str:
    """A URL with the names or addresses, separated by commas, each percent-encoded."""
    return _PLACEHOLDER.sub(
        lambda match: ",".join(quote(each, safe="") for each in _names(match[1], targets)), text
    )


def as_argument(text: str, targets: Sequence[Target]) -> str:
    """One argument of a program with the names or addresses, separated by commas."""
    return _PLACEHOLDER.sub(lambda match: ",".join(_names(match[1], targets)), text)


def as_parameters(text: str, targets: Sequence[Target], mark: str) -> tuple[str, list[str]]:
    """A statement of SQL with a list of marks, and the values that are bound to them."""
    values: list[str] = []

    def marks(match: re.Match[str]) -> str:
        names = _names(match[1], targets)
        values.extend(names)
        return "(" + ", ".join([mark] * len(names)) + ")"

    return _PLACEHOLDER.sub(marks, text), values


def _names(which: str, targets: Sequence[Target]) -> list[str]:
    return [target.host if which == "hosts" else target.address for target in targets]


def _placed(form: str, target: Target) -> str:
    address = f"[{target.address}]" if ":" in target.address else target.address
    return form.replace("{host}", target.host).replace("{address}", address)


def _literal(text: str) -> str:
    """A regular expression that matches this text alone; what cannot stand in brackets matches any one character."""
    return "".join(
        character
        if character.isascii() and (character.isalnum() or character in "_-:/@%")
        else f"[{character}]"
        if character in ".$*+?(){}| ,;="
        else "."
        for character in text
    )
