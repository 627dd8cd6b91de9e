"""`python -m tests.journals`: write the journals that are missing from the corpus; those that are there stay as they are."""

from pathlib import Path

from tests.journals.corpus import CORPUS, expected_text, journal_text
from tests.journals.scripts import SCRIPTS


def write_missing(folder: Path) -> list[str]:
    """Write each journal of SCRIPTS that the folder does not have; the names of the new ones."""
    missing = [name for name in SCRIPTS if not (folder / f"{name}.jsonl").exists()]
    for name in missing:
        records = SCRIPTS[name]().records
        (folder / f"{name}.jsonl").write_text(journal_text(records), encoding="utf-8")
        (folder / f"{name}.expected.json").write_text(expected_text(records), encoding="utf-8")
    return missing


if __name__ == "__main__":
    print("\n".join(write_missing(CORPUS)) or "nothing is missing")
