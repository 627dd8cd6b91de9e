"""Which hosts are deployed when: resolves a strategy into waves (ITIL 4 table 5.1; TR 20000-5, 7).

Hosts keep the order of the inventory, and every host of a stage is in exactly one wave of it. A plan without stages is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.pilot import Pilot
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage, hosts_of_stage
from orchestrator.domain.plan.target import Target, selected
from orchestrator.domain.plan.wave import Wave, WaveSpec
from orchestrator.domain.text.selection import selection_words

_REST = WaveSpec.of_valid(rest=True)
Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rollout:
    """The waves of a deployment in order, and the faults in the plan's declaration of them."""

    waves: tuple[Wave, ...]
    objections: tuple[Objection, ...] = ()


def waves_of(plan: ReleasePlan, targets: Sequence[Target], groups: Groups | None = None) -> Rollout:
    """The waves in which a plan reaches these targets. `groups` are all groups of the inventory, if known.

    Percentages are of all targets of the stage, rounded up. A group that overlaps an earlier wave contributes its other hosts.
    """
    waves: list[Wave] = []
    objections: list[Objection] = []
    for stage in plan.stages:
        of_stage = hosts_of_stage(stage, targets)
        if stage.name is not None and targets and not of_stage:
            objections.append(_no_host(stage))
            continue
        rollout = _Allocation(plan.strategy.hosts, stage, of_stage, groups, len(waves)).rollout()
        waves += rollout.waves
        objections += rollout.objections
    return Rollout(tuple(waves), (*objections, *_in_no_stage(plan, targets)))


def _no_host(stage: Stage) -> Objection:
    finding = f"`{selection_words(stage.on)}`, which is none of them"
    return Objection(
        f"{stage.path}.on", "hosts of the deployment", finding, "name some, or widen `strategy.hosts`"
    )


def _in_no_stage(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    reached = {target.host for stage in plan.stages for target in selected(stage.on, targets)}
    left = [target.host for target in targets if target.host not in reached]
    if left:
        finding = f"none for {', '.join(left)}"
        yield Objection(
            "strategy.stages", "a stage for each host", finding, "add one, or narrow `strategy.hosts`"
        )


@dataclass(slots=True)
class _Allocation:
    hosts: str
    stage: Stage
    targets: Sequence[Target]
    groups: Groups | None
    first: int
    wave_of: dict[str, str] = field(default_factory=dict)
    waves: list[Wave] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)

    def rollout(self) -> Rollout:
        if self.stage.pilot is not None:
            self._pilot(self.stage.pilot)
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
        self._wave(as_wave, 0, f"{self.stage.path}.pilot")
        if self.targets and not self._left():
            next_move = "name fewer hosts, or write `kind: big-bang`"
            self._object(
                f"{self.stage.path}.pilot", "hosts that follow the pilot", "all hosts in the pilot", next_move
            )

    def _waves(self) -> None:
        if not self.stage.waves:
            # There is already an objection to a pilot of all hosts.
            if self._left():
                self._wave(_REST, 1, self.stage.path)
            return
        for index, spec in enumerate(self.stage.waves):
            self._wave(spec, index + 1, f"{self.stage.path}.waves[{index}]")

    def _wave(self, spec: WaveSpec, number: int, path: str) -> None:
        name = self._name(spec, number)
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

    def _name(self, spec: WaveSpec, number: int) -> str:
        """A name for people: of the only wave of a stage that of the stage, else with the stage before it."""
        stage = self.stage
        name = spec.name or f"wave {number}"
        if stage.name is None:
            return name
        return (
            stage.name
            if stage.pilot is None and len(stage.waves) < 2 and not spec.name
            else f"{stage.name}: {name}"
        )

    def _resolved(self, spec: WaveSpec, name: str, hosts: tuple[str, ...]) -> Wave:
        return Wave(
            number=self.first + len(self.waves),
            name=name,
            hosts=hosts,
            objective=spec.objective or self.stage.objective,
            entry=(*self.stage.entry, *spec.entry),
            acceptance=(*self.stage.acceptance, *spec.acceptance),
            gate=spec.gate or self.stage.gate,
            failure_limit=spec.failure_limit or self.stage.failure_limit,
            stage=self.stage.name,
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
                expected = f"a host of `{self.hosts}`"
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
            expected = f"a group with hosts of `{self.hosts}`"
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
            self._object(
                f"{self.stage.path}.waves", "every host in a wave", finding, "add `rest` as the last wave"
            )

    def _object(self, path: str, expected: str, finding: str, next_move: str) -> None:
        self.objections.append(Objection(path, expected, finding, next_move))
