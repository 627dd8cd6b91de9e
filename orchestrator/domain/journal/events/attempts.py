"""Events of attempts: intended, adopted, ended or lost, and the quiet after an unclean end."""

from typing import Literal

from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.attempt import Isolation, Purpose, Unisolated
from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.plan.target import SilenceCause
from orchestrator.domain.text.model_base import HostName, Many, Moment, Name, Noun, Text


class AttemptIntended(Noun):
    """An attempt is about to start. From here on its hosts count as touched, and refuse runs of an earlier epoch.

    `repeated`: a second run in a rehearsal, which must change nothing. `isolation`: what keeps the run from orch's own user.
    `unisolated`: why nothing does. `manual`: no run at all, but work of people, whose word ends it. `store`: what gave the
    epoch.
    """

    kind: Literal["attempt_intended"] = "attempt_intended"
    attempt: Name
    purpose: Purpose
    wave: int
    hosts: Many[HostName]
    epoch: int = 0
    repeated: bool = False
    isolation: Isolation = "none"
    unisolated: Unisolated = ""
    manual: bool = False
    store: str = ""


class AttemptAdopted(Noun):
    """A driver found an attempt of an earlier driver, running or ended, and follows it."""

    kind: Literal["attempt_adopted"] = "attempt_adopted"
    attempt: Name
    found: Literal["absent", "running", "finished", "dead"]


class AttemptEnded(Noun):
    """An attempt ended, with its outcome for each host. `changed_in_copy`: files that differed from the approved ones."""

    kind: Literal["attempt_ended"] = "attempt_ended"
    outcome: AttemptOutcome
    changed_in_copy: Many[Text] = ()


class AttemptLost(Noun):
    """The attempt's worker is gone without an outcome: the state of its hosts is unknown.

    `acted_on`: hosts outside its own that its tasks are known to have acted on. `opened`: as of an outcome, as far as known.
    """

    kind: Literal["attempt_lost"] = "attempt_lost"
    attempt: Name
    reason: Text
    started: bool = True
    changed_in_copy: Many[Text] = ()
    acted_on: Many[ActedOn] = ()
    opened: Many[OpenedFile] = ()


class QuietAwaited(Noun):
    """After an unclean end some hosts gave no answer and are asked again until `until`; the other answers are kept here."""

    kind: Literal["quiet_awaited"] = "quiet_awaited"
    attempt: Name
    hosts: Many[HostName]
    until: Moment
    busy: Many[HostName] = ()
    ended: Many[HostName] = ()


class Quiesced(Noun):
    """After an unclean end: where processes of the run were ended, where some remain, and where they could not be seen."""

    kind: Literal["quiesced"] = "quiesced"
    attempt: Name
    busy: Many[HostName] = ()
    unreachable: Many[HostName] = ()
    ended: Many[HostName] = ()


class ProcessesLeft(Noun):
    """The result of a look for the deployment's own processes on these hosts, after its attempts.

    `left`: those that live, `ended`: those that were ended before the proof of a backout; `unseen`: why a host does not say.
    """

    kind: Literal["processes_left"] = "processes_left"
    hosts: Many[HostName]
    left: dict[HostName, Many[LeftProcess]] = {}
    ended: dict[HostName, Many[LeftProcess]] = {}
    unseen: dict[HostName, SilenceCause] = {}
