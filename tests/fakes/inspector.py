"""An inspector that knows an inventory and playbooks by heart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.domain.plan.inspection import FileFault, Inspection, PlaybookFinding, PlaybookSeen, PlaySeen
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.engine.project_ports import Inspector


@dataclass
class FakeInspector(Inspector):
    """`groups`: hosts by group, `all` first; `plays`: the groups that each playbook's plays name."""

    groups: Mapping[str, Sequence[str]]
    plays: Mapping[str, Sequence[str]]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    vault_faults: Sequence[FileFault] = ()
    settings_faults: Sequence[FileFault] = ()
    findings: Mapping[str, Sequence[PlaybookFinding]] = field(default_factory=dict)
    settings: Sequence[str] = ()
    absent_environment: Sequence[str] = ()

    def inspect(
        self, plan: ReleasePlan, project: Path, say: Callable[[str], None] = lambda step: None
    ) -> Inspection:
        pattern = plan.strategy.hosts
        hosts = self.groups.get(pattern, [pattern] if pattern in self.groups["all"] else [])
        return Inspection(
            targets=tuple(self._target(host) for host in hosts),
            inventory_faults=() if hosts else (f"the pattern `{pattern}` matches no host",),
            playbooks=tuple(self._playbook(path) for path in plan.playbooks),
            vault_faults=tuple(self.vault_faults),
            settings_faults=tuple(self.settings_faults),
            groups={group: tuple(members) for group, members in self.groups.items()},
            absent_environment=tuple(self.absent_environment),
        )

    def unsafe_constructs(self, playbook: Path, project: Path) -> list[PlaybookFinding]:
        return list(self.findings.get(str(playbook.relative_to(project)), ()))

    def tree_findings(self, plan: ReleasePlan, project: Path) -> list[PlaybookFinding]:
        return list(self.findings.get("", ()))

    def code_of_tree(self, plan: ReleasePlan, project: Path) -> list[str]:
        return []

    def settings_overridden(self, project: Path) -> list[str]:
        return list(self.settings)

    def _target(self, host: str) -> Target:
        groups = tuple(group for group, members in self.groups.items() if host in members and group != "all")
        return Target(host=host, address=self.addresses.get(host, host), groups=groups)

    def _playbook(self, path: str) -> PlaybookSeen:
        if path in self.unreadable:
            return PlaybookSeen(path=path, fault=self.unreadable[path])
        if path not in self.plays:
            return PlaybookSeen(path=path, fault=f"{path} cannot be read")
        plays = [self._play(pattern) for pattern in self.plays[path]]
        return PlaybookSeen(path=path, plays=tuple(plays))

    def _play(self, pattern: str) -> PlaySeen:
        parts = pattern.split(":")
        hosts = [host for part in parts for host in self.groups.get(part, ())]
        absent = [part for part in parts if part not in self.groups]
        return PlaySeen(name=pattern, hosts=tuple(hosts), absent=tuple(absent))
