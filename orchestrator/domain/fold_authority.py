"""What events of authority change: admission, approvals, each wave's leave to start, and what must follow the end."""

from functools import cache, singledispatch
from pathlib import PurePosixPath
from typing import Any

from orchestrator.domain import events as e
from orchestrator.domain.deployment import Deployment, Leave, MissedStartOf, Review, Unadmitted, Unauthorised
from orchestrator.domain.events import Recorded
from orchestrator.domain.target import Target

Changes = dict[str, Any]

_ASKED_ANEW = frozenset({"approval_given", "driver_took", "resumed", "approved", "window_opened"})
"""Events after which the question of admission is open again."""
_ANSWERED = frozenset({"held", "backout_began", "retried"})
"""Events that are the answer to an attempt that was not authorised."""

_TAKEN_UP = ("policy", "model", "change", "mode", "effective", "copy_size", "starts", "missed", "machines")


def taken_up(event: e.Planned) -> Changes:
    """What a deployment is allowed by, from its first event on."""
    return {name: getattr(event, name) for name in _TAKEN_UP}


def changes_of_authority(event: e.Event, d: Deployment, record: Recorded) -> Changes:
    """What an event changes in what the deployment is allowed; for most that is nothing."""
    changes = _changes_by(type(event))(event, d, record)
    if d.leave is not None:
        changes = {"leave": None} | changes
    if d.unadmitted is not None and event.kind in _ASKED_ANEW:
        changes |= {"unadmitted": None}
    if d.unauthorised is not None and event.kind in _ANSWERED:
        changes |= {"unauthorised": None}
    return changes


@singledispatch
def _changes(event: e.Event, d: Deployment, record: Recorded) -> Changes:
    return {}


_changes_by = cache(_changes.dispatch)


@_changes.register
def _approved(event: e.Approved, d: Deployment, record: Recorded) -> Changes:
    return {"vouched": tuple(given.role for given in event.approvals)}


@_changes.register
def _approval_given(event: e.ApprovalGiven, d: Deployment, record: Recorded) -> Changes:
    return {"approvals": (*d.approvals, event.signed)}


@_changes.register
def _not_admitted(event: e.NotAdmitted, d: Deployment, record: Recorded) -> Changes:
    return {"unadmitted": Unadmitted(reasons=event.reasons, opens=event.opens), "waited": True}


@_changes.register
def _start_put_off(event: e.StartPutOff, d: Deployment, record: Recorded) -> Changes:
    return {"put_off": event.reasons}


@_changes.register
def _start_missed(event: e.StartMissed, d: Deployment, record: Recorded) -> Changes:
    return {"missed_start": MissedStartOf(choice=event.choice, late=event.late, reason=event.reason)}


@_changes.register
def _rejected(event: e.Rejected, d: Deployment, record: Recorded) -> Changes:
    return {"cancelled": f"rejected by {event.by}: {event.reason}"}


@_changes.register
def _cancelled(event: e.Cancelled, d: Deployment, record: Recorded) -> Changes:
    return {"cancelled": f"by {event.by}: {event.reason}"}


@_changes.register
def _window_opened(event: e.WindowOpened, d: Deployment, record: Recorded) -> Changes:
    changes: Changes = {
        "opened_at": record.at,
        "frozen": event.frozen,
        "grounds": event.grounds,
        "set_aside": event.set_aside,
        "consumed": event.consumes,
        "overridden": event.overridden,
        "closes": event.closes,
        "review_by": event.review_by,
        "reviewers": event.reviewers,
        "sign_off": event.sign_off,
    }
    if event.frozen is not None:
        changes["targets"] = tuple(_in_copy(target, d, event.frozen) for target in d.targets)
    return changes


def _in_copy(target: Target, d: Deployment, frozen: str) -> Target:
    """A key or a list of host keys that is a file of the project is taken from the copy, as Ansible takes it."""
    if target.private_key is None and target.known_hosts is None:
        return target
    update = {
        "private_key": _path_in_copy(target.private_key, d, frozen),
        "known_hosts": _path_in_copy(target.known_hosts, d, frozen),
    }
    return target.model_copy(update=update)


def _path_in_copy(path: str | None, d: Deployment, frozen: str) -> str | None:
    if path is None or d.effective is None or not PurePosixPath(path).is_relative_to(d.project):
        return path
    inside = str(PurePosixPath(path).relative_to(d.project))
    return f"{frozen}/{inside}" if d.effective.has_file(inside) else path


@_changes.register
def _retried(event: e.Retried, d: Deployment, record: Recorded) -> Changes:
    return {"mend": True}


@_changes.register
def _wave_authorised(event: e.WaveAuthorised, d: Deployment, record: Recorded) -> Changes:
    leave = Leave(wave=event.wave, purpose=event.purpose)
    if event.purpose == "backout":
        return {"leave": leave, "mend": False}
    return {"leave": leave, "mend": False, "closes": event.closes, "undone_by": event.undone_by}


@_changes.register
def _wave_not_authorised(event: e.WaveNotAuthorised, d: Deployment, record: Recorded) -> Changes:
    unauthorised = Unauthorised(
        wave=event.wave, purpose=event.purpose, reasons=event.reasons, then=event.then
    )
    return {"unauthorised": unauthorised, "mend": False}


@_changes.register
def _reviewed(event: e.Reviewed, d: Deployment, record: Recorded) -> Changes:
    review = Review(role=event.role, by=event.by, reason=event.reason, at=record.at, signed=event.signed)
    return {"reviews": (*d.reviews, review)}


@_changes.register
def _closed(event: e.Closed, d: Deployment, record: Recorded) -> Changes:
    return {"closed": event.basis}
