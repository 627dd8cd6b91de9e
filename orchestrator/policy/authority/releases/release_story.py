"""A release as it went through its environments, as codes and values; release_words.py has the sentences."""

from typing import Literal

from orchestrator.domain.authority.rehearsal import Part
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.plan.effective_plan import Change
from orchestrator.domain.text.model_base import Many, Moment, Noun

OpenCode = Literal[
    "not_over",
    "sign_off",
    "review",
    "work",
    "post_review",
    "action",
    "objective",
    "receipt",
    "residue",
    "unproved",
]
"""What somebody still has to do."""
StandsCode = Literal[
    "under_way", "deployed", "exceptions", "taken_back", "residue", "unproved", "nothing", "rehearsed"
]
"""How a release stands in an environment, by its newest deployment there that touched a host."""


class OpenWork(Noun):
    """Work that is not done, on whom or what it is, and until when."""

    code: OpenCode
    about: str
    due: Moment | None = None
    overdue: bool = False


class GivenWord(Noun):
    """A decision of a person on record: `signed_at` is None where it was named without a signature."""

    decision: str
    person: str
    role: str
    signed_at: Moment | None


class UnitDigest(Noun):
    """A release unit with its digest in the plan, and the digest that the library had; None: it was not verified."""

    name: str
    version: str
    sha256: str
    verified: str | None


class ReleaseDeployment(Noun):
    """One deployment of the release. `rehearses` is the environment for which it is a rehearsal.

    `as_rehearsed`: it went as a rehearsal must; None while it is open, and of what is none. `result` are whole sentences.
    """

    id: str
    environment: str
    environment_class: str | None
    state: str
    over: bool
    rehearses: str | None
    part: Part | None
    as_rehearsed: bool | None
    planned_at: Moment
    opened_at: Moment | None
    ended_at: Moment | None
    by: str
    hosts: dict[StandingName, int]
    result: Many[str]
    words: Many[GivenWord]
    rests_on: Many[str]
    policy: str | None
    model: str | None
    plan_sha256: str
    effective: str | None
    units: Many[UnitDigest]
    residue: Many[str]
    open: Many[OpenWork]


class InEnvironment(Noun):
    """What was done in one environment, in order, and how the release stands there now."""

    environment: str
    environment_class: str | None
    stands: StandsCode
    deployments: Many[ReleaseDeployment]


class Differences(Noun):
    """What differs between two environments, by the deployment of each that counts.

    `changes` are those of all that must be equal; `hosts_differ`: also what is an environment's own, such as hosts and
    schedule. `units` differ in version or digest. `compared`: False where one of the two has no effective plan on record.
    """

    before: str
    after: str
    deployments: tuple[str, str]
    compared: bool
    changes: Many[Change]
    hosts_differ: bool
    units: Many[str]
    same_plan_file: bool


class HeldCertificate(Noun):
    """A rehearsal certificate of the release that the project holds, and whether its signature is good now."""

    environment: str
    deployments: Many[str]
    rehearsed_at: Moment
    restored: bool
    failure_path: bool
    key: str
    answer: str


class ReleaseStory(Noun):
    """A release through its environments. `unreadable`: deployments whose journal cannot be read, by id, with the reason.

    `certificates_unread`: why those of a project cannot be read.
    """

    orch_release: Literal[1] = 1
    release: str
    version: str
    made: Moment
    environments: Many[InEnvironment]
    differences: Many[Differences]
    certificates: Many[HeldCertificate]
    certificates_unread: Many[str]
    other_versions: Many[str]
    unreadable: dict[str, str]

    @property
    def deployments(self) -> tuple[ReleaseDeployment, ...]:
        """All of them, environment by environment."""
        return tuple(d for each in self.environments for d in each.deployments)
