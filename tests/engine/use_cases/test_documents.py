"""Models and policies as documents: what a live policy demands of them, and the first live use of each version."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.report import html_record, text_record
from orchestrator.domain.authority.document_approval import DocumentStatement, SignedDocument
from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_control import DocumentControl, DocumentFile, DocumentKind
from orchestrator.engine.use_cases.deployment_commands import open_deployment, resume
from tests.fakes.clock import START
from tests.fakes.playbooks import Script
from tests.worlds.environments import file as environment_file
from tests.worlds.fleet import PEOPLE, Fleet, quiet
from tests.worlds.people import key_in
from tests.worlds.plans import SHA

STEPS = [{"step": "Deploy.", "role": "deployment practitioner", "seen_by": "record"}]
DEMANDS = {"approved_by": ["service owner"]}
CHANGED = "1" * 64


def governed(
    demands: dict[str, Any] | None = None, *, environment: str = "live", home: Path | None = None
) -> Fleet:
    """A fleet in a live environment, with a model and a policy that Ann wrote and Cy Ray approved."""
    fleet = Fleet(home=home)
    fleet.tree["resources"]["environment"] = environment
    fleet.authority.places = (environment_file("live"), environment_file("test"))
    fleet.rule(approvals={}, **({"documents": demands} if demands is not None else {}))
    use_model(fleet, version=1)
    return fleet


def use_model(fleet: Fleet, version: int, **section: Any) -> None:
    """Have this version of the model, approved unless the section says otherwise."""
    control = DocumentControl.model_validate({"author": "Ann Lee", "status": "approved", **section})
    words = {"orch": 1, "model": "web", "version": version, "title": "Web", "purpose": "Web hosts."}
    fleet.authority.model = DeploymentModel.model_validate(
        {**words, "requires": {}, "steps": STEPS, "document": control.model_dump(mode="json")}
    )
    files = (_file("policy", "house", 1, control), _file("model", "web", version, control))
    fleet.authority.documents = files
    for each in files:
        approve(fleet, each)


def _file(what: DocumentKind, name: str, version: int, control: DocumentControl) -> DocumentFile:
    return DocumentFile(
        what=what, name=name, version=version, file=f"{what}.yml", sha256=SHA, control=control
    )


def approve(fleet: Fleet, file: DocumentFile) -> None:
    """Cy Ray signs that the file is approved as it is."""
    key = key_in("service owner")
    statement = DocumentStatement(
        what=file.what,
        name=file.name,
        version=file.version,
        sha256=file.sha256,
        person=PEOPLE["service owner"],
        role="service owner",
        key=key,
        reason="looked at",
        made_at=fleet.clock.now(),
    )
    signature = Signature(key=key, signature="0" * 128)
    fleet.keys.approvals[file.file] = SignedDocument(document=statement, signature=signature)


def first_uses(fleet: Fleet, d: Deployment) -> list[str]:
    """What the start says is used live for the first time."""
    (opened,) = fleet.events(d, e.WindowOpened)
    return [ground.values["document"] for ground in opened.reasons if ground.code == "document.first_live"]


def test_what_is_approved_starts_and_its_record_says_by_whom() -> None:
    fleet = governed(DEMANDS)
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    records = fleet.ports.journal.read(d.id)
    for shown in (text_record(records, fleet.clock.now()), html_record(records, fleet.clock.now())):
        assert (
            "model web version 1: sha256 0000000000000000; approved; written by Ann Lee; approved by Cy Ray as"
            in shown
        )
        assert "first live use of this version here" in shown
    assert any("model web version 1: approved by Cy Ray" in ground for ground in d.authority.grounds)


def test_what_was_changed_after_its_approval_is_refused_before_anything_is_touched() -> None:
    fleet = governed(DEMANDS)
    policy, model = fleet.authority.documents
    fleet.authority.documents = (policy, model.model_copy(update={"sha256": CHANGED}))
    d = fleet.deploy()
    assert d.state is State.REFUSED
    assert d.preparation.refusals == (
        "model web version 1: changed since Cy Ray approved it on 2026-03-02; have it looked at and approved: "
        "orch model approve model.yml --reason WHY",
    )
    assert not fleet.playbooks.started


def test_what_expires_before_a_scheduled_start_holds_it() -> None:
    fleet = governed(DEMANDS)
    use_model(fleet, 1, valid_until=str((fleet.clock.now() + timedelta(days=1)).date()))
    d = fleet.schedule(fleet.clock.now() + timedelta(days=5))
    fleet.clock.jump(5 * 86400 + 60)
    fleet.resume()
    unadmitted = fleet.now(d.id).authority.unadmitted
    assert unadmitted is not None
    assert {reason.code for reason in unadmitted.reasons} == {"document.expired"}


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_without_the_demand_it_is_a_warning_where_it_is_live(status: str) -> None:
    for environment, warned in (("live", 2), ("test", 0)):
        fleet = governed(environment=environment)
        use_model(fleet, 1, status=status)
        warnings = [w for w in fleet.prepared().warnings if w.path == "document"]
        assert len(warnings) == warned, environment
        assert fleet.deploy().state is State.COMPLETED


def test_a_review_that_is_due_is_a_warning_with_the_command_that_follows() -> None:
    fleet = governed(DEMANDS)
    for days, expected in ((300, []), (340, ["due on 2027-03-02"]), (400, ["overdue since 2027-03-02"])):
        fleet.clock.jump(days * 86400 - (fleet.clock.now() - START).total_seconds())
        reviews = [w for w in fleet.prepared().warnings if w.path == "document.review_every"]
        assert [w.found.partition(": ")[2] for w in reviews if "model" in w.found] == expected, days
        assert all(
            "orch model approve model.yml --reason WHY" in w.next_move for w in reviews if "model" in w.found
        )


def test_the_first_live_use_is_marked_and_the_second_is_not() -> None:
    fleet = governed()
    first, second = fleet.deploy(), fleet.deploy()
    assert first_uses(fleet, first) == ["policy house version 1", "model web version 1"]
    assert first_uses(fleet, second) == []
    assert [document.first_live_use for document in first.authority.documents] == [True, True]
    assert [document.first_live_use for document in second.authority.documents] == [False, False]


def test_a_new_version_is_marked_again() -> None:
    fleet = governed()
    fleet.deploy()
    use_model(fleet, 2)
    d = fleet.deploy()
    assert first_uses(fleet, d) == ["model web version 2"]
    assert [document.first_live_use for document in d.authority.documents] == [False, True]


def test_a_rehearsal_and_another_environment_are_no_live_use() -> None:
    fleet = governed(environment="test")
    fleet.deploy()
    made = fleet.prepared()
    assert made.effective is not None
    rehearsal = Rehearsal(of=made.effective, environment="test", part="backout")
    fleet.tree["resources"]["environment"] = "live"
    opened = open_deployment(fleet.ports, fleet.prepared(), by="ann", approvals=(), rehearsal=rehearsal)
    assert not any(d.first_live_use for d in fleet.now(opened).authority.documents)
    resume(fleet.ports, opened, by="ann", watch=quiet)
    assert len(first_uses(fleet, fleet.deploy())) == 2


def test_one_that_was_refused_has_used_nothing() -> None:
    fleet = governed(DEMANDS)
    use_model(fleet, 1, status="draft")
    assert fleet.deploy().state is State.REFUSED
    use_model(fleet, 1)
    assert len(first_uses(fleet, fleet.deploy())) == 2


def test_one_that_was_backed_out_was_the_first_use() -> None:
    fleet = governed()
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}))
    assert fleet.deploy().state is State.BACKED_OUT
    fleet.playbooks.script("deploy", None, Script())
    assert first_uses(fleet, fleet.deploy()) == []


def test_the_first_live_use_waits_for_its_overseer_and_the_second_does_not() -> None:
    fleet = governed({"must_be": "any", "overseers": ["service owner"]})
    waits = fleet.deploy()
    assert waits.authority.unadmitted is not None
    (reason,) = waits.authority.unadmitted.reasons
    assert reason.about == "service owner"
    assert "oversees the first live use of policy house version 1 and model web version 1" in reason.found
    fleet.approve(waits, PEOPLE["service owner"])
    assert fleet.resume().state is State.COMPLETED
    assert fleet.deploy().state is State.COMPLETED


def test_a_home_of_an_earlier_version_remembers_its_live_uses(tmp_path: Path) -> None:
    """What was used is read off the journal, so that journals without documents count too."""
    fleet = governed(home=tmp_path)
    documents, fleet.authority.documents = fleet.authority.documents, ()
    assert fleet.deploy().authority.documents == ()
    fleet.authority.documents = documents
    assert first_uses(fleet, fleet.deploy()) == []


def test_the_record_has_the_documents_as_they_were_at_the_start() -> None:
    fleet = governed(DEMANDS)
    later, sooner = (fleet.schedule(fleet.clock.now() + timedelta(hours=hours)) for hours in (2, 1))
    assert all(document.first_live_use for d in (later, sooner) for document in d.authority.documents)
    fleet.clock.jump(3600 + 60)
    fleet.run_due()
    fleet.clock.jump(3600)
    fleet.clock.jump(86400)
    for each in fleet.authority.documents:
        approve(fleet, each)
    signed = fleet.clock.now()
    resume(fleet.ports, later.id, by="ann", watch=quiet)
    sooner, later = fleet.now(sooner.id), fleet.now(later.id)
    assert [d.state for d in (sooner, later)] == [State.COMPLETED, State.COMPLETED]
    assert [document.first_live_use for document in sooner.authority.documents] == [True, True]
    assert [document.first_live_use for document in later.authority.documents] == [False, False]
    assert [document.approved_at for document in later.authority.documents] == [signed, signed]
