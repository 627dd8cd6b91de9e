"""docs/exit-codes.md, the enum and the errors agree."""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator import errors
from orchestrator.errors import ExitCode, OrchError

# Never raised: two are results of a deployment, the last is whatever nobody raised on purpose.
WITHOUT_AN_ERROR = {ExitCode.COMPLETED, ExitCode.COMPLETED_WITH_EXCEPTIONS, ExitCode.INTERNAL}


def test_page_lists_every_code(root: Path) -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", (root / "docs/exit-codes.md").read_text(), flags=re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(code.value, code.name) for code in ExitCode]


def test_every_code_has_one_error() -> None:
    raised = [error.exit_code for error in OrchError.__subclasses__() if error.__module__ == errors.__name__]
    assert sorted(raised) == sorted(set(ExitCode) - WITHOUT_AN_ERROR)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = re.findall(r"^ +x (\w+)", errors.__doc__ or "", flags=re.MULTILINE)
    defined = [error.__name__ for error in OrchError.__subclasses__() if error.__module__ == errors.__name__]
    assert drawn == defined
