"""The maps of clauses that are shipped with orch, a YAML file each."""

from pathlib import Path


def shipped() -> list[Path]:
    """The files of all maps."""
    return sorted(Path(__file__).parent.glob("*.yml"))
