"""The fence on a host, run by the shell of this machine in a folder of its own."""

import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.ansible import fencing

LATER = "1800000000"


HOUSE, OTHER = "a1" * 16, "b2" * 16


def fence(folder: Path, kept: str, house: str = "", store: str = "") -> tuple[int, str]:
    """Exit code and words of the fence for a run of epoch 1,800,000,000, on a host that keeps this."""
    (folder / "epoch").write_text(kept)
    script = fencing._KEEP.replace("d=/var/lib/orch;", f"d={folder};").replace("l=/run", f"l={folder}")
    command = ["/bin/sh", "-c", script, "fence", LATER, "", "", house, store]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout.strip()


@pytest.mark.parametrize(
    ("kept", "code", "words"),
    [
        ("1700000000\n", 0, f"orch fence ok {LATER} end"),
        (f"{LATER}\n", 0, f"orch fence ok {LATER} end"),
        ("1900000000\n", 77, "orch fence newer 1900000000 end"),
        ("9223372036854775808\n", 78, "orch fence failed unreadable end"),
        ("9" * 5000, 78, "orch fence failed unreadable end"),
        ("-1\n", 78, "orch fence failed unreadable end"),
        ("nan\n", 78, "orch fence failed unreadable end"),
    ],
)
def test_an_epoch_that_makes_no_sense_lets_no_run_pass(
    tmp_path: Path, kept: str, code: int, words: str
) -> None:
    assert fence(tmp_path, kept) == (code, words)


@pytest.mark.parametrize(
    ("kept", "house", "code", "words", "left"),
    [
        (None, "", 0, f"orch fence ok {LATER} end", None),
        (None, HOUSE, 0, f"orch fence ok {LATER} end", HOUSE),
        (f"{HOUSE}\n", HOUSE, 0, f"orch fence ok {LATER} end", HOUSE),
        (HOUSE, HOUSE, 78, "orch fence failed house end", HOUSE),
        (f"{HOUSE}\n", OTHER, 75, f"orch fence house {HOUSE} end", HOUSE),
        (f"{HOUSE}\n", "", 75, f"orch fence house {HOUSE} end", HOUSE),
        ("\n", HOUSE, 0, f"orch fence ok {LATER} end", HOUSE),
        ("", OTHER, 78, "orch fence failed house end", ""),
        ("not a house\n", HOUSE, 78, "orch fence failed house end", "not a house"),
        (f"{HOUSE} {OTHER}\n", OTHER, 78, "orch fence failed house end", f"{HOUSE} {OTHER}"),
    ],
)
def test_a_machine_is_of_the_first_house_that_came_and_refuses_others(
    tmp_path: Path, kept: str | None, house: str, code: int, words: str, left: str | None
) -> None:
    file = tmp_path / "house"
    if kept is not None:
        file.write_text(kept)
    assert fence(tmp_path, "1700000000\n", house) == (code, words)
    assert (file.read_text().strip() if file.exists() else None) == left
    epoch = (tmp_path / "epoch").read_text().strip()
    assert epoch == (LATER if code == 0 else "1700000000"), "a run that is refused leaves no epoch"


def test_only_an_id_of_a_house_comes_into_the_command() -> None:
    assert HOUSE in fencing.task(5, HOUSE)
    with pytest.raises(ValueError, match="no id of a house"):
        fencing.task(5, "a'; reboot; '")


def test_a_machine_keeps_the_newest_epoch_of_each_store(tmp_path: Path) -> None:
    first, other = "c3" * 16, "d4" * 16
    assert fence(tmp_path, "1700000000\n", store=first)[0] == 0
    assert fence(tmp_path, "1700000000\n", store=other)[0] == 0
    kept = {path.name: path.read_text().strip() for path in (tmp_path / "stores").iterdir()}
    assert kept == {first: LATER, other: LATER}
    (tmp_path / "stores" / first).write_text("1700000000\n")
    assert fence(tmp_path, "1900000000\n", store=first)[0] == 77
    assert (tmp_path / "stores" / first).read_text() == "1700000000\n", (
        "a run that is refused leaves no epoch"
    )
    with pytest.raises(ValueError, match="no id of a store"):
        fencing.task(5, HOUSE, "$(reboot)")


def test_a_machine_that_cannot_keep_it_runs_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "stores").write_text("no folder")
    assert fence(tmp_path, "1700000000\n", store="c3" * 16) == (0, f"orch fence ok {LATER} end")
