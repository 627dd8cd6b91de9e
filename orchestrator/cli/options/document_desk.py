"""What `orch model` and `orch policy` show of their files as documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.rules.document_control import DocumentFile
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault
from orchestrator.policy.authority.document_standing import (
    Standing,
    as_objections,
    notices,
    on_record,
    standing_of,
)
from orchestrator.policy.telling.words.document_words import standing_lines

if TYPE_CHECKING:
    from orchestrator.engine.ports import Ports

DOCUMENT_HEADINGS = ("status", "approved by", "valid until", "review due")


@dataclass
class DocumentDesk:
    """The documents of a project, by the keys that count there; the keys are read only if a file has the section `document`."""

    project: Path | None
    _shown: dict[DocumentFile, Standing] = field(default_factory=dict)

    @cached_property
    def ports(self) -> Ports:
        """The ports of a command that opens no store."""
        from orchestrator.cli import wiring

        return wiring.ports_to_check()

    @cached_property
    def keyring(self) -> Keyring:
        """The keys that count in the project. Raises PlanFault."""
        return self.ports.keys.keyring((self.project or Path()).resolve())

    def standing(self, file: DocumentFile, roles: Sequence[str] = ()) -> Standing:
        """How a document stands now. Raises PlanFault for an approval or a key that cannot be read."""
        if file not in self._shown:
            self._shown[file] = self._asked(file, roles)
        return self._shown[file]

    def cells(self, file: DocumentFile, roles: Sequence[str] = ()) -> tuple[str, ...]:
        """The cells of a list: status, who approved it, until when it counts, when its review is due."""
        document = on_record(self.standing(file, roles))
        state = "-" if document.state == "ungoverned" else document.state
        ends = (str(day) if day is not None else "-" for day in (document.valid_until, document.review_due))
        return state, plain(document.approved_by, 40) or "-", *ends

    def as_json(self, file: DocumentFile, roles: Sequence[str] = ()) -> Mapping[str, object]:
        """The same for programs, with the code of each reason why it does not count."""
        standing = self.standing(file, roles)
        against = [reason.code for reason in standing.against]
        document = on_record(standing).model_dump_json(exclude={"first_live_use"})
        return {"standing": {**json.loads(document), "against": against}}

    def lines(self, file: DocumentFile, roles: Sequence[str] = ()) -> Iterator[str]:
        """For an outline: how it stands, and what to do."""
        if file.control is None:
            return
        standing = self.standing(file, roles)
        yield from (plain(line, 400) for line in standing_lines(on_record(standing)))
        yield from (plain(f"{reason.found}; {reason.next_move}", 600) for reason in standing.against)
        yield from (plain(f"{finding}; {move}", 600) for _, _, finding, move in self._notices(standing))

    def warnings(self, file: DocumentFile, roles: Sequence[str] = ()) -> Iterator[Fault]:
        """What is not as the file says, and what is due; a draft claims nothing."""
        if file.control is None:
            return
        standing = self.standing(file, roles)
        claims = as_objections(standing) if standing.state in ("unapproved", "expired") else ()
        for path, expected, finding, move in (*claims, *self._notices(standing)):
            yield Fault(file.file, None, path, expected, finding, move)

    def remind(self) -> None:
        """Say of each document shown what is due within 30 days, on the error stream."""
        for standing in self._shown.values():
            for _, _, finding, move in self._notices(standing):
                click.echo(plain(f"{standing.file.title}: {finding}; {move}", 600), err=True)

    def _notices(self, standing: Standing) -> Sequence[tuple[str, str, str, str]]:
        return tuple(notices(standing, self.ports.clock.now())) if standing.state == "approved" else ()

    def _asked(self, file: DocumentFile, roles: Sequence[str]) -> Standing:
        if file.control is None:
            return Standing(file, "ungoverned")
        (presented,) = self.ports.keys.documents([file], self.keyring)
        return standing_of(presented, self.keyring, self.ports.clock.now(), roles)
