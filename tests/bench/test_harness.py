"""The harness of the benchmarks measures what it says, and refuses a run that did less; no test here looks at a clock."""

import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import warm_start
from bench.compare import Cost, compare, judged
from bench.contenders import CONTENDERS, Contender
from bench.history import asked
from bench.journal_times import per_host, wave_starts
from bench.picture import picture
from bench.scale import deployed
from bench.site import BenchFault, Site, artefact, three_waves
from bench.table import table
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from tests.fleet.labs import lab_for

SSH = next(each for each in CONTENDERS if each.name == "ssh")
BURN = "import time\nwhile time.process_time() < 0.3: pass\nopen('done', 'wb').write(bytes(3000000))"
DETACHED = """setsid --fork {python} -c "{burn}"; until [ -s done ]; do sleep 0.02; done; sleep 1000 & echo $! >left"""


def test_the_meter_counts_detached_processes_and_ends_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = tmp_path / "cost.json"
    script = DETACHED.format(python=sys.executable, burn=BURN)
    ended = os.spawnve(
        os.P_WAIT,
        sys.executable,
        [sys.executable, "-m", "bench.meter", str(report), "--", "sh", "-c", script],
        {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert ended == 0
    cost = re.findall(r'"(\w+)": ([\d.]+)', report.read_text())
    assert float(dict(cost)["cpu"]) >= 0.3
    left = int((tmp_path / "left").read_text())
    assert not Path(f"/proc/{left}").exists()


def test_ratios_are_those_of_medians_to_the_bare_run() -> None:
    base = Contender("ansible", "bare", lambda site, home: ([], {}))
    other = Contender("other", "other", lambda site, home: ([], {}))
    away = Contender("away", "away", lambda site, home: ([], {}), lambda: "not available")
    costs = {"ansible": [cost(4), cost(2), cost(9)], "other": [cost(1), cost(3)], "away": []}
    judgements = judged([base, other, away], costs)
    assert judgements["other"]["ratio"]["wall"] == 0.5
    assert judgements["away"]["median"]["wall"] is None
    words = table(3, judgements)
    assert "not available" in words
    assert "2.0 (0.50)" in words
    shown = ElementTree.fromstring(picture({"3": judgements}))
    assert "not available" in "".join(shown.itertext())


def test_what_warm_start_is_worth_is_told_in_ratios_to_a_cold_start() -> None:
    rounds = {"cold": (4.0, 8.0, 6.0), "zygote": (3.0, 3.0, 9.0)}
    by_extent = {
        extent: warm_start.medians([dict.fromkeys(warm_start.FIGURES, value) for value in values])
        for extent, values in rounds.items()
    }
    words = warm_start.table("3 hosts", by_extent)
    wall = next(line for line in words.splitlines() if line.startswith("wall"))
    assert wall.split() == ["wall", "6.000", "(1.00)", "3.000", "(0.50)"]


def cost(wall: float) -> Cost:
    return Cost(wall=wall, cpu=1.0, fleet_cpu=1.0, all_cpu=2.0, memory=None, written=0.0)


def test_the_line_through_costs() -> None:
    fixed, slope = per_host([3, 10, 30], [1.8, 2.5, 4.5])
    assert (round(fixed, 6), round(slope, 6)) == (1.5, 0.1)


def test_a_wave_starts_with_its_first_task_on_a_host(tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    events: list[e.Event] = [
        e.GatePassed(wave=0),
        e.AttemptIntended(attempt="d.2-deploy", purpose="deploy", wave=1, hosts=("web2",)),
    ]
    records = [
        Recorded(deployment="d", seq=n, at=at + timedelta(seconds=n), event=event)
        for n, event in enumerate(events, 1)
    ]
    folder = tmp_path / "attempts" / "d.2-deploy"
    folder.mkdir(parents=True)
    lines = f'{{"event": "start", "at": 0}}\n{{"event": "started", "at": {at.timestamp() + 1.25}}}\n'
    (folder / "evidence.jsonl").write_text(lines)
    assert wave_starts(records, tmp_path) == [0.25]


@pytest.mark.long
@pytest.mark.parametrize("fails", [False, True])
def test_simulated_deployments_end_as_they_should(tmp_path: Path, *, fails: bool) -> None:
    figures = deployed(24, 4, tmp_path, fails=fails)
    assert figures["journal_bytes"] > 0
    assert figures["baseline_bytes_per_host"] > 0


def test_every_question_is_asked_of_a_journal_of_many(tmp_path: Path) -> None:
    figures = asked(5, 3, tmp_path)
    assert SqlJournal(tmp_path, SystemClock()).deployments()[1:] == [f"app-1.{n}" for n in reversed(range(5))]
    assert figures["journal_bytes_per_deployment"] > 0
    assert {"list", "newest", "second_of_the_plan", "admission", "leave_for_a_wave", "schedule"} <= set(
        figures
    )


def test_the_artefact_is_the_same_every_time() -> None:
    assert artefact(100) == artefact(1000)[:100]
    assert len(artefact()) == 5_000_000


@pytest.mark.parametrize(
    ("hosts", "waves"),
    [
        (1, ["rest"]),
        (2, [1, "rest"]),
        (3, [1, 1, "rest"]),
        (10, [1, 4, "rest"]),
        (30, [3, 12, "rest"]),
    ],
)
def test_three_waves(hosts: int, waves: list[str | int]) -> None:
    assert three_waves(hosts) == waves


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with lab_for("bench", 2, light=True) as lab:
        yield Site.made(lab, tmp_path)


@pytest.mark.fleet
def test_a_run_has_a_figure_only_when_every_host_holds_the_release(site: Site) -> None:
    idle = Contender("idle", "does nothing", lambda site, home: (["true"], {}))
    refused = Contender("refused", "fails", lambda site, home: (["sh", "-c", "echo why >&2; exit 9"], {}))
    figures = compare(site, [SSH], 1, lambda words: None)
    assert len(figures["ssh"]["rounds"]) == 1
    assert figures["ssh"]["rounds"][0]["fleet_cpu"] > 0
    with pytest.raises(BenchFault, match="does not hold the release"):
        compare(site, [idle], 1, lambda words: None)
    with pytest.raises(BenchFault, match="code 9:\nwhy"):
        compare(site, [refused], 1, lambda words: None)
