"""The file of canaries: only its owner may read it, and each fault is told without what stands there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.files.canary_file import MOST_LINES, FolderCanaryFiles
from orchestrator.errors import PlanFault


def written(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    file = folder / "canaries"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_each_line_is_a_canary(tmp_path: Path) -> None:
    written(tmp_path, b"first-value\n\n  a value with spaces \r\nfirst-value\n# is a value\n")
    values = FolderCanaryFiles([tmp_path, tmp_path / "none"]).values()
    assert values == ("first-value", "a value with spaces", "# is a value")


def test_where_nobody_names_any_there_is_none(tmp_path: Path) -> None:
    assert FolderCanaryFiles([tmp_path]).values() == ()
    assert FolderCanaryFiles([tmp_path]).places() == ()


def made_a_folder(folder: Path) -> None:
    (folder / "canaries").mkdir()


def made_a_dead_link(folder: Path) -> None:
    (folder / "canaries").symlink_to(folder / "gone")


FAULTS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "short lines": (
        lambda folder: written(folder, b"hunter2\nlong enough\nabc\n"),
        ["canaries:1: expected at least 8 characters", "found 7", "canaries:3: expected", "found 3"],
    ),
    "others may read it": (
        lambda folder: written(folder, b"long enough\n", 0o640),
        ["found mode 0640; run: chmod 600 "],
    ),
    "no text": (lambda folder: written(folder, b"\xff\xfe\xfd long enough\n"), ["expected text in UTF-8"]),
    "too many": (lambda folder: written(folder, b"long enough\n" * (MOST_LINES + 1)), ["expected at most"]),
    "a folder": (made_a_folder, ["canaries: expected a"]),
    "a dead link": (made_a_dead_link, ["expected a file that can be read"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault: str, tmp_path: Path) -> None:
    make, words = FAULTS[fault]
    make(tmp_path)
    with pytest.raises(PlanFault) as raised:
        FolderCanaryFiles([tmp_path]).values()
    for word in words:
        assert word in str(raised.value)
    for value in ("hunter2", "abc", "long enough"):
        assert value not in str(raised.value)
