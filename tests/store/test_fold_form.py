"""A kept fold is void when the code that made it changes, and not when its words or its strangers do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.adapters.store.caches.fold_form import closure, digest, form, form_of

PACKAGE = {
    "__init__.py": '"""A shop."""\n',
    "fold.py": '''"""Adds up."""

from shop import words as w
from shop.price import LIMIT

KINDS = {"a", "b"}


class Kept:
    """What is kept."""

    count: int = 0

    def size(self) -> int:
        """How many."""
        return self.count + 1


def fold(items: list[int], most: int = 3) -> int:
    """The sum."""
    from shop.late import round_up

    # Not the average.
    known = [item for item in items if item in {1, 2}]
    return round_up(sum(known) + LIMIT + len(w.NAMES))
''',
    "price.py": "LIMIT = 10\n",
    "words.py": 'NAMES = ("one", "two")\n',
    "late.py": "from shop.deep.rule import STEP\n\n\ndef round_up(number: int) -> int:\n    return number + STEP\n",
    "deep/__init__.py": "",
    "deep/rule.py": "STEP = 1\n",
    "stranger.py": "from shop.fold import fold\n",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in PACKAGE.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "shop"


def form_in(package: Path) -> str:
    return digest(closure(["shop.fold"], package))


def edit(package: Path, file: str, old: str, new: str) -> None:
    text = (package / file).read_text()
    assert old in text
    (package / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("fold.py", "Adds up.", "Adds all of it up.\n\nIn order."),
        ("fold.py", "What is kept.", "What stays."),
        ("fold.py", "How many.", "The number of them."),
        ("fold.py", "The sum.", "The sum of all."),
        ("fold.py", "# Not the average.", "# Neither average nor median.\n    # Twice."),
        ("fold.py", "\n\n\nclass", "\n\n\n\n\nclass"),
        ("__init__.py", "A shop.", "The shop."),
        ("stranger.py", "import fold", "import fold, Kept"),
    ],
)
def test_words_and_strangers_keep_the_form(package: Path, file: str, old: str, new: str) -> None:
    before = form_in(package)
    edit(package, file, old, new)
    assert form_in(package) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("fold.py", "most: int = 3", "most: int = 4"),
        ("fold.py", "count: int = 0", "count: int = 1"),
        ("fold.py", "count: int = 0", "count: float = 0"),
        ("fold.py", "count: int", "amount: int"),
        ("fold.py", "most: int", "most: float"),
        ("fold.py", "self.count + 1", "self.count - 1"),
        ("fold.py", "self.count + 1", "self.count + 2"),
        ("fold.py", "in {1, 2}", "in {1, 3}"),
        ("fold.py", "sum(known)", "max(known)"),
        ("fold.py", '{"a", "b"}', '{"a", "c"}'),
        ("price.py", "10", "11"),
        ("words.py", "two", "too"),
        ("late.py", "number + STEP", "number - STEP"),
        ("deep/rule.py", "1", "2"),
        ("__init__.py", '"""A shop."""', "import decimal"),
        ("deep/__init__.py", "", "import decimal"),
    ],
)
def test_a_change_of_code_that_a_fold_depends_on_changes_the_form(
    package: Path, file: str, old: str, new: str
) -> None:
    before = form_in(package)
    edit(package, file, old, new)
    assert form_in(package) != before


def test_all_that_a_fold_imports_counts_and_nothing_else(package: Path) -> None:
    names = {"shop", "shop.fold", "shop.price", "shop.words", "shop.late", "shop.deep", "shop.deep.rule"}
    assert closure(["shop.fold"], package).keys() == names


def test_every_process_names_the_code_alike() -> None:
    asked = "from orchestrator.adapters.store.caches.fold_form import form; print(form())"
    answers = {
        subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert answers == {form()}


def test_a_form_is_remembered_until_a_file_changes(package: Path, tmp_path: Path) -> None:
    remembered = tmp_path / "a.form"
    first = form_of(["shop.fold"], package, remembered, writes=True)
    assert first == form_in(package)
    heading, made, *stamps = remembered.read_text().splitlines()
    remembered.write_text("\n".join([heading, "remembered", *stamps]))
    assert made == first
    assert form_of(["shop.fold"], package, remembered, writes=False) == "remembered"
    edit(package, "stranger.py", "import fold", "import fold, Kept")
    assert form_of(["shop.fold"], package, remembered, writes=False) == "remembered"
    edit(package, "deep/rule.py", "1", "20")
    assert form_of(["shop.fold"], package, remembered, writes=True) == form_in(package) != first
    assert form_of(["shop.fold"], package, remembered, writes=False) == form_in(package)


@pytest.mark.parametrize("damage", ["", "x", "x\ny", "x\ny\nz", "\udcff"])
def test_damage_to_what_is_remembered_is_worked_around(package: Path, tmp_path: Path, damage: str) -> None:
    remembered = tmp_path / "a.form"
    remembered.write_bytes(damage.encode(errors="surrogateescape"))
    assert form_of(["shop.fold"], package, remembered, writes=True) == form_in(package)
    assert remembered.read_text().splitlines()[1] == form_in(package)


def test_where_nothing_can_be_remembered_it_is_worked_out_each_time(package: Path, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing" / "a.form"):
        assert form_of(["shop.fold"], package, place, writes=True) == form_in(package)
    assert form_of(["shop.fold"], package, tmp_path / "a.form", writes=False) == form_in(package)
    assert not (tmp_path / "a.form").exists()
