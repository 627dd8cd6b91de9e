"""Files that the lab writes into a host's root."""

from pathlib import Path


def replace(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write the file anew; what is there may be a link to somewhere else, and is not followed."""
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(mode)
