"""What would keep every run from beginning is known before: root that cannot be had, and a login shell that prints."""

from __future__ import annotations

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.exit_codes import exit_code_of
from tests.worlds.fleet import Fleet


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("without_root", "root cannot be had: sudo: a password is required", "NOPASSWD"),
        ("noise", "prompt> ", "its login shell prints `prompt> ` before every answer"),
    ],
)
def test_a_host_on_which_no_run_could_begin_is_refused(field: str, value: str, words: str) -> None:
    fleet = Fleet()
    setattr(fleet.targets.machine("h2"), field, value)
    d = fleet.deploy()
    assert (d.state, exit_code_of(d)) == (State.REFUSED, ExitCode.REFUSED)
    [refused] = fleet.events(d, e.DeploymentRefused)
    assert refused.stage == "environment"
    assert [reason.startswith("h2: ") and words in reason for reason in refused.reasons] == [True]
    assert fleet.started() == []
