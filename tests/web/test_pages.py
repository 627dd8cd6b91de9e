"""Pages over a real home: they open, show hostile text as text, print commands that exist, and hide what is not one's own."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from html import unescape
from itertools import pairwise
from pathlib import Path

import click
import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from orchestrator.adapters.clock import SystemClock
from orchestrator.bootstrap.service_ports import service_ports
from orchestrator.domain.authority.access import Access
from orchestrator.engine.ports import Ports
from orchestrator.web.pages.records import FILES
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.journals.corpus import NAMES
from tests.worlds.ports import ports_over
from tests.worlds.printed import fault_of
from tests.worlds.read_pages import as_read
from tests.worlds.served import ADDRESS, CSRF, OpenDoors, access
from tests.worlds.served_home import (
    HOSTILE,
    REVIEWED,
    RUNNING,
    SCHEDULED,
    addresses,
    home_with_history,
    project_of,
    service_over,
)

COMMAND = re.compile(r'<code class="command">(.*?)</code>', re.DOTALL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with_history(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_of(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def ports(home: Path) -> Ports:
    return service_ports(home, home / "no-house.yml")


def client(ports: Ports, home: Path, who: Access, *projects: Path) -> TestClient:
    app = service_over(ports, OpenDoors(who), home, ADDRESS, projects)
    return TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def manager(ports: Ports, home: Path, project: Path) -> TestClient:
    return client(ports, home, access("deployment manager", "change manager"), project)


@pytest.fixture(scope="module")
def asked() -> dict[str, int]:
    """The links that were followed, with what was answered: most pages have the same ones."""
    return {}


@pytest.fixture
def nothing() -> TestClient:
    """The service of somebody who has just begun."""
    clock = SystemClock()
    ports = ports_over(
        clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=FakeJournal(clock)
    )
    return client(ports, Path("/nowhere"), access("deployment manager"))


EACH = addresses()


@pytest.mark.parametrize("path", EACH)
def test_a_page_opens_and_shows_hostile_text_as_text(manager: TestClient, path: str) -> None:
    answer = manager.get(path)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text.replace("<wbr>", "")
    assert "\u202e" not in as_read(answer.text)
    assert "\x1b" not in as_read(answer.text)
    assert ' style="' not in as_read(answer.text)


def test_hostile_text_is_there(manager: TestClient) -> None:
    """A page that leaves it out would prove nothing."""
    shown = manager.get(f"/deployments/{SCHEDULED}/plan").text.replace("<wbr>", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert HOSTILE.startswith("<script>")


@pytest.mark.parametrize("path", EACH)
def test_a_page_has_one_heading_first_and_no_level_left_out(manager: TestClient, path: str) -> None:
    text = manager.get(path).text
    levels = [int(level) for level in re.findall(r"<h([1-6])", text[text.index("<main") :])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", EACH)
def test_every_link_leads_somewhere(manager: TestClient, asked: dict[str, int], path: str) -> None:
    text = manager.get(path).text
    text = text[text.index("<main") : text.index("</main>")]
    places = {unescape(place) for place in re.findall(r'(?:href|action)="(/[^"]*)"', text)}
    ours = [place for place in places if not re.match(r"/(approvals|account|logout|audit|people)\b", place)]
    asked_now = {place: manager.get(place).status_code for place in sorted(ours)[:40] if place not in asked}
    asked.update(asked_now)
    assert [place for place, status in asked_now.items() if status not in {200, 405}] == []


@pytest.mark.parametrize("path", [path for path in EACH if "/" not in path.strip("/")])
def test_an_empty_service_says_what_to_do_next(nothing: TestClient, path: str) -> None:
    answer = nothing.get(path.partition("?")[0])
    assert answer.status_code == 200
    assert COMMAND.search(answer.text) or "Show" in as_read(answer.text)


@pytest.mark.parametrize("path", [*EACH, "empty"])
def test_every_printed_command_exists(manager: TestClient, nothing: TestClient, path: str) -> None:
    pages = (
        [nothing.get(each.partition("?")[0]).text for each in EACH if "/" not in each.strip("/")]
        if path == "empty"
        else [manager.get(path).text]
    )
    printed = {unescape(command.replace("<wbr>", "")) for text in pages for command in COMMAND.findall(text)}
    assert {words: _fault(words) for words in printed if _fault(words)} == {}


def _fault(words: str) -> str:
    """A file that a person is to name is not here, and that is no fault of the words."""
    try:
        fault = fault_of(shlex.split(words)[1:])
    except click.exceptions.Exit:
        return ""  # --help ends it
    return "" if "does not exist" in fault else fault


@pytest.mark.parametrize(
    "path", ["/", "/deployments", "/records", "/calendar", "/calendar.ics", "/reviews", "/cmdb"]
)
def test_a_list_has_only_what_may_be_seen(ports: Ports, home: Path, path: str) -> None:
    mine = client(ports, home, access("practitioner", environment="test"))
    shown = mine.get(path)
    assert shown.status_code == 200
    assert [name for name in (*NAMES, REVIEWED) if name in _main(shown.text)] == []
    everywhere = client(ports, home, access("practitioner")).get(path).text
    assert any(name in _main(everywhere) for name in (*NAMES, RUNNING, REVIEWED, "node10"))


def _main(text: str) -> str:
    """The page without its navigation and without what can be chosen from."""
    return re.sub(r"<select.*?</select>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", ["", "/whole", "/files/record.jsonl", "/files/sealed.json"])
def test_a_record_elsewhere_is_not_there(ports: Ports, home: Path, path: str) -> None:
    mine = client(ports, home, access("practitioner", environment="test"))
    assert mine.get(f"/records/completed_phased{path}").status_code == 404
    assert mine.get("/deployments/completed_phased/plan").status_code == 404


def test_what_counts_everything_asks_for_a_role_everywhere(ports: Ports, home: Path) -> None:
    mine = client(ports, home, access("practitioner", environment="test"))
    assert mine.get("/reports/capability").status_code == 403
    report = mine.get("/reports", params={"from": "2026-03-01", "to": "2026-03-10"})
    assert "Counted are the deployments that you may see" in as_read(report.text)
    assert "No deployment ended in this period" in report.text.replace("<wbr>", "")


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_a_record_are_for_keeping(manager: TestClient, name: str) -> None:
    answer = manager.get(f"/records/residue/files/{name}")
    assert answer.status_code == 200
    assert answer.content
    assert answer.headers["content-disposition"] == f'attachment; filename="residue.{FILES[name][1]}"'
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_json_lines_end_with_the_result(manager: TestClient) -> None:
    lines = manager.get("/records/residue/files/record.jsonl").text.splitlines()
    assert json.loads(lines[0])["seq"] == 1
    assert json.loads(lines[-1])["kind"] == "result"


def test_a_record_says_whether_it_is_what_was_sealed(manager: TestClient) -> None:
    text = manager.get("/records/residue").text
    assert "intact and whole" in text
    assert "backed out with residue" in text


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    home = home_with_history(tmp_path)
    with sqlite3.connect(home / "journal.sqlite") as store:
        sealed, forged = '"by":"ann"', '"by":"bob"'
        store.execute(
            "update events set body = replace(body, ?, ?) where deployment = 'residue' and seq = 2",
            (sealed, forged),
        )
    ports = service_ports(home, home / "no-house.yml")
    text = client(ports, home, access("viewer")).get("/records/residue").text
    assert "not what was sealed" in text
    assert "intact and whole" not in text


def test_the_calendar_can_be_subscribed_to(manager: TestClient) -> None:
    calendar = Calendar.from_ical(manager.get("/calendar.ics").content)
    assert any(SCHEDULED in str(event["uid"]) for event in calendar.walk("VEVENT"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=over", "completed"),
        ("state=open", "awaiting approval"),
        ("state=held", "None is as asked for"),
        ("text=RESIDUE", "backed out with residue"),
        ("environment=STAGING", "completed"),
        ("service=nobody", "None is as asked for"),
        ("page=99", "completed"),
        ("page=-1", "awaiting approval"),
        ("page=²", "awaiting approval"),
        ("page=" + "9" * 4000, "awaiting approval"),
        ("text=%00%1b%3Cb%3E", "None is as asked for"),
        ("unknown=1", "awaiting approval"),
    ],
)
def test_a_list_takes_any_query(manager: TestClient, query: str, shown: str) -> None:
    answer = manager.get(f"/deployments?{query}")
    assert answer.status_code == 200
    assert shown in as_read(answer.text)


@pytest.mark.parametrize("path", ["/calendar", "/reports", "/reports/capability"])
@pytest.mark.parametrize(
    ("begins", "ends"),
    [("tomorrow", ""), ("", "2026-02-30"), ("2026-03-05", "2026-03-01"), ("0001-01-01", ""), ("2020-01-01", "2026-01-01"),
     ("<script>alert(1)", "\u202e")],
)  # fmt: skip
def test_a_period_that_cannot_be_says_what_was_expected(
    manager: TestClient, path: str, begins: str, ends: str
) -> None:
    answer = manager.get(path, params={"from": begins, "to": ends})
    assert answer.status_code == 200
    assert "Expected two days such as 2026-11-30; found" in as_read(answer.text)
    assert "<script>" not in answer.text.replace("<wbr>", "")


@pytest.mark.parametrize("form", ["pdf", "csv", "json"])
def test_a_report_can_be_kept(manager: TestClient, form: str) -> None:
    answer = manager.get(f"/reports/files/{form}", params={"from": "2026-03-01", "to": "2026-03-10"})
    assert answer.status_code == 200
    assert f'filename="report-2026-03-01-2026-03-11.{form}"' in answer.headers["content-disposition"]
    assert manager.get(f"/reports/files/{form}", params={"from": "soon"}).status_code == 400


def test_a_sheet_of_style_is_there_for_everybody_and_no_other_file(manager: TestClient) -> None:
    assert manager.get("/sheets/record.css").headers["content-type"].startswith("text/css")
    assert manager.get("/sheets/record.html.css").status_code == 404
    assert manager.get("/sheets/..%2F..%2Fpage.css").status_code == 404


def test_the_plans_of_a_project_are_found_by_looking(manager: TestClient, project: Path) -> None:
    text = manager.get("/plans").text
    assert "plans/shop.yml" in text
    assert "plans/broken.yml" in text
    assert "outside.yml" not in text
    for lost in (
        "/plans/1/../secret.yml",
        "/plans/1/%2e%2e/secret.yml",
        "/plans/2/plans/shop.yml",
        f"/plans/1/{project}",
    ):
        assert manager.get(lost).status_code == 404


def test_the_page_of_a_plan_says_its_faults(manager: TestClient) -> None:
    assert "fault" in as_read(manager.get("/plans/1/plans/broken.yml").text)
    assert "without running code" in as_read(manager.get("/plans/1/plans/shop.yml").text)


def test_the_whole_check_asks_for_the_right_to_plan_there(ports: Ports, home: Path, project: Path) -> None:
    place = "/plans/1/plans/shop.yml"
    viewer = client(ports, home, access("viewer"), project)
    assert viewer.post(place, data={"csrf": CSRF}).status_code == 403
    elsewhere = Access(
        person="Ann",
        login="ann",
        grants=(*access("viewer").grants, *access("practitioner", environment="live").grants),
    )
    assert client(ports, home, elsewhere, project).post(place, data={"csrf": CSRF}).status_code == 403
    assert client(ports, home, access("practitioner"), project).post(place).status_code == 403
