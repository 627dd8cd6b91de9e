"""Rules of the house that no linter knows."""

from __future__ import annotations

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
        if any(name.startswith(("unittest.mock", "mock.")) or name == "mock" for name in imports_of(path))
    ] == []


def test_files_stay_small() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files("orchestrator")
    }
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST_FILE} == {}
