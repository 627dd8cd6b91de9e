"""Links from a project to shared roles and variables outside of it: the tree has the files that they lead to.

Only where Ansible searches by itself (`roles/common -> ../../shared/common`): such a link says that the files are part of what
runs, so they are digested and copied as files of the tree. Anywhere else a link out of the tree is refused.
"""

from pathlib import Path, PurePosixPath

from orchestrator.adapters.files.tree.tree_rules import is_searched


def is_followed(root: Path, path: PurePosixPath) -> bool:
    """Whether a path is such a link; one to a folder in which it lies itself is none, for it would lead around for ever."""
    link = root / path
    if not any(map(is_searched, path.parts)) or not link.is_symlink():
        return False
    try:
        real = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    above = [(root / folder).resolve() for folder in path.parents]
    return not real.is_relative_to(above[-1]) and not any(folder.is_relative_to(real) for folder in above)
