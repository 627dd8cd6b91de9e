"""No form of a secret value is left in a redacted text, and a text without one stays as it is."""

import base64
import html
import json
import shlex
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.text.redaction import SHORTEST, Redactor, too_short

VALUE = "S3cr3t-P@ss/w0rd+ü 'x'\"y\"\\z&"
KEY = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIHm5bq0n3kq4f2G7
R0a2Vq9s8k1uWQzq3n5tLx7PfD2y
-----END PRIVATE KEY-----
"""


def _wrapped(text: str, width: int) -> str:
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


def _in_base64(before: str) -> Callable[[str], str]:
    return lambda value: base64.b64encode(f"{before}{value}:rest".encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda value: value,
    "base64, first place": _in_base64(""),
    "base64, second place": _in_base64("a"),
    "base64, third place": _in_base64("ab"),
    "base64 for URLs": lambda value: base64.urlsafe_b64encode(f"user:{value}".encode()).decode(),
    "base64 in lines": lambda value: _wrapped(_in_base64("x" * 50)(value), 12),
    "base64 in lines within JSON": lambda value: json.dumps(_wrapped(_in_base64("x" * 50)(value), 12)),
    "hexadecimal": lambda value: value.encode().hex(),
    "hexadecimal in capitals": lambda value: value.encode().hex().upper(),
    "URL": lambda value: quote(value, safe=""),
    "URL in small letters": lambda value: (
        quote(value, safe="").replace("%C3%BC", "%c3%bc").lower() if value.islower() else quote(value)
    ),
    "form of a page": quote_plus,
    "JSON": json.dumps,
    "JSON in its own letters": lambda value: json.dumps(value, ensure_ascii=False),
    "JSON in JSON": lambda value: json.dumps(json.dumps(value)),
    "shell": shlex.quote,
    "shell, as set -x writes it": lambda value: "'" + value.replace("'", "'\\''") + "'",
    "Python": repr,
    "bytes of Python": lambda value: repr(value.encode()),
    "HTML": html.escape,
    "YAML": lambda value: "'" + value.replace("'", "''") + "'",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [VALUE, "simple-password-123", "päßwörter1", "a'b'c'd'e'f"])
def test_no_form_of_a_value_is_left(form: str, value: str) -> None:
    written = FORMS[form](value)
    redacted = Redactor([value], b"key")(f"the host says {written} and more")
    assert written not in redacted
    assert "[vaulted:" in redacted
    assert redacted.startswith("the host says ")
    assert redacted.endswith(" and more")


@pytest.mark.parametrize("line", KEY.splitlines()[1:-1])
def test_each_line_of_a_key_is_a_value_of_its_own(line: str) -> None:
    redacted = Redactor([KEY])(f"x {line} y")
    assert line not in redacted


def test_the_armour_of_a_key_is_no_secret() -> None:
    assert Redactor([KEY])("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"


def test_a_text_that_was_cut_within_a_value_shows_nothing_of_it() -> None:
    redactor = Redactor(["correct-horse-battery"])
    assert "correct-h" not in redactor("the password is correct-horse-ba")
    assert redactor("the password is correct-horse-ba…").endswith("]…")


def test_values_that_overlap_leave_nothing_of_each_other() -> None:
    redacted = Redactor(["12345678XX", "XX87654321"])("a 12345678XX87654321 b")
    assert "8765" not in redacted
    assert "1234" not in redacted


def test_two_values_have_two_marks_and_one_value_has_one() -> None:
    redactor = Redactor(["first-secret", "second-secret"], b"key")
    assert redactor("x first-secret") != redactor("x second-secret")
    assert redactor("x first-secret") == Redactor(["first-secret"], b"key")("x first-secret")
    assert redactor("x first-secret") != Redactor(["first-secret"], b"other")("x first-secret")


def test_short_values_are_left_and_can_be_named() -> None:
    assert Redactor(["short"])("a short text") == "a short text"
    assert too_short("short")
    assert too_short("a\nb\n")
    assert not too_short("long enough")
    assert not too_short("")


def test_bytes_that_are_no_text_come_back_as_they_were() -> None:
    assert Redactor(["first-secret"]).data(b"\xff\xfe first-secret \x80").startswith(b"\xff\xfe [vaulted:")
    assert Redactor(["first-secret"]).data(bytes(range(256))) == bytes(range(256))


values = st.text(st.characters(exclude_categories=["Cs"]), min_size=SHORTEST, max_size=60)


@settings(max_examples=50)
@given(st.lists(values, max_size=5), st.text(), st.text(), st.sampled_from(sorted(FORMS)), st.data())
def test_whatever_the_value_and_its_neighbours(
    secrets: list[str], before: str, after: str, form: str, data: st.DataObject
) -> None:
    value = data.draw(values.filter(lambda text: not too_short(text) and len(text.splitlines()) == 1))
    written = FORMS[form](value.strip())
    redacted = Redactor([*secrets, value])(f"{before}{written}{after}")
    assert value.strip() not in redacted.replace("[vaulted:", "")


@given(st.text(st.sampled_from("abcdefgh \n\\"), max_size=300))
def test_a_text_without_a_value_is_unchanged(text: str) -> None:
    assert Redactor(["0123456789", VALUE, KEY])(text) == text


@given(values, st.text(max_size=100))
def test_redacting_twice_changes_no_more(value: str, text: str) -> None:
    redactor = Redactor([value])
    redacted = redactor(f"{text}{value}")
    assert redactor(redacted) == redacted or "[vaulted:" in value or value.strip() in "[vaulted:]"


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "password" * 12_500, "ab\\n" * 25_000, "QUFBQUFB" * 12_500, "\n" * 100_000]
)
def test_a_hostile_text_costs_no_more_than_any_other(text: str) -> None:
    redactor = Redactor(["a" * 5000, *[f"password-{number}" for number in range(200)]])
    began = time.process_time()
    redactor(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("form", FORMS)
def test_what_is_passed_is_shown_by_its_name(form: str) -> None:
    text = FORMS[form](VALUE)
    redacted = Redactor(["another-secret"], b"key", {"SHOP_TOKEN": VALUE})(f"{text} another-secret")
    assert "[passed:SHOP_TOKEN]" in redacted
    assert "vaulted:" in redacted
    assert (
        redacted == Redactor([], b"", {"SHOP_TOKEN": VALUE})(text) + redacted[redacted.index(" [vaulted") :]
    )


def test_a_passed_value_that_is_cut_is_shown_by_its_name() -> None:
    redactor = Redactor(passed={"SHOP_TOKEN": "0123456789abcdef"})
    assert redactor("it is 0123456789a…") == "it is [passed:SHOP_TOKEN]…"
