"""NetBox: devices and virtual machines over /api/dcim/devices/ and /api/virtualization/virtual-machines/.

Hosts are found by name. What a deployment proved goes into custom fields; nothing is created, and nothing else is changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from orchestrator.adapters.cmdb.states import proved_text, release_text, status_text
from orchestrator.adapters.cmdb.wire import Silence, Wire
from orchestrator.domain.cmdb.outside import HostsOutside, HostState, ToldOutside
from orchestrator.domain.cmdb.row import CiRow
from orchestrator.domain.cmdb.words import RecordedStatus
from orchestrator.domain.rules.cmdb_file import NetBox
from orchestrator.domain.text.names import BY_HAND
from orchestrator.domain.text.plain_text import plain

PATHS = ("/api/dcim/devices/", "/api/virtualization/virtual-machines/")
AT_ONCE = 50
"""Hosts in one question, and in one change."""
PAGE = 200
MOST_HOSTS = 20_000
_STATUSES: Mapping[str, RecordedStatus] = {
    "active": "in use",
    "offline": "in use",
    "failed": "in use",
    "paused": "in use",
    "planned": "planned",
    "staged": "planned",
    "inventory": "planned",
    "decommissioning": "retired",
}


class _Entry(NamedTuple):
    path: str
    id: int
    custom: Mapping[str, object]


def headers(settings: NetBox, token: str) -> dict[str, str]:
    """The Authorization of a request."""
    return {"Authorization": f"{settings.scheme} {token}"}


def tell(wire: Wire, settings: NetBox, states: Sequence[HostState]) -> ToldOutside:
    """Bring the custom fields of the hosts that NetBox has up to date. Raises Silence, and whatever another form raises."""
    known = changed = 0
    missing: list[str] = []
    for start in range(0, len(states), AT_ONCE):
        part = {state.host.name: state for state in states[start : start + AT_ONCE]}
        entries = {name: entry for path in PATHS for name, entry in _entries(wire, path, list(part))}
        known += len(entries)
        missing += [name for name in part if name not in entries]
        for path in PATHS:
            changes = list(_changes(path, settings, part, entries))
            if changes:
                wire.send("PATCH", path, changes)
            changed += len(changes)
    return ToldOutside(known, changed, tuple(missing))


def hosts(wire: Wire) -> HostsOutside:
    """Every device and virtual machine with a name. Raises Silence, and whatever another form raises."""
    rows: list[CiRow] = []
    unnamed = 0
    for path in PATHS:
        for entry in _every(wire, path, []):
            try:
                rows.append(CiRow.model_validate(dict(_row(entry)), context=BY_HAND))
            except ValidationError:
                unnamed += 1
    return HostsOutside(tuple(rows), unnamed)


def _entries(wire: Wire, path: str, names: Sequence[str]) -> Iterator[tuple[str, _Entry]]:
    """The entries with these names; a name that several have is none, since nobody can say which is meant."""
    by_name: dict[str, list[_Entry]] = {}
    for entry in _every(wire, path, [("name", name) for name in names]):
        custom = entry["custom_fields"]
        by_name.setdefault(str(entry["name"]), []).append(_Entry(path, int(entry["id"]), dict(custom)))
    for name in names:
        if len(by_name.get(name, ())) == 1:
            yield name, by_name[name][0]


def _every(wire: Wire, path: str, words: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """All pages. The address of the next page is counted here, and not taken from the answer."""
    offset = 0
    while True:
        page = wire.ask(path, [*words, ("limit", str(PAGE)), ("offset", str(offset))])
        entries = page["results"]
        yield from entries
        offset += len(entries)
        if not entries or page["next"] is None:
            return
        if offset >= MOST_HOSTS:
            raise Silence("nonsense", f"it has more than {MOST_HOSTS:,} hosts")


def _changes(
    path: str, settings: NetBox, states: Mapping[str, HostState], entries: Mapping[str, _Entry]
) -> Iterator[dict[str, object]]:
    for name, entry in entries.items():
        wanted = _custom(settings, states[name])
        if entry.path == path and any(entry.custom.get(field) != text for field, text in wanted.items()):
            yield {"id": entry.id, "custom_fields": wanted}


def _custom(settings: NetBox, state: HostState) -> dict[str, str]:
    return {
        settings.status_field: status_text(state),
        settings.release_field: release_text(state),
        settings.proved_field: proved_text(state),
    }


def _row(entry: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """A device or virtual machine as a row; what NetBox leaves empty says nothing."""
    yield from (("kind", "host"), ("name", entry["name"]))
    status = _STATUSES.get((entry.get("status") or {}).get("value", ""))
    place = [(entry.get(key) or {}).get("name") for key in ("site", "location", "rack", "cluster")]
    address = ((entry.get("primary_ip") or {}).get("address") or "").partition("/")[0]
    values = {
        "status": status,
        "location": ", ".join(str(name) for name in place if name),
        "owner": (entry.get("tenant") or {}).get("name"),
        "description": entry.get("description"),
        "address": address,
    }
    yield from ((key, plain(str(value), 2000)) for key, value in values.items() if value)
