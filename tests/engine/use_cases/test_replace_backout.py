"""A faulty backout playbook is replaced on a person's word: checked, copied beside, signed where keys are trusted, and told."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.adapters.report.text import text_record
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.inspection import PlaybookFinding
from orchestrator.engine.use_cases.deployment_commands import Replacing, rollback
from orchestrator.engine.use_cases.replace_backout import Sign, replacement
from orchestrator.errors import OrchError, PlanFault, Refused
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import plain_words
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, quiet
from tests.worlds.people import approval, keyring_of
from tests.worlds.plans import plan_tree
from tests.worlds.stages import staged

FIX = "rollback/fix.yml"
ROLE = "change manager"


@pytest.fixture
def fleet() -> Fleet:
    """The approved backout playbook fails on every host; another one is in the project now."""
    fleet = Fleet(plan_tree())
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}))
    fleet.playbooks.script("backout", None, Script(results={"h1": "not_done"}))
    return fleet


def failed(fleet: Fleet) -> Deployment:
    d = fleet.deploy()
    assert d.state is State.BACKOUT_FAILED
    fleet.authority.files[FIX] = "backs out properly"
    fleet.playbooks.script("backout", None, Script())
    return d


def with_another(fleet: Fleet, d: Deployment, sign: Sign | None = None, playbook: str = FIX) -> Deployment:
    def replaced(d: Deployment) -> BackoutReplacement:
        return replacement(fleet.ports, d, playbook, sign)

    return rollback(
        fleet.ports, d.id, by="ann", reason="typo", watch=quiet, replacing=Replacing(replaced, replaced)
    )


def test_the_other_playbook_is_run_from_its_own_copy(fleet: Fleet) -> None:
    d = with_another(fleet, failed(fleet))
    assert d.state is State.BACKED_OUT
    ran = fleet.playbooks.started[-1]
    assert (ran.playbook, ran.project) == (f"/frozen/{d.id}.backout-1/{FIX}", f"/frozen/{d.id}.backout-1")
    began = fleet.events(d, e.BackoutBegan)[-1]
    assert began.replacement is not None
    assert FIX in began.replacement.files
    sentence = next(words for words in plain_words(d) if FIX in words)
    assert "not approved and not rehearsed, not signed" in sentence
    assert sentence in text_record(fleet.ports.journal.read(d.id), fleet.clock.now())


def test_the_next_rollback_runs_the_approved_one_again(fleet: Fleet) -> None:
    d = failed(fleet)
    fleet.playbooks.script("backout", None, Script(results={"h1": "not_done"}))
    again = with_another(fleet, d)
    assert again.state is State.BACKOUT_FAILED
    fleet.roll_back(again)
    assert fleet.playbooks.started[-1].playbook.endswith("/rollback/app.yml")


def test_a_changed_copy_of_it_is_not_run(fleet: Fleet) -> None:
    d = failed(fleet)
    fleet.playbooks.script("backout", None, Script(results={"h1": "not_done"}))
    first = len(fleet.playbooks.started)

    def swap(request: object) -> None:
        if len(fleet.playbooks.started) == first + 1:
            fleet.authority.frozen[f"{d.id}.backout-1"][FIX] = "something else"

    fleet.playbooks.on_start = swap
    held = with_another(fleet, d)
    assert held.driving.hold is not None
    assert f"{FIX} changed" in held.driving.hold.reason
    assert len(fleet.playbooks.started) == first + 1


FAULTY = PlaybookFinding(
    file=FIX, line=3, kind="pause", what="waits for a person", severity="refuse", next_move="take it out"
)


@pytest.mark.parametrize("playbook", ["/etc/fix.yml", "../fix.yml", "~/fix.yml", "rollback/none.yml"])
def test_what_is_not_in_the_project_is_refused(fleet: Fleet, playbook: str) -> None:
    d = failed(fleet)
    started = len(fleet.playbooks.started)
    with pytest.raises(OrchError, match="project"):
        with_another(fleet, d, playbook=playbook)
    assert len(fleet.playbooks.started) == started
    assert [name for name in fleet.authority.frozen if ".backout-" in name] == []
    assert fleet.now(d.id).state is State.BACKOUT_FAILED


def test_a_faulty_one_is_refused_at_its_line(fleet: Fleet) -> None:
    d = failed(fleet)
    fleet.planning.findings[FIX] = [FAULTY]
    with pytest.raises(PlanFault) as refused:
        with_another(fleet, d)
    assert [(fault.file, fault.line, fault.path) for fault in refused.value.faults] == [(FIX, 3, "pause")]


def signing(fleet: Fleet, d: Deployment, **changes: Any) -> Sign:
    def sign(digest: str) -> SignedApproval:
        usual = {"decision": "replace_backout", "person": "Bo Lind", "plan_digest": digest}
        signed = approval(d, ROLE, fleet.clock.now(), **usual)
        return signed.model_copy(update={"approval": signed.approval.model_copy(update=changes)})

    return sign


def test_where_keys_are_trusted_it_is_signed(fleet: Fleet) -> None:
    d = failed(fleet)
    fleet.keys.ring = keyring_of({ROLE: "Bo Lind"})
    with pytest.raises(Refused, match="add --as ROLE"):
        with_another(fleet, d)
    done = with_another(fleet, d, signing(fleet, d))
    assert done.state is State.BACKED_OUT
    assert "signed by Bo Lind as change manager" in " ".join(plain_words(done))
    record = text_record(fleet.ports.journal.read(d.id), fleet.clock.now())
    assert "replaced the backout playbook by Bo Lind as change manager, signed" in record


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"plan_digest": "0" * 64}, "what was signed is something else"),
        ({"decision": "approve"}, "what was signed is something else"),
        ({"subject": "another"}, "what was signed is something else"),
        ({"person": "Eve"}, "the key is Bo Lind's"),
        ({"role": "cook"}, "not for this role"),
        ({"nonce": "f" * 32}, "the signature is not good"),
    ],
)
def test_a_word_that_does_not_fit_is_refused(fleet: Fleet, changes: dict[str, Any], words: str) -> None:
    d = failed(fleet)
    fleet.keys.ring = keyring_of({ROLE: "Bo Lind"})
    fleet.keys.answers["f" * 32] = "bad"
    with pytest.raises(Refused, match=words):
        with_another(fleet, d, signing(fleet, d, **changes))
    assert fleet.now(d.id).state is State.BACKOUT_FAILED


def test_a_machine_replaces_no_backout(fleet: Fleet) -> None:
    d = failed(fleet)
    ring = keyring_of({ROLE: "Bo Lind"})
    machine = ring.keys[0].model_copy(update={"holder": "machine", "roles": ()})
    fleet.keys.ring = ring.model_copy(update={"keys": (machine, ring.keys[-1])})
    with pytest.raises(Refused, match="is of the machine Bo Lind, which decides nothing"):
        with_another(fleet, d, signing(fleet, d))


def test_the_command_line_says_it_and_does_it(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    d = failed(fleet)
    assert any("--with PLAYBOOK" in move.command for move in next_moves(d))
    assert orch(fleet, ["rollback", d.id, "--reason", "typo", "--as", ROLE]) == 2
    assert "--with PLAYBOOK" in capsys.readouterr().err
    assert orch(fleet, ["rollback", d.id, "--reason", "typo", "--with", FIX]) == 5
    assert f"with {FIX} instead of the approved playbook" in capsys.readouterr().out


STAGES: list[dict[str, Any]] = [
    {"name": "database", "on": "h1", "playbook": "playbooks/db.yml", "backout": "rollback/db.yml"},
    {"name": "application", "on": "h2", "playbook": "playbooks/app.yml", "backout": "rollback/app.yml"},
]


def staged_failure() -> tuple[Fleet, Deployment]:
    fleet = Fleet(staged(STAGES), ("h1", "h2"))
    fleet.playbooks.script("deploy", ["h2"], Script(results={"h2": "not_done"}))
    fleet.playbooks.script("backout", ["h1"], Script(results={"h1": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKOUT_FAILED
    fleet.authority.files[FIX] = "backs out properly"
    fleet.playbooks.script("backout", ["h1"], Script())
    return fleet, d


def test_of_stages_the_one_is_replaced_that_a_person_names() -> None:
    fleet, d = staged_failure()
    before = len(fleet.playbooks.started)
    d = with_another(fleet, d, playbook=f"database={FIX}")
    assert d.state is State.BACKED_OUT
    names = [each.playbook.rpartition("/rollback/")[2] for each in fleet.playbooks.started[before:]]
    assert names[-1] == "fix.yml"
    assert "fix.yml" not in names[:-1]
    assert d.backout is not None
    assert d.backout.replacement is not None
    assert d.backout.replacement.stage == "database"


@pytest.mark.parametrize("playbook", [FIX, f"proxy={FIX}", "database="])
def test_with_stages_a_person_says_which(playbook: str) -> None:
    fleet, d = staged_failure()
    with pytest.raises(
        OrchError, match=r"has stages \(database, application\): say which.*--with database=PLAYBOOK"
    ):
        with_another(fleet, d, playbook=playbook)
