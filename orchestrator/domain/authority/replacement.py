"""A backout playbook that takes the place of the approved one, on a person's word."""

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.text.canonical import digest_of
from orchestrator.domain.text.model_base import Name, Noun, Sha256, Text


class BackoutReplacement(Noun):
    """Another backout playbook, and the tree that it runs from; nobody approved or rehearsed it.

    `playbook` is a path in `folder`, a private copy beside the deployment's own. `files`: the digest of each file there.
    `signed`: the person's word on `digest`, wherever keys are trusted. `stage`: the one that it takes back, if there are any.
    """

    playbook: Text
    folder: Text
    files: dict[str, Sha256]
    signed: SignedApproval | None = None
    stage: Name | None = None

    @property
    def digest(self) -> str:
        """What the person signs: the playbook, and every file that it can read."""
        stage = {"stage": self.stage} if self.stage is not None else {}
        return digest_of({"playbook": self.playbook, "files": self.files, **stage}, "backout replacement 1")
