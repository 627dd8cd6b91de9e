"""Events before the first touch: what was verified and captured, or why nothing was started."""

from typing import Literal

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.components_on import ComponentsOn
from orchestrator.domain.evidence.unit_evidence import UnitEvidence
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.text.model_base import HostName, Many, Noun, Sha256, Text

RefusalCode = Literal["host.other_house"]
"""Why hosts were refused: machines that another house governs."""


class ComponentsVerified(Noun):
    """Every release unit matches its digest in the media library; `on_target` is what hosts must hold afterwards.

    `on_some`: what only some hosts must hold. `units`: where each came from, and who built, tested and signed it; empty in
    journals of an earlier version.
    """

    kind: Literal["components_verified"] = "components_verified"
    digests: dict[str, Sha256]
    on_target: dict[str, Sha256] = {}
    on_some: Many[ComponentsOn] = ()
    units: Many[UnitEvidence] = ()


class EnvironmentVerified(Noun):
    """Every environment check passed on every host that answers. `host_keys` are the SHA-256 of the keys that the hosts showed.

    `unreached`: hosts that were dead, each with why, as many as the failure limits allow. Nothing is done to them.
    """

    kind: Literal["environment_verified"] = "environment_verified"
    results: Many[CheckResult]
    host_keys: dict[HostName, Text] = {}
    unreached: dict[HostName, Text] = {}


class BaselineCaptured(Noun):
    """The baseline of every host was captured and stored. `unreached`: hosts that were dead by then, each with why."""

    kind: Literal["baseline_captured"] = "baseline_captured"
    baselines: Many[BaselineReference]
    unreached: dict[HostName, Text] = {}


class DeploymentRefused(Noun):
    """A verification before the first touch did not pass, or the first attempt never began: no host was changed.

    `causes` are the reasons without the hosts that they hold for, each once; empty where they are about no host. `codes`:
    the reasons that programs decide on.
    """

    kind: Literal["refused"] = "refused"
    stage: Literal[
        "approval", "window", "components", "environment", "baseline", "entry", "rotation", "deploy"
    ]
    reasons: Many[Text]
    results: Many[CheckResult] = ()
    causes: Many[Text] = ()
    codes: Many[RefusalCode] = ()
