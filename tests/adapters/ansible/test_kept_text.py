"""What is kept of a run holds none of the vaulted values, in none of its forms."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.outcome import AttemptOutcome
from tests.adapters.ansible.local_runs import request, until
from tests.worlds.ansibles import CHOICE, series

INLINE, NESTED, ROLE, LATE = (
    "inline-S3CRET/4711",
    "nested-S3CRET/4712",
    "of-role-S3CRET/4713",
    "late-S3CRET/4714",
)
KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHm5bq0n3kq4\nR0a2Vq9s8k1uWQzq3n5t\n-----END PRIVATE KEY-----\n"
PASSWORD = "the vault's own word"
SECRETS = (INLINE, NESTED, ROLE, LATE, PASSWORD, *KEY.splitlines()[1:-1])
VAULTED = Path(__file__).parents[2] / "cases/vaulted"
"""A project with these values in every place where Ansible takes them from; its playbook prints them in many ways."""


@pytest.fixture(params=["cold", "zygote"])
def playbooks(request: pytest.FixtureRequest, tmp_path: Path) -> AnsiblePlaybooks:
    return AnsiblePlaybooks(
        tmp_path / "attempts", warm=WarmStart(30.0, 60.0, extent=request.param, choice=CHOICE), choice=CHOICE
    )


def outcome_of(playbooks: AnsiblePlaybooks, folder: Path) -> AttemptOutcome:
    asked = request("a1", "deploy.yml", project=folder, vault_password_file=str(folder / "vault.txt"))
    playbooks.start(asked)
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    return outcome


def test_nothing_of_an_attempt_holds_a_vaulted_value(playbooks: AnsiblePlaybooks, tmp_path: Path) -> None:
    outcome = outcome_of(playbooks, VAULTED)
    (host,) = outcome.hosts
    assert host.task == "Fail with all"
    # ansible-core 2.22 masks a vaulted value itself, in all that it prints.
    masked = "[vaulted:" if series() < (2, 22) else "$REDACTED$"
    assert masked in host.reason
    kept = {path: path.read_text() for path in (tmp_path / "attempts").rglob("*") if path.is_file()}
    assert "Fail with a key" in kept[tmp_path / "attempts/a1/evidence.jsonl"]
    assert masked in kept[tmp_path / "attempts/a1/output.txt"]
    for secret in SECRETS:
        for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]):
            assert [path.name for path, text in kept.items() if form in text] == []
    shown = "".join(seen.model_dump_json() for seen in playbooks.tasks_seen("a1"))
    assert [secret for secret in SECRETS if secret in shown] == []
