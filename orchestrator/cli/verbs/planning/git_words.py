"""`--from-commit`: a decision that a person signed in git, put on the journal of its deployment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestrator.adapters.keys.git_objects import git_object
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.git_statement import signed_by_git
from orchestrator.domain.authority.git_word import GitDecision, git_parts, word_for
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.ssh_form import fingerprint, key_id_in
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Refused


@dataclass(frozen=True, slots=True)
class Asked:
    """The decision that is looked for: in this role, on this deployment and its effective plan."""

    decision: GitDecision
    role: str
    subject: str
    digest: str


def word_in_git(project: Path, reference: str, asked: Asked, keyring: Keyring) -> SignedApproval:
    """The decision in a commit or tag of the project, by the person whose key signed it.

    Raises NotFound, Refused, MachineLacks.
    """
    git = git_object(project, reference)
    shown = f"{git.type} {git.name[:12]}"
    try:
        parts = git_parts(git)
        key = key_id_in(parts.signature)
        trusted = keyring.find(key)
        if trusted is None:
            raise Refused(
                f"{shown} is signed with key {fingerprint(key)}, which nobody trusts here, so it says nothing. "
                "A commit counts by the key of a person; a forge's own key is of nobody. orch keys list shows whose count."
            )
        word = word_for(parts, asked.decision, asked.role, asked.subject, asked.digest)
        return signed_by_git(git, parts, word, trusted.person, asked.subject)
    except NotInForm as fault:
        expected = plain(str(fault), 300)
        raise Refused(f"{shown} does not count: expected {expected}; {fault.next_move}.") from None
