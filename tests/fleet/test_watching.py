"""A soak on real hosts: what fails while nobody happens to look is seen all the same, and what was not watched is watched."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.asking import ask
from tests.fleet.lab_targets import targets_of
from tests.fleet.small_site import SmallSite, events_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
UNIT = "unit: app, within: 12s"
HTTP = 'http: "http://{address}:8099/", within: 12s'
FILE = "file: {path: /etc/app.conf, contains: 1.0.0}"


@pytest.fixture(autouse=True)
def _as_it_was(lab: Lab) -> Iterator[None]:
    yield
    away = "sudo systemctl stop app; sudo rm -f /etc/app.conf /etc/systemd/system/app.service; sudo systemctl daemon-reload"
    lab.ssh("web1", away)


def site(lab: Lab, folder: Path, service: str, check: str, soak: str = "14s", every: str = "3s") -> SmallSite:
    places = {"SERVICE": service, "CHECK": f"{{{check}}}", "SOAK": soak, "EVERY": every}
    return SmallSite(lab, folder, "watching", places)


def soaked(events: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [event for event in events["wave_checked"] if event["stage"] == "soak"]


@pytest.mark.parametrize(
    ("service", "check", "finding"),
    [
        ("away", UNIT, "activ"),
        ("away", HTTP, "refused"),
        ("restarted", UNIT, "activ"),
    ],
)
def test_what_does_not_stay_up_does_not_pass_its_soak(
    lab: Lab, tmp_path: Path, service: str, check: str, finding: str
) -> None:
    ended = site(lab, tmp_path, service, check).deployed()
    assert (ended.code, ended.result["state"]) == (5, "backed out"), ended.result
    rejected = [result for event in soaked(ended.events) for result in event["results"]]
    assert finding in rejected[-1]["found"].lower(), rejected


def test_what_stays_up_passes_its_soak(lab: Lab, tmp_path: Path) -> None:
    ended = site(lab, tmp_path, "steady", f"{UNIT}}}, {{{HTTP}", soak="6s", every="2s").deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed")


def test_a_driver_that_stood_still_goes_on_until_it_has_watched(lab: Lab, tmp_path: Path) -> None:
    driver = site(lab, tmp_path, "steady", FILE, soak="8s", every="2s").driver()
    began, looks = 0.0, []
    for event in events_of(driver):
        if event["kind"] == "gate_reached":
            began = time.monotonic()
            driver.send_signal(signal.SIGSTOP)
            time.sleep(14)
            driver.send_signal(signal.SIGCONT)
        if event["kind"] == "wave_checked" and event["stage"] == "soak":
            looks.append(event)
        if event["kind"] == "completed":
            assert time.monotonic() - began > 14 + 6
    assert driver.wait() == 0
    assert looks[0]["unwatched"] > 10
    assert not looks[0]["final"]
    assert looks[-1]["final"]


def test_what_fails_after_the_last_usual_look_fails_the_last_one(lab: Lab, tmp_path: Path) -> None:
    driver = site(lab, tmp_path, "steady", FILE, soak="16s", every="10s").driver()
    for event in events_of(driver):
        if event["kind"] == "wave_checked" and event["stage"] == "soak" and not event["final"]:
            assert not event["results"]
            assert lab.ssh("web1", "sudo rm /etc/app.conf").code == 0
    assert driver.wait() == 5


EARLY = """import pytest
def test_trivial(host): assert True
def test_stop(host):
    {stop}
def test_the_release_works(host): assert host.file("/nonexistent").exists
"""
ENDS = {
    **{
        f"exit {code}": EARLY.format(stop=f"pytest.exit('no licence', returncode={code})")
        for code in (0, 2, 3, 4, 5)
    },
    "exit": EARLY.format(stop="pytest.exit('no licence')"),
    "interrupted": EARLY.format(stop="raise KeyboardInterrupt"),
    "all skipped": "import pytest\npytestmark = pytest.mark.skip\ndef test_it(host): pass\n",
    "all expected to fail": "import pytest\n@pytest.mark.xfail\ndef test_it(host): assert False\n",
    "broken": "def test_it(host): assert True\n",
}


def test_no_run_of_tests_passes_without_its_full_end(lab: Lab, tmp_path: Path) -> None:
    for name, text in ENDS.items():
        project = tmp_path / name.replace(" ", "_")
        project.mkdir()
        (project / "test_app.py").write_text(text)
        if name == "broken":
            (project / "conftest.py").write_text(
                "def pytest_runtest_teardown(item): raise SystemError('broken')\n"
            )
            (project / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
        results = ask(targets_of(lab)[:1], {"testinfra": "test_app.py"}, project=project)
        answers = [result.answer for result in results if result.kind == "testinfra"]
        assert answers, name
        assert "passed" not in answers, (name, results)
