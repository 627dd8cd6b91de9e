"""The port `Keys` over a server: which keys count is said there, and signatures are verified here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from orchestrator.adapters.remote.server import Server
from orchestrator.domain.authority.signing import Keyring
from orchestrator.engine.authority_ports import Keys
from orchestrator.errors import StoreFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
    from orchestrator.domain.authority.document_approval import PresentedDocument
    from orchestrator.domain.authority.rehearsal import PresentedCertificate
    from orchestrator.domain.authority.word import PresentedWord, SignedWord
    from orchestrator.domain.rules.document_control import DocumentFile


class RemoteKeys(Keys):
    """`local` verifies signatures; it has no keys of its own to say."""

    def __init__(self, server: Server, local: Callable[[], Keys]) -> None:
        self._server, self._local = server, local
        self._known: dict[str, Keyring] = {}

    def keyring(self, project: Path | None) -> Keyring:
        """See the port."""
        name = "" if project is None else str(project)
        if name not in self._known:
            self._known[name] = keyring_at(self._server, project=name)
        return self._known[name]

    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        """See the port."""
        return self._local().present(approvals, keyring)

    def heard(self, words: Sequence[SignedWord], keyring: Keyring) -> tuple[PresentedWord, ...]:
        """See the port."""
        return self._local().heard(words, keyring)

    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        """See the port. Certificates are judged by the server."""
        return ()

    def documents(self, files: Sequence[DocumentFile], keyring: Keyring) -> tuple[PresentedDocument, ...]:
        """See the port. Documents are judged by the server."""
        return ()


def keyring_at(server: Server, **about: str) -> Keyring:
    """The keys that count there: of the house, or about a `project`, or about a `plan` of the server. Raises StoreFault."""
    answer = server.get("/api/v1/keyring", **about)
    try:
        return Keyring.model_validate_json(json.dumps(answer))
    except ValidationError:
        raise StoreFault(f"{server.url} sent keys that this orch does not read.") from None
