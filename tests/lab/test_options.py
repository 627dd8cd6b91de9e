"""What may be asked of a lab, and what an existing lab makes of it."""

from __future__ import annotations

import pytest

from orchestrator.lab.errors import LabUsage
from orchestrator.lab.options import Asked, LabOptions, checked, settled


def test_a_new_lab_has_what_is_asked_and_else_nothing() -> None:
    assert settled("lab", None, Asked()) == LabOptions()
    assert settled("lab", None, Asked(user="admin", jumps=2)) == LabOptions(user="admin", jumps=2)


def test_an_existing_lab_keeps_what_it_has() -> None:
    has = LabOptions(user="admin", sudo="vault", jumps=1)
    assert settled("lab", has, Asked()) == has
    assert settled("lab", has, Asked(user="admin", jumps=1)) == has


def test_every_difference_is_told_at_once_with_the_next_move() -> None:
    with pytest.raises(LabUsage) as refused:
        settled("two", LabOptions(jumps=1), Asked(user="admin", sudo="file", jumps=2))
    assert str(refused.value).splitlines() == [
        "--user: asked for admin, lab two has deploy.",
        "--sudo-password: asked for file, lab two has none.",
        "--jump: asked for 2, lab two has 1.",
        "Take it down first: `orch lab down --name two`; or choose another --name.",
    ]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(user="Root"), "expected a letter"),
        (Asked(user="a" * 32), "expected a letter"),
        (Asked(user="x\n"), "expected a letter"),
        (Asked(user="../x"), "expected a letter"),
        (Asked(user=""), "expected a letter"),
        (Asked(user="root"), "no host of a lab lets root log in"),
        (Asked(jumps=4), "a chain of 1 to 3"),
        (Asked(jumps=-1), "a chain of 1 to 3"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: Asked, words: str) -> None:
    with pytest.raises(LabUsage, match=words):
        checked(asked)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(LabUsage, match=r"(?s)--user .*--jump 9"):
        checked(Asked(user="A", jumps=9))
