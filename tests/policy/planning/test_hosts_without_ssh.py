"""A plan fits its hosts without ssh: each question goes where it can be answered, and what nobody sees is said."""

from typing import Any

import pytest

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target, Through, with_identities
from orchestrator.policy.planning import hosts_without_ssh
from tests.worlds.plans import plan_tree

FACT = {"name": "state", "module": "ansible.builtin.uri", "args": {"url": "x"}, "keep": ["json.version"]}
MODULE = {"module": {"name": "ansible.builtin.uri", "expect": [{"value": "json.version", "equals": "2.0"}]}}
IDENTITY = {"identity": {"module": "ansible.builtin.uri", "args": {"url": "x"}, "keep": ["json.serial"]}}
WEB = Target(host="web1", address="10.0.0.1", groups=("web",))
BOX = Target(
    host="box1",
    address="10.0.0.2",
    groups=("boxes",),
    through=Through(connection="ansible.netcommon.httpapi"),
)


def plan(**parts: Any) -> ReleasePlan:
    """A plan that fits one host with ssh and one without."""
    tree = plan_tree()
    tree["release"]["units"][0]["on"] = "web"
    tree["validation"] = {
        "environment": [{"become": "root", "on": "web"}, {**MODULE, "on": "boxes"}],
        "acceptance": [{"http": "http://{address}/"}],
    }
    tree["backout"]["baseline"] = [{"on": "web", "files": ["/etc/app"]}, {"on": "boxes", "facts": [FACT]}]
    for path, value in parts.items():
        section, _, key = path.partition("__")
        tree[section][key] = value
    return ReleasePlan.model_validate(tree)


def test_a_plan_for_both_kinds_of_hosts_has_no_fault() -> None:
    assert list(hosts_without_ssh.faults(plan(), [WEB, BOX])) == []


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a check over ssh": (
        {"validation__acceptance": [{"unit": "app"}]},
        "validation.acceptance[0].unit",
        "use `module` for these hosts",
    ),
    "an http check from the host": (
        {"validation__acceptance": [{"http": {"url": "http://{address}/", "origin": "target"}}]},
        "validation.acceptance[0].http",
        "box1, reached by ansible.netcommon.httpapi",
    ),
    "testinfra": (
        {"validation__acceptance": [{"testinfra": "tests/a.py"}]},
        "validation.acceptance[0].testinfra",
        "use `module`",
    ),
    "a module on a host with ssh": (
        {"validation__acceptance": [MODULE]},
        "validation.acceptance[0].module",
        "web1, reached by ssh",
    ),
    "files of a host without ssh": (
        {"backout__baseline": [{"files": ["/etc/app"]}, {"on": "boxes", "facts": [FACT]}]},
        "backout.baseline[0].files",
        "`facts` instead of `files`",
    ),
    "units of a host without ssh": (
        {"backout__baseline": {"units": ["app"]}},
        "backout.baseline.units",
        "`facts` instead of `units`",
    ),
    "facts of a host with ssh": (
        {"backout__baseline": {"facts": [FACT]}},
        "backout.baseline.facts",
        "web1, reached by ssh",
    ),
    "no facts": (
        {"backout__baseline": [{"files": ["/etc/app"], "on": "web"}, {"on": "boxes", "ports": True}]},
        "backout.baseline",
        "none of box1",
    ),
    "an identity of nobody": (
        {"resources__without_ssh": [{**IDENTITY, "on": "web"}]},
        "resources.without_ssh[0]",
        "correct `on`",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_question_that_its_host_cannot_answer_is_a_fault_with_the_way_on(name: str) -> None:
    parts, path, words = FAULTS[name]
    [fault] = [each for each in hosts_without_ssh.faults(plan(**parts), [WEB, BOX]) if each.path == path]
    assert words in f"{fault.found}; {fault.next_move}"


def test_a_unit_on_the_host_is_refused() -> None:
    tree = plan(release__units=plan_tree()["release"]["units"])
    paths = [each.path for each in hosts_without_ssh.faults(tree, [WEB, BOX])]
    assert paths == ["release.units[0].on_target"]


def test_how_such_a_host_is_visited_is_said_and_that_nothing_identifies_it() -> None:
    slow, unknown = hosts_without_ssh.warnings(plan(), [WEB, BOX])
    assert "box1 by the connection ansible.netcommon.httpapi: visited through Ansible" in slow.found
    assert "no files, packages, units, ports, accounts and processes" in slow.found
    assert "a machine that was replaced" in unknown.found
    declared = plan(resources__without_ssh=[IDENTITY])
    known = with_identities(declared.resources.without_ssh, [WEB, BOX])
    assert known[0] == WEB
    assert [each.path for each in hosts_without_ssh.warnings(declared, known)] == ["resources.inventory"]


def test_hosts_with_ssh_alone_are_no_matter() -> None:
    assert [*hosts_without_ssh.warnings(plan(), [WEB])] == []


KEYS = {
    ("ansible.netcommon.network_cli", None): "name their file for these hosts",
    ("ansible.netcommon.network_cli", "/p/known_hosts"): "",
    ("ansible.netcommon.netconf", None): "name their file for these hosts",
    ("ansible.netcommon.netconf", "/p/known_hosts"): "",
    ("ansible.netcommon.libssh", None): "know it",
    ("ansible.netcommon.httpapi", None): "",
    ("winrm", None): "",
}


@pytest.mark.parametrize(("connection", "known_hosts"), KEYS)
def test_host_keys_that_nothing_pins_are_named(connection: str, known_hosts: str | None) -> None:
    through = Through(connection=connection)
    box = BOX.model_copy(update={"through": through, "known_hosts": known_hosts})
    moves = [
        each.next_move
        for each in hosts_without_ssh.warnings(plan(), [WEB, box])
        if each.expected == "host keys that the inventory pins"
    ]
    assert [move[: len(KEYS[connection, known_hosts])] for move in moves] == [
        move for move in [KEYS[connection, known_hosts]] if move
    ]
