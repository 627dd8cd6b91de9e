"""Runs of Ansible that no journal knows, each kind below a folder of its own in the home: visits, and hints."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.adapters.ansible.choice import AnsibleChoice
    from orchestrator.adapters.ansible.isolation.images import Images
    from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
    from orchestrator.adapters.ansible.warm import WarmStart
    from orchestrator.adapters.checks import ControllerChecks
    from orchestrator.engine.hint_ports import Hints
    from orchestrator.engine.ports import Clock, Targets


class RunsBeside(NamedTuple):
    """What they need; they are in images and shut off from the home as every run is."""

    home: Path
    clock: Clock
    warm: WarmStart | None
    choice: AnsibleChoice
    images: Images

    def targets(self, controller: ControllerChecks) -> Targets:
        """Hosts without ssh, which are visited through Ansible."""
        from orchestrator.adapters.ansible.visits import AnsibleTargets
        from orchestrator.adapters.ansible.visits.visit import Visits

        root = self.home / "visits"
        return AnsibleTargets(Visits(self._below(root), root, self.clock), self.clock, controller)

    def hints(self) -> Hints:
        """Playbooks in check mode."""
        from orchestrator.adapters.ansible.hints import AnsibleHints

        root = self.home / "hints"
        return AnsibleHints(self._below(root), root, self.clock)

    def _below(self, root: Path) -> AnsiblePlaybooks:
        from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks

        return AnsiblePlaybooks(root, warm=self.warm, choice=self.choice, images=self.images, home=self.home)
