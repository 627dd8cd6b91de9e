"""What a page says that is printed is compared by words, with wildcards for what is different each time."""

from __future__ import annotations

import pytest

from tests.docs.transcript import difference

SAME = [
    (["a b"], "a   b\n"),
    (["shop-1.0.0-20260101-101010 is over"], "shop-1.0.0-20261130-032744 is over\n"),
    (["10:00:00 wave 1  verified"], "03:31:42 wave 1       verified\n"),
    (["took 1 min 27 s"], "took 22.4 s\n"),
    (["sha256 0a1b2c3d4e5f"], "sha256 0123456789ab\n"),
    (["from 10.1.1.1"], "from 10.213.165.11\n"),
    (["...", "last"], "first\nsecond\nlast\n"),
    (["first", "..."], "first\nsecond\nlast\n"),
    (["first", "...", "last", "..."], "first\nsecond\nlast\nafter\n"),
    (["begins ... ends"], "begins somewhere and ends\n"),
    (["... ends"], "somewhere it ends\n"),
    (["a", "", "b"], "a\n\n\nb\n"),
]
OTHER = [
    (["a b"], "a c\n"),
    (["3 hosts"], "2 hosts\n"),
    (["a"], "a\nb\n"),
    (["a", "b"], "a\n"),
    (["b", "a"], "a\nb\n"),
    (["first", "last"], "first\nsecond\nlast\n"),
    (["...", "first", "..."], "second\n"),
    (["exit 5"], "exit 0\n"),
]


@pytest.mark.parametrize(("expected", "printed"), SAME)
def test_the_same(expected: list[str], printed: str) -> None:
    assert difference(expected, printed) is None


@pytest.mark.parametrize(("expected", "printed"), OTHER)
def test_something_else(expected: list[str], printed: str) -> None:
    assert difference(expected, printed) is not None
