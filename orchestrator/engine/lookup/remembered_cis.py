"""The configuration items as a long-lived process remembers them, until a deployment ends or people say something."""

from threading import Lock

from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS
from orchestrator.engine.journal_changes import Position
from orchestrator.engine.lookup.cmdb_items import KnownCis, known_cis
from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault


class RememberedCis:
    """Several threads may ask at once; only one makes the items. Without a log nothing is remembered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._position: Position | None = None
        self._known: KnownCis | None = None
        self._seen: dict[str, int] = {}

    def now(self, ports: Ports) -> KnownCis:
        """Every item, as `known_cis` has them. Raises StoreFault."""
        with self._lock:
            changes = ports.journal.changes(self._position)
            if changes is None:
                return known_cis(ports)
            names = changes.names
            if self._known is None or names is None or HOUSE in names or self._ended(ports, names):
                self._known = None
                self._known = known_cis(ports)
                self._seen = {}
            self._position = changes.position
            return self._known

    def _ended(self, ports: Ports, names: frozenset[str]) -> bool:
        """Whether any of these journals has an end since the items were made, or since it was last looked at."""
        for name in names:
            try:
                later = ports.journal.read_condensed(name, after=self._seen.get(name, 0))
            except StoreFault:
                return True
            if any(record.event.kind in ENDS_ON_HOSTS for record in later):
                return True
            if later:
                self._seen[name] = later[-1].seq
        return False
