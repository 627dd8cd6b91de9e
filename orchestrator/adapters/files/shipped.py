"""What orch carries beside its code: the example, models, docs and templates.

In a checkout these stand at the repository's root; an installed package has them in `orchestrator/shipped`.
"""

from __future__ import annotations

from pathlib import Path

import orchestrator
from orchestrator.errors import MachineLacks

_PACKAGE = Path(orchestrator.__file__).resolve().parent


def shipped(name: str, package: Path = _PACKAGE) -> Path:
    """The shipped file or folder of this name, such as `plans` or `docs/init.md`. Raises MachineLacks where it is missing.

    An installed package is asked first: it is whole, and nothing of the folder above it is orch's.
    """
    root = package / "shipped" if (package / "shipped").is_dir() else package.parent
    if (root / name).exists():
        return root / name
    raise MachineLacks(
        f"This installation of orch does not carry `{name}`: install the package of orch again."
    )
