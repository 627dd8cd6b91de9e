"""ServiceNow: hosts and units over the Identification and Reconciliation API, hosts to import over the Table API.

Its identification rules find the item or create it, so that telling the same again changes nothing.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from orchestrator.adapters.cmdb.states import proved_text, release_text, status_text
from orchestrator.adapters.cmdb.wire import Silence, Wire
from orchestrator.domain.cmdb.outside import HostsOutside, HostState, ToldOutside
from orchestrator.domain.cmdb.row import CiRow
from orchestrator.domain.cmdb.words import RecordedStatus
from orchestrator.domain.rules.cmdb_file import ServiceNow
from orchestrator.domain.text.names import BY_HAND
from orchestrator.domain.text.plain_text import plain

RECONCILE = "/api/now/identifyreconcile"
AT_ONCE = 50
PAGE = 500
MOST_HOSTS = 20_000
RUNS_ON = "Runs on::Runs"
"""The name of the relation in cmdb_rel_type; its parent runs on its child."""
_FIELDS = "name,ip_address,short_description,install_status,location,owned_by"
_CHANGED = ("INSERT", "UPDATE", "UPDATE_WITH_UPGRADE", "UPDATE_WITH_DOWNGRADE", "UPDATE_WITH_SWITCH")
_STATUSES: Mapping[str, RecordedStatus] = {"1": "in use", "4": "planned", "5": "planned", "7": "retired"}
"""Of the shipped choices of install_status: Installed, Pending install, Pending repair, Retired."""


def headers(user: str, password: str, token: str) -> dict[str, str]:
    """The Authorization of a request."""
    if token:
        return {"Authorization": f"Bearer {token}"}
    both = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {both}"}


def tell(wire: Wire, settings: ServiceNow, states: Sequence[HostState]) -> ToldOutside:
    """Have hosts and units identified and reconciled. Raises Silence, and whatever another form raises."""
    changed = 0
    for start in range(0, len(states), AT_ONCE):
        part = states[start : start + AT_ONCE]
        answer = wire.send(
            "POST",
            f"{RECONCILE}?sysparm_data_source={settings.source.replace(' ', '%20')}",
            _payload(settings, part),
        )
        items = answer["result"]["items"]
        rejected = [each for each in items if each.get("errors")]
        if rejected:
            first = rejected[0]["errors"][0]
            words = plain(f"{first.get('error', '')}: {first.get('message', '')}", 200)
            raise Silence("rejected", words)
        # Hosts stand before units.
        changed += sum(each.get("operation") in _CHANGED for each in items[: len(part)])
    return ToldOutside(len(states), changed)


def hosts(wire: Wire, settings: ServiceNow) -> HostsOutside:
    """Every host of the class. Raises Silence, and whatever another form raises."""
    rows: list[CiRow] = []
    unnamed = 0
    for entry in _every(wire, settings.host_class):
        try:
            rows.append(CiRow.model_validate(dict(_row(entry)), context=BY_HAND))
        except ValidationError:
            unnamed += 1
    return HostsOutside(tuple(rows), unnamed)


def _payload(settings: ServiceNow, states: Sequence[HostState]) -> dict[str, object]:
    items: list[dict[str, object]] = [
        {"className": settings.host_class, "values": _host(state)} for state in states
    ]
    relations: list[dict[str, object]] = []
    for number, state in enumerate(states):
        for unit in state.units:
            relations.append({"parent": len(items), "child": number, "type": RUNS_ON})
            values = {
                "name": plain(f"{unit.name}@{state.host.name}", 200),
                "version": unit.value("version"),
                "short_description": plain(f"{unit.name}: {unit.status}", 160),
            }
            items.append({"className": settings.unit_class, "values": values})
    return {"items": items, "relations": relations}


def _host(state: HostState) -> dict[str, str]:
    values = {
        "name": state.host.name,
        "ip_address": state.host.value("address"),
        "short_description": plain(f"{status_text(state)}; {release_text(state)}", 160),
        "comments": f"orch: {proved_text(state)}",
    }
    return {key: value for key, value in values.items() if value}


def _every(wire: Wire, table: str) -> Iterator[dict[str, Any]]:
    offset = 0
    while True:
        words = [
            ("sysparm_query", "ORDERBYsys_id"),
            ("sysparm_fields", _FIELDS),
            ("sysparm_display_value", "all"),
            ("sysparm_limit", str(PAGE)),
            ("sysparm_offset", str(offset)),
        ]
        entries = wire.ask(f"/api/now/table/{table}", words)["result"]
        yield from entries
        offset += len(entries)
        if len(entries) < PAGE:
            return
        if offset >= MOST_HOSTS:
            raise Silence("nonsense", f"it has more than {MOST_HOSTS:,} hosts")


def _row(entry: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """A record as a row: of each field the text that people see, of the status the stored value."""
    yield from (("kind", "host"), ("name", entry["name"]["value"]))
    values = {
        "status": _STATUSES.get(entry["install_status"]["value"]),
        "location": entry["location"]["display_value"],
        "owner": entry["owned_by"]["display_value"],
        "description": entry["short_description"]["value"],
        "address": entry["ip_address"]["value"],
    }
    yield from ((key, plain(str(value), 2000)) for key, value in values.items() if value)
