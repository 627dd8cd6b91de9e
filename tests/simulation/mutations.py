"""The core broken on purpose, in one way each: `patch` puts the broken part in the place of the sound one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from orchestrator.domain.authority.admission_answer import Admitted
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment import rotation_progress, standing
from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.driving import Driving
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import CheckResult
from orchestrator.engine import disk_space, seal_watch
from orchestrator.engine import drive as loop
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.ports import Storage
from orchestrator.engine.practices import (
    admit,
    authorise_wave,
    compare_changes,
    compare_first,
    confirm_untouched,
    look_for_processes,
    measure,
    prove_restoration,
    rotate,
    run_attempt,
    verify_environment,
    verify_wave,
)
from orchestrator.engine.practices.run_attempt import request_of
from orchestrator.engine.use_cases import deployment_commands, late_authority
from orchestrator.policy.authority.late_words import Agreed
from orchestrator.policy.course import after_success, backout, by_hand, epochs, limits, measuring
from orchestrator.policy.course import next_step as policy
from orchestrator.policy.course import rotation as course_rotation
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.own_processes import search_before_proof
from orchestrator.policy.course.steps import FollowAttempt, Perform, Record, RunAttempt, Step
from orchestrator.policy.evidence import acceptance, measurement
from orchestrator.policy.evidence.drift import compare
from tests.simulation.people import FILE

Mutate = Callable[[pytest.MonkeyPatch], None]


def skips_gates(patch: pytest.MonkeyPatch) -> None:
    def step(d: Deployment, now: datetime) -> Step:
        usual = next_step(d, now)
        early = (
            isinstance(usual, Record)
            and isinstance(usual.event, e.GateReached)
            and d.rollout.wave + 1 < len(d.waves)
        )
        return Record(e.GatePassed(wave=d.rollout.wave)) if early else usual

    patch.setattr(loop, "next_step", step)


def soaks_not(patch: pytest.MonkeyPatch) -> None:
    def step(d: Deployment, now: datetime) -> Step:
        at_gate = d.state is State.AT_GATE and d.rollout.gate is not None and d.rollout.failure is None
        if (
            at_gate
            and d.rollout.gate is not None
            and d.rollout.gate.confirm is None
            and d.rollout.wave + 1 < len(d.waves)
        ):
            return Record(e.GatePassed(wave=d.rollout.wave))
        return next_step(d, now)

    patch.setattr(loop, "next_step", step)


def deploys_to_all_at_once(patch: pytest.MonkeyPatch) -> None:
    def step(d: Deployment, now: datetime) -> Step:
        usual = next_step(d, now)
        if isinstance(usual, RunAttempt) and usual.purpose == "deploy":
            return RunAttempt(usual.attempt, "deploy", usual.wave, tuple(d.standings))
        return usual

    patch.setattr(loop, "next_step", step)


def forgets_aborts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        loop,
        "next_step",
        lambda d, now: next_step(d.with_(driving=Driving.updated(d.driving, aborting=None)), now),
    )


def goes_on_after_failure(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "limit_exceeded", lambda d, wave: None)
    patch.setattr(policy, "any_exceeded", lambda d: None)


def counts_unknown_as_up(patch: pytest.MonkeyPatch) -> None:
    def down_in(d: Deployment, wave: int) -> tuple[str, ...]:
        return tuple(host for host in d.waves[wave].hosts if d.standings[host].standing == "failed")

    patch.setattr(Deployment, "down_in", down_in)
    patch.setattr(limits, "DOWN", frozenset({"failed"}))


def calls_residue_restored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(backout, "verdict", lambda d: e.Restored())


def overlooks_differences(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        prove_restoration,
        "compare",
        lambda was, now: compare(was, now).model_copy(update={"differences": ()}),
    )


def takes_no_answer_for_equality(patch: pytest.MonkeyPatch) -> None:
    usual = prove_restoration.compare_with_baseline
    patch.setattr(
        prove_restoration,
        "compare_with_baseline",
        lambda *given: usual(*given).model_copy(update={"not_compared": {}}),
    )


def looks_for_no_processes(patch: pytest.MonkeyPatch) -> None:
    for practice in (prove_restoration, look_for_processes):
        patch.setattr(
            practice,
            "search_before_proof",
            lambda d: search_before_proof(d).model_copy(update={"runs": {}, "end": (), "awaited": ()}),
        )


def overlooks_what_no_item_covers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prove_restoration, "uncovered_changes", lambda d, captured: ())


def starts_before_the_intent(patch: pytest.MonkeyPatch) -> None:
    def begin(context: DriveContext, step: RunAttempt) -> None:
        intent = e.AttemptIntended(
            attempt=step.attempt, purpose=step.purpose, wave=step.wave, hosts=step.hosts, epoch=1
        )
        record = e.Recorded(
            deployment=context.deployment.id, seq=1, at=context.deployment.last_at, event=intent
        )
        context.ports.playbooks.start(request_of(apply(context.deployment, record), step.attempt))
        if context.journal.decide(intent):
            context.begun.add(step.attempt)

    patch.setattr(run_attempt, "begin", begin)


def takes_others_attempts_for_its_own(patch: pytest.MonkeyPatch) -> None:
    def follow(context: DriveContext, step: FollowAttempt) -> None:
        if context.ports.playbooks.sight(step.attempt).state != "absent":
            context.begun.add(step.attempt)
        usual(context, step)

    usual = run_attempt.follow
    patch.setattr(run_attempt, "follow", follow)


def gives_up_what_it_did_not_begin(patch: pytest.MonkeyPatch) -> None:
    def follow(context: DriveContext, step: FollowAttempt) -> None:
        if step.attempt in context.begun:
            usual(context, step)
        else:
            context.journal.note(e.AttemptAdopted(attempt=step.attempt, found="dead"))
            context.journal.note(e.AttemptLost(attempt=step.attempt, reason="not mine"))

    usual = run_attempt.follow
    patch.setattr(run_attempt, "follow", follow)


def runs_again_without_looking(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "_quiet_first", lambda d: None)


def pads_with_passes(patch: pytest.MonkeyPatch) -> None:
    def completed(results: list[CheckResult], hosts: Any, checks: Any) -> list[CheckResult]:
        return [
            r.model_copy(update={"answer": "passed"}) if r.answer == "inconclusive" else r
            for r in acceptance.completed(results, hosts, checks)
        ]

    patch.setattr(verify_wave, "completed", completed)


def forgets_what_has_no_answer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        verify_wave,
        "completed",
        lambda results, hosts, checks: [r for r in results if r.answer != "inconclusive"],
    )


def knows_checks_by_title(patch: pytest.MonkeyPatch) -> None:
    def completed(results: list[CheckResult], hosts: Any, checks: Any) -> list[CheckResult]:
        titles = {(r.host, r.title) for r in results}
        return [
            r
            for r in acceptance.completed(results, hosts, checks)
            if r.found != "no answer" or (r.host, r.title) not in titles
        ]

    patch.setattr(verify_wave, "completed", completed)


def locks_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(verify_environment, "lock_hosts", lambda ports, deployment, machines, keys: [])


def calls_it_stopped_while_it_runs(patch: pytest.MonkeyPatch) -> None:
    def stop(context: DriveContext, attempt: str, reason: str) -> None:
        context.journal.note(e.AttemptLost(attempt=attempt, reason=reason))

    patch.setattr(run_attempt, "_stop", stop)


def calls_the_running_finished(patch: pytest.MonkeyPatch) -> None:
    def follow(context: DriveContext, step: FollowAttempt) -> None:
        sighting: Sighting = context.ports.playbooks.sight(step.attempt)
        if step.attempt in context.begun and sighting.state == "running":
            context.journal.note(e.AttemptLost(attempt=step.attempt, reason="took too long", started=False))
        else:
            usual(context, step)

    usual = run_attempt.follow
    patch.setattr(run_attempt, "follow", follow)


def begins_waves_without_room(patch: pytest.MonkeyPatch) -> None:
    def lacking(storage: Storage, deployment: Deployment) -> None:
        usual(storage, deployment)

    usual = disk_space.lacking
    patch.setattr(disk_space, "lacking", lacking)


def calls_the_unreachable_quiet(patch: pytest.MonkeyPatch) -> None:
    def note(self: JournalWriter, event: e.Event) -> bool:
        if isinstance(event, e.QuietAwaited | e.Quiesced):
            event = e.Quiesced(attempt=event.attempt)
        return usual(self, event)

    usual = JournalWriter.note
    patch.setattr(JournalWriter, "note", note)


def gives_no_reasons(patch: pytest.MonkeyPatch) -> None:
    usual = standing._moves
    patch.setattr(
        standing,
        "_moves",
        lambda *args: {host: {**move, "reason": ""} for host, move in usual(*args).items()},
    )


def calls_everything_completed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "_ending", lambda d: e.Completed())


def forgets_pauses(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        loop,
        "next_step",
        lambda d, now: next_step(d.with_(driving=Driving.updated(d.driving, paused=None)), now),
    )


def tries_again_unasked(patch: pytest.MonkeyPatch) -> None:
    def step(d: Deployment, now: datetime) -> Step:
        usual = next_step(d, now)
        backs_out = isinstance(usual, Record) and isinstance(usual.event, e.BackoutBegan)
        if backs_out and d.state is State.DEPLOYING and d.driving.aborting is None and len(d.attempts) < 4:
            hosts = d.waves[d.rollout.wave].hosts
            return RunAttempt(backout.attempt_name(d, "deploy"), "deploy", d.rollout.wave, hosts)
        return usual

    patch.setattr(loop, "next_step", step)


def tells_an_end_twice(patch: pytest.MonkeyPatch) -> None:
    def follow(context: DriveContext, step: FollowAttempt) -> None:
        usual(context, step)
        ended = next(a for a in context.deployment.attempts if a.attempt == step.attempt)
        if ended.outcome is not None:
            context.journal.note(e.AttemptEnded(outcome=ended.outcome))

    usual = run_attempt.follow
    patch.setattr(run_attempt, "follow", follow)


def goes_over_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(run_attempt, "known_epochs", lambda d, attempt: {})


def goes_over_others_untold(patch: pytest.MonkeyPatch) -> None:
    def answered_for(earlier: tuple[Attempted, ...], host: str) -> set[int]:
        return usual(tuple(a.model_copy(update={"answered": True}) for a in earlier), host)

    usual = epochs._answered_for
    patch.setattr(epochs, "_answered_for", answered_for)
    patch.setattr(policy, "foreign_run_reason", lambda d: None)
    patch.setattr(backout, "_met_foreign_run", lambda attempt: False)


def starts_from_any_copy(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(authorise_wave, "_look", lambda context, purpose: authorise_wave._Look(()))


def compares_no_copy_after_a_run(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(run_attempt, "changed_in_copy", lambda context, purpose: ())


def goes_on_from_a_changed_copy(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "unapproved_run", lambda d: None)


def goes_on_after_opened_files(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "held_for_opened_files", lambda d: None)


def keeps_no_opened_files(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(confirm_untouched, "confirmed", lambda context, end: end.model_copy(update={"opened": ()}))


def starts_unapproved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(admit, "admit", lambda question: Admitted(grounds=(Ground(code="window.never_closes"),)))


def says_nothing_of_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "_changed", lambda d: None)


def allows_every_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compare_changes, "outside", lambda rules, differences: {})


def takes_no_capture_for_no_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(after_success, "_was_up", lambda d, host: False)
    patch.setattr(standing, "_changed_outside", lambda standings, event: {})


def takes_equality_without_looking(patch: pytest.MonkeyPatch) -> None:
    def compared(context: DriveContext, hosts: tuple[str, ...], targets: Any) -> e.RestorationCompared:
        known = context.deployment.preparation.baselines
        return e.RestorationCompared(baselines=tuple(known[host] for host in hosts))

    patch.setattr(compare_first, "compare_with_baseline", compared)


def leaves_hosts_out_unagreed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(late_authority, "concession", lambda question, d, hosts: Agreed())


def takes_back_unagreed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(late_authority, "late_backout", lambda question, d, **words: Agreed())


def takes_any_confirmation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(late_authority, "against_confirmation", lambda d, event: ())


def waits_for_no_success(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(measuring, "owed", lambda d, metric: False)


def goes_on_when_inconclusive(patch: pytest.MonkeyPatch) -> None:
    def decided(d: Deployment) -> Record | None:
        usual = measuring.decided(d)
        held = usual is not None and isinstance(usual.event, e.DeploymentHeld)
        return None if held else usual

    patch.setattr(policy, "decided", decided)


def takes_silence_for_success(patch: pytest.MonkeyPatch) -> None:
    def judged(metric: Any, sides: Any) -> measurement.Judged:
        answer = measurement.judged(metric, sides)
        return answer._replace(verdict="success") if answer.why == "no_answer" else answer

    patch.setattr(measure, "judged", judged)


def takes_stages_back_in_their_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(backout, "reversed", lambda waves: waves, raising=False)


def deploys_stages_everywhere(patch: pytest.MonkeyPatch) -> None:
    def step(d: Deployment, now: datetime) -> Step:
        usual = next_step(d, now)
        if isinstance(usual, RunAttempt) and usual.purpose == "deploy" and d.stage.name is not None:
            return RunAttempt(usual.attempt, "deploy", usual.wave, d.hosts)
        return usual

    patch.setattr(loop, "next_step", step)


def runs_once_as_often_as_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deployment_commands, "_runs_once_more", lambda d, record: False)


def takes_silence_for_work(patch: pytest.MonkeyPatch) -> None:
    def waited(d: Deployment, attempt: Attempted, now: datetime) -> Step:
        step = by_hand.manual_step_of(d, attempt)
        word = e.StepAnswered(
            attempt=attempt.attempt,
            result="done",
            role=step.role,
            by="orch",
            note="nobody spoke",
            attached=(FILE,) * step.attachments,
        )
        return Record(word)

    patch.setattr(policy, "by_hand", waited)


def checks_before_the_word(patch: pytest.MonkeyPatch) -> None:
    def waited(d: Deployment, attempt: Attempted, now: datetime) -> Step:
        if d.state is State.DEPLOYING:
            return Record(e.WaveDeployed(wave=d.rollout.wave))
        if d.state is State.VERIFYING_WAVE and not d.rollout.checked:
            return Perform("verify_wave", wave=d.rollout.wave, hosts=attempt.hosts)
        return by_hand.by_hand(d, attempt, now)

    patch.setattr(policy, "by_hand", waited)


def takes_any_word_on_work(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(late_authority, "against_answer", lambda d, event: ())


def touches_in_rotation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "out_before_touch", lambda d, hosts: None)


def believes_that_hosts_are_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rotate, "_not_there", lambda context, rotation, hosts, way: {})


def takes_out_as_many_as_it_likes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rotate, "_beyond_the_limit", lambda context, rotation, step: None)


def leaves_verified_hosts_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "back_when_verified", lambda d: None)
    patch.setattr(course_rotation, "_verified_back", lambda d: None)


def gives_residue_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rotate, "_not_restored", lambda context, hosts: {})


def forgets_who_is_out(patch: pytest.MonkeyPatch) -> None:
    def ended(rotation: rotation_progress.RotationProgress, event: e.RotationEnded) -> Any:
        if event.way == "in":
            back = {"there": (*event.there, *event.failed, *event.kept_out), "failed": {}, "kept_out": {}}
            event = event.model_copy(update=back)
        return usual(rotation, event)

    usual = rotation_progress._ended
    patch.setattr(rotation_progress, "_ended", ended)


def looks_at_no_seal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seal_watch, "finds_break", lambda context, step: False)


MUTATIONS: tuple[tuple[Mutate, str], ...] = (
    (skips_gates, "without its soak"),
    (looks_at_no_seal, "began on a broken record"),
    (soaks_not, "without its soak"),
    (deploys_to_all_at_once, "touched before gate"),
    (forgets_aborts, "after an abort"),
    (goes_on_after_failure, "not proved to be up"),
    (counts_unknown_as_up, "not proved to be up"),
    (calls_residue_restored, "that is not restored"),
    (overlooks_differences, "is called restored and holds"),
    (takes_no_answer_for_equality, "is called restored and holds"),
    (looks_for_no_processes, "was compared while a process of"),
    (takes_equality_without_looking, "nobody saw it so"),
    (overlooks_what_no_item_covers, "without a word of"),
    (starts_before_the_intent, "without an intent"),
    (takes_others_attempts_for_its_own, "without having adopted it"),
    (gives_up_what_it_did_not_begin, "while its worker lived"),
    (runs_again_without_looking, "nobody looked"),
    (pads_with_passes, "nobody gave the pass"),
    (forgets_what_has_no_answer, "not proved to be up"),
    (knows_checks_by_title, "not proved to be up"),
    (locks_nothing, "had not locked"),
    (calls_it_stopped_while_it_runs, "while its worker lived"),
    (calls_the_running_finished, "while its worker lived"),
    (gives_no_reasons, "without a reason"),
    (calls_everything_completed, "completed with a host that is not verified"),
    (forgets_pauses, "was begun after a pause"),
    (tries_again_unasked, "after a failure that nobody answered"),
    (tells_an_end_twice, "do not match"),
    (begins_waves_without_room, "on a full disk"),
    (calls_the_unreachable_quiet, "was called quiet"),
    (starts_from_any_copy, "a copy that nobody planned"),
    (compares_no_copy_after_a_run, "nothing tells of it"),
    (goes_on_from_a_changed_copy, "before a person had spoken"),
    (goes_on_after_opened_files, "before a person had spoken"),
    (keeps_no_opened_files, "and nothing tells of it"),
    (starts_unapproved, "approvals were used up"),
    (says_nothing_of_changes, "without a word of what changed"),
    (allows_every_change, "which may not change"),
    (takes_no_capture_for_no_change, "nobody knows whether"),
    (goes_over_others, "nobody had been told"),
    (goes_over_others_untold, "nobody had been told"),
    (leaves_hosts_out_unagreed, "without a concession"),
    (takes_back_unagreed, "taken back without leave"),
    (takes_any_confirmation, "that does not count"),
    (waits_for_no_success, "successes of"),
    (goes_on_when_inconclusive, "over the limits of"),
    (takes_silence_for_success, "and is inconclusive"),
    (takes_stages_back_in_their_order, "was taken back on"),
    (deploys_stages_everywhere, "which is not on it"),
    (runs_once_as_often_as_asked, "runs once, and ran"),
    (takes_silence_for_work, "nobody said that"),
    (checks_before_the_word, "before the word that it is done by hand"),
    (takes_any_word_on_work, "a word on the work that does not count"),
    (touches_in_rotation, "was touched in rotation"),
    (believes_that_hosts_are_out, "and not seen out"),
    (takes_out_as_many_as_it_likes, "more out than the limit"),
    (leaves_verified_hosts_out, "is verified and stays out"),
    (gives_residue_back, "was given back to"),
    (forgets_who_is_out, "and the journal does not know"),
)
