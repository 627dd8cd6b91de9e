"""Attempts that the journal does not know: it was restored from an older copy, and what they did is on no record."""

import re

from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault

_ATTEMPT = re.compile(r"(.+)\.\d+-(?:deploy|backout)")
_MOST = 3


def refuse_lost_history(ports: Ports) -> None:
    """Raises StoreFault where attempts are of deployments that are not on the journal: each was there before its attempt."""
    attempts = [name for name in ports.playbooks.attempts() if _ATTEMPT.fullmatch(name)]
    known = set(ports.journal.deployments()) if attempts else set()
    lost = [name for name in attempts if (match := _ATTEMPT.fullmatch(name)) and match[1] not in known]
    if lost:
        more = f" and {len(lost) - _MOST} more" if len(lost) > _MOST else ""
        raise StoreFault(
            f"Nothing was started: the journal does not know the deployments of {', '.join(lost[:_MOST])}{more}, so it is an "
            "older copy, and their machines may be half done. Restore the newest copy. To go on without them, look after their "
            "hosts, then move these folders out of `attempts`."
        )
