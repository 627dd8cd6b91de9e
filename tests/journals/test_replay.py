"""Old journals fold with new code: the corpus is kept for ever, and each journal must stand as it stood."""

import json
from pathlib import Path

import pytest

from orchestrator.domain.fold.fold import fold
from tests.journals.__main__ import write_missing
from tests.journals.corpus import CORPUS, NAMES, expected_text, recorded
from tests.journals.scripts import SCRIPTS


@pytest.mark.parametrize("name", NAMES)
def test_an_old_journal_folds_to_what_it_was(name: str) -> None:
    expected = json.loads((CORPUS / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert json.loads(expected_text(recorded(name))) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_beginning_of_a_journal_folds(name: str) -> None:
    records = recorded(name)
    for length in range(1, len(records) + 1):
        assert fold(records[:length]).seq == length


def test_the_corpus_holds_what_the_scripts_write() -> None:
    assert set(SCRIPTS) <= set(NAMES)


def test_a_journal_that_is_there_is_never_written_again(tmp_path: Path) -> None:
    (tmp_path / "held.jsonl").write_text("as it was\n")
    assert "held" not in write_missing(tmp_path)
    assert (tmp_path / "held.jsonl").read_text() == "as it was\n"
    assert (tmp_path / "residue.jsonl").exists()
