"""Decisions in git: real commits and tags, signed with real ssh keys, put on a real journal; and what counts for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import presented_approval
from orchestrator.adapters.keys.git_objects import git_object
from orchestrator.adapters.keys.key_folder import keyring_of
from orchestrator.bootstrap import ports
from orchestrator.cli.main import run
from orchestrator.cli.options.keyring_proposals import key_folders
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.errors import NotFound, Refused
from tests.cli.office import Office, office
from tests.worlds.git_project import GitProject, git_project
from tests.worlds.ssh_agent import ssh_keygen

ROLE = "change manager"


@dataclass(frozen=True)
class Desk:
    """The office, its project in git, and the ssh keys of Omar (trusted) and of a forge (not trusted)."""

    office: Office
    git: GitProject
    omar: Path
    forge: Path

    def line(
        self, digest: str | None = None, *, word: str = "Approve", role: str = ROLE, of: str = ""
    ) -> str:
        return f"Orch-{word}: {digest or self.office.digest()}{of} as {role}"

    def merged(self, *lines: str, key: Path | None = None) -> str:
        trailers = "\n".join(lines or [self.line()])
        return self.git.commit(f"Merge the plums\n\nThey are ripe.\n\n{trailers}\n", key or self.omar)

    def take(self, reference: str, verb: str = "approve", deployment: str = "d1", role: str = ROLE) -> int:
        return run([verb, deployment, "--as", role, "--from-commit", reference, "--by", "timer"])

    def given(self, deployment: str = "d1") -> list[SignedApproval]:
        return list(self.office.deployment(deployment).authority.approvals)

    def refused(self, reference: str, words: str, code: int = 4, **more: str) -> None:
        self.office.output()
        assert self.take(reference, **more) == code
        output = self.office.output()
        assert words in output
        assert "Traceback" not in output
        assert not self.given()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    made = office(tmp_path, monkeypatch, capsys)
    keys = [ssh_keygen(tmp_path / "keys" / name).with_suffix("") for name in ("omar", "forge")]
    words = ["--person", "Omar Haddad", "--role", ROLE, "--role", "service owner"]
    assert run(["keys", "trust", str(keys[0].with_suffix(".pub")), *words]) == 0
    return Desk(made, git_project(tmp_path / "project"), *keys)


def test_a_merge_that_names_the_digest_approves(desk: Desk) -> None:
    desk.git.git("checkout", "-q", "-b", "plums")
    desk.git.commit("Plums")
    desk.git.git("checkout", "-q", "main")
    message = f"Merge the plums\n\n{desk.line()}"
    desk.git.git("merge", "-q", "--no-ff", "-S", "plums", "-m", message, key=desk.omar)
    assert desk.take("main") == 0
    (signed,) = desk.given()
    assert (signed.approval.person, signed.approval.reason) == ("Omar Haddad", "Merge the plums")
    assert signed.approval.subject == "d1"
    name = desk.git.git("rev-parse", "main")
    assert f"approved in commit {name[:12]} by Omar Haddad as change manager" in desk.office.output()
    assert run(["record", "show", "d1"]) == 0
    assert f"approved in commit {name[:12]} by Omar Haddad" in desk.office.output()
    assert desk.office.events() == ["planned", "submitted", "approval_given"]
    _verifies_without_the_repository(signed)


def _verifies_without_the_repository(signed: SignedApproval) -> None:
    ring = keyring_of(key_folders())
    assert presented_approval(signed, ring).answer == "good"
    assert signed.evidence is not None
    changes = {"person": "Li Wei", "role": "service owner", "subject": "d2", "reason": "x", "nonce": "0" * 32}
    for name, value in {**changes, "decision": "reject", "plan_digest": "0" * 64}.items():
        changed = signed.approval.model_copy(update={name: value})
        answer = presented_approval(signed.model_copy(update={"approval": changed}), ring).answer
        # Who it is says the keyring, and a line without a deployment is of any.
        assert answer == ("good" if name in ("person", "subject") else "bad"), name
    without = signed.model_copy(update={"evidence": None})
    assert presented_approval(without, ring).answer == "bad"


def test_a_signed_tag_approves_and_a_tag_of_a_signed_commit_alone_does_not(desk: Desk) -> None:
    assert desk.take(desk.git.tag("ripe", f"Ripe\n\n{desk.line()}", desk.omar)) == 0
    (signed,) = desk.given()
    assert signed.evidence is not None
    assert signed.evidence.type == "tag"
    desk.office.open("d2")
    desk.merged(desk.line(desk.office.digest("d2")))
    desk.git.tag("unsigned", f"Ripe\n\n{desk.line()}")
    assert desk.take("unsigned", deployment="d2") == 4
    assert "expected a signature, and it has none" in desk.office.output()
    desk.git.git("tag", "light")
    assert desk.take("light", deployment="d2") == 0


def test_a_commit_rejects_and_says_nothing_else(desk: Desk) -> None:
    rejecting = desk.merged(desk.line(word="Reject"))
    desk.refused(rejecting, "`Orch-Approve: ")
    assert desk.take(rejecting, "reject") == 0
    assert [signed.approval.decision for signed in desk.given()] == ["reject"]


def test_a_line_counts_once(desk: Desk) -> None:
    reference = desk.merged()
    assert desk.take(reference) == 0
    assert desk.take(reference) == 4
    assert "is on the journal already, and an approval is good once" in desk.office.output()
    # The same commit, signed once more: another object, and still the same line.
    made = desk.git.git("log", "-1", "--format=%cI")
    desk.git.git("commit", "-q", "--amend", "--no-edit", "--allow-empty", "-S", key=desk.omar, at=made)
    assert desk.take("main") == 4
    assert len(desk.given()) == 1


def test_a_commit_may_speak_in_several_roles_and_each_is_taken_by_name(desk: Desk) -> None:
    reference = desk.merged(desk.line(), desk.line(role="service owner"))
    assert desk.take(reference) == 0
    assert desk.take(reference, role="Service  Owner") == 0
    assert [signed.approval.role for signed in desk.given()] == [ROLE, "service owner"]


def test_what_does_not_count_goes_on_no_journal(desk: Desk) -> None:
    desk.refused(desk.merged(desk.line("0" * 64)), "given for another effective plan")
    desk.refused(desk.merged(desk.line(role="customer")), "may not sign in this role", role="customer")
    desk.refused("none", "has no commit or tag `none`", 11)
    unsigned = desk.git.commit(f"Merge\n\n{desk.line()}")
    desk.refused(
        unsigned, "expected a signature, and it has none; git config gpg.format ssh, then git commit -S"
    )
    now = datetime.now(UTC)
    for days, words in (
        (-11, "and the policy lets it count 10 days"),
        (-400, "expired at"),
        (1, "still to come"),
    ):
        made = (now + timedelta(days=days)).isoformat(timespec="seconds")
        desk.refused(desk.git.commit(f"Merge\n\n{desk.line()}", desk.omar, at=made), words)
    for more in (["--reason", "x"], ["--key", "x"], ["--expires", "1d"], ["--override", "audit"]):
        assert run(["approve", "d1", "--as", ROLE, "--from-commit", "main", *more]) == 2
        assert "--from-commit takes a decision as it was signed" in desk.office.output()


def test_the_forge_s_own_key_counts_for_nothing_and_as_a_machine_decides_nothing(desk: Desk) -> None:
    desk.refused(desk.merged(key=desk.forge), "which nobody trusts here, so it says nothing")
    assert run(["keys", "trust", str(desk.forge.with_suffix(".pub")), "--machine", "forge"]) == 0
    desk.refused(
        desk.merged(key=desk.forge), "signed with the key of the machine forge, which decides nothing"
    )


def test_nothing_that_the_project_configures_is_run(desk: Desk) -> None:
    trap, pwned = desk.git.folder / "trap.sh", desk.git.folder / "pwned"
    trap.write_text(f"#!/bin/sh\ntouch {pwned}\n")
    trap.chmod(0o755)
    reference = desk.merged()
    for name, value in {
        "core.fsmonitor": trap,
        "core.pager": trap,
        "core.sshCommand": trap,
        "core.alternateRefsCommand": trap,
        "core.hooksPath": desk.git.folder,
        "diff.external": trap,
        "gpg.ssh.program": trap,
        "gpg.ssh.allowedSignersFile": trap,
        "alias.cat-file": f"!{trap}",
        "remote.origin.url": f"ext::{trap}",
        "remote.origin.uploadpack": trap,
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        desk.git.git("config", name, str(value))
    with pytest.raises((NotFound, Refused)):
        git_object(desk.git.folder, "0123456789" * 4)
    assert desk.take(reference) == 0
    assert not pwned.exists()
    assert ports().journal.read("d1")
