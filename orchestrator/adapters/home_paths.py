"""Paths that begin with a home. Nothing here fails where there is none, as `Path.expanduser` does."""

import os
from pathlib import Path


def expanded(path: str | Path) -> Path:
    """The path with `~` and `~NAME` replaced; as it is where that home is not known, so that it is missed by its name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 (Path.expanduser raises RuntimeError)


def user_home() -> Path:
    """The home of this process's user: HOME, else that of the account, else `~`, which is no place."""
    return expanded("~")
