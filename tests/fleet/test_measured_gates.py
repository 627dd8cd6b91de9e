"""A metric gate on real hosts: a real Prometheus scrapes them, and the load rises on all of them while a release arrives."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.lab_targets import targets_of
from tests.fleet.small_site import CASES, Ended, SmallSite
from tests.worlds.monitoring import await_series, lacking, prometheus

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(lacking() is not None, reason=str(lacking())),
]
HOSTS = ("web1", "web2", "web3")
INSTALL = """
printf %s {app} | base64 -d | sudo tee /opt/measured.py >/dev/null
echo 1.0.0 | sudo tee /etc/app.conf >/dev/null
unit='[Service]\\nExecStart=/usr/bin/python3 /opt/measured.py {began}\\n'
printf "$unit" | sudo tee /etc/systemd/system/app.service >/dev/null
sudo systemctl daemon-reload; sudo systemctl restart app
"""
AWAY = (
    "sudo systemctl stop app; sudo rm -f /opt/measured.py /etc/app.conf /etc/systemd/system/app.service; "
    "sudo systemctl daemon-reload"
)


@pytest.fixture
def server(lab: Lab, tmp_path: Path) -> Iterator[str]:
    app = base64.b64encode((CASES / "measured/app").read_bytes()).decode()
    for host in HOSTS:
        assert lab.ssh(host, INSTALL.format(app=app, began=f"{time.time():.3f}")).code == 0
    targets = [target for target in targets_of(lab) if target.host in HOSTS]
    lines = [f'      - {{targets: ["{t.address}:8099"], labels: {{instance: {t.host}}}}}' for t in targets]
    try:
        with prometheus(tmp_path / "prometheus", lines) as url:
            await_series(url, "count(rate(app_errors_total[3s]))", len(HOSTS))
            yield url
    finally:
        for host in HOSTS:
            lab.ssh(host, AWAY)


def deployed(lab: Lab, folder: Path, server: str, release: str) -> Ended:
    return SmallSite(lab, folder, "measured", {"PROMETHEUS": server, "RELEASE": release}).deployed()


def test_a_regression_under_a_rising_load_is_caught_and_taken_back(
    lab: Lab, tmp_path: Path, server: str
) -> None:
    ended = deployed(lab, tmp_path, server, "2.0.0-bad")
    assert (ended.code, ended.result["state"]) == (5, "backed out"), ended.result
    last = ended.events["measured"][-1]
    assert (last["verdict"], last["deployed"], last["untouched"]) == ("failed", 1, 2)
    assert 1.5 < last["compared"] < 2.6
    assert lab.ssh("web2", "cat /etc/app.conf").out.strip() == "1.0.0"


OBJECTIVES = """
  - {objective: Every host has the new release., check: {command: grep -q 2.0.0 /etc/app.conf}}
  - objective: Hardly an error is seen.
    metric: {name: errors a second, prometheus: {url: "@PROMETHEUS@", query: QUERY}, success: < 0.001}
  - objective: Customers are served.
    metric: {name: errors a second, prometheus: {url: "@PROMETHEUS@", query: QUERY}, success: "> 0.001"}
    due: 1s
  - {objective: The service desk is not called about it., by_hand: {unit: calls, role: service owner}, expected: <= 5, due: 7d}
  - {objective: Customers come back., by_hand: {unit: visits, role: service owner}, expected: "> 100", due: 1s}
""".replace("QUERY", "'avg(rate(app_errors_total{instance=~\"{hosts}\"}[3s]))'")


def outcomes(site: SmallSite, deployment: str, *words: str) -> list[str]:
    ended = site.orch("objectives", deployment, *words, "--json")
    assert ended.returncode == 0, ended.stderr
    listed = json.loads(ended.stdout)["objectives"]
    return [each["outcome"] + (", overdue" if each["overdue"] else "") for each in listed]


def with_objectives(lab: Lab, folder: Path, server: str) -> SmallSite:
    site = SmallSite(lab, folder, "measured", {"RELEASE": "2.0.0"})
    plan = site.project / "plans/app.yml"
    text = re.sub("(?m)^objectives:.*$", lambda _: f"objectives:{OBJECTIVES}", plan.read_text(), count=1)
    text = text.replace("approval: {required: []}", "approval: {required: [], sign_off: [service owner]}")
    text = text.replace(
        "{deployment manager: Ada Berg}", "{deployment manager: Ada Berg, service owner: Cleo Ray}"
    )
    plan.write_text(text.replace("@PROMETHEUS@", server))
    return site


def test_objectives_are_measured_by_prometheus_at_the_end_and_later_and_the_missed_one_is_accepted(
    lab: Lab, tmp_path: Path, server: str
) -> None:
    site = with_objectives(lab, tmp_path, server)
    ended = site.deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed"), ended.result
    assert [each["result"] for each in ended.events["objective_measured"]] == ["achieved", "not achieved"]
    d = ended.result["deployment"]
    assert outcomes(site, d, "--measure") == [
        "achieved",
        "not achieved",
        "achieved",
        "not yet known",
        "not yet known, overdue",
    ]
    (site.project / "calls.csv").write_text("2026-11-29,3\n")
    record = ["--record", "4", "3", "--note", "ticket list", "--attach", "calls.csv"]
    assert outcomes(site, d, *record)[3] == "achieved"
    wrong = site.orch("objectives", d, "--accept", "2", "--role", "deployment manager", "--reason", "it is")
    assert (wrong.returncode, "is accepted by service owner" in wrong.stderr) == (4, True)
    outcomes(site, d, "--accept", "2", "--role", "service owner", "--reason", "The load rose tenfold.")
    shown = (
        site.orch("record", "show", d, "--html", "page.html").stdout + site.orch("record", "show", d).stdout
    )
    assert "as service owner: The load rose tenfold." in shown
    page = (site.project / "page.html").read_text()
    for words in ("not achieved", "overdue since", "calls.csv, 13 bytes", "The load rose tenfold."):
        assert words in page
    assert site.orch("record", "attachments", d, "--to", "attached").returncode == 0
    assert [copy.read_text() for copy in (site.project / "attached").iterdir()] == ["2026-11-29,3\n"]
    assert f"{d}" in site.orch("objectives").stdout


def test_a_healthy_release_under_the_same_load_passes_and_can_be_tried_before(
    lab: Lab, tmp_path: Path, server: str
) -> None:
    site = SmallSite(lab, tmp_path, "measured", {"PROMETHEUS": server, "RELEASE": "2.0.0"})
    tried = site.orch("gate", "try", "plans/app.yml")
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "success: errors a second of the 1 new host is" in tried.stdout
    ended = site.deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed"), ended.result
    values = [event["value"] for event in ended.events["measured"] if event["value"] is not None]
    assert values[-1] > 1.3 * values[0]
