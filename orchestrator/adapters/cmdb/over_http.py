"""The CMDBs of cmdb.yml over HTTP: each is asked by a deadline, and whatever goes wrong is a silence."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.cmdb.outside import (
    HostsOutside,
    HostState,
    OutsidePlace,
    SilentOutside,
    ToldOutside,
)
from orchestrator.domain.rules.channels import Secret
from orchestrator.domain.rules.cmdb_file import NetBox, OutsideCmdb, ServiceNow
from orchestrator.engine.background import BackgroundTask
from orchestrator.engine.cmdb_ports import OutsideCmdbs
from orchestrator.errors import OrchError

if TYPE_CHECKING:
    from orchestrator.adapters.cmdb.wire import Wire

T = TypeVar("T")
SECONDS = 20.0
"""For one request."""
DEADLINE = 300.0
"""For all that one CMDB is told or asked."""
_OTHER_FORM = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading a document raises that is not in the documented form."""


class HttpCmdbs(OutsideCmdbs):
    """`known` reads the file anew, so that a correction counts for the next try; `begin` starts a process that delivers."""

    def __init__(
        self,
        known: Callable[[], Mapping[str, OutsideCmdb]],
        secret_of: Callable[[Secret], str],
        begin: Callable[[], None] = lambda: None,
        *,
        seconds: float = SECONDS,
        deadline: float = DEADLINE,
    ) -> None:
        self._known, self._secret_of, self._begin = known, secret_of, begin
        self._seconds, self._deadline = seconds, deadline

    def known(self) -> Sequence[OutsidePlace]:
        """See the port."""
        return [_place(name, each) for name, each in self._known().items()]

    def tell(self, name: str, states: Sequence[HostState]) -> ToldOutside | SilentOutside:
        """See the port."""
        return self._asked(name, lambda cmdb: self._told(cmdb, states))

    def hosts(self, name: str) -> HostsOutside | SilentOutside:
        """See the port."""
        return self._asked(name, self._hosts)

    def begin(self) -> None:
        """See the port."""
        self._begin()

    def _asked(self, name: str, deed: Callable[[OutsideCmdb], T]) -> T | SilentOutside:
        task = BackgroundTask(partial(self._answer, name, deed))
        if not task.within(self._deadline):
            return SilentOutside("late", f"no end within {self._deadline:g} s")
        return task.result()

    def _answer(self, name: str, deed: Callable[[OutsideCmdb], T]) -> T | SilentOutside:
        from orchestrator.adapters.cmdb.wire import Silence

        try:
            cmdb = self._known().get(name)
            return SilentOutside("lacking", f"cmdb.yml has no {name}") if cmdb is None else deed(cmdb)
        except Silence as silence:
            return silence.silent
        except OrchError as fault:
            return SilentOutside("lacking", str(fault))
        except _OTHER_FORM:
            return SilentOutside("nonsense", "the answer is not in the documented form")

    def _told(self, cmdb: OutsideCmdb, states: Sequence[HostState]) -> ToldOutside:
        from orchestrator.adapters.cmdb import netbox, servicenow

        if cmdb.netbox is not None:
            return netbox.tell(self._netbox(cmdb.netbox), cmdb.netbox, states)
        settings = _servicenow(cmdb)
        return servicenow.tell(self._servicenow_wire(settings), settings, states)

    def _hosts(self, cmdb: OutsideCmdb) -> HostsOutside:
        from orchestrator.adapters.cmdb import netbox, servicenow

        if cmdb.netbox is not None:
            return netbox.hosts(self._netbox(cmdb.netbox))
        settings = _servicenow(cmdb)
        return servicenow.hosts(self._servicenow_wire(settings), settings)

    def _netbox(self, settings: NetBox) -> "Wire":
        from orchestrator.adapters.cmdb import netbox

        token = self._secret(settings.token)
        return self._wire(settings.url, netbox.headers(settings, token), (token,), settings.ca_file)

    def _servicenow_wire(self, settings: ServiceNow) -> "Wire":
        from orchestrator.adapters.cmdb import servicenow

        user, password, token = (
            self._secret(each) if each is not None else ""
            for each in (settings.user, settings.password, settings.token)
        )
        fields = servicenow.headers(user, password, token)
        return self._wire(settings.url, fields, (password, token), settings.ca_file)

    def _wire(
        self, url: str, fields: Mapping[str, str], secrets: Sequence[str], ca_file: str | None
    ) -> "Wire":

        from orchestrator.adapters.cmdb.wire import Wire

        sent = tuple(text for text in (*secrets, *fields.values()) if text)
        file = None if ca_file is None else str(expanded(ca_file))
        return Wire(url, fields, secrets=sent, ca_file=file, seconds=self._seconds)

    def _secret(self, secret: Secret) -> str:
        from orchestrator.adapters.cmdb.wire import Silence

        try:
            return self._secret_of(secret)
        except ValueError as reason:
            raise Silence("lacking", f"the credentials: {reason}") from None


def _place(name: str, cmdb: OutsideCmdb) -> OutsidePlace:
    if cmdb.netbox is not None:
        return OutsidePlace(name, "netbox", cmdb.netbox.url, cmdb.environments)
    return OutsidePlace(name, "servicenow", _servicenow(cmdb).url, cmdb.environments)


def _servicenow(cmdb: OutsideCmdb) -> ServiceNow:
    if cmdb.servicenow is None:
        raise ValueError("a CMDB of no kind")
    return cmdb.servicenow
