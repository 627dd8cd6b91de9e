"""An inventory of AWX as an inventory file of Ansible, which is JSON and so also YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping

from orchestrator.domain.adoption.awx_export import AwxReason, Tree, TreePath
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.resources import below, text_of
from orchestrator.policy.adoption.from_awx.variables import variables_at


def inventory_text(ledger: Ledger, path: TreePath, item: Mapping[str, Tree]) -> str | None:
    """The file; None where the inventory has no hosts of its own. Its variables are written without secrets."""
    hosts = _hosts(ledger, path, item)
    for key in ("name", "description"):
        ledger.translated(*path, key)
    for key in ("natural_key", "organization"):
        ledger.reference(*path, key)
    if item.get("kind"):
        ledger.left_out((*path, "kind"), AwxReason.SOURCE, text_of(item, "kind"))
        return None
    if item.get("prevent_instance_group_fallback") is False:
        ledger.at_default(*path, "prevent_instance_group_fallback")
    groups: dict[str, dict[str, Tree]] = {}
    for place, group in below(path, item, "related", "groups"):
        groups[text_of(group, "name")] = _group(ledger, place, group, hosts)
    for place, host in below(path, item, "related", "hosts"):
        for at, member in below(place, host, "related", "groups"):
            _join(groups, text_of(member, "name"), text_of(host, "name"), hosts)
            ledger.reference(*at)
    _root(groups)
    everything: dict[str, Tree] = {
        "hosts": dict(hosts),
        "vars": variables_at(ledger, path, item, "variables"),
    }
    everything["children"] = dict(groups)
    return json.dumps({"all": everything}, indent=2, ensure_ascii=True) + "\n" if hosts else None


def _hosts(ledger: Ledger, path: TreePath, item: Mapping[str, Tree]) -> dict[str, Tree]:
    hosts: dict[str, Tree] = {}
    for place, host in below(path, item, "related", "hosts"):
        if host.get("enabled") is False:
            ledger.left_out(place, AwxReason.DISABLED)
            continue
        hosts[text_of(host, "name")] = variables_at(ledger, place, host, "variables")
        for key in ("name", "enabled"):
            ledger.translated(*place, key)
        for key in ("natural_key", "inventory"):
            ledger.reference(*place, key)
    return hosts


def _group(
    ledger: Ledger, place: TreePath, group: Mapping[str, Tree], hosts: Mapping[str, Tree]
) -> dict[str, Tree]:
    children: dict[str, Tree] = {}
    for at, child in below(place, group, "related", "children"):
        children[text_of(child, "name")] = {}
        ledger.reference(*at)
    members: dict[str, Tree] = {}
    for at, member in below(place, group, "related", "hosts"):
        if text_of(member, "name") in hosts:
            members[text_of(member, "name")] = {}
        ledger.reference(*at)
    ledger.translated(*place, "name")
    for key in ("natural_key", "inventory"):
        ledger.reference(*place, key)
    return {"hosts": members, "children": children, "vars": variables_at(ledger, place, group, "variables")}


def _join(groups: dict[str, dict[str, Tree]], group: str, host: str, hosts: Mapping[str, Tree]) -> None:
    members = groups.setdefault(group, {"hosts": {}, "children": {}, "vars": {}})["hosts"]
    if isinstance(members, dict) and host in hosts:
        members[host] = {}


def _root(groups: dict[str, dict[str, Tree]]) -> None:
    """`all` and `ungrouped` are there anyway."""
    for name in ("all", "ungrouped"):
        groups.pop(name, None)
