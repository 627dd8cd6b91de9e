"""A user without an account cannot start ssh, and the plan check says so."""

import os
import pwd

from orchestrator.adapters.ansible.account import account_faults


def test_a_uid_without_an_account_is_a_fault() -> None:
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = next(uid for uid in range(40_000, 60_000) if uid not in taken)
    [fault] = account_faults(free)
    assert (fault.file, str(free) in fault.message) == ("/etc/passwd", True)
    assert fault.next_move


def test_a_user_with_an_account_has_none() -> None:
    assert list(account_faults(os.geteuid())) == []
