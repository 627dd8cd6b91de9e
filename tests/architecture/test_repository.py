"""The repository keeps rules that no linter knows."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import ROOT, files, imports_of, python_files

# In pieces, so that this file does not contain what it looks for.
REGISTRY_HOSTS = re.compile(
    "|".join(
        r"\.".join(pieces)
        for pieces in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("deb", "debian", "org"),
            ("security", "debian", "org"),
            ("ftp", r"\w*\.?debian", "org"),
            ("snapshot", "debian", "org"),
            ("npmjs", "(org|com)"),
        )
    ),
    re.IGNORECASE,
)
LONGEST_FILE = 400
ALONE = {"orchestrator/verifier/verify_record.py": 700}
"""What an auditor runs with nothing beside it is one file."""


def test_no_file_names_a_package_registry() -> None:
    naming = [
        str(path.relative_to(ROOT))
        for path in files()
        if REGISTRY_HOSTS.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert naming == []


def test_a_registry_would_be_seen() -> None:
    hosts = (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("registry", "npmjs", "org"),
    )
    assert all(REGISTRY_HOSTS.search(f"https://{'.'.join(host)}/x") for host in hosts)


def test_no_mocks() -> None:
    assert [
        str(path.relative_to(ROOT))
        for path in python_files("tests")
        if "mock" in path.read_text(encoding="utf-8")
        and any(name.startswith(("unittest.mock", "mock.")) or name == "mock" for name in imports_of(path))
    ] == []


def test_files_stay_small() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files("orchestrator")
    }
    named = {str(path.relative_to(ROOT)): n for path, n in lengths.items()}
    assert {name: n for name, n in named.items() if n > ALONE.get(name, LONGEST_FILE)} == {}


def opening_of(text: str) -> str:
    """The docstring of a module, or nothing."""
    head = text[: text.find('"""', 3) + 3] if text.startswith('"""') else text
    return ast.get_docstring(ast.parse(head)) or ""


def is_one_sentence(text: str) -> bool:
    """One line that ends with the only full stop before a space or the end."""
    return text.endswith(".") and "\n" not in text and re.search(r"[.!?]\s", text) is None


def test_every_file_of_tests_begins_with_one_sentence() -> None:
    assert [
        str(path.relative_to(ROOT))
        for path in python_files("tests")
        if path.name.startswith("test_") and not is_one_sentence(opening_of(path.read_text(encoding="utf-8")))
    ] == []


def test_more_or_less_than_one_sentence_would_be_seen() -> None:
    assert not any(is_one_sentence(text) for text in ("", "Half a", "One. Two.", "One.\n\nTwo."))
    assert is_one_sentence("docs/a.md says 1.0 of `b.py`.")
