"""Which hosts something of a plan is on: groups, hosts and patterns, in the words that Ansible uses for them."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from orchestrator.domain.text.model_base import HostName
from orchestrator.domain.text.validation_error import wrong

_TERM_FORM = r"[!&]?[A-Za-z0-9_*?\[\]][A-Za-z0-9_.*?\[\]-]{0,252}"
_TERM = re.compile(_TERM_FORM)
_TERMS = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": rf"^ *{_TERM_FORM} *([,:] *{_TERM_FORM} *)*$"})
]
_ListOfTerms = Annotated[list[_TERMS], Field(min_length=1)]


def _terms(value: Any) -> Any:
    """The terms of `database`, `app:!app3`, or a list of them."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        return value
    return [
        term.strip(" ") if isinstance(term, str) else term
        for part in parts
        for term in (re.split(r"[,:]", part) if isinstance(part, str) else [part])
    ]


def _readable(terms: tuple[str, ...]) -> tuple[str, ...]:
    for term in terms:
        if not _TERM.fullmatch(term):
            raise wrong(
                "a group, a host or a pattern such as `web*`, with `!` before what is left out",
                "correct the name",
                finding=f"`{term}`",
            )
    if all(term.startswith("!") for term in terms):
        raise wrong("something that is chosen", "begin with a group, or with `all`", finding=", ".join(terms))
    return terms


Selection = Annotated[
    tuple[str, ...],
    Field(strict=False, min_length=1),
    BeforeValidator(_terms, json_schema_input_type=_TERMS | _ListOfTerms),
    AfterValidator(_readable),
]
"""Terms as in a pattern of Ansible: each adds hosts, `&term` keeps only its hosts, `!term` takes its hosts out."""


def selects(selection: Sequence[str] | None, host: HostName, groups: Iterable[str]) -> bool:
    """Whether the selection has this host, which is in these groups. None has every host."""
    if selection is None:
        return True
    names = (host, "all", *groups)

    def is_in(term: str) -> bool:
        return any(fnmatchcase(name, term) for name in names)

    adding = [term for term in selection if term[0] not in "!&"]
    added = not adding or any(map(is_in, adding))
    kept = all(is_in(term[1:]) for term in selection if term[0] == "&")
    left_out = any(is_in(term[1:]) for term in selection if term[0] == "!")
    return added and kept and not left_out


def selection_words(selection: Sequence[str] | None) -> str:
    """The selection as it is written, empty for every host."""
    return ":".join(selection or ())
