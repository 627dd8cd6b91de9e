"""Whether the user that runs orch has an account: ssh, and with it every run, refuses to start for one without."""

import pwd
from collections.abc import Iterator

from orchestrator.domain.plan.inspection import FileFault

ACCOUNTS = "/etc/passwd"


def account_faults(uid: int, file: str = ACCOUNTS) -> Iterator[FileFault]:
    """A fault where no account has this uid."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        yield FileFault(
            file=file,
            message=f"no account with the uid {uid}, as which orch runs; ssh refuses to start without one",
            next_move="run orch as a user that has an account, or add one for this uid",
        )
