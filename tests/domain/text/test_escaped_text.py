"""Names and values from targets: fit to be shown, and no two of them become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.text.plain_text import escaped_text

TABLE = [
    ("/etc/shop.conf", "/etc/shop.conf"),
    ("/srv/caf\u00e9", "/srv/caf\u00e9"),
    ("esc\x1b[31m", "esc\\x1b[31m"),
    ("esc\\x1b", "esc\\\\x1b"),
    ("two\nlines", "two\\x0alines"),
    ("\u202etfel", "\\u202etfel"),
    ("\udce9", "\\udce9"),
    ("C:\\temp", "C:\\temp"),
]

nasty = st.text(
    st.sampled_from(["a", "\\", "x", "u", "1", "b", "\x1b", "\u202e", "\udc80", "\n"]), max_size=12
)


@pytest.mark.parametrize(("text", "shown"), TABLE)
def test_shown_as(text: str, shown: str) -> None:
    assert escaped_text(text) == shown


@given(nasty | st.text())
def test_nothing_unfit_is_left(text: str) -> None:
    assert not set(escaped_text(text)) & set("\x1b\n\u202e\udc80")


@given(nasty, nasty)
def test_two_texts_never_become_one(first: str, other: str) -> None:
    assert (escaped_text(first) == escaped_text(other)) == (first == other)
