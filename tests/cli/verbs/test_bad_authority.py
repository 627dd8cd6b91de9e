"""What nobody may start with: bad rules, bad times, bad certificates and bad words are refused, all at once, by every door."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.certificate_files import certificate_name
from orchestrator.adapters.keys.key_folder import load_key
from orchestrator.bootstrap import ports
from orchestrator.cli.main import run
from orchestrator.domain.authority.rehearsal import Certificate, MeasuredWave
from orchestrator.domain.plan.effective_plan import REHEARSED, EffectivePlan
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.planning.plan_check import prepare_plan
from tests.cases.authority.swaps import PLAN, edit, project

INVENTORY = """\
web:
  hosts:
    web1: {ansible_host: 192.0.2.11}
    web2: {ansible_host: 192.0.2.12}
"""
PEOPLE = {
    "li": ("Li Wei", "change manager"),
    "omar": ("Omar Haddad", "service owner"),
    "bot": ("Bot", "rehearsal issuer"),
    "ada": ("Ada Berg", "deployment practitioner"),
}
POLICY = "policies/lab.yml"


class Desk:
    """A project, a home with trusted keys, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.project = folder, capsys, folder / "project"

    def orch(self, *words: str) -> tuple[int, str]:
        code = run(list(words))
        shown = self.capsys.readouterr()
        return code, shown.out + shown.err

    def rules(self, text: str) -> None:
        with (self.project / POLICY).open("a") as policy:
            policy.write(text)

    def deployments(self) -> list[str]:
        return list(ports().journal.deployments())

    def untouched(self) -> None:
        """Whatever was begun, nothing ran and no host was asked."""
        for name in self.deployments():
            d = folded(ports().journal, name)
            assert (d.touched_hosts, d.attempts, d.private_copy.folder, d.authority.opened_at) == (
                (),
                (),
                None,
                None,
            )

    def key(self, name: str) -> list[str]:
        return ["--key", str(self.folder / f"{name}.pem")]

    def waiting(self) -> str:
        """A deployment that waits for approval."""
        code, output = self.orch("deploy", PLAN, "--by", "Ada Berg")
        assert code == 8, output
        return self.deployments()[0]

    def signed(self, name: str, deployment: str, digest: str, *more: str) -> str:
        out = self.folder / f"{name}-{len(list(self.folder.iterdir()))}.json"
        words = ["--as", PEOPLE[name][1], "--reason", "ok", "--plan-digest", digest, "--out", str(out), *more]
        assert run(["approve", deployment, *words, *self.key(name)]) == 0
        return str(out)

    def digest(self, deployment: str) -> str:
        effective = folded(ports().journal, deployment).authority.effective
        assert effective is not None
        return effective.digest

    def certify(self, effective: EffectivePlan, **other: Any) -> None:
        """Put a signed certificate into the project; in order but for what is said of it."""
        key = load_key(self.folder / "bot.pem")
        now = ports().clock.now()
        fields: dict[str, Any] = {
            "release": "app",
            "version": "1.0.0",
            "environment": "staging",
            "deployments": ("app-1.0.0-rehearsed",),
            "covers": {name: effective.digests[name] for name in REHEARSED},
            "rehearsed_at": now - timedelta(days=1),
            "restored": True,
            "failure_in": (0,),
            "idempotent": (),
            "waves": (MeasuredWave(wave=0, hosts=1, deploy=5.0, verify=1.0, back_out=5.0),),
            "key": key.key,
            "nonce": "0" * 32,
            **other,
        }
        certificate = Certificate.model_validate(fields)
        folder = self.project / "certificates"
        folder.mkdir(exist_ok=True)
        (folder / certificate_name(certificate)).write_text(key.certify(certificate).model_dump_json())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of three people, which all tests have copies of."""
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORCH_HOME", str(folder / "home"))
        for name, (person, role) in PEOPLE.items():
            words = ["--person", person, "--role", role]
            assert run(["keys", "new", "--file", str(folder / f"{name}.pem"), "--no-passphrase", *words]) == 0
            assert run(["keys", "trust", str(folder / f"{name}.pub.json")]) == 0
    return folder


@pytest.fixture
def desk(
    tmp_path: Path, house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    folder = tmp_path / "desk"
    shutil.copytree(house, folder)
    (folder / "hosts.yml").write_text(INVENTORY)
    monkeypatch.setenv("ORCH_HOME", str(folder / "home"))
    monkeypatch.setenv("ORCH_KEY", str(folder / "ada.pem"))
    monkeypatch.chdir(project(folder / "project", folder / "hosts.yml"))
    capsys.readouterr()
    return Desk(folder, capsys)


# what is added to the policy, and what is said of it
FAULTY_RULES = [
    (
        "a window that never opens",
        "windows:\n  - {name: never, zone: UTC, starts: 2020-02-30T22:00, lasts: 1h}\n",
        "windows[0].starts: expected",
    ),
    (
        "a window that a freeze always covers",
        "windows:\n  - {name: late, zone: UTC, starts: 2020-02-03T22:00, lasts: 1h, repeats: FREQ=DAILY}\n"
        "FREEZE  - {name: nights, zone: UTC, starts: 2020-02-03T20:00, lasts: 6h, repeats: FREQ=DAILY, reason: sleep}\n",
        "windows[0]: expected a window that opens",
    ),
    (
        "freezes that overlap",
        "FREEZE  - {name: one, zone: UTC, starts: 2099-01-01T00:00, lasts: 2d, reason: a}\n"
        "  - {name: two, zone: UTC, starts: 2099-01-02T00:00, lasts: 2d, reason: b}\n",
        "freezes[2]: expected",
    ),
    (
        "a window in an hour that clocks skip",
        "windows:\n  - {name: gap, zone: Europe/Berlin, starts: 2099-03-29T02:30, lasts: 1h}\n",
        "windows[0].starts: expected",
    ),
    ("a role that nobody knows", "window_override: [chang manager]\n", "window_override[0]: expected"),
]


def add(desk: Desk, rules: str) -> None:
    """Freezes go to those that the policy has already."""
    before, _, freezes = rules.partition("FREEZE")
    desk.rules(freezes)
    edit(desk.project / POLICY, "undo_before_close: false\n", f"undo_before_close: false\n{before}")


@pytest.mark.parametrize(("what", "rules", "words"), FAULTY_RULES, ids=[row[0] for row in FAULTY_RULES])
def test_rules_that_make_no_sense_are_faults_of_their_file(
    desk: Desk, what: str, rules: str, words: str
) -> None:
    add(desk, rules)
    code, output = desk.orch("policy", "check")
    assert code == 3
    assert re.search(rf"^{POLICY}:\d+ {re.escape(words)}", output, re.MULTILINE), output


def test_every_fault_of_the_rules_is_said_and_nothing_is_opened(desk: Desk) -> None:
    add(desk, "window_override: [chang manager]\n" + FAULTY_RULES[3][1] + FAULTY_RULES[2][1])
    edit(desk.project / PLAN, "purpose: Bring", "purrpose: Bring")
    code, output = desk.orch("deploy", PLAN)
    assert code == 3
    assert "purrpose" in output
    edit(desk.project / PLAN, "purrpose: Bring", "purpose: Bring")
    for door in (
        ["deploy", PLAN],
        ["schedule", "add", PLAN, "--at", "in 1h"],
        ["plan", "check", PLAN],
        ["plan", "show", PLAN],
    ):
        code, output = desk.orch(*door)
        assert code == 3, door
        for fault in ("window_override[0]", "windows[0].starts", "freezes[2]"):
            assert fault in output, (door, output)
    assert desk.deployments() == []


def test_a_window_that_is_over_never_opens_again(desk: Desk) -> None:
    """The file alone cannot tell, for it knows no clock."""
    add(desk, "windows:\n  - {name: over, zone: UTC, starts: 2020-02-03T22:00, lasts: 1h}\n")
    edit(desk.project / POLICY, "[change manager, service owner]", "[]")
    code, output = desk.orch("deploy", PLAN)
    assert code == 4
    assert "over: no window is open, and none opens in ten years" in output
    desk.untouched()


REHEARSAL = "rehearsal: {environments: [staging], max_age: 30d}\n"
# what the certificate says that it should not, and what is said of it
CERTIFICATES: list[tuple[str, dict[str, Any], str]] = [
    ("of another release", {"release": "other"}, "other"),
    ("of another version", {"version": "0.9.0"}, "0.9.0"),
    ("of another environment", {"environment": "test"}, "test"),
    ("not restored", {"restored": False}, "restor"),
]


@pytest.mark.parametrize(("what", "other", "words"), CERTIFICATES, ids=[row[0] for row in CERTIFICATES])
def test_a_certificate_that_does_not_count(desk: Desk, what: str, other: dict[str, Any], words: str) -> None:
    edit(
        desk.project / POLICY,
        "approvals: {before: [change manager, service owner]}",
        f"approvals: {{before: []}}\n{REHEARSAL}",
    )
    desk.certify(now_effective(desk), **other)
    code, output = desk.orch("deploy", PLAN)
    assert code == 4, output
    assert words in output
    assert f"orch rehearse {desk.project / PLAN} --in staging" in output
    desk.untouched()


def now_effective(desk: Desk) -> EffectivePlan:
    effective = prepare_plan(ports(), desk.project / PLAN).effective
    assert effective is not None
    return effective


def revoke(desk: Desk, name: str) -> None:
    number = load_key(desk.folder / f"{name}.pem").key
    assert run(["keys", "revoke", number, "--reason", "lost"]) == 0


def foreign(desk: Desk, deployment: str) -> str:
    words = ["--no-passphrase", "--person", "Li Wei"]
    assert run(["keys", "new", "--file", str(desk.folder / "foreign.pem"), *words]) == 0
    out = str(desk.folder / "foreign.json")
    options = [
        "--as",
        "change manager",
        "--reason",
        "x",
        "--plan-digest",
        desk.digest(deployment),
        "--out",
        out,
    ]
    assert run(["approve", deployment, *options, *desk.key("foreign")]) == 0
    return out


def forged(desk: Desk, deployment: str) -> str:
    file = Path(desk.signed("li", "another-deployment", desk.digest(deployment)))
    words = json.loads(file.read_text())
    words["approval"]["subject"] = deployment
    file.write_text(json.dumps(words))
    return str(file)


def replayed(desk: Desk, deployment: str) -> str:
    file = desk.signed("li", deployment, desk.digest(deployment))
    assert run(["approve", "--file", file]) == 0
    return file


def expired(desk: Desk, deployment: str) -> str:
    file = desk.signed("li", deployment, desk.digest(deployment), "--expires", "1s")
    ports().clock.sleep(1.1)
    return file


WORDS: list[tuple[str, Callable[[Desk, str], str], str]] = [
    ("of a foreign key", foreign, "which nobody trusts"),
    ("transplanted by hand", forged, "the signature does not fit what it says"),
    ("replayed", replayed, "on the journal already"),
    ("expired", expired, "expired at"),
    ("of another plan", lambda desk, d: desk.signed("li", d, "b" * 64), "given for another effective plan"),
    ("of no deployment here", lambda desk, d: desk.signed("li", "d9", desk.digest(d)), "no such deployment"),
]


def test_words_that_do_not_count_are_refused_one_by_one_and_all_at_once(desk: Desk) -> None:
    """One deployment for all of them, for to open one takes a while."""
    waits = desk.waiting()
    files = []
    for what, make, words in WORDS:
        files.append(make(desk, waits))
        before = len(ports().journal.read(waits))
        code, output = desk.orch("approve", "--file", files[-1])
        assert (code, words in output) == (4, True), (what, output)
        assert len(ports().journal.read(waits)) == before, what
    good = desk.signed("omar", waits, desk.digest(waits))
    code, output = desk.orch("approve", *(word for file in [good, *files] for word in ("--file", file)))
    assert code == 4
    assert [words for _, _, words in WORDS if words not in output] == []
    assert desk.orch("approve", "--file", good)[0] == 0
    revoke(desk, "omar")
    code, output = desk.orch("resume", waits)
    assert code == 8
    assert "the key of Omar Haddad was revoked" in output
    code, output = desk.orch(
        "reject", waits, "--as", "change manager", "--reason", "not today", *desk.key("li")
    )
    assert code == 0
    code, output = desk.orch("resume", waits)
    assert code == 8
    for words in ("the key of Omar Haddad was revoked", "rejected, because not today"):
        assert words in output
    desk.untouched()
