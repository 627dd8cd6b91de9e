"""When configuration records of an environment have to be audited: its file says how often (ISO/IEC 20000-1 9.1)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from orchestrator.policy.evidence.audit_history import Audit

TRY_AGAIN = timedelta(hours=1)
"""After an audit that was broken off, or in which no host could be compared."""


def last_whole(audits: Iterable[Audit], environment: str) -> Audit | None:
    """The newest audit of every host of this environment that ended and compared something."""
    done = [each for each in audits if _is_of(each, environment) and each.ended is not None]
    return max((each for each in done if _compared_any(each)), key=lambda each: each.began, default=None)


def audit_due(audits: Iterable[Audit], environment: str, every: float, first: datetime) -> datetime:
    """When the next audit is due: `every` seconds after the last one, or after `first`, when a deployment ended there first."""
    last = last_whole(audits, environment)
    return (last.began if last is not None else first) + timedelta(seconds=every)


def may_begin(audits: Iterable[Audit], environment: str, due: datetime, now: datetime) -> bool:
    """Whether it is due and was not just tried in vain."""
    tries = [each.began for each in audits if _is_of(each, environment) and each.began >= due]
    return now >= due and (not tries or now >= max(tries) + TRY_AGAIN)


def _is_of(audit: Audit, environment: str) -> bool:
    return audit.whole and environment in audit.environments


def _compared_any(audit: Audit) -> bool:
    return any(host.items for host in audit.hosts)
