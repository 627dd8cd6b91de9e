"""A fleet whose release brings configuration items, and whose backout takes them away again."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import AttributeValue
from tests.worlds.fleet import Fleet
from tests.worlds.plans import SHA, plan_tree

Items = dict[tuple[str, str], dict[str, AttributeValue]]
NEW = "1" * 64
CONFIGURED: Items = {("file", "/etc/app"): {"sha256": NEW, "exists": True}}
TOO_MUCH: Items = {**CONFIGURED, ("package", "sl"): {"version": "5.02"}, ("user", "toor"): {"uid": "0"}}
ETC: Any = {"files": ["/etc/**"]}


class Changing(Fleet):
    """A fleet on which deploying brings these items, by host, and backing out takes them away again."""

    def __init__(self, brings: Any, **sections: Any) -> None:
        tree = plan_tree()
        for section, words in sections.items():
            tree[section] = {**tree.get(section, {}), **words}
        super().__init__(tree)
        self.brings = brings
        self.playbooks.on_start = self._run

    def _run(self, request: AttemptRequest) -> None:
        for host in request.hosts:
            before: Items = {("file", "/etc/app"): {"sha256": SHA, "exists": True}}
            brought: Items = self.brings.get(host, {}) if "h1" in self.brings else self.brings
            self.targets.machine(host).items = {**before, **(brought if request.purpose == "deploy" else {})}

    def hold_to(self, rule: Any) -> Deployment:
        """Deploy under a policy with this rule."""
        self.rule(may_change=rule, approvals={"before": []})
        return self.deploy()

    def cannot_be_captured(self, host: str) -> None:
        """From the first run on."""
        usual = self.playbooks.on_start

        def run(request: AttemptRequest) -> None:
            usual(request)
            self.targets.machine(host).faults = ["a file could not be read"]

        self.playbooks.on_start = run
