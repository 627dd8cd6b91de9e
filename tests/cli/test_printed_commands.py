"""Every command that orch prints works in the state in which it is printed; a new one must be walked here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.cli.main import run
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import OrchError
from orchestrator.policy.telling.next_moves import next_moves
from tests.journals.corpus import NAMES, recorded
from tests.worlds import walks
from tests.worlds.command_line import typed
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.printed import HOLE, commands_in, fault_of, filled, is_form, refusal_of, sources
from tests.worlds.walks import Scene, driven_here, kept_in

MOVES, ID = "policy/telling/next_moves.py", HOLE
VALUES = {
    "WHY": "looked at",
    "SCORE": "4",
    "ANSWER": "partly",
    "WHAT": "looked at the till",
    "TIME": "in 2h",
    "PLAN": "plan.yml",
    "NUMBER": "2",
    "PLAYBOOK": "rollback/app.yml",
    "NAME": "Bo",
    "FILE": "another.pem",
    "ID": "app",
    "HOST": "h1",
    "LOGIN": "ada",
}

APPROVE = f"orch approve {ID} --as {HOLE} --reason WHY"
OVERRIDE = f"orch approve {ID} --as {HOLE} --override {HOLE} --reason WHY"
ABORT, RESUME, STATUS = f"orch abort {ID} --reason WHY", f"orch resume {ID}", f"orch status {ID}"
REHEARSE, LIFT = f"orch rehearse {HOLE} --in {HOLE}", "orch stop-all --lift --reason WHY"
ADD, DEPLOY = f"orch schedule add {HOLE} --at TIME", f"orch deploy {HOLE}"
ADD_PLAN, NEW_KEY = "orch schedule add PLAN --at TIME", f'orch keys new --file FILE --role "{HOLE}"'
COMMANDS, SCHEDULE = "engine/use_cases/deployment_commands.py", "cli/verbs/planning/schedule.py"
SCHEDULED = "engine/use_cases/scheduled_lines.py"
STOP_ALL, REPLAN = "cli/verbs/driving/stop_all.py", "engine/planning/replan_check.py"
REHEARSE_VERB, RUN_DUE = "cli/verbs/driving/rehearse.py", "engine/use_cases/run_due.py"
SPOKEN = "policy/authority/spoken_words.py"
OBSTACLES, FOLLOW_UP = "policy/telling/words/obstacle_words.py", "policy/course/follow_up.py"
DUTIES, TICKETS = "policy/course/duties.py", "engine/use_cases/change_tickets.py"
PEOPLE, NEW_TOKEN = "cli/verbs/serving/people.py", "orch people token new LOGIN --label WHAT"
WALKS: dict[Callable[[Scene], str], tuple[tuple[str, str], ...]] = {
    walks.second: ((COMMANDS, f"{RESUME}{HOLE}"), (COMMANDS, ABORT)),
    walks.rollback_at_work: ((COMMANDS, ABORT),),
    walks.work_is_due: ((DUTIES, f"orch done {ID} {HOLE} --note WHAT"),),
    walks.no_such_work: (("engine/use_cases/duties.py", f"orch done {ID}"),),
    walks.work_that_is_done: (("engine/use_cases/duties.py", f"orch done {ID}"),),
    walks.withdraw_at_work: (("engine/use_cases/schedule.py", ABORT),),
    walks.stopped: ((STOP_ALL, LIFT),),
    walks.start_while_stopped: (("engine/stop_in_force.py", LIFT),),
    walks.lifted: ((STOP_ALL, RESUME), (STOP_ALL, ABORT)),
    walks.state_while_stopped: ((MOVES, LIFT), (MOVES, STATUS)),
    walks.newer: (
        (OBSTACLES, f"orch rollback {ID} --reason WHY"),
        (OBSTACLES, f"orch rollback {ID} {HOLE} --reason WHY"),
    ),
    walks.locked: ((OBSTACLES, STATUS), (OBSTACLES, f"orch rollback {ID} {HOLE} --reason WHY")),
    walks.nothing_here: (("cli/verbs/viewing/list_.py", "orch deploy PLAN"),),
    walks.no_release_here: (("cli/verbs/viewing/release.py", "orch deploy PLAN"),),
    walks.no_status: (("engine/lookup/deployment_lookup.py", "orch deploy PLAN"),),
    walks.unknown_name: (("engine/lookup/deployment_lookup.py", "orch list"),),
    walks.waits_for_approval: (
        (MOVES, APPROVE),
        (MOVES, RESUME),
        (MOVES, ABORT),
    ),
    walks.frozen: ((MOVES, OVERRIDE), ("policy/authority/calendar_check.py", OVERRIDE)),
    walks.refused_by_a_rule: ((MOVES, f"orch deploy {HOLE}{HOLE}"), (MOVES, f"orch record show {ID}")),
    walks.an_emergency_that_is_refused: ((MOVES, f"orch deploy {HOLE}{HOLE}"),),
    walks.refused_as_scheduled: ((MOVES, ADD), (REPLAN, ADD)),
    walks.changed_since: ((REPLAN, DEPLOY),),
    walks.not_rehearsed: (("policy/authority/certificates.py", REHEARSE),),
    walks.not_rehearsed_as_planned: (("policy/authority/certificates.py", REHEARSE),),
    walks.nothing_missing: (("cli/verbs/planning/decision.py", RESUME),),
    walks.signed_into_a_file: (("cli/verbs/planning/approve.py", f"orch approve --file {HOLE}{HOLE}"),),
    walks.to_be_signed_off: ((FOLLOW_UP, f"orch sign-off {ID} --as {HOLE} --reason WHY"),),
    walks.to_be_reviewed: ((FOLLOW_UP, f"orch review {ID} --as {HOLE} --reason WHY"),),
    walks.empty_schedule: ((SCHEDULE, ADD_PLAN),),
    walks.put_into_the_schedule: (
        (SCHEDULED, "orch run-due"),
        (SCHEDULED, f"orch schedule withdraw {ID} --reason WHY"),
    ),
    walks.no_time_and_open: ((SCHEDULE, RESUME),),
    walks.no_time_and_over: ((SCHEDULE, ADD),),
    walks.missed: ((RUN_DUE, RESUME), (RUN_DUE, f"orch schedule withdraw {ID} --reason WHY")),
    walks.nobody_drives: (("cli/verbs/viewing/status.py", RESUME),),
    walks.gate_to_confirm: ((MOVES, f"orch confirm {ID} --role {HOLE} --note WHAT"),),
    walks.work_by_hand: (
        (MOVES, f"orch step show {ID}"),
        (MOVES, f"orch step done {ID} --role {HOLE} --note WHAT"),
        (MOVES, f"orch step failed {ID} --role {HOLE} --note WHAT"),
    ),
    walks.work_answered_by_another: (
        ("policy/authority/by_hand.py", f"orch step done {ID} --role {HOLE} --note WHAT"),
    ),
    walks.hold_before_work: (("cli/verbs/driving/signals.py", f"orch pause {ID}"),),
    walks.untrusted_issuer: ((REHEARSE_VERB, f'orch keys trust {HOLE}{HOLE} --role "{HOLE}"'),),
    walks.issuer_of_other_things: ((REHEARSE_VERB, NEW_KEY),),
    walks.a_new_key: (("cli/verbs/planning/keys.py", f"orch keys trust {HOLE} {HOLE}{HOLE}"),),
    walks.a_rehearsal_that_is_over: ((MOVES, f"orch rehearse {HOLE} --in {HOLE}{HOLE}"),),
    walks.no_change_opened: (("policy/authority/ticket_reasons.py", f"orch change open {HOLE}{HOLE}"),),
    walks.no_change_to_update: ((TICKETS, f"orch change open {HOLE}"),),
    walks.no_change_to_show: ((TICKETS, f"orch change open {HOLE}"),),
    walks.a_change_that_people_opened: ((TICKETS, f"orch change update {HOLE}"),),
    walks.a_result_that_is_owed: (("policy/course/ticket_delivery.py", f"orch change deliver {ID}"),),
    walks.nobody_comes_in: ((PEOPLE, "orch people add LOGIN --role administrator --password"),),
    walks.a_person_without_a_password: ((PEOPLE, f"orch people password {HOLE}"),),
    walks.no_such_person: (("engine/lookup/known_people.py", "orch people list"),),
    walks.no_token: (("cli/verbs/serving/people_tokens.py", NEW_TOKEN),),
    walks.residue: (
        (MOVES, f"orch baseline diff {ID}"),
        (MOVES, f"orch rollback {ID} --reason WHY"),
        (MOVES, f"orch rollback {ID} --reason WHY --with PLAYBOOK"),
    ),
}
"""What brings orch into a state and what it prints there, with the forms of the commands by the file that has them."""
IN_EVERY_STATE = {
    (MOVES, f"orch retry {ID}"),
    (MOVES, f"orch hold {ID}"),
    (MOVES, f"orch exclude {ID} {HOLE} --reason WHY"),
}
"""Those that the states of the journals offer."""
TROUBLE = "the store, the disk or the machine is in trouble; it is named as what follows once that is mended"
ANSIBLE_RUN = "tests/engine/test_goes_on_with_its_ansible.py goes this way"
SHOWS = "it only shows, in whatever state"
KEYS_RUN = (
    "tests/cli/verbs/test_keys_commands.py and test_ssh_keys_commands.py make, trust and revoke keys so"
)
TRUST_RUN = "tests/cli/verbs/test_trust_commands.py goes this way, from the first trust on"
NODES_RUN = "it needs a store on PostgreSQL; tests/cli/verbs/test_worker.py runs it there"
PASSKEY_RUN = "tests/bootstrap/test_browser_voice.py runs it as it is printed"
PASSKEY_FORM = "the walks have no pages; tests/bootstrap/test_browser_voice.py runs the same form"
NODE_SETTINGS = "adapters/nodes/node_settings.py"
SIGSTORE_RUN = "tests/cli/verbs/test_sigstore_keys.py runs it as it is printed"
RELEASE_RUN = "tests/cli/verbs/test_environment_commands.py runs it as it is printed"
LIBRARY_RUN = "tests/cli/verbs/test_library_commands.py runs it as it is printed"
POLICY_RUN = "tests/cli/verbs/test_policy_adoption.py adopts and withdraws policies so"
LATE_RUN = "tests/cli/verbs/test_late_words.py runs it as it is printed"
REVIEW_RUN = "tests/cli/verbs/test_review_commands.py runs it as it is printed"
INCIDENT_RUN = "tests/cli/verbs/test_review_commands.py runs it as it is printed"
AUDIT_RUN = "tests/cli/verbs/test_cmdb_audit_command.py runs it as it is printed"
OBJECTIVES_RUN = "tests/cli/verbs/test_objectives_command.py runs it as it is printed"
DOCUMENT_RUN = "tests/cli/verbs/test_document_approval.py runs it as it is printed"
TICKETS_RUN = "tests/cli/verbs/test_change.py runs it as it is printed"
STAGES_RUN = "tests/engine/test_stages.py runs it as it is printed"
ASSESS_RUN = "tests/cli/verbs/test_assess_command.py runs it as it is printed"
CAPABILITY = "policy/measures/capability/capability_words.py"
ASSESS = "cli/verbs/viewing/assess.py"
DISPOSAL_RUN = "it is about the real store: tests/cli/verbs/test_record_disposal.py runs it there"
SEALS_RUN = "it is about the real store: tests/seals runs it there"
CMDB_RUN = "tests/cli/verbs/test_cmdb_commands.py goes this way"
EVIDENCE_RUN = "tests/cli/verbs/test_evidence_commands.py runs it as it is printed"
EXPORT_RUN = "tests/seals/test_audit_exports.py runs it there"
EVIDENCE_WORDS = "policy/telling/words/evidence_words.py"
CLAUSES_AFTER = "policy/clauses/of_follow_up.py"
OF_A_SERVER = "the walks have no server; tests/cli/verbs/test_store_commands.py runs it there"
STORE_RUN = "tests/cli/verbs/test_store_commands.py runs it there"
OLDER_RUN = "tests/seals/test_older_stores.py accepts so"
INIT_RUN = "tests/fleet/test_init.py and test_init_command.py of tests/cli go this way in a new tree"
WATCH_RUN = "tests/cli/verbs/test_help.py, test_watch.py and test_detach_and_wait.py go this way"
AT_SERVER = "the walks have no server; tests/web/api/test_client_begins.py goes this way"
NOT_WALKED: dict[tuple[str, str], str] = {
    ("cli/verbs/driving/at_server.py", f"orch resume {HOLE}"): AT_SERVER,
    ("cli/verbs/planning/plan_list.py", "orch init"): INIT_RUN,
    ("cli/lazy_group.py", "orch help"): WATCH_RUN,
    ("cli/verbs/help_.py", "orch help"): WATCH_RUN,
    ("cli/verbs/viewing/watch.py", "orch watch"): WATCH_RUN,
    ("cli/options/detach_option.py", "orch watch"): WATCH_RUN,
    ("cli/options/detach_option.py", f"orch watch {HOLE}"): WATCH_RUN,
    ("engine/use_cases/patient_start.py", f"orch watch {HOLE}"): WATCH_RUN,
    ("engine/use_cases/watching.py", "orch list"): WATCH_RUN,
    ("engine/use_cases/watching.py", "orch watch --wait"): WATCH_RUN,
    ("cli/verbs/planning/example.py", "orch lab up"): INIT_RUN,
    ("cli/verbs/planning/init.py", "orch lab up --inventory-dir inventories"): INIT_RUN,
    (
        "cli/views/awx_lines.py",
        f"orch plan check {HOLE}",
    ): "tests/cli/verbs/test_init_from_awx.py runs it as it is printed",
    ("cli/views/init_lines.py", f"orch deploy {HOLE}"): INIT_RUN,
    ("cli/views/init_lines.py", f"orch plan check {HOLE}"): INIT_RUN,
    ("cli/views/init_lines.py", f"orch plan show {HOLE}"): INIT_RUN,
    ("adapters/store/database.py", "orch store upgrade --backed-up"): OF_A_SERVER,
    ("adapters/store/backup/restoring.py", "orch store backup FILE"): STORE_RUN,
    ("adapters/store/leases/sql_leases.py", f"orch status {HOLE}"): SHOWS,
    ("adapters/store/moving/marks.py", f"orch store move --back '{HOLE}'"): STORE_RUN,
    ("adapters/store/moving/marks.py", "orch store move URL"): STORE_RUN,
    ("adapters/store/moving/move.py", "orch locks"): SHOWS,
    ("adapters/store/moving/move.py", "orch record verify"): SHOWS,
    ("adapters/store/moving/move.py", "orch status"): SHOWS,
    ("adapters/store/moving/move.py", "orch store move URL"): STORE_RUN,
    ("adapters/store/moving/move.py", "orch store move postgresql://USER@HOST/DATABASE"): STORE_RUN,
    ("cli/verbs/viewing/store.py", "orch record verify"): STORE_RUN,
    ("engine/lookup/older_store.py", "orch record accept --log --reason WHY"): OLDER_RUN,
    ("engine/lookup/older_store.py", "orch record verify"): SHOWS,
    ("cli/verbs/viewing/store.py", "orch store upgrade --backed-up"): OF_A_SERVER,
    (ASSESS, "orch assess history"): ASSESS_RUN,
    (ASSESS, "orch assess keep --reason WHY"): ASSESS_RUN,
    (ASSESS, "orch assess show"): ASSESS_RUN,
    ("engine/use_cases/assessment.py", "orch assess questions"): ASSESS_RUN,
    ("policy/measures/capability/assessment_notes.py", "orch deploy PLAN"): ASSESS_RUN,
    ("policy/measures/capability/assessment_notes.py", "orch list"): SHOWS,
    ("policy/measures/capability/gaps.py", f"orch assess answer {HOLE} ANSWER --note WHY"): ASSESS_RUN,
    (CAPABILITY, "orch actions"): ASSESS_RUN,
    (CAPABILITY, "orch environment list"): ASSESS_RUN,
    (CAPABILITY, "orch library list"): ASSESS_RUN,
    (CAPABILITY, "orch messages schema"): ASSESS_RUN,
    (CAPABILITY, "orch model list"): ASSESS_RUN,
    (CAPABILITY, "orch model stats"): ASSESS_RUN,
    (CAPABILITY, "orch objectives"): ASSESS_RUN,
    (CAPABILITY, "orch plan schema"): ASSESS_RUN,
    (CAPABILITY, "orch policy list"): ASSESS_RUN,
    (CAPABILITY, "orch report"): ASSESS_RUN,
    ("cli/verbs/evidence/export.py", f"orch evidence verify {HOLE}"): EXPORT_RUN,
    ("cli/verbs/evidence/export.py", "orch record key"): SHOWS,
    ("cli/views/evidence_text.py", "orch evidence gaps"): SHOWS,
    ("engine/use_cases/audit_export.py", "orch evidence period --json"): SHOWS,
    ("engine/use_cases/audit_export.py", "orch record verify"): EXPORT_RUN,
    ("policy/telling/words/export_words.py", "orch record key"): SHOWS,
    ("verifier/verify_export.py", "orch record verifier"): SHOWS,
    ("verifier/verify_record.py", "orch record key"): SHOWS,
    ("cli/options/orch_keys.py", "orch record key"): SHOWS,
    ("policy/clauses/of_authority.py", f"orch review {ID} --as {HOLE} --reason WHY"): EVIDENCE_RUN,
    ("policy/clauses/of_authority.py", f"orch sign-off {ID} --as {HOLE} --reason WHY"): EVIDENCE_RUN,
    ("policy/clauses/of_deployment.py", "orch cmdb rebuild"): CMDB_RUN,
    ("policy/clauses/of_deployment.py", f"orch rollback {ID} --reason WHY"): EVIDENCE_RUN,
    ("policy/clauses/of_planning.py", f"orch messages send {ID}"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch actions done {ID} {HOLE} --note WHAT"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch change deliver {ID}"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch objectives {ID} --accept {HOLE} --role {HOLE} --reason WHY"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch objectives {ID} --measure"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch objectives {ID} --record {HOLE} VALUE --note WHAT"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch pir action {ID} WHAT --owner NAME --due TIME"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch pir answer {ID} {HOLE} ANSWER"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch pir close {ID} --reason WHY"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch pir open {ID}"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch record archive {ID} --reason WHY"): EVIDENCE_RUN,
    (CLAUSES_AFTER, f"orch record verify {ID}"): SEALS_RUN,
    (EVIDENCE_WORDS, "orch schedule add PLAN --at TIME"): EVIDENCE_RUN,
    (EVIDENCE_WORDS, "orch rehearse PLAN --in ENVIRONMENT"): "walks.not_rehearsed runs the same form",
    (EVIDENCE_WORDS, "orch incident list"): SHOWS,
    (EVIDENCE_WORDS, "orch list"): SHOWS,
    (EVIDENCE_WORDS, "orch messages check"): SHOWS,
    (EVIDENCE_WORDS, "orch model list"): SHOWS,
    (EVIDENCE_WORDS, "orch policy list"): SHOWS,
    (EVIDENCE_WORDS, "orch report"): SHOWS,
    (EVIDENCE_WORDS, "orch run-due"): "tests/cli/verbs/test_run_due_command.py runs it",
    ("adapters/store/disposal/rows.py", f"orch record show {HOLE}"): SHOWS,
    ("cli/verbs/viewing/record_disposal.py", "orch record dispose --all-due --reason WHY"): DISPOSAL_RUN,
    ("cli/verbs/viewing/record_disposal.py", f"orch record verify {HOLE}"): DISPOSAL_RUN,
    ("engine/lookup/disposed.py", f"orch record verify {HOLE}"): DISPOSAL_RUN,
    ("engine/use_cases/disposal.py", f"orch record verify {HOLE}"): SHOWS,
    ("engine/use_cases/disposal_certificates.py", f"orch record show {HOLE}"): SHOWS,
    ("engine/use_cases/disposal_certificates.py", f"orch record verify {HOLE}"): SHOWS,
    ("policy/telling/words/disposal_words.py", f"orch actions done {HOLE} {HOLE} --note WHAT"): DISPOSAL_RUN,
    ("policy/telling/words/disposal_words.py", f"orch messages send {HOLE}"): SHOWS,
    ("policy/telling/words/disposal_words.py", f"orch record archive {HOLE} --reason WHY"): DISPOSAL_RUN,
    ("policy/telling/words/disposal_words.py", f"orch record certificate {HOLE}"): DISPOSAL_RUN,
    ("policy/telling/words/disposal_words.py", f"orch record dispose {HOLE} --reason WHY"): DISPOSAL_RUN,
    ("policy/telling/words/disposal_words.py", f"orch record release {HOLE} --reason WHY"): DISPOSAL_RUN,
    ("policy/telling/words/disposal_words.py", "orch record verify"): DISPOSAL_RUN,
    ("policy/telling/words/disposal_words.py", f"orch status {HOLE}"): SHOWS,
    ("cli/verbs/planning/incident.py", "orch incident add ID --title TITLE"): INCIDENT_RUN,
    ("cli/verbs/viewing/cmdb_audit.py", "orch cmdb audit"): AUDIT_RUN,
    ("cli/verbs/viewing/cmdb_audit.py", "orch cmdb audits"): SHOWS,
    ("cli/verbs/viewing/cmdb_audit.py", f"orch cmdb audit --show {HOLE}"): AUDIT_RUN,
    ("engine/use_cases/cmdb_audit.py", "orch cmdb audits"): SHOWS,
    ("engine/use_cases/cmdb_audit.py", "orch list"): SHOWS,
    ("engine/use_cases/accept_drift.py", "orch cmdb audit"): AUDIT_RUN,
    ("engine/use_cases/run_due.py", f"orch cmdb audit --show {HOLE}"): AUDIT_RUN,
    ("policy/telling/words/audit_words.py", f"orch cmdb audit --environment {HOLE}"): AUDIT_RUN,
    ("policy/telling/words/audit_words.py", f"orch cmdb audit --hosts {HOLE}"): CMDB_RUN,
    ("policy/telling/words/audit_words.py", f"orch cmdb audit --show {HOLE}"): CMDB_RUN,
    ("cli/views/cmdb_view.py", f"orch status {HOLE}"): SHOWS,
    ("policy/telling/words/cmdb_words.py", "orch cmdb due"): CMDB_RUN,
    (
        "policy/telling/words/audit_words.py",
        f"orch cmdb accept {HOLE} {HOLE} --environment {HOLE} --reason WHY",
    ): AUDIT_RUN,
    ("cli/verbs/viewing/cmdb.py", "orch deploy PLAN"): "walks.nothing_here runs it",
    ("cli/verbs/viewing/cmdb.py", "orch cmdb import FILE"): CMDB_RUN,
    ("engine/lookup/cmdb_items.py", "orch cmdb list"): SHOWS,
    ("cli/verbs/viewing/cmdb_outside.py", "orch cmdb schema"): SHOWS,
    ("cli/verbs/viewing/cmdb_exchange.py", "orch cmdb list"): SHOWS,
    ("cli/verbs/viewing/cmdb_exchange.py", f"orch cmdb show {HOLE}"): CMDB_RUN,
    ("adapters/store/cmdb/rows.py", "orch cmdb rebuild"): CMDB_RUN,
    ("policy/course/post_review.py", f"orch pir open {ID}"): REVIEW_RUN,
    ("policy/course/post_review.py", f"orch pir show {ID}"): REVIEW_RUN,
    ("policy/course/post_review.py", f"orch pir close {ID} --reason WHY"): REVIEW_RUN,
    ("policy/course/post_review.py", f"orch actions done {ID} {HOLE} --note WHAT"): REVIEW_RUN,
    ("policy/course/review_actions.py", f"orch pir show {ID}"): REVIEW_RUN,
    ("cli/views/review_lines.py", f"orch pir open {ID}"): REVIEW_RUN,
    ("cli/views/review_lines.py", f"orch pir answer {ID} {HOLE} ANSWER"): REVIEW_RUN,
    ("cli/views/review_lines.py", f"orch pir satisfaction {ID} STAKEHOLDER SCORE"): REVIEW_RUN,
    ("cli/views/review_lines.py", f"orch pir action {ID} WHAT --owner NAME --due TIME"): REVIEW_RUN,
    ("cli/views/review_lines.py", f"orch incident link {HOLE} {ID} --reason WHY"): REVIEW_RUN,
    ("cli/verbs/planning/incident.py", f"orch incident link {HOLE} {ID} --reason WHY"): REVIEW_RUN,
    ("engine/lookup/known_incidents.py", "orch incident list"): SHOWS,
    ("engine/use_cases/post_review.py", f"orch pir open {ID}"): REVIEW_RUN,
    ("engine/use_cases/post_review.py", f"orch pir show {ID}"): REVIEW_RUN,
    ("policy/authority/document_standing.py", f"orch model approve {HOLE} --reason WHY"): DOCUMENT_RUN,
    ("policy/authority/document_standing.py", f"orch policy approve {HOLE} --reason WHY"): DOCUMENT_RUN,
    ("policy/authority/document_standing.py", "orch model schema"): SHOWS,
    ("policy/authority/document_standing.py", "orch policy schema"): SHOWS,
    ("policy/authority/documents.py", "orch policy list"): SHOWS,
    ("policy/authority/documents.py", "orch model list"): SHOWS,
    ("cli/verbs/planning/approve_document.py", "orch keys list"): SHOWS,
    ("adapters/store/seals/sql_seals.py", "orch record verify"): SEALS_RUN,
    ("cli/verbs/viewing/record.py", "orch record key"): SHOWS,
    ("cli/verbs/viewing/record.py", f"orch record verify {HOLE}"): SEALS_RUN,
    ("cli/verbs/viewing/record.py", f"orch resume {HOLE}"): SEALS_RUN,
    ("engine/lookup/seal_check.py", f"orch record accept {HOLE} --reason WHY"): SEALS_RUN,
    ("engine/lookup/seal_check.py", "orch record accept --log --reason WHY"): SEALS_RUN,
    ("policy/telling/next_moves.py", f"orch record verify {HOLE}"): SEALS_RUN,
    ("policy/telling/next_moves.py", f"orch record accept {HOLE} --reason WHY"): SEALS_RUN,
    ("cli/verbs/viewing/record.py", "orch record verify"): SEALS_RUN,
    ("policy/authority/broken_basis.py", f"orch record accept {HOLE} --reason WHY"): SEALS_RUN,
    ("policy/authority/broken_basis.py", f"orch record verify {HOLE}"): SEALS_RUN,
    ("engine/lookup/seal_check.py", f"orch record verify {HOLE}"): SEALS_RUN,
    ("engine/use_cases/sealed_records.py", f"orch record verify {HOLE}"): SEALS_RUN,
    ("engine/anchoring.py", "orch record verify"): SEALS_RUN,
    ("policy/telling/words/anchor_words.py", "orch record anchor"): SEALS_RUN,
    ("policy/telling/words/seal_words.py", "orch record key"): SHOWS,
    ("policy/telling/words/seal_words.py", "orch record seal"): SEALS_RUN,
    ("policy/telling/words/seal_words.py", "orch record verify"): SEALS_RUN,
    ("policy/telling/words/seal_words.py", "orch record verify ID"): SEALS_RUN,
    ("policy/telling/words/ticket_words.py", "orch change text PLAN"): SHOWS,
    ("policy/telling/words/ticket_words.py", "orch change open PLAN"): TICKETS_RUN,
    (
        "policy/course/objectives.py",
        f"orch objectives {HOLE} --accept {HOLE} --role {HOLE} --reason WHY",
    ): OBJECTIVES_RUN,
    ("policy/course/objectives.py", f"orch objectives {HOLE} {HOLE}"): OBJECTIVES_RUN,
    ("engine/use_cases/objectives.py", f"orch objectives {HOLE} --measure"): OBJECTIVES_RUN,
    ("engine/use_cases/objectives.py", f"orch objectives {HOLE}"): SHOWS,
    ("cli/verbs/planning/library.py", "orch library fetch PLAN"): LIBRARY_RUN,
    ("adapters/media/libraries.py", "orch library list"): LIBRARY_RUN,
    ("adapters/media/copying.py", "orch library prune"): LIBRARY_RUN,
    ("policy/authority/by_hand.py", f"orch status {HOLE}"): SHOWS,
    (COMMANDS, f"orch retry {HOLE} --again --reason WHY"): STAGES_RUN,
    (COMMANDS, f"orch rollback {HOLE} --reason WHY"): STAGES_RUN,
    ("adapters/ansible/attempt_folder.py", "orch resume"): TROUBLE,
    ("adapters/ansible/isolation/ended.py", "orch resume"): TROUBLE,
    ("adapters/remote/remote_journal.py", RESUME): TROUBLE,
    ("adapters/nodes/remote_playbooks.py", "orch resume"): TROUBLE,
    ("adapters/nodes/remote_playbooks.py", RESUME): TROUBLE,
    ("adapters/nodes/remote_playbooks.py", "orch node list"): SHOWS,
    ("adapters/nodes/remote_targets.py", "orch node list"): SHOWS,
    ("adapters/queue/node_book.py", "orch node list"): SHOWS,
    ("adapters/queue/node_book.py", "orch node invite ZONE"): NODES_RUN,
    ("adapters/nodes/calling.py", f"orch node invite {HOLE}"): NODES_RUN,
    ("adapters/nodes/gateway.py", "orch node invite ZONE"): NODES_RUN,
    ("cli/verbs/driving/node.py", "orch node invite ZONE"): NODES_RUN,
    ("bootstrap/nodes.py", "orch node list"): NODES_RUN,
    ("bootstrap/nodes.py", "orch node rekey --now"): NODES_RUN,
    ("engine/lookup/node_words.py", "orch node list"): SHOWS,
    ("engine/lookup/node_words.py", f"orch node remove {HOLE}"): NODES_RUN,
    (NODE_SETTINGS, f"orch node enrol --server URL --name NAME --node {HOLE}"): NODES_RUN,
    (
        "cli/verbs/driving/node.py",
        f"orch worker --zone {HOLE} --node {HOLE}",
    ): "it works until it is stopped; tests/fleet/test_zones.py runs it",
    (
        "adapters/remote/server.py",
        NEW_TOKEN,
    ): "it is for whoever administers the server; walks.no_token runs it",
    (
        "bootstrap/remote_ports.py",
        NEW_TOKEN,
    ): "it is for whoever administers the server; walks.no_token runs it",
    (
        "cli/verbs/serving/serve.py",
        f"orch people add {HOLE} --role administrator --password",
    ): "tests/web/test_served_process.py reads it from the service, and runs its form",
    ("policy/authority/people_rules.py", "orch people list"): SHOWS,
    (
        "web/pages/provider_pages.py",
        f"orch people link LOGIN --issuer {HOLE} --subject {HOLE}",
    ): "the walks have no pages; tests/web/test_provider_login.py runs it as it is printed",
    ("web/pages/keys.py", f"orch keys trust FILE {HOLE}"): KEYS_RUN,
    ("web/approvals/approval_pages.py", "orch keys trust CARD --person NAME --role ROLE"): PASSKEY_FORM,
    ("policy/course/waits.py", LIFT): "pages show it; walks.state_while_stopped runs it in the same state",
    ("adapters/ansible/playbooks.py", "orch resume"): TROUBLE,
    ("adapters/ansible/playbooks.py", RESUME): TROUBLE,
    ("adapters/ansible/starved.py", "orch resume"): TROUBLE,
    ("adapters/store/faults.py", "orch resume"): TROUBLE,
    ("adapters/store/faults.py", "orch status"): TROUBLE,
    ("cli/main.py", "orch resume"): TROUBLE,
    ("engine/lookup/present_software.py", RESUME): TROUBLE,
    ("engine/lookup/present_software.py", f"{RESUME} --ansible PATH"): ANSIBLE_RUN,
    ("cli/verbs/planning/settings.py", "orch settings show"): SHOWS,
    ("cli/verbs/planning/settings.py", "orch doctor"): SHOWS,
    ("cli/views/doctor_view.py", "orch lab up"): TROUBLE,
    ("cli/views/doctor_view.py", "orch run-due --watch"): "tests/cli/verbs/test_run_due_command.py runs it",
    (
        "cli/views/doctor_view.py",
        "orch settings check",
    ): "tests/cli/verbs/test_settings_and_doctor.py runs it",
    ("engine/practices/starved.py", RESUME): TROUBLE,
    (
        "engine/practices/run_attempt.py",
        RESUME,
    ): "it is for another machine (tests/engine/test_another_machine.py)",
    (
        "engine/practices/run_attempt.py",
        ABORT,
    ): "it is for another machine (tests/engine/test_another_machine.py)",
    ("cli/follow.py", RESUME): "the driver has been left with Ctrl-C (tests/cli/test_follow.py)",
    ("adapters/store/claim.py", STATUS): SHOWS,
    ("adapters/store/shared_claim.py", STATUS): SHOWS,
    ("engine/host_locks.py", STATUS): SHOWS,
    ("engine/lookup/release_facts.py", "orch release list"): SHOWS,
    ("engine/lookup/shared_resources.py", STATUS): SHOWS,
    ("adapters/files/project_authority.py", "orch model list"): SHOWS,
    ("adapters/keys/key_folder.py", "orch keys list"): SHOWS,
    ("bootstrap/own_voice.py", "orch keys list"): SHOWS,
    ("bootstrap/browser_voice.py", "orch keys list"): SHOWS,
    ("bootstrap/browser_voice.py", "orch keys trust CARD --person NAME --role ROLE"): PASSKEY_RUN,
    ("cli/verbs/planning/git_words.py", "orch keys list"): SHOWS,
    ("cli/verbs/planning/policy_adoption.py", "orch keys list"): SHOWS,
    ("cli/verbs/planning/trust.py", "orch keys list"): SHOWS,
    ("cli/verbs/planning/trust.py", "orch trust show"): SHOWS,
    ("engine/speaking.py", "orch keys list"): SHOWS,
    ("policy/authority/approvals.py", "orch keys list"): SHOWS,
    ("policy/authority/policy_word.py", "orch keys list"): SHOWS,
    (SPOKEN, "orch keys list"): SHOWS,
    ("engine/use_cases/house.py", "orch list"): SHOWS,
    ("engine/use_cases/release_machine.py", "orch environment list"): SHOWS,
    ("engine/use_cases/release_machine.py", STATUS): SHOWS,
    ("policy/authority/environment_rules.py", "orch policy list"): SHOWS,
    ("policy/authority/late_words.py", STATUS): SHOWS,
    ("adapters/ssh/on_target/checks.py", STATUS): SHOWS,
    ("adapters/keys/key_folder.py", f"orch keys revoke {HOLE} --reason WHY"): KEYS_RUN,
    ("adapters/keys/own_keys.py", "orch keys new"): KEYS_RUN,
    ("adapters/keys/own_keys.py", f"orch keys trust {HOLE} {HOLE}"): KEYS_RUN,
    ("adapters/keys/private_file.py", "orch keys new"): KEYS_RUN,
    ("policy/telling/words/bundle_words.py", "orch keys trust cosign.pub --machine NAME"): SIGSTORE_RUN,
    ("bootstrap/own_voice.py", "orch keys trust FILE --person NAME --role ROLE"): KEYS_RUN,
    ("domain/authority/signing.py", "orch keys new"): KEYS_RUN,
    ("adapters/keys/pem_signer.py", "orch keys public"): KEYS_RUN,
    (SPOKEN, "orch keys new"): KEYS_RUN,
    (SPOKEN, RESUME): "a person takes over what a machine may not start (tests/cli/verbs/test_who_speaks.py)",
    ("adapters/keys/trust_files.py", "orch trust propose --reason WHY"): TRUST_RUN,
    ("cli/options/keyring_proposals.py", f"orch trust adopt {HOLE}"): TRUST_RUN,
    ("cli/options/keyring_proposals.py", "orch trust propose --expires 365d --reason WHY"): TRUST_RUN,
    (
        "cli/verbs/planning/trust.py",
        "orch trust init --steward FILE NAME --threshold NUMBER --reason WHY",
    ): TRUST_RUN,
    ("policy/authority/trust_words.py", "orch trust propose --expires 365d --reason WHY"): TRUST_RUN,
    ("policy/evidence/governing_house.py", f"orch trust release {HOLE} --reason WHY"): TRUST_RUN,
    ("policy/authority/environment_rules.py", "orch environment release MACHINE --reason WHY"): RELEASE_RUN,
    ("policy/authority/environment_rules.py", f"orch environment release {HOLE} --reason WHY"): RELEASE_RUN,
    ("policy/authority/policy_memory.py", f"orch policy adopt {HOLE}@{HOLE} --reason WHY"): POLICY_RUN,
    ("policy/authority/policy_memory.py", f"orch policy withdraw {HOLE} --reason WHY"): POLICY_RUN,
    (
        "policy/authority/approvals.py",
        f"orch approve {ID}",
    ): "it begins the command that walks.waits_for_approval runs",
    ("policy/authority/approval_outline.py", f"orch exclude {ID} {HOLE} --reason WHY"): LATE_RUN,
    ("policy/authority/late_backout.py", f"orch approve {ID} --roll-back{HOLE}"): LATE_RUN,
    ("policy/authority/late_backout.py", f"orch rollback {ID}{HOLE}{HOLE}"): LATE_RUN,
    ("policy/authority/late_words.py", f"orch approve {ID} {HOLE}"): LATE_RUN,
    ("policy/authority/late_words.py", f'orch confirm {ID} --role "{HOLE}" --note WHAT'): LATE_RUN,
    ("policy/authority/late_words.py", RESUME): LATE_RUN,
    (MOVES, f"orch approve {ID} {HOLE} --as {HOLE} --reason WHY"): LATE_RUN,
    ("cli/verbs/planning/keys.py", "orch keys list"): SHOWS,
    ("cli/verbs/driving/rollback.py", "orch keys list"): SHOWS,
    ("policy/authority/replacement_word.py", "orch keys list"): SHOWS,
    ("engine/lookup/snapshots.py", "orch list"): SHOWS,
    ("engine/lookup/unreadable.py", "orch locks"): SHOWS,
    (STOP_ALL, "orch locks"): SHOWS,
    ("adapters/store/baselines.py", "orch baseline show DEPLOYMENT"): SHOWS,
    ("policy/telling/words/change_words.py", "orch baseline diff ID HOST --deployed"): SHOWS,
    ("policy/telling/words/change_words.py", "orch baseline diff ID --deployed"): SHOWS,
    ("adapters/keys/ed25519.py", "orch keys new"): "it asks for a passphrase at a terminal",
    ("cli/verbs/planning/keys.py", "orch keys new"): "it asks for a passphrase at a terminal",
    (RUN_DUE, "orch run-due"): "it names the other process",
    (
        "engine/lookup/needed_password.py",
        f"orch resume {ID} --ask-become-pass",
    ): "it asks for a password at a terminal; tests/fleet/test_given_password.py runs it",
}
"""Commands that are read and not run here, each with the reason."""
NAMED_ONLY = {
    ("cli/served_verbs.py", "orch record seal"),
    ("web/api/plans.py", "orch plan check"),
    ("web/api/plans.py", "orch plan show"),
    ("cli/options/ansible_option.py", "orch doctor"),
    ("adapters/ansible/isolation/engines.py", "orch doctor"),
    ("adapters/ansible/isolation/images.py", "orch doctor"),
    ("adapters/ansible/program_errors.py", "orch doctor"),
    ("cli/verbs/demo.py", "orch doctor"),
    ("cli/views/fault_formats.py", "orch plan check"),
    ("policy/adoption/without_ssh_text.py", "orch init"),
    ("bootstrap/doctor/machine.py", "orch lab up"),
    ("policy/adoption/backout_text.py", "orch init"),
    ("policy/adoption/plan_text.py", "orch init"),
    ("policy/adoption/from_awx/channels.py", "orch init"),
    ("cli/views/awx_lines.py", "orch plan check"),
    ("cli/views/awx_lines.py", "orch messages schema"),
    ("cli/views/awx_lines.py", "orch rehearse"),
    (CAPABILITY, "orch pir satisfaction"),
    (CAPABILITY, "orch rehearse"),
    (EVIDENCE_WORDS, "orch pir answer"),
    (EVIDENCE_WORDS, "orch actions"),
    ("domain/plan/unit_origin.py", "orch keys list"),
    ("adapters/keys/unit_signatures.py", "orch library sign"),
    ("policy/planning/unit_rules.py", "orch plan check"),
    ("cli/verbs/planning/keys.py", "orch keys trust"),
    (COMMANDS, "orch approve"),
    ("policy/course/rehearsing.py", "orch rehearse"),
    ("cli/options/keyring_proposals.py", "orch keys revoke"),
    ("cli/options/keyring_proposals.py", "orch keys trust"),
    ("cli/options/keyring_proposals.py", "orch trust propose"),
    ("cli/options/keyring_proposals.py", "orch trust sign"),
    ("cli/verbs/planning/trust.py", "orch trust init"),
    ("policy/authority/trust_words.py", "orch trust sign"),
    ("policy/authority/word_checks.py", "orch exclude"),
    ("policy/authority/word_checks.py", "orch rollback"),
    ("adapters/nodes/door.py", "orch node"),  # it begins what nodes sign; nobody is shown it
    ("cli/verbs/driving/worker.py", "orch node enrol"),
    ("cli/verbs/driving/run_due.py", "orch worker"),
    ("cli/verbs/serving/serve.py", "orch worker"),
}
"""Commands that are named as such, without what they are given."""


@pytest.fixture
def scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Scene]:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORCH_KEY", str(tmp_path / "li.pem"))
    monkeypatch.setenv("ORCH_KEY_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.chdir(tmp_path)
    run(["keys", "new", "--file", "li.pem", "--no-passphrase"])
    with typed("a passphrase of the tests\n"):
        yield Scene(tmp_path, capsys, SigningKey.from_pem((tmp_path / "li.pem").read_bytes()))


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_what_is_printed_works_there(walk: Callable[[Scene], str], scene: Scene) -> None:
    named = {command for _, command in NAMED_ONLY}
    printed = [command for command in dict.fromkeys(commands_in(walk(scene))) if command not in named]
    for _, form in WALKS[walk]:
        assert any(is_form(form, command) for command in printed), (form, printed)
    for command in printed:
        scene.fleet = Fleet()
        for file in ("new.pem", "new.pub.json", "signed.json"):
            (scene.folder / file).unlink(missing_ok=True)
        assert command in list(commands_in(walk(scene)))
        assert refusal_of(scene.fleet, filled(command, VALUES)) == "", command


@cache
def states() -> dict[tuple[object, ...], list[Recorded]]:
    """The beginning of a journal for each state of the corpus in which other commands are offered."""
    by_state: dict[tuple[object, ...], list[Recorded]] = {}
    for name in NAMES:
        records = driven_here(recorded(name))
        for length in range(1, len(records) + 1):
            d = fold(records[:length])
            verbs = tuple(move.command.split()[1] for move in next_moves(d))
            driving = (
                d.driving.hold is not None,
                d.driving.paused is not None,
                d.driving.stopped is not None,
            )
            gate, running = d.rollout.gate is not None, d.open_attempt is not None
            by_state.setdefault(
                (d.state, verbs, driving, bool(d.touched_hosts), gate, running), records[:length]
            )
    return by_state


PAUSED = e.Paused(by="ann", reason="looked at")
ABORTED = e.AbortRequested(by="ann", reason="looked at")
WORDS: dict[str, tuple[e.Event, ...]] = {
    "nothing": (),
    "a pause": (PAUSED,),
    "a hold": (e.DeploymentHeld(by="ann", reason="looked at"),),
    "an abort": (ABORTED,),
    "a pause and an abort": (PAUSED, ABORTED),
}


@pytest.mark.parametrize("word", WORDS)
def test_what_is_offered_in_a_state_works_in_it(word: str) -> None:
    offered: set[str] = set()
    for records in states().values():
        moves = _offered(records, WORDS[word])
        for command in moves:
            fleet = shop_fleet(None)
            d = kept_in(fleet, records)
            for event in WORDS[word]:
                signal(fleet.ports, d.id, event)
            if not command.startswith("orch baseline diff"):  # its baselines are in no store
                assert refusal_of(fleet, filled(command, VALUES)) == "", (
                    command,
                    records[-1].event.kind,
                    d.state,
                )
        offered |= moves
    if word == "nothing":
        for _, form in IN_EVERY_STATE:
            assert any(is_form(form, command) for command in offered), form


def _offered(records: list[Recorded], events: tuple[e.Event, ...]) -> set[str]:
    """The commands that are offered after these events; none where the state does not take those."""
    fleet = shop_fleet(None)
    d = kept_in(fleet, records)
    try:
        for event in events:
            signal(fleet.ports, d.id, event)
    except OrchError:
        return set()
    return {move.command for move in next_moves(fleet.now(d.id))}


def test_every_printed_command_is_walked_or_has_a_reason() -> None:
    walked = {place for places in WALKS.values() for place in places} | IN_EVERY_STATE
    listed = walked | NOT_WALKED.keys() | NAMED_ONLY
    printed = sources()
    assert printed - listed == set(), "printed, and no walk in tests/worlds/walks.py and WALKS"
    assert listed - printed == set(), "walked, and printed no more"


READ_AS = {
    f"objectives {HOLE} {HOLE}": f"objectives {HOLE} --measure",
    f"objectives {HOLE} --record {HOLE}": f"objectives {HOLE} --record 1",
    f"objectives {HOLE} --accept {HOLE}": f"objectives {HOLE} --accept 1",
    f"rollback {HOLE}{HOLE}{HOLE}": f"rollback {HOLE} --reason WHY",
    f"--roll-back{HOLE}": "--roll-back",
    f"pir answer {HOLE} {HOLE}": f"pir answer {HOLE} lessons",
    f"{HOLE}{HOLE}": HOLE,
    # It asks as soon as it is read, and here is no terminal (tests/cli/test_become_options.py).
    " --ask-become-pass": "",
    f"trust FILE {HOLE}": "trust FILE --person NAME --role ROLE",
    f"done {HOLE} {HOLE}": f"done {HOLE} 1",
    f"trust {HOLE} {HOLE}": f"trust {HOLE}",
    f"rollback {HOLE} {HOLE}": f"rollback {HOLE} --despite newer",
    f"approve {HOLE} {HOLE}": f"approve {HOLE} --concede h1",
}
"""Forms whose holes are more than one word, or none, as they are read."""


def test_every_printed_command_can_be_read() -> None:
    for file, command in sources() - NAMED_ONLY:
        whole = command
        for form, read in READ_AS.items():
            whole = whole.replace(form, read)
        example = filled(whole, VALUES)
        assert fault_of([word.replace(HOLE, "x1") for word in example]) == "", (file, command)
