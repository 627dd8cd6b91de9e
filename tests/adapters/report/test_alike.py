"""A page of more than a hundred hosts says once what is true of many, and still names every one."""

import re

import pytest

from bench.scale import residue, simulated
from orchestrator.adapters.report import html_record
from orchestrator.adapters.report.grouping import NAMED_UP_TO, alike_checks, alike_outcomes, names
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.engine.drive import drive
from tests.adapters.report.outline import Outline
from tests.worlds.read_pages import as_read

HOSTS, MANY = 130, 101


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Recorded]:
    ports, name = simulated(HOSTS, 4, tmp_path_factory.mktemp("home"), fails=True)
    drive(ports, name, driver="test", by="ann", watch=residue(ports))
    return ports.journal.read(name)


@pytest.fixture(scope="module")
def page(records: list[Recorded]) -> str:
    return html_record(records, records[-1].at)


def test_every_host_stands_on_the_page_with_every_finding(page: str) -> None:
    outline = Outline(page)
    assert (outline.unbalanced, outline.open) == ([], [])
    page = as_read(page)
    tail = outline.text[outline.text.index(f"All {HOSTS} hosts") :]
    hosts = tail[: tail.index("Steps")]
    missing = [n for n in range(HOSTS) if not re.search(rf"host{n:05}\b.*\b10\.0\.0\.{n}\b", hosts)]
    assert missing == []
    baselines = [
        n for n in range(HOSTS) if not re.search(rf"host{n:05}\.example\.org \d+ [0-9a-f]{{64}}", page)
    ]
    assert baselines == []


def test_rows_are_as_many_as_there_are_different_things_to_say(page: str) -> None:
    hosts = page[page.index('id="hosts"') : page.index('id="steps"')]
    assert f"All {HOSTS} hosts" in hosts
    assert hosts.count('<tr><td class="host">') < HOSTS / 4
    checks = page[page.index('id="checks"') : page.index('id="attempts"')]
    assert checks.count('<tr><td class="host">') < HOSTS


def check(host: int, finding: str, seconds: float = 0.1, answer: str = "passed") -> CheckResult:
    return CheckResult.model_validate(
        {
            "host": f"web{host}",
            "kind": "space",
            "title": "space /",
            "answer": answer,
            "expected": "1 GiB",
            "found": finding,
            "seconds": seconds,
        }
    )


def test_few_hosts_have_a_row_each() -> None:
    results = [check(n, "3 GiB") for n in range(3)]
    assert [row.hosts for row in alike_checks(results, each=True)] == [(f"web{n}",) for n in range(3)]


def test_many_hosts_that_say_the_same_share_a_row_and_one_that_does_not_has_its_own() -> None:
    results = [check(n, "3 GiB", seconds=n / 1000) for n in range(MANY)]
    results[7] = check(7, "12 MiB", answer="failed")
    alike, own = alike_checks(results, each=False)
    assert (len(alike.hosts), alike.seconds, alike.said.found) == (MANY - 1, 0.1, "3 GiB")
    assert (own.hosts, own.said.found, own.said.answer) == (("web7",), "12 MiB", "failed")


def test_findings_that_differ_on_every_host_stand_beside_the_names() -> None:
    (row,) = alike_checks([check(n, f"{n} GiB") for n in range(MANY)], each=False)
    assert row.hosts[:2] == ("web0: 0 GiB", "web1: 1 GiB")
    assert len(row.hosts) == MANY


def test_outcomes_with_other_numbers_of_tasks_are_not_alike() -> None:
    outcomes = [HostOutcome(host=f"web{n}", result="done", reason="", ok=5, changed=2) for n in range(MANY)]
    outcomes[3] = outcomes[3].model_copy(update={"changed": 1})
    assert [len(row.hosts) for row in alike_outcomes(outcomes, each=False)] == [MANY - 1, 1]


def test_names_are_text_and_many_are_behind_their_number() -> None:
    assert names(["<b>", "web2"]) == "&lt;b&gt;, web2"
    many = names([f"<{n}>" for n in range(NAMED_UP_TO + 1)])
    assert many.startswith(f"<details><summary>{NAMED_UP_TO + 1} hosts</summary>&lt;0&gt;, ")
