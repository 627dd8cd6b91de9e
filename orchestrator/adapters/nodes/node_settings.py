"""What a node keeps of its enrolment: who it is, its zone, and the server whose word it does."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.model_base import Name, Noun
from orchestrator.engine.node_ports import Party
from orchestrator.errors import NotFound, StoreFault

_FILE = "node.json"


class NodeSettings(Noun):
    """`url`: the server's address; empty for a node beside it, which reaches the queue itself."""

    name: Name
    zone: Name
    server: Party
    url: str = ""
    ca_file: str | None = None


def read_settings(folder: Path) -> NodeSettings | None:
    """Those of a folder; None where it is of no node. Raises StoreFault for what cannot be read."""
    file = folder / _FILE
    try:
        return NodeSettings.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise StoreFault(
            f"{file} cannot be read; restore it, or remove the folder and enrol the node under a new name: "
            f"orch node enrol --server URL --name NAME --node {command_word(str(folder))}."
        ) from None


def settings_of(folder: Path) -> NodeSettings:
    """The same. Raises NotFound where there is no node."""
    settings = read_settings(folder)
    if settings is None:
        raise NotFound(
            f"{folder} is of no node; enrol it first: "
            f"orch node enrol --server URL --name NAME --node {command_word(str(folder))}."
        )
    return settings


def write_settings(folder: Path, settings: NodeSettings) -> None:
    """Whole or not at all. Raises StoreFault."""
    file = folder / _FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = file.with_name(f".{_FILE}.{os.getpid()}")
        beside.write_text(settings.model_dump_json(indent=1), encoding="utf-8")
        beside.chmod(0o600)
        beside.replace(file)
    except OSError as error:
        raise StoreFault(f"{file} cannot be written: {error.strerror}.") from None
