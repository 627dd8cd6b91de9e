"""The folder of a project, made once from its path."""

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=256)
def folder(path: str) -> Path:
    """The folder of this name, made once: the same few are asked for at every step."""
    return Path(path)
