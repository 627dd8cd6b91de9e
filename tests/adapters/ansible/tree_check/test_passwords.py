"""A password that a run keeps in the project is refused, unless the plan has a place for it."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.passwords import passwords_kept

LOOKUPS = [
    ("{{ lookup('ansible.builtin.password', '../credentials/' ~ inventory_hostname, length=12) }}", True),
    ("{{ lookup('password', \"credentials/db length=12\") }}", True),
    ("{{ query('password','db')[0] }}", True),
    ("{{ lookup('password', '/dev/null length=12') }}", False),
    ("{{ lookup('password', '/srv/secrets/db') }}", False),
    ("{{ lookup('file', 'password') }}", False),
]


@pytest.mark.parametrize(("text", "refused"), LOOKUPS)
def test_a_password_that_would_be_kept_in_the_project_is_refused(
    tmp_path: Path, text: str, *, refused: bool
) -> None:
    findings = passwords_kept(Path("x"), f"a\nb: {text}\n", [tmp_path / "playbooks/site.yml"], tmp_path, ())
    assert [(finding.line, finding.severity) for finding in findings] == [(2, "refuse")] * refused
