"""Events of a backout and of its proof."""

from typing import Literal

from orchestrator.domain.authority.ground import Ground, by_a_person
from orchestrator.domain.authority.rehearsal import AsRehearsed
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.evidence.baseline import BaselineReference, Difference
from orchestrator.domain.evidence.task_changes import ChangesOn
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun, Text

ObstacleCode = Literal["newer", "locked", "unreadable"]
"""What stands against a rollback: a later deployment to a machine, a machine that is locked, a journal that cannot be read."""


class SetAside(Noun):
    """An obstacle that a person set aside: what it is, the other deployment, and the hosts of this one that it is about."""

    code: ObstacleCode
    deployment: Text
    hosts: Many[HostName]


class BackoutBegan(Noun):
    """The release is backed out of these hosts, newest wave first; `rehearsed` is set for a backout that a rehearsal tests.

    `restored` are the epochs of later deployments to these machines that were backed out before, or that a person set
    aside. `reasons` is `reason` as codes; `despite` is what a person set aside. `replacement`: the playbook that is run
    instead of the approved one. `emergency`: a completed deployment is taken back under the emergency procedure, and
    `reviewers` review that by `review_by`.
    """

    kind: Literal["backout_began"] = "backout_began"
    hosts: Many[HostName]
    reason: Text
    by: Text
    rehearsed: AsRehearsed | None = None
    restored: Many[int] = ()
    reasons: Many[Ground] = ()
    despite: Many[SetAside] = ()
    replacement: BackoutReplacement | None = None
    spoken: Spoken | None = None
    emergency: bool = False
    review_by: Moment | None = None
    reviewers: Many[RoleNeed] = ()

    @property
    def by_a_person(self) -> bool:
        """Whether a person decided it, not a rule of plan or policy."""
        return by_a_person(self.reasons, self.by)


class BackoutCompared(Noun):
    """Before a backout runs anything: hosts proved to equal their baseline already get no run, the others do.

    `not_compared` gives the reason for each host that could not be compared.
    """

    kind: Literal["backout_compared"] = "backout_compared"
    equal: Many[BaselineReference] = ()
    differing: Many[HostName] = ()
    not_compared: dict[HostName, Text] = {}


class RestorationCompared(Noun):
    """The baseline was captured again and compared; `not_compared` gives the reason for each host that could not be.

    `uncovered`: what tasks changed and no item of the baseline covers, so that nothing is proved of it.
    """

    kind: Literal["restoration_compared"] = "restoration_compared"
    baselines: Many[BaselineReference]
    differences: Many[Difference] = ()
    not_compared: dict[HostName, Text] = {}
    uncovered: Many[ChangesOn] = ()


class Restored(Noun):
    """Every backed-out host equals its baseline, in what that captures; the comparison before it names what it does not."""

    kind: Literal["restored"] = "restored"


class ResidueFound(Noun):
    """The backout ran to its end, and some host differs from its baseline."""

    kind: Literal["residue_found"] = "residue_found"
    hosts: Many[HostName]


class DeploymentBackoutFailed(Noun):
    """The backout did not run to its end on some host, or its result could not be proved."""

    kind: Literal["backout_failed"] = "backout_failed"
    hosts: dict[HostName, Text]
