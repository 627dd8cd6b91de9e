"""approve, reject, sign-off, review: real keys over a real journal; what is bad is said all at once and nothing appended."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.keys.key_folder import load_key
from orchestrator.cli.main import run
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.journal import events as e
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.course.follow_up import following_words
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import Perform, WaitUntil
from tests.cli.office import Office, office, read


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    return office(tmp_path, monkeypatch, capsys)


def test_what_is_approved_is_shown_and_goes_to_the_journal(desk: Office) -> None:
    assert desk.say("approve", "li") == 0
    output = desk.output()
    for words in (
        "shop 2.4.0 to ",
        "asked for by Ada Berg",
        "6 hosts in 3 waves, phased",
        f"Effective plan: {desk.digest()}",
        "approved by Li Wei as change manager",
        "service owner: 1 of 1 approvals missing",
    ):
        assert words in output
    (given,) = desk.deployment().authority.approvals
    assert (given.approval.person, given.approval.subject, given.approval.plan_digest) == (
        "Li Wei",
        "d1",
        desk.digest(),
    )
    assert desk.events() == ["planned", "submitted", "approval_given"]


def test_when_nothing_is_missing_the_next_move_is_said(desk: Office) -> None:
    assert desk.say("approve", "li") == 0
    assert desk.say("approve", "omar") == 0
    assert "Nothing is missing: orch resume d1" in desk.output()


def test_it_counts_as_long_as_the_policy_lets_it_unless_less_is_said(desk: Office) -> None:
    assert desk.say("approve", "li") == 0
    assert desk.say("approve", "omar", "d1", "--expires", "2h") == 0
    long, short = (given.approval for given in desk.deployment().authority.approvals)
    assert (long.expires - long.made_at).days == 10
    assert (short.expires - short.made_at).total_seconds() == 7200


def test_offline_both_ways(desk: Office) -> None:
    files = [desk.signed("li"), desk.signed("omar")]
    assert desk.events() == ["planned", "submitted"]
    assert "orch approve --file li-1.json" in desk.output()
    assert run(["approve", "--file", str(files[0]), "--file", str(files[1])]) == 0
    assert [given.approval.person for given in desk.deployment().authority.approvals] == [
        "Li Wei",
        "Omar Haddad",
    ]
    assert "Nothing is missing" in desk.output()


def test_no_journal_and_no_trusted_key_are_needed_to_sign(
    desk: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    digest = desk.digest()
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "elsewhere"))
    out = tmp_path / "a.json"
    words = ["--as", "change manager", "--reason", "ok", "--plan-digest", digest, "--out", str(out)]
    assert run(["approve", "d1", *words, *desk.key("li")]) == 0
    assert not (tmp_path / "elsewhere").exists()
    assert read(out).approval.person == "Li Wei"
    assert run(["approve", "d1", *words, *desk.key("li")]) == 10
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    assert run(["approve", "--file", str(out)]) == 0


def test_an_approval_is_good_once_and_for_one_deployment(desk: Office) -> None:
    file = desk.signed("li")
    assert run(["approve", "--file", str(file)]) == 0
    assert run(["approve", "--file", str(file)]) == 4
    assert "is on the journal already" in desk.output()
    desk.open("d2", version="2.5.0")
    moved = json.loads(desk.signed("omar").read_text())
    moved["approval"]["subject"] = "d2"
    (desk.folder / "moved.json").write_text(json.dumps(moved))
    assert run(["approve", "--file", str(desk.folder / "moved.json")]) == 4
    assert "the signature does not fit what it says" in desk.output()
    assert desk.events("d2") == ["planned", "submitted"]


def test_an_approval_from_before_ssh_was_configured_anew_names_the_option(desk: Office) -> None:
    desk.open("d2", port=2222)
    assert desk.digest("d2") != desk.digest("d1")
    then = desk.signed("li", "approve", "d2", "--plan-digest", desk.digest("d1"))
    desk.output()
    assert run(["approve", "--file", str(then)]) == 4
    output = desk.output()
    assert "given for another effective plan; since then changed: hosts (" in output
    assert "how ssh gets there: web1: port 22 then, 2222 now; " in output
    assert "; and 3 more (`ssh -v -G` with a host names the files that it reads)" in output


def test_everything_against_every_word_is_said_at_once_and_nothing_appended(desk: Office) -> None:
    desk.open("d2", version="2.5.0")
    good = desk.signed("omar")
    role = desk.signed("li", "approve", "d1", "--plan-digest", desk.digest(), "--override", "chrismas")
    plan = desk.signed("li", "approve", "d1", "--plan-digest", "b" * 64)
    ours = desk.signed("ada")
    stranger = desk.folder / "stranger.pem"
    assert run(["keys", "new", "--file", str(stranger), "--no-passphrase", "--person", "Li Wei"]) == 0
    foreign = desk.folder / "foreign.json"
    words = ["--as", "change manager", "--reason", "x", "--key", str(stranger), "--out", str(foreign)]
    assert run(["approve", "d1", *words, "--plan-digest", desk.digest()]) == 0
    nobody = desk.signed("li", "approve", "d9", "--plan-digest", desk.digest())
    files = [good, role, plan, ours, foreign, nobody]
    before = desk.events()
    desk.output()
    assert run(["approve", *(word for file in files for word in ("--file", str(file)))]) == 4
    output = desk.output()
    for line in (
        f"{role}: change manager Li Wei: no freeze that binds is called chrismas",
        f"{plan}: change manager Li Wei: given for another effective plan",
        f"{ours}: change manager Ada Berg: asked for by Ada Berg, who cannot approve it as well",
        f"{foreign}: change manager Li Wei: signed with key ",
        "which nobody trusts",
        f"{nobody}: it is for d9, and there is no such deployment here",
        "None of 6 files was put on a journal.",
    ):
        assert line in output
    assert str(good) not in output
    assert desk.events() == before


@pytest.mark.parametrize(
    ("name", "role", "words"),
    [
        ("li", "service owner", "Li Wei may not sign in this role"),
        ("li", "chage manager", "did you mean change manager?"),
        ("ada", "change manager", "asked for by Ada Berg, who cannot approve it as well"),
    ],
)
def test_a_word_that_does_not_count_is_refused_before_it_is_given(
    desk: Office, name: str, role: str, words: str
) -> None:
    assert desk.say("approve", name, role=role) == 4
    assert words in desk.output()
    assert desk.events() == ["planned", "submitted"]


def test_revoked_and_expired_keys_and_another_s_name(desk: Office) -> None:
    number = load_key(desk.folder / "li.pem").key
    assert desk.say("approve", "omar", "d1", "--person", "Li Wei") == 4
    assert "signed with the key of Omar Haddad" in desk.output()
    file = desk.signed("li")
    assert run(["keys", "revoke", number, "--reason", "lost"]) == 0
    assert run(["approve", "--file", str(file)]) == 4
    assert "the key of Li Wei was revoked" in desk.output()
    fresh = desk.folder / "bo.pem"
    assert run(["keys", "new", "--file", str(fresh), "--no-passphrase"]) == 0
    card = str(desk.folder / "bo.pub.json")
    words = ["--person", "Bo Lind", "--role", "change manager", "--expires", "2020-01-01T00:00 UTC"]
    assert run(["keys", "trust", card, *words]) == 0
    assert run(["approve", "d1", "--as", "change manager", "--reason", "x", "--key", str(fresh)]) == 4
    assert "the key of Bo Lind expired at" in desk.output()
    assert desk.events() == ["planned", "submitted"]


def test_a_rejection_stands_until_the_same_person_approves(desk: Office) -> None:
    assert desk.say("approve", "omar") == 0
    assert desk.say("reject", "li") == 0
    assert "rejected, because looked at" in desk.output()
    assert desk.say("approve", "li") == 0
    assert "Nothing is missing" in desk.output()


def test_a_freeze_is_overridden_by_its_roles_only(desk: Office) -> None:
    assert desk.say("approve", "li", "d1", "--override", "audit") == 4
    assert "audit may be overridden by service owner only" in desk.output()
    assert desk.say("approve", "omar", "d1", "--override", "audit") == 0
    assert "audit overridden by Omar Haddad as service owner" in desk.output()


def test_nobody_signs_off_what_is_not_deployed(desk: Office) -> None:
    assert desk.say("sign-off", "nadia") == 4
    assert "signed off is what was deployed and verified" in desk.output()
    desk.deployed()
    assert desk.say("sign-off", "li") == 4
    assert "sign-off is asked of customer, not of this role" in desk.output()
    assert desk.say("approve", "li") == 4
    assert "what is over is signed off or reviewed" in desk.output()
    assert desk.say("sign-off", "nadia") == 0
    d = desk.deployment()
    assert d.follow_up.closed is not None
    assert "signed off by Nadia Costa as customer" in d.follow_up.closed
    assert f"\nClosed: {d.follow_up.closed}." in desk.output()
    assert desk.say("sign-off", "nadia") == 4
    assert "has signed off in this role already" in desk.output()


def test_an_emergency_is_reviewed_by_its_reviewers_and_then_closed(desk: Office) -> None:
    desk.open("e1", by="Omar Haddad", emergency=True, version="2.4.1")
    assert desk.say("review", "li", "e1") == 4
    assert "no emergency that started" in desk.output()
    desk.deployed("e1", emergency=True)
    assert run(["list"]) == 0
    assert "completed (sign-off missing)" in desk.output()
    assert desk.say("review", "nadia", "e1") == 4
    assert desk.say("sign-off", "nadia", "e1") == 0
    assert desk.deployment("e1").follow_up.closed is None
    assert run(["list"]) == 0
    assert "completed (review to follow)" in desk.output()
    assert desk.say("review", "li", "e1") == 0
    closed = desk.deployment("e1").follow_up.closed or ""
    assert "reviewed by Li Wei as change manager" in closed
    assert "signed off by Nadia Costa" in closed


def test_a_word_needs_somebody_to_say_it(desk: Office) -> None:
    assert run(["approve"]) == 2
    assert run(["approve", "d1", "--as", "change manager"]) == 2
    assert run(["approve", "d1", "--as", "x", "--reason", "y", "--plan-digest", "b" * 64]) == 2
    assert run(["approve", "d1", "--file", "x.json"]) == 2
    assert run(["approve", "--file", str(desk.folder / "none.json")]) == 3
    assert run(["approve", "d9", "--as", "x", "--reason", "y"]) == 11
    words = ["--as", "change\nmanager", "--reason", "\x1b[2J", *desk.key("li")]
    desk.output()
    assert run(["approve", "d1", *words]) == 2
    output = desk.output()
    assert "--as: expected text on one line" in output
    assert "--reason: expected text on one line" in output
    assert "\x1b" not in output


def test_files_that_are_no_words_are_all_named(desk: Office) -> None:
    for name, content in (("a.json", "{"), ("b.json", "[]")):
        (desk.folder / name).write_text(content)
    files = [str(desk.folder / name) for name in ("a.json", "b.json")]
    assert run(["approve", "--file", files[0], "--file", files[1]]) == 3
    output = desk.output()
    assert all(file in output for file in files)


def test_as_json(desk: Office) -> None:
    desk.output()
    assert desk.say("approve", "li", "d1", "--json") == 0
    answer = json.loads(desk.capsys.readouterr().out)
    assert SignedApproval.model_validate(answer["given"][0], strict=False).approval.person == "Li Wei"
    assert any("service owner" in line for line in answer["missing"])


def test_a_key_of_another_pair_signs_for_nobody(desk: Office) -> None:
    other = SigningKey.new()
    (desk.folder / "x.pem").write_bytes(other.pem())
    (desk.folder / "x.pem").chmod(0o600)
    words = ["--as", "change manager", "--reason", "y", "--key", str(desk.folder / "x.pem")]
    assert run(["approve", "d1", *words]) == 2
    assert "trusted for nobody here" in desk.output()
    assert run(["approve", "d1", *words, "--person", "Li Wei"]) == 4
    assert "which nobody trusts" in desk.output()


def test_status_and_records_tell_what_people_said(desk: Office) -> None:
    desk.open("e1", by="Ada Berg", emergency=True, version="2.4.1")
    assert desk.say("approve", "omar", "e1") == 0
    desk.deployed("e1", emergency=True)
    desk.output()
    key = load_key(desk.folder / "omar.pem").key[:16]
    assert run(["status", "e1"]) == 0
    shown = desk.output()
    for words in (
        "approved by Omar Haddad as service owner",
        f"key {key}: looked at",
        "The review of this emergency",
        "Not signed off yet by customer",
    ):
        assert words in shown
    assert run(["status", "e1", "--json"]) == 0
    answer = json.loads(desk.capsys.readouterr().out)
    assert len(answer["follows"]) == 2
    assert answer["effective_plan"] == desk.digest("e1")
    assert run(["record", "show", "e1"]) == 0
    text = desk.output()
    assert "approved by Omar Haddad as service owner, signed 20" in text
    page = desk.folder / "r.html"
    assert run(["record", "show", "e1", "--html", str(page)]) == 0
    html = page.read_text()
    for words in ("<td>Omar Haddad</td><td>service owner</td>", key, "Not signed off yet by customer"):
        assert words in html


def test_a_sign_off_later_does_not_make_a_deployment_longer(desk: Office) -> None:
    desk.deployed()
    took = desk.deployment()
    assert desk.say("sign-off", "nadia") == 0
    after = desk.deployment()
    assert after.ended_at == took.ended_at
    assert after.last_at > took.last_at


def test_signing_off_ends_early_life_support_after_one_more_look(desk: Office) -> None:
    desk.deployed(until="wave_verified", waves=3)
    now = desk.deployment().last_at
    last = len(desk.deployment().waves) - 1
    desk.append("d1", e.GateReached(wave=last), e.EarlyLifeBegan(until=now + timedelta(days=2)))
    watched = e.WaveChecked(stage="early_life", wave=last, final=False, asked=6, results=())
    desk.append("d1", watched)
    later = desk.deployment().last_at
    assert isinstance(next_step(desk.deployment(), later), WaitUntil)
    assert desk.say("sign-off", "nadia") == 0
    step = next_step(desk.deployment(), later)
    assert isinstance(step, Perform)
    assert step.final


def test_signing_off_does_not_end_early_life_support_before_the_minimum_that_its_rules_require(
    desk: Office,
) -> None:
    desk.deployed(until="wave_verified", waves=3)
    d, last = desk.deployment(), len(desk.deployment().waves) - 1
    desk.append("d1", e.GateReached(wave=last), e.EarlyLifeBegan(until=d.last_at + timedelta(days=2)))
    desk.append("d1", e.WaveChecked(stage="early_life", wave=last, final=False, asked=6, results=()))
    assert desk.say("sign-off", "nadia") == 0
    d = desk.deployment()
    began, later = d.last_at, d.last_at + timedelta(hours=1)
    assert d.authority.policy is not None
    for rules, ends in (
        ({}, later),
        ({"verification": {"early_life": "1d"}}, began + timedelta(days=1)),
        ({"verification": {"early_life": "1d"}, "sign_off": {"ends_early_life": "at_once"}}, later),
        ({"verification": {"early_life": "2d"}}, began + timedelta(days=2)),
    ):
        words = d.authority.policy.model_dump(mode="json", exclude_unset=True) | rules
        bound = d.with_(
            authority=d.authority.model_copy(update={"policy": ReleasePolicy.model_validate(words)})
        )
        bound = bound.with_(
            early_life=bound.early_life.model_copy(update={"until": began + timedelta(days=2)})
        )
        step = next_step(bound, ends)
        assert isinstance(step, Perform), rules
        assert step.final, rules
        early = next_step(bound, ends - timedelta(minutes=1))
        assert ends == later or not (isinstance(early, Perform) and early.final), rules
        sentences = " ".join(following_words(bound, later))
        assert ("the minimum that its rules require" in sentences) == (ends != later), rules
