"""Which hosts are deployed when: resolves a strategy into waves (ITIL 4 table 5.1; TR 20000-5, 7).

Hosts keep the order of the inventory, and every host is in exactly one wave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import Pilot, ReleasePlan, Strategy
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave, WaveSpec

_REST = WaveSpec.of_valid(rest=True)
Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rollout:
    """The waves of a deployment in order, and the faults in the plan's declaration of them."""

    waves: tuple[Wave, ...]
    objections: tuple[Objection, ...] = ()


def waves_of(plan: ReleasePlan, targets: Sequence[Target], groups: Groups | None = None) -> Rollout:
    """The waves in which a plan reaches these targets. `groups` are all groups of the inventory, if known.

    Percentages are of all targets, rounded up. A group that overlaps an earlier wave contributes its remaining hosts.
    """
    return _Allocation(plan.strategy, targets, groups).rollout()


@dataclass(slots=True)
class _Allocation:
    strategy: Strategy
    targets: Sequence[Target]
    groups: Groups | None
    wave_of: dict[str, str] = field(default_factory=dict)
    waves: list[Wave] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)

    def rollout(self) -> Rollout:
        if self.strategy.pilot is not None:
            self._pilot(self.strategy.pilot)
        self._waves()
        self._every_host_has_a_wave()
        return Rollout(tuple(self.waves), tuple(self.objections))

    def _pilot(self, pilot: Pilot) -> None:
        as_wave = WaveSpec(
            name="pilot",
            hosts=pilot.hosts,
            group=pilot.group,
            objective=pilot.objective,
            acceptance=pilot.acceptance,
            gate=pilot.gate,
        )
        self._wave(as_wave, 0, "strategy.pilot")
        if self.targets and not self._left():
            next_move = "name fewer hosts, or write `kind: big-bang`"
            self._object("strategy.pilot", "hosts that follow the pilot", "all hosts in the pilot", next_move)

    def _waves(self) -> None:
        if not self.strategy.waves:
            # There is already an objection to a pilot of all hosts.
            if self._left():
                self._wave(_REST, 1, "strategy")
            return
        for index, spec in enumerate(self.strategy.waves):
            self._wave(spec, index + 1, f"strategy.waves[{index}]")

    def _wave(self, spec: WaveSpec, number: int, path: str) -> None:
        name = spec.name or f"wave {number}"
        if any(wave.name == name for wave in self.waves):
            self._object(
                f"{path}.name", "a name of its own", f'a second "{name}"', "name one of them otherwise"
            )
        before = len(self.objections)
        hosts = self._hosts(spec, path)
        if hosts:
            self.wave_of.update(dict.fromkeys(hosts, name))
            self.waves.append(self._resolved(spec, name, hosts))
        elif len(self.objections) == before:
            self._object(
                path, "at least one host", self._why_empty(), "remove the wave, or move it to the front"
            )

    def _resolved(self, spec: WaveSpec, name: str, hosts: tuple[str, ...]) -> Wave:
        return Wave(
            number=len(self.waves),
            name=name,
            hosts=hosts,
            objective=spec.objective,
            entry=spec.entry,
            acceptance=spec.acceptance,
            gate=spec.gate or self.strategy.gate,
            failure_limit=spec.failure_limit or self.strategy.failure_limit.wave,
        )

    def _hosts(self, spec: WaveSpec, path: str) -> tuple[str, ...]:
        left = self._left()
        if spec.hosts is not None:
            return self._listed(spec.hosts, path)
        if spec.group is not None:
            return self._grouped(spec.group, path)
        if spec.count is not None:
            return left[: spec.count]
        if spec.percent is not None:
            return left[: ceil(len(self.targets) * Fraction(str(spec.percent)) / 100)]
        return left

    def _listed(self, hosts: Sequence[str], path: str) -> tuple[str, ...]:
        known = {target.host for target in self.targets}
        listed: set[str] = set()
        for index, host in enumerate(hosts):
            place = f"{path}.hosts[{index}]"
            if host not in known:
                expected = f"a host of `{self.strategy.hosts}`"
                self._object(place, expected, f"`{host}`", "correct its name, or widen `strategy.hosts`")
            elif host in self.wave_of:
                finding = f"`{host}`, which is in {self.wave_of[host]}"
                self._object(
                    place, "a host that is in no earlier wave", finding, "remove it from one of the two"
                )
            elif host in listed:
                self._object(place, "each host once", f"`{host}` again", "remove one of the two")
            listed.add(host)
        return tuple(host for host in self._left() if host in listed)

    def _grouped(self, group: str, path: str) -> tuple[str, ...]:
        members = {target.host for target in self.targets if group in target.groups}
        members.update((self.groups or {}).get(group, ()))
        if not members:
            known = ", ".join(sorted(self._group_names())) or "none"
            self._object(path, "a group of the inventory", f"`{group}`", f"use one of: {known}")
        elif not members & {target.host for target in self.targets}:
            expected = f"a group with hosts of `{self.strategy.hosts}`"
            self._object(path, expected, f"`{group}`", "choose another group, or widen `strategy.hosts`")
        return tuple(host for host in self._left() if host in members)

    def _group_names(self) -> set[str]:
        return {group for target in self.targets for group in target.groups} | set(self.groups or {})

    def _left(self) -> tuple[str, ...]:
        return tuple(target.host for target in self.targets if target.host not in self.wave_of)

    def _why_empty(self) -> str:
        return "only hosts of earlier waves" if self._left() else "every host in an earlier wave"

    def _every_host_has_a_wave(self) -> None:
        left = self._left()
        if left and not self.objections:
            noun = "1 host" if len(left) == 1 else f"{len(left)} hosts"
            finding = f"{noun} in no wave: {', '.join(left)}"
            self._object("strategy.waves", "every host in a wave", finding, "add `rest` as the last wave")

    def _object(self, path: str, expected: str, finding: str, next_move: str) -> None:
        self.objections.append(Objection(path, expected, finding, next_move))
