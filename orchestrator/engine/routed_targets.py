"""Hosts by the way to them: those with ssh are asked over ssh, all others through Ansible, both at once."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.engine.ports import Targets, VisitGround

T = TypeVar("T")


class RoutedTargets(Targets):
    """Each call goes to the port of each target's way; the answers come in the order of the targets."""

    def __init__(self, over_ssh: Targets, through_ansible: Callable[[], Targets]) -> None:
        """`through_ansible` is made when a host needs it: most deployments have none."""
        self._over_ssh, self._make = over_ssh, through_ansible
        self._made: Targets | None = None

    def _through(self) -> Targets:
        if self._made is None:
            self._made = self._make()
        return self._made

    def within(self, ground: VisitGround) -> "RoutedTargets":
        """See the port."""
        return RoutedTargets(self._over_ssh.within(ground), lambda: self._through().within(ground))

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> "RoutedTargets":
        """See the port."""
        return RoutedTargets(
            self._over_ssh.stay(search, hand_on=hand_on),
            lambda: self._through().stay(search, hand_on=hand_on),
        )

    def close(self) -> None:
        """See the port."""
        self._over_ssh.close()
        if self._made is not None:
            self._made.close()

    def make_ready(self) -> None:
        """See the port."""
        self._over_ssh.make_ready()

    def pinned(self, targets: Sequence[Target]) -> Mapping[str, Sequence[str]]:
        """See the port; only ssh has keys to pin."""
        return self._over_ssh.pinned([target for target in targets if target.through is None])

    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        """See the port."""
        return self._listed(targets, lambda port, some: port.verify(some, checks, project))

    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        """See the port."""
        return self._listed(targets, lambda port, some: port.verify_units(some, digests, title))

    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        """See the port."""
        return self._by_host(targets, lambda port, some: port.capture(some, scope))

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        """See the port."""
        return self._by_host(targets, lambda port, some: port.end_run(some, run, patience))

    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        """See the port."""
        return self._by_host(targets, lambda port, some: port.processes_of(some, search))

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        """See the port."""
        return self._by_host(targets, lambda port, some: port.identify(some))

    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        """See the port."""
        return self._by_host(targets, lambda port, some: port.dead(some))

    def release(self, targets: Sequence[Target], house: str) -> dict[str, Identity | str]:
        """See the port."""
        return self._by_host(targets, lambda port, some: port.release(some, house))

    def _listed(
        self, targets: Sequence[Target], ask: Callable[[Targets, Sequence[Target]], list[CheckResult]]
    ) -> list[CheckResult]:
        """Of each target its results, in their order."""

        def grouped(port: Targets, some: Sequence[Target]) -> dict[str, list[CheckResult]]:
            results: dict[str, list[CheckResult]] = {}
            for result in ask(port, some):
                results.setdefault(result.host, []).append(result)
            return results

        return [each for results in self._by_host(targets, grouped).values() for each in results]

    def _by_host(
        self, targets: Sequence[Target], ask: Callable[[Targets, Sequence[Target]], dict[str, T]]
    ) -> dict[str, T]:
        over_ssh = [target for target in targets if target.through is None]
        others = [target for target in targets if target.through is not None]
        if not others:
            return ask(self._over_ssh, over_ssh)
        if not over_ssh:
            return ask(self._through(), others)
        with ThreadPoolExecutor(1) as beside:
            through = beside.submit(ask, self._through(), others)
            answers = {**ask(self._over_ssh, over_ssh), **through.result()}
        return {target.host: answers[target.host] for target in targets if target.host in answers}
