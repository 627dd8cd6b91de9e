"""Messages of real deployments: they arrive, and a channel that hangs costs a deployment nothing and is asked again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.notes_site import Site, yaml_of
from tests.worlds.receivers import hook, mail_server, silent_port

pytestmark = pytest.mark.timeout(600)
MOMENTS = ["start", "wave", "end"]


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Site:
    return Site(lab, tmp_path)


def channels(site: Site, **known: Any) -> None:
    home = Path(site.environment["ORCH_HOME"])
    home.mkdir(exist_ok=True)
    (home / "channels.yml").write_text(yaml_of({"orch": 1, "channels": known}))


def webhook(site: Site, url: str) -> dict[str, Any]:
    secret = site.project.parent / "secret"
    secret.write_text("sesame\n")
    return {"webhook": {"url": url, "secret": {"file": str(secret)}}}


def notify(by: str) -> dict[str, Any]:
    return {"by": by, "to": ["desk@example.net"], "at": MOMENTS}


def rows(site: Site) -> list[dict[str, Any]]:
    return [json.loads(line) for line in site.orch("messages", "list", "--json").splitlines()]


def take_back(site: Site) -> None:
    newest = json.loads(site.orch("list", "--json").splitlines()[0])["id"]
    site.orch("rollback", newest, "--reason", "end of the test", expect=5)


def wait(for_it: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not for_it():
        assert time.monotonic() < until
        time.sleep(0.5)


def deployed_and_taken_back(site: Site, name: str, by: str) -> None:
    site.orch("deploy", site.plan(name, "web1", notify=notify(by)))
    wait(lambda: [row["tries"] for row in rows(site)] == [1, 1, 1])
    take_back(site)
    wait(lambda: [row["tries"] for row in rows(site)] == [1] * 4)
    log = (Path(site.environment["ORCH_HOME"]) / "driven/messages.log").read_text()
    assert "Traceback" not in log
    assert "sesame" not in log + site.orch("record", "show", "--json")


@pytest.mark.slow
def test_messages_of_a_real_deployment_arrive_by_mail(site: Site) -> None:
    with mail_server() as server:
        mail = {"server": "127.0.0.1", "port": server.port, "tls": "none", "from": "orch@example.net"}
        channels(site, desk={"mail": mail})
        deployed_and_taken_back(site, "mailed", "desk")
    subjects = [str(mail["Subject"]) for _, mail in server.mails]
    assert subjects == [
        "mailed 1.0 is being deployed to lab",
        "mailed 1.0: wave 1 is verified in lab (1 of 1)",
        "mailed 1.0 in lab: completed",
        "mailed 1.0 in lab: backed out",
    ]


@pytest.mark.long
def test_messages_of_a_real_deployment_arrive_by_webhook(site: Site) -> None:
    with hook() as posts:
        channels(site, hook=webhook(site, posts.url))
        deployed_and_taken_back(site, "hooked", "hook")
    assert [body["type"] for body in posts.bodies] == [
        "deployment.start", "deployment.wave", "deployment.end", "deployment.end",
    ]  # fmt: skip


def took(site: Site, plan: str) -> float:
    begin = time.monotonic()
    site.orch("deploy", plan)
    seconds = time.monotonic() - begin
    take_back(site)
    return seconds


@pytest.mark.slow
def test_a_channel_that_hangs_costs_no_time_and_is_asked_again(site: Site) -> None:
    """The same plan with and without messages, in turn: the best times differ by less than the noise of two such runs."""
    calm, loud = site.plan("calm", "web1"), site.plan("told", "web1", notify=notify("hook"))
    times: dict[str, list[float]] = {calm: [], loud: []}
    with silent_port() as port:
        channels(site, hook=webhook(site, f"http://127.0.0.1:{port}/"))
        for _ in range(3):
            for plan, seconds in times.items():
                seconds.append(took(site, plan))
        wait(lambda: any(row["tries"] for row in rows(site)))
    print({Path(plan).stem: [round(each, 2) for each in seconds] for plan, seconds in times.items()})
    # Waiting for the channel once would be 20 s.
    assert min(times[loud]) - min(times[calm]) < max(1.0, min(times[calm]) / 4)
    with hook() as posts:
        channels(site, hook=webhook(site, posts.url))
        site.orch("run-due", "--once")

        def all_sent() -> bool:
            site.orch("run-due", "--once")
            return all(row["state"].startswith("sent") for row in rows(site))

        wait(all_sent, 150.0)
    ids = [fields["webhook-id"] for fields, _ in posts.posted]
    assert len(ids) == len(set(ids)) >= 4
