"""Rehearsals: which runs they are made of, what is against them, how long their waves took, and what is certified."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.domain.authority.rehearsal import INJECTED, Certificate, MeasuredWave, Rehearsal
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.effective_plan import REHEARSED
from orchestrator.errors import Refused
from orchestrator.policy.authority.certificate_issue import certificate_of, certificate_words
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part, repeats_of
from orchestrator.policy.measures.wave_durations import measured_waves, slowest
from orchestrator.policy.telling.summary import plain_words
from orchestrator.policy.telling.timeline_builder import story_of
from tests.policy.rehearsals import Rehearsed, Scene, rehearsed
from tests.worlds.plans import plan_tree

KEY, NONCE = "5e" * 32, "0" * 32


def runs(part: Rehearsed) -> list[str]:
    """Each run in a few words."""
    intended = [r.event for r in part.records if isinstance(r.event, e.AttemptIntended)]
    return [f"{i.purpose} {' '.join(i.hosts)}{' again' if i.repeated else ''}" for i in intended]


def plan(limit: Any = 0, scope: str = "all_touched", on_failure: str = "back_out") -> dict[str, Any]:
    made = plan_tree(waves=[1, "rest"], failure_limit={"wave": limit, "overall": limit})
    made["backout"] |= {"scope": scope, "on_failure": on_failure}
    made["validation"]["early_life"] = {"duration": "2d"}
    return made


def test_each_playbook_runs_twice_on_each_host_and_everything_is_taken_back() -> None:
    part = rehearsed(Scene(tree=plan()))
    assert runs(part) == ["deploy h1", "deploy h1 again", "deploy h2 h3", "deploy h2 h3 again",
                         "backout h2 h3", "backout h2 h3 again", "backout h1", "backout h1 again"]  # fmt: skip
    assert part.deployment.state is State.BACKED_OUT
    assert "early_life_began" not in part.kinds
    assert "completed" not in part.kinds
    assert faults_of_part(part.deployment) == ()
    assert [(r.playbook, r.faults) for r in repeats_of(part.deployment)] == [
        ("playbooks/app.yml", ()), ("rollback/app.yml", ())]  # fmt: skip


def test_once_where_that_is_asked() -> None:
    part = rehearsed(Scene(twice=False))
    assert runs(part) == ["deploy h1", "deploy h2 h3", "backout h2 h3", "backout h1"]
    assert faults_of_part(part.deployment) == ()
    assert repeats_of(part.deployment) == ()


@pytest.mark.parametrize(
    ("wave", "touched"), [(0, ["deploy h1", "backout h1"]),
                          (1, ["deploy h1", "deploy h2 h3", "backout h2 h3", "backout h1"])]
)  # fmt: skip
def test_the_injected_failure_takes_the_real_path(wave: int, touched: list[str]) -> None:
    part = rehearsed(Scene(part="failure path", failure_in=wave, twice=False))
    assert runs(part) == touched
    assert [kind for kind in part.kinds if kind in ("wave_rejected", "backout_began", "restored")] == [
        "wave_rejected", "backout_began", "restored"]  # fmt: skip
    assert faults_of_part(part.deployment) == ()
    assert part.deployment.backout is not None
    assert "failure injected by orch rehearse" in part.deployment.backout.reason


def test_no_failure_limit_lets_the_injected_failure_pass() -> None:
    part = rehearsed(Scene(tree=plan(limit=3), part="failure path", failure_in=1, twice=False))
    assert faults_of_part(part.deployment) == ()
    assert part.deployment.backout is not None
    assert part.deployment.backout.reason.startswith("no host of wave 2 is up")


def test_an_injected_failure_is_marked_wherever_it_is_told() -> None:
    part = rehearsed(Scene(part="failure path", failure_in=0))
    checks = next(r.event for r in part.records if isinstance(r.event, e.WaveChecked))
    assert [result.kind for result in checks.results if result.answer == "failed"] == [INJECTED]
    began = next(r.event for r in part.records if isinstance(r.event, e.BackoutBegan))
    assert began.rehearsed == "injected failure"
    assert any(
        "injected" in complaint.title
        for step in story_of(part.records).steps
        for complaint in step.complaints
    )
    assert "Rehearsal" in plain_words(part.deployment)[0]
    assert "injected" in plain_words(part.deployment)[0]


# (what, scene, what is against the part)
AGAINST: list[tuple[str, Scene, list[str]]] = [
    ("a playbook that fails", Scene(fails={"h2": "not_done"}, twice=False), ["did not go well: 1 host of 2 down in wave 2"]),
    ("a host that is unknown", Scene(fails={"h1": "unknown"}, twice=False), ["did not go well"]),
    ("a check that fails", Scene(rejects=frozenset({"h1"})), ["did not go well: 1 host of 1 down in wave 1"]),
    ("a host down within the limits", Scene(tree=plan(limit=1), fails={"h2": "not_done"}),
     ["did not go well: the failure limits allow it, but h2 is not verified",
      "playbooks/app.yml was not run a second time on h2"]),
    ("residue", Scene(differs=frozenset({"h3"})), ["the backout is not proved: it ended backed out with residue"]),
    ("a deploy playbook that changes again", Scene(changes_again={"deploy": ("Restart", "Write a log")}),
     [f"playbooks/app.yml, run a second time on {h}, changed it again: 'Restart', 'Write a log'" for h in ("h1", "h2", "h3")]),
    ("a backout playbook that changes again", Scene(changes_again={"backout": ("Stop",)}),
     [f"rollback/app.yml, run a second time on {h}, changed it again: 'Stop'" for h in ("h1", "h2", "h3")]),
    ("a real failure before the injected one", Scene(part="failure path", failure_in=1, fails={"h1": "not_done"}, twice=False),
     ["not the injected failure that stopped it: 1 host of 1 down in wave 1"]),
    ("a real failure beside the injected one", Scene(part="failure path", failure_in=1, rejects=frozenset({"h3"}), twice=False),
     ["not the injected failure that stopped it: 2 hosts of 2 down in wave 2"]),
    ("a backout of one wave only", Scene(tree=plan(scope="wave"), part="failure path", failure_in=1, twice=False),
     ["not taken back, for the plan's backout is of scope `wave`: h1"]),
    ("a backout from a copy that somebody changed",
     Scene(copy_changed_in=("backout",), part="failure path", failure_in=0, twice=False),
     ["what app-2.0.2-backout ran may not be what was planned: playbook tree (app.yml changed)"]),
    ("no rehearsal at all", Scene(as_deployment=True), ["it is a deployment, not a rehearsal"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "scene", "against"), AGAINST, ids=[row[0] for row in AGAINST])
def test_what_is_against_a_part(what: str, scene: Scene, against: list[str]) -> None:
    part = rehearsed(scene)
    faults = faults_of_part(part.deployment)
    assert len(faults) == len(against), faults
    for fault, expected in zip(faults, against, strict=True):
        assert expected in fault
    with pytest.raises(Refused, match="No certificate"):
        certificate_of(
            [part.deployment], measured_waves(part.deployment, story_of(part.records)), key=KEY, nonce=NONCE
        )


def test_a_plan_that_holds_on_failure_waits_for_a_person() -> None:
    part = rehearsed(Scene(tree=plan(on_failure="hold"), part="failure path", failure_in=0, twice=False))
    assert len(part.waits) == 1
    assert "failure injected" in part.waits[0]
    assert faults_of_part(part.deployment) == ("it is not over: verifying wave",)


def test_measured_by_the_journal_without_second_runs() -> None:
    part = rehearsed(Scene(seconds={"deploy": 60.0, "backout": 30.0}))
    assert measured_waves(part.deployment, story_of(part.records)) == (
        MeasuredWave(wave=0, hosts=1, deploy=60.0, verify=5.0, back_out=32.0),
        MeasuredWave(wave=1, hosts=2, deploy=60.0, verify=5.0, back_out=32.0),
    )


def test_the_failure_path_measures_the_waves_that_it_reached() -> None:
    part = rehearsed(Scene(part="failure path", failure_in=0, seconds={"deploy": 9.0, "backout": 7.0}))
    assert measured_waves(part.deployment, story_of(part.records)) == (
        MeasuredWave(wave=0, hosts=1, deploy=9.0, verify=5.0, back_out=9.0),
    )


def test_what_was_not_proved_is_not_measured() -> None:
    part = rehearsed(Scene(differs=frozenset({"h1"})))
    assert measured_waves(part.deployment, story_of(part.records)) == ()


def test_of_two_measures_the_slower_counts() -> None:
    first = MeasuredWave(wave=0, hosts=1, deploy=5, verify=1, back_out=9)
    other = MeasuredWave(wave=0, hosts=1, deploy=4, verify=2, back_out=8)
    assert slowest([first, other]) == (MeasuredWave(wave=0, hosts=1, deploy=5, verify=2, back_out=9),)


def both_parts() -> tuple[Rehearsed, Rehearsed]:
    return rehearsed(Scene(name="a")), rehearsed(
        Scene(name="b", part="failure path", failure_in=1, twice=False)
    )


def certificate(*parts: Rehearsed) -> Certificate:
    measured = [wave for part in parts for wave in measured_waves(part.deployment, story_of(part.records))]
    return certificate_of([part.deployment for part in parts], measured, key=KEY, nonce=NONCE)


def test_the_certificate_says_what_was_rehearsed() -> None:
    good, failed = both_parts()
    made = certificate(good, failed)
    assert made.deployments == ("a", "b")
    assert made.failure_in == (1,)
    assert made.idempotent == ("playbooks/app.yml", "rollback/app.yml")
    assert set(made.covers) == set(REHEARSED)
    assert made.rehearsed_at == min(good.deployment.last_at, failed.deployment.last_at)
    assert [wave.wave for wave in made.waves] == [0, 1]
    words = " ".join(certificate_words(made))
    for sentence in ("app 2.0 was rehearsed in test", "A failure was injected in wave 2", "changed nothing",
                 "Wave 1, 1 host: 1 min to deploy, 5 s to verify, 32 s to back out and prove."):  # fmt: skip
        assert sentence in words


def test_the_failure_path_alone_is_no_rehearsal() -> None:
    with pytest.raises(Refused, match="a backout of a good deployment is not among the parts"):
        certificate(both_parts()[1])


def test_parts_of_two_states_of_the_project_are_no_rehearsal() -> None:
    good, _ = both_parts()
    other = Scene(name="c", tree=plan_tree(waves=["rest"]), part="failure path", failure_in=0, twice=False)
    with pytest.raises(Refused, match="c: rehearses another state of the project: plan"):
        certificate(good, rehearsed(other))


def test_a_failure_path_needs_a_wave_and_nothing_else_has_one() -> None:
    of = both_parts()[0].deployment.rehearsing.rehearsal
    assert of is not None
    for part, wave in (("failure path", None), ("backout", 1)):
        with pytest.raises(ValidationError):
            Rehearsal.model_validate({"of": of.of, "environment": "live", "part": part, "failure_in": wave})
