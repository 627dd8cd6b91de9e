"""CMDBs outside in memory."""

from collections.abc import Callable, Sequence

from orchestrator.domain.cmdb.outside import (
    HostsOutside,
    HostState,
    OutsidePlace,
    SilentOutside,
    ToldOutside,
)
from orchestrator.domain.cmdb.row import CiRow
from orchestrator.engine.cmdb_ports import OutsideCmdbs
from orchestrator.errors import PlanFault


class FakeOutsideCmdbs(OutsideCmdbs):
    """`has`: the hosts that each of them has, with the status it was told last; `silences` answer instead.

    `dies`: whoever tells ends right after. `fault`: what is wrong with their file.
    """

    def __init__(self) -> None:
        self.places: list[OutsidePlace] = []
        self.has: dict[str, dict[str, str]] = {}
        self.silences: dict[str, SilentOutside] = {}
        self.begun = 0
        self.dies = False
        self.fault: PlanFault | None = None
        self.deliver: Callable[[], object] = lambda: None

    def known(self) -> Sequence[OutsidePlace]:
        if self.fault is not None:
            raise self.fault
        return self.places

    def tell(self, name: str, states: Sequence[HostState]) -> ToldOutside | SilentOutside:
        if name not in self.has:
            return SilentOutside("lacking", f"there is no {name}")
        if name in self.silences:
            return self.silences[name]
        hosts = self.has[name]
        known = [state for state in states if state.host.name in hosts]
        changed = [state for state in known if hosts[state.host.name] != state.host.status]
        hosts |= {state.host.name: state.host.status for state in known}
        if self.dies:
            raise KeyboardInterrupt
        missing = tuple(state.host.name for state in states if state.host.name not in hosts)
        return ToldOutside(len(known), len(changed), missing)

    def hosts(self, name: str) -> HostsOutside | SilentOutside:
        if name not in self.has:
            return SilentOutside("lacking", f"there is no {name}")
        if name in self.silences:
            return self.silences[name]
        return HostsOutside(tuple(CiRow(kind="host", name=host) for host in self.has[name]))

    def begin(self) -> None:
        self.begun += 1
        self.deliver()
