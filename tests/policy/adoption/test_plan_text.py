"""The proposed plan has a check for each host, also where the tree's own are for some groups only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from orchestrator.domain.adoption.tree_reading import (
    Asked,
    Change,
    Claim,
    DataServer,
    Gap,
    Origin,
    PlaybookReading,
)
from orchestrator.domain.evidence.baseline import BaselineScope
from orchestrator.domain.evidence.module_question import WithoutSsh
from orchestrator.domain.plan.check import Check
from orchestrator.policy.adoption.plan_text import plan_text
from orchestrator.policy.adoption.proposal import Choice, Proposal
from orchestrator.policy.adoption.without_ssh_text import inverse_text
from orchestrator.policy.evidence.scope_paths import is_captured

CHOICE = Choice(
    "a",
    "1",
    "site.yml",
    "hosts",
    person="Ada",
    hosts=("a1", "a2"),
    unit=("site.yml", "0" * 64),
    dynamic=False,
)
PORT = Asked("port", "6443", Origin("site.yml", 1, "wait_for", "Wait", "server"))


def test_a_port_of_one_group_leaves_no_host_without_a_check() -> None:
    several = plan_text(
        Proposal(PlaybookReading("site.yml", "server:agent", ("server", "agent"), asked=(PORT,)), CHOICE)
    )
    assert "      on: server\n" in several
    assert "no unit has failed" in several


def test_a_port_of_all_hosts_is_enough() -> None:
    single = plan_text(Proposal(PlaybookReading("site.yml", "server", ("server",), asked=(PORT,)), CHOICE))
    assert "      on: " not in single
    assert "no unit has failed" not in single


def test_what_the_baseline_leaves_out_is_not_declared() -> None:
    origin = Origin("site.yml", 1, "postgresql_db", "Make it")
    server = DataServer("postgresql", ("/var/lib/postgresql",))
    text = plan_text(
        Proposal(
            PlaybookReading(
                "site.yml",
                "all",
                ("all",),
                (Change("folder", server.folders[0], origin),),
                (Gap("the data", origin, (), server),),
                (
                    Claim("Make it", f"command: {server.item}", origin),
                    Claim("Log", "file: /var/lib/postgresql/log", origin),
                ),
            ),
            CHOICE,
        )
    )
    assert "commands:\n      - {name: data in /var/lib/postgresql, run: " in text
    assert "{task: Make it, changes: [command: data in /var/lib/postgresql]}" in text
    assert "task: Log" not in text
    assert "    exclude:\n      - /var/lib/postgresql/*\n" in text
    scope = BaselineScope(files=("/var/lib/postgresql",), exclude=("/var/lib/postgresql/*",))
    assert is_captured(scope, "/var/lib/postgresql")
    assert not is_captured(scope, "/var/lib/postgresql/15/main")


WAYS = {
    "ansible.netcommon.network_cli": "cisco.ios.ios_facts",
    "winrm": "win_powershell",
    "ansible.netcommon.httpapi": "ansible.builtin.uri",
    "local": "ansible.builtin.uri",
    "containers.podman.podman": "ansible.builtin.command",
    "vendor.special.console": "ansible.builtin.command",
}


@pytest.mark.parametrize("connection", WAYS)
def test_hosts_without_ssh_get_questions_of_their_kind_that_a_plan_may_have(connection: str) -> None:
    origin = Origin("site.yml", 1, "ios_config", "Put {{ what }} there")
    reading = PlaybookReading("site.yml", "all", ("all",), gaps=(Gap("nobody knows", origin),))
    proposal = Proposal(reading, replace(CHOICE, connection=connection))
    text = plan_text(proposal)
    tree = YAML(typ="safe", pure=True).load(text)
    (identity,) = TypeAdapter(list[WithoutSsh]).validate_python(tree["resources"]["without_ssh"])
    assert identity.identity.module.endswith(WAYS[connection])
    TypeAdapter(list[Check]).validate_python(
        [*tree["validation"]["environment"], *tree["validation"]["acceptance"]]
    )
    assert BaselineScope.model_validate(tree["backout"]["baseline"]).facts
    assert tree["backout"]["changes"] == [{"task": "Put *", "changes": [{"fact": "state"}]}]
    # Each is for a person to look at, and nothing of orch's runs on such hosts.
    assert text.count("CHANGE: ") >= 7
    assert tree["strategy"]["playbook"] == "site.yml"
    (play,) = YAML(typ="safe", pure=True).load(inverse_text(proposal))
    assert [task["name"] for task in play["tasks"]] == ["GAP: undo site.yml"]
