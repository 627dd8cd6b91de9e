"""Searches a record for secrets before it leaves its home: canaries refuse it, the shapes of well-known keys are told."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.secret_search import Canaries, ShapeCode, fields_of_value, shape_of
from orchestrator.engine.ports import Ports
from orchestrator.errors import Refused

NAMED = 10
"""Places that a refusal or a warning names."""


class ShapeFound(NamedTuple):
    """Where something has the shape of a well-known secret."""

    event: int
    path: str
    shape: ShapeCode


class RecordGuard:
    """Searches what is to be written of one deployment's record. Without canaries nothing is searched."""

    def __init__(self, ports: Ports, deployment: str) -> None:
        """Raises PlanFault where a file of canaries is wrong."""
        self._ports, self._deployment = ports, deployment
        self._canaries = Canaries(ports.canaries.values())

    def refuse_events(self) -> None:
        """Raises Refused where an event of the record holds a canary, with its number and the path of the field."""
        if self._canaries:
            rows = self._ports.journal.read_raw(self._deployment)
            self._refuse(f"event {seq} {path}" for seq, row in enumerate(rows, 1) for path in self._in(row))

    def refuse_text(self, what: str, text: str | bytes) -> None:
        """Raises Refused where what was made of the record holds a canary: texts of baselines, names, attached files."""
        if self._canaries:
            words = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
            # A page has <wbr> where a long word may be broken: a reader sees, and copies, the word without it.
            forms = (words, words.replace("<wbr>", ""))
            self._refuse([what] if any(map(self._canaries.in_text, forms)) else [])

    def _in(self, row: RawEvent) -> Iterator[str]:
        yield from self._canaries.paths(_value(row.body))

    def _refuse(self, places: Iterable[str]) -> None:
        named = list(islice(places, NAMED + 1))
        if not named:
            return
        more = " and more" if len(named) > NAMED else ""
        files = ", ".join(map(command_word, self._ports.canaries.places()))
        raise Refused(
            f"The record of {self._deployment} was not written: a canary stands in "
            f"{'; '.join(plain(each, 200) for each in named[:NAMED])}{more}. Change that secret wherever it is used; once it "
            f"is worth nothing, take its line out of {files}, and write the record then."
        )


def shapes_in(rows: Sequence[RawEvent]) -> Sequence[ShapeFound]:
    """The first places in a record at which something has the shape of a well-known secret."""
    return list(islice(_shapes(rows), NAMED))


def _shapes(rows: Sequence[RawEvent]) -> Iterator[ShapeFound]:
    for seq, row in enumerate(rows, start=1):
        for field in fields_of_value(_value(row.body)):
            shape = shape_of(field.text)
            if shape is not None:
                yield ShapeFound(seq, field.path, shape)


def _value(body: str) -> object:
    """What an event says; a row that is not JSON is searched as the text that it is."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body
