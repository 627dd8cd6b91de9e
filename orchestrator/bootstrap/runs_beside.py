"""Runs of Ansible that no journal knows, each kind below a folder of its own in the home: visits, and hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.adapters.ansible.choice import AnsibleChoice
    from orchestrator.adapters.ansible.isolation.images import Images
    from orchestrator.adapters.ansible.warm import WarmStart
    from orchestrator.adapters.checks import ControllerChecks
    from orchestrator.engine.hint_ports import Hints
    from orchestrator.engine.ports import Clock, Targets


def visited_targets(
    home: Path, clock: Clock, warm: WarmStart | None, choice: AnsibleChoice, controller: ControllerChecks
) -> Targets:
    """Hosts without ssh, which are visited through Ansible."""
    from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
    from orchestrator.adapters.ansible.visits import AnsibleTargets
    from orchestrator.adapters.ansible.visits.visit import Visits

    root = home / "visits"
    runs = AnsiblePlaybooks(root, warm=warm, choice=choice)
    return AnsibleTargets(Visits(runs, root, clock), clock, controller)


def hints_of_home(
    home: Path, clock: Clock, warm: WarmStart | None, choice: AnsibleChoice, images: Images
) -> Hints:
    """Playbooks in check mode, shut off from the home as every run is."""
    from orchestrator.adapters.ansible.hints import AnsibleHints
    from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks

    root = home / "hints"
    runs = AnsiblePlaybooks(root, warm=warm, choice=choice, images=images, home=home)
    return AnsibleHints(runs, root, clock)
