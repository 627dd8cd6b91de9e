"""The lifecycle of a deployment as one table (ITIL 4 deployment management, table 3.3).

The table says which event leads from which state to which. A service manager can read it, and a test walks it. Held,
paused, the current wave and timers are fields of a deployment, not states.
"""

from enum import StrEnum
from typing import Literal, TypeGuard, get_args

from orchestrator.errors import Refused


class LifecycleFault(Refused):
    """An event that the lifecycle does not allow in the present state."""


class State(StrEnum):
    """The state of a deployment, in the order of the practice."""

    PLANNED = "planned"
    AWAITING_APPROVAL = "awaiting approval"
    SCHEDULED = "scheduled"
    VERIFYING_COMPONENTS = "verifying components"
    VERIFYING_ENVIRONMENT = "verifying environment"
    CAPTURING_BASELINE = "capturing baseline"
    DEPLOYING = "deploying"
    VERIFYING_WAVE = "verifying wave"
    AT_GATE = "at gate"
    EARLY_LIFE_SUPPORT = "early life support"
    BACKING_OUT = "backing out"
    COMPLETED = "completed"
    COMPLETED_WITH_EXCEPTIONS = "completed with exceptions"
    BACKED_OUT = "backed out"
    BACKED_OUT_WITH_RESIDUE = "backed out with residue"
    BACKOUT_FAILED = "backout failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


S = State
Untouched = Literal[
    S.PLANNED,
    S.AWAITING_APPROVAL,
    S.SCHEDULED,
    S.VERIFYING_COMPONENTS,
    S.VERIFYING_ENVIRONMENT,
    S.CAPTURING_BASELINE,
]
Touched = Literal[S.DEPLOYING, S.VERIFYING_WAVE, S.AT_GATE, S.EARLY_LIFE_SUPPORT, S.BACKING_OUT]
Ended = Literal[
    S.COMPLETED,
    S.COMPLETED_WITH_EXCEPTIONS,
    S.BACKED_OUT,
    S.BACKED_OUT_WITH_RESIDUE,
    S.BACKOUT_FAILED,
    S.REFUSED,
    S.CANCELLED,
]
UNTOUCHED: tuple[Untouched, ...] = get_args(Untouched)
TOUCHED: tuple[Touched, ...] = get_args(Touched)
OVER: tuple[Ended, ...] = get_args(Ended)
NEVER_TOUCHED: frozenset[State] = frozenset({S.REFUSED, S.CANCELLED})
"""Ends before any host was touched."""
STANDS: frozenset[State] = frozenset({S.COMPLETED, S.COMPLETED_WITH_EXCEPTIONS})
"""Ends at which the release stands on its hosts."""
TAKEN_BACK: frozenset[State] = frozenset({S.BACKED_OUT, S.BACKED_OUT_WITH_RESIDUE, S.BACKOUT_FAILED})
"""Ends of what failed or was backed out, proved or not."""

TABLE: dict[State, dict[str, State]] = {
    S.PLANNED: {"submitted": S.AWAITING_APPROVAL, "cancelled": S.CANCELLED},
    S.AWAITING_APPROVAL: {
        "start_put_off": S.AWAITING_APPROVAL,
        "start_missed": S.AWAITING_APPROVAL,
        "not_admitted": S.AWAITING_APPROVAL,
        "approved": S.SCHEDULED,
        "rejected": S.REFUSED,
        "refused": S.REFUSED,
        "cancelled": S.CANCELLED,
    },
    S.SCHEDULED: {
        "start_put_off": S.SCHEDULED,
        "start_missed": S.SCHEDULED,
        "not_admitted": S.SCHEDULED,
        "window_opened": S.VERIFYING_COMPONENTS,
        "refused": S.REFUSED,
        "cancelled": S.CANCELLED,
    },
    S.VERIFYING_COMPONENTS: {
        "components_verified": S.VERIFYING_ENVIRONMENT,
        "refused": S.REFUSED,
        "cancelled": S.CANCELLED,
    },
    S.VERIFYING_ENVIRONMENT: {
        "environment_verified": S.CAPTURING_BASELINE,
        "refused": S.REFUSED,
        "cancelled": S.CANCELLED,
    },
    S.CAPTURING_BASELINE: {"baseline_captured": S.DEPLOYING, "refused": S.REFUSED, "cancelled": S.CANCELLED},
    S.DEPLOYING: {
        "entry_checked": S.DEPLOYING,
        "attempt_intended": S.DEPLOYING,
        "wave_authorised": S.DEPLOYING,
        "wave_not_authorised": S.DEPLOYING,
        "wave_deployed": S.VERIFYING_WAVE,
        "wave_failed": S.DEPLOYING,
        "retried": S.DEPLOYING,
        "refused": S.REFUSED,
        "cancelled": S.CANCELLED,
        "backout_began": S.BACKING_OUT,
    },
    S.VERIFYING_WAVE: {
        "wave_checked": S.VERIFYING_WAVE,
        "changes_compared": S.VERIFYING_WAVE,
        "wave_verified": S.AT_GATE,
        "wave_rejected": S.VERIFYING_WAVE,
        "retried": S.DEPLOYING,
        "backout_began": S.BACKING_OUT,
    },
    S.AT_GATE: {
        "gate_reached": S.AT_GATE,
        "measured": S.AT_GATE,
        "wave_checked": S.AT_GATE,
        "wave_rejected": S.AT_GATE,
        "confirmed": S.AT_GATE,
        "retried": S.AT_GATE,
        "gate_passed": S.DEPLOYING,
        "early_life_began": S.EARLY_LIFE_SUPPORT,
        "completed": S.COMPLETED,
        "completed_with_exceptions": S.COMPLETED_WITH_EXCEPTIONS,
        "backout_began": S.BACKING_OUT,
    },
    S.EARLY_LIFE_SUPPORT: {
        "wave_checked": S.EARLY_LIFE_SUPPORT,
        "measured": S.EARLY_LIFE_SUPPORT,
        "early_life_failed": S.EARLY_LIFE_SUPPORT,
        "retried": S.EARLY_LIFE_SUPPORT,
        "completed": S.COMPLETED,
        "completed_with_exceptions": S.COMPLETED_WITH_EXCEPTIONS,
        "backout_began": S.BACKING_OUT,
    },
    S.BACKING_OUT: {
        "attempt_intended": S.BACKING_OUT,
        "wave_authorised": S.BACKING_OUT,
        "wave_not_authorised": S.BACKING_OUT,
        "retried": S.BACKING_OUT,
        "backout_compared": S.BACKING_OUT,
        "restoration_compared": S.BACKING_OUT,
        "restored": S.BACKED_OUT,
        "residue_found": S.BACKED_OUT_WITH_RESIDUE,
        "backout_failed": S.BACKOUT_FAILED,
    },
    S.COMPLETED: {"backout_began": S.BACKING_OUT},
    S.COMPLETED_WITH_EXCEPTIONS: {"backout_began": S.BACKING_OUT},
    S.BACKED_OUT: {"backout_began": S.BACKING_OUT},
    S.BACKED_OUT_WITH_RESIDUE: {"backout_began": S.BACKING_OUT},
    S.BACKOUT_FAILED: {"backout_began": S.BACKING_OUT},
    S.REFUSED: {},
    S.CANCELLED: {},
}
ENDS_ON_HOSTS: frozenset[str] = frozenset(
    kind
    for row in TABLE.values()
    for kind, state in row.items()
    if state in OVER and state not in NEVER_TOUCHED
)
"""Kinds of events that end a deployment which touched hosts."""

ANY_TIME = frozenset(
    {
        "driver_took",
        "paused",
        "resumed",
        "clock_jumped",
        "emergency_stopped",
        "emergency_lifted",
        "approval_given",
        "seal_accepted",
        "seal_broken",
        "duty_done",
        "objective_measured",
        "incident_linked",
        "ticket_seen",
        "messages_tried",
    }
)
"""Facts about driving: every state that is not an end accepts them, and stays."""

WHILE_TOUCHED = frozenset(
    {
        "attempt_adopted",
        "attempt_ended",
        "attempt_lost",
        "quiet_awaited",
        "quiesced",
        "processes_left",
        "rotation_began",
        "rotation_ended",
        "step_answered",
        "step_overdue",
        "held",
        "held_on",
        "excluded",
        "abort_requested",
    }
)
"""Facts about attempts and people's requests: every touched state accepts them, and stays."""

OF_THE_REVIEW = frozenset(
    {
        "pir_opened",
        "pir_answered",
        "satisfaction_given",
        "action_agreed",
        "action_done",
        "pir_closed",
        "incident_linked",
        "overdue_reminded",
        "record_archived",
        "legal_hold_placed",
        "legal_hold_lifted",
    }
)
"""Facts about the review after the end, and about how long its record is kept."""

AFTER_THE_END = OF_THE_REVIEW | {
    "approval_given",
    "reviewed",
    "closed",
    "duty_done",
    "objective_measured",
    "objective_accepted",
    "delivery_owed",
    "delivered",
    "seal_accepted",
    "messages_tried",
}
"""Facts after the end: every end accepts them; of approvals only sign-offs and those of a rollback (domain/fold/fold.py)."""

OF_THE_HOUSE = frozenset(
    {
        "policy_adopted",
        "policy_withdrawn",
        "keyring_adopted",
        "machine_released",
        "environment_left",
        "baseline_kept",
        "incident_recorded",
        "criterion_answered",
        "assessment_kept",
        "cmdb_audit_began",
        "cmdb_audited",
        "drift_accepted",
        "disposal_begun",
        "disposal_finished",
        "cis_recorded",
        "people_changed",
        "ticket_opened",
        "log_accepted",
    }
)
"""Facts on the journal of the house alone: no deployment takes them."""

BEFORE_FIRST_TOUCH = frozenset({"refused", "cancelled"})
"""Exits that exist only until the first host is touched."""


def end_of(state: State) -> Ended | None:
    """The state as an end; None where the deployment has not ended."""
    return state if _is_end(state) else None


def _is_end(state: State) -> TypeGuard[Ended]:
    return state in OVER


def allowed(state: State) -> list[str]:
    """The kinds of event that a state accepts, sorted."""
    return sorted({*TABLE[state], *_STAY[state]})


def after(state: State, kind: str) -> State | None:
    """The state that an event leads to, or None where the lifecycle does not allow it."""
    return TABLE[state].get(kind) or (state if kind in _STAY[state] else None)


def _accepted_without_leaving(state: State) -> frozenset[str]:
    kinds = AFTER_THE_END if state in OVER else ANY_TIME | {"abort_requested"}
    return kinds | WHILE_TOUCHED if state in TOUCHED else kinds


_STAY: dict[State, frozenset[str]] = {state: _accepted_without_leaving(state) for state in State}
