"""Environments that a server knows, as their files would be read here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server


def environments(server: Server) -> tuple[list[LoadedFile[Environment]], list[str]]:
    """Those that whoever asks may see, by name, and the faults of files that cannot be read. Raises Refused, StoreFault."""
    answer = server.get("/api/v1/environments")
    try:
        known = [
            LoadedFile(
                Environment.model_validate_json(json.dumps(item["rule"])),
                str(item["file"]),
                str(item["sha256"]),
                {},
            )
            for item in answer["items"]
        ]
        return known, [plain(str(fault), 1000) for fault in answer["faults"]]
    except (ValidationError, KeyError, TypeError):
        raise StoreFault(
            f"{server.url} sent what this orch does not read: is its orch of another version?"
        ) from None
