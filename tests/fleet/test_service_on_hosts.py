"""A deployment to real hosts by the service: watched live, decided with a passkey, driven by a process of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from orchestrator.bootstrap import drivers
from orchestrator.bootstrap.service_ports import service_ports
from orchestrator.domain.authority.signing import PublicKeyCard, TrustedKey
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import SmallSite
from tests.worlds.browsed_service import Visitor, chromium, running, visitor
from tests.worlds.browser import CHROMIUM
from tests.worlds.served import OpenDoors, access, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
ROLE = "deployment manager"
LONG = 120_000
WAVES = """strategy:
  kind: phased
  hosts: all
  playbook: playbooks/app.yml
  waves: [{count: 1, gate: {confirm: deployment manager, soak: 2s}}, rest]"""


@pytest.fixture
def site(new_lab: NewLab, tmp_path: Path) -> SmallSite:
    made = SmallSite(new_lab(2, light=True), tmp_path, "ways", {})
    plan = made.project / "plans/app.yml"
    text = re.sub(r"^strategy: .*$", WAVES, plan.read_text(), flags=re.MULTILINE)
    plan.write_text(text.replace("Ada Berg", "Ann"))
    return made


def trust(site: SmallSite, card: Path, *whose: str) -> None:
    answer = site.orch("keys", "trust", str(card), *whose, "--yes")
    assert answer.returncode == 0, answer.stderr


def keys_of_ann_and_the_service(site: SmallSite, folder: Path) -> tuple[Path, Path]:
    """Private keys: Ann's own, with which she deploys, and that of the service's drivers."""
    made = []
    for name, whose in {
        "ann": ("--person", "Ann", "--role", ROLE),
        "service": ("--machine", "service"),
    }.items():
        key = folder / f"{name}.pem"
        answer = site.orch("keys", "new", "--file", str(key), *whose, "--no-passphrase", "--json")
        assert answer.returncode == 0, answer.stderr
        [card] = [each for each in folder.glob(f"{name}*") if each != key]
        trust(site, card, *whose)
        made.append(key)
    return made[0], made[1]


def trust_passkey(site: SmallSite, key: TrustedKey, folder: Path) -> None:
    """As whoever decides which keys count does it: from the card that the service shows."""
    card = folder / "passkey.json"
    shown = PublicKeyCard(key=key.key, public=key.public, kind="webauthn", person=key.person, roles=key.roles)
    card.write_text(shown.model_dump_json())
    trust(site, card, "--person", "Ann", "--role", ROLE)


def say(visit: Visitor, link: str, label: str, words: str) -> None:
    page = visit.page
    page.get_by_role("link", name=link, exact=True).click()
    page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Show what is signed").click()
    page.get_by_role("button", name=re.compile("Sign with passkey")).click()


def deployed_to_the_gate(site: SmallSite, key: Path) -> str:
    answer = site.orch("deploy", "plans/app.yml", "--json", "--by", "Ann", "--key", str(key))
    last = json.loads(answer.stdout.splitlines()[-1])
    assert last["state"] == "at gate", answer.stdout + answer.stderr
    return str(last["deployment"])


@pytest.mark.parametrize("word", ["confirm", "abort"])
def test_a_deployment_is_decided_in_a_browser_and_driven_by_a_process(
    site: SmallSite, tmp_path: Path, word: str
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    own, machine = keys_of_ann_and_the_service(site, keys)
    home = Path(site.environment["ORCH_HOME"])
    ports: Ports = service_ports(home)
    doors = OpenDoors(access(ROLE))
    driving = drivers(home, key=machine)
    with (
        chromium() as browser,
        running(lambda address: served(ports, doors, home, driving, address)) as service,
    ):
        visit = visitor(browser, service.address)
        visit.page.set_default_timeout(LONG)
        trust_passkey(site, visit.passkey(ports.clock.now(), "Ann", ROLE), keys)
        name = deployed_to_the_gate(site, own)
        visit.page.goto(f"{service.address}/deployments/{name}")
        if word == "confirm":
            say(visit, "Confirm the gate", "What you looked at", "the first host serves")
        else:
            say(visit, "Abort", "Reason", "not today")
        end = "verified on all 2 hosts" if word == "confirm" else "backed out"
        expect(visit.page.locator("#headline")).to_contain_text(end, timeout=LONG)
    d = folded(ports.journal, name)
    assert d.state is (State.COMPLETED if word == "confirm" else State.BACKED_OUT)
    kind = e.Confirmed if word == "confirm" else e.AbortRequested
    [word_said] = [r.event for r in ports.journal.read(name) if isinstance(r.event, kind)]
    assert word_said.spoken is not None
    assert word_said.spoken.signed is not None
    assert word_said.spoken.signed.signature.kind == "webauthn"
    verified = site.orch("record", "verify", name)
    assert verified.returncode == 0, verified.stdout + verified.stderr
