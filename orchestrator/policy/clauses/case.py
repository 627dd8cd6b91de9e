"""One deployment as evidence is looked for in it, and the finding about one code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.clause_evidence import EvidenceCode, EvidenceState
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.events import Event
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, STANDS, TAKEN_BACK, UNTOUCHED
from orchestrator.domain.seal.findings import SealLook
from orchestrator.domain.text.command_word import command_word

MOST_DETAILS = 12
"""Details of one finding; more are counted."""
LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Case:
    """A deployment, its journal, what was found of its seal (None: nobody looked), and the moment of the question.

    `not_in_cmdb`: its ends of which the CMDB has nothing, by number.
    """

    d: Deployment
    records: Sequence[Condensed]
    now: datetime
    seal: SealLook | None = None
    not_in_cmdb: frozenset[int] = frozenset()

    def events(self, *kinds: type[Event]) -> list[Condensed]:
        """Its records of these kinds."""
        return [record for record in self.records if isinstance(record.event, kinds)]

    @property
    def id_word(self) -> str:
        """Its id as a word of a command."""
        return command_word(self.d.id)

    @property
    def rehearsal(self) -> bool:
        """It rehearses another deployment: it tells nobody, and nothing follows it."""
        return self.d.rehearsing.rehearsal is not None

    @property
    def never_touched(self) -> bool:
        """It ended before a host was touched."""
        return self.d.state in NEVER_TOUCHED

    @property
    def stands(self) -> bool:
        """It is over, and its release is on the hosts."""
        return self.d.state in STANDS

    @property
    def taken_back(self) -> bool:
        """It failed, or was backed out."""
        return self.d.state in TAKEN_BACK

    @property
    def ahead(self) -> bool:
        """No host was touched, and it goes on."""
        return self.d.state in UNTOUCHED


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one code. `events`: the numbers of the events that show it; `details`: names and values, as recorded.

    `command` closes a gap in the present state; empty where nothing can: it is to be done otherwise next time.
    """

    code: EvidenceCode
    state: EvidenceState
    events: tuple[int, ...] = ()
    details: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding before it has its code."""

    state: EvidenceState
    events: tuple[int, ...] = ()
    details: tuple[str, ...] = ()
    command: str = ""


NOT_YET, NOTHING = Found("not yet"), Found("not applicable")


def held(records: Sequence[Condensed] = (), *details: str) -> Found:
    """Evidence, shown by these events."""
    return Found("held", tuple(record.seq for record in records), details)


def gap(*details: str, command: str = "", records: Sequence[Condensed] = ()) -> Found:
    """No evidence; `command` closes it now."""
    return Found("gap", tuple(record.seq for record in records), details, command)
