"""The folder of a project as a Path, cached."""

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=256)
def folder(path: str) -> Path:
    """The folder as a Path; cached because every step needs the same few."""
    return Path(path)
