"""The program that keeps and puts back, as one text: a playbook sends one file."""

from __future__ import annotations

import ast
from pathlib import Path

_HERE = Path(__file__).parent
_OWN = "orchestrator"
_PARTS = (
    *("host_state.py", "paths_here.py", "kept_rpms.py", "package_remains.py"),
    *("kept_paths.py", "kept_packages.py", "kept_accounts.py"),
)
"""Each after those that it rests on."""


def program_text() -> str:
    """Its own words first, then what a host has, then the acts."""
    acts, *parts = [(_HERE / name).read_text(encoding="utf-8") for name in ("what_was_here.py", *_PARTS)]
    imports = _imports("".join([acts, *parts]))
    head = f'"""{ast.get_docstring(ast.parse(acts), clean=False)}"""\n\nfrom __future__ import annotations\n'
    return "\n".join([head, *imports, *(line for part in (*parts, acts) for line in ("", _body(part)))])


def _imports(text: str) -> list[str]:
    """Of both, each once; what one of them imports of the other falls away."""
    modules: set[str] = set()
    names: dict[str, set[str]] = {}
    for node in ast.parse(text.replace("from __future__ import annotations", "")).body:
        if isinstance(node, ast.Import):
            modules |= {f"import {each.name}" for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(_OWN):
            names.setdefault(node.module, set()).update(each.name for each in node.names)
    return [
        *sorted(modules),
        *(f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)),
    ]


def _body(text: str) -> str:
    """What follows the imports."""
    last = max(
        node.end_lineno or 0 for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)
    )
    return (
        "".join(text.splitlines(keepends=True)[last:]).strip("\n").removeprefix("# fmt: skip").strip("\n")
        + "\n"
    )
