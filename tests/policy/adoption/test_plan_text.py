"""The proposed plan has a check for each host, also where the tree's own are for some groups only."""

from __future__ import annotations

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
from orchestrator.policy.adoption.plan_text import plan_text
from orchestrator.policy.adoption.proposal import Choice, Proposal
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
    server = DataServer("postgresql", "/var/lib/postgresql")
    text = plan_text(
        Proposal(
            PlaybookReading(
                "site.yml",
                "all",
                ("all",),
                (Change("folder", server.folder, origin),),
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
