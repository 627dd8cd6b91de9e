"""Canaries are found in each form and at each depth; shapes of well-known keys as their makers document them."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.text.secret_search import Canaries, ShapeCode, shape_of

CANARY = 'k9"/\\ é&=~<>'
BYTES = CANARY.encode()
FORMS = {
    "plain": CANARY,
    "hexadecimal": BYTES.hex(),
    "hexadecimal in capitals": BYTES.hex().upper(),
    "quoted for a URL": quote(CANARY, safe=""),
    "quoted for JSON": json.dumps(CANARY),
    "quoted for JSON twice": json.dumps(json.dumps(CANARY)),
    **{f"base64 after {n}": base64.b64encode(b"x" * n + BYTES + b"yz").decode() for n in range(6)},
    "wrapped base64": base64.encodebytes(b"a" * 70 + BYTES + b"b" * 70).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(b"ab" + BYTES).decode(),
}

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda each: st.lists(each) | st.dictionaries(st.text(max_size=5), each), max_leaves=20
)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_found_and_the_path_is_told(form: str) -> None:
    value = {"results": [{"finding": "fine"}, {"finding": f"before {FORMS[form]} after", "number": 7}]}
    assert list(Canaries([CANARY]).paths(value)) == ["results[1].finding"]


def test_a_name_that_is_a_canary_is_found_and_not_told() -> None:
    value = {"variables": {CANARY: {"deep": CANARY}}}
    assert list(Canaries([CANARY]).paths(value)) == ["variables.*", "variables.*.deep"]


def test_a_number_is_searched_as_it_is_written() -> None:
    assert list(Canaries(["31415926"]).paths({"pin": 31415926})) == ["pin"]


@given(VALUES)
def test_nothing_is_found_where_nothing_is(value: object) -> None:
    assert list(Canaries(["a value that stands nowhere"]).paths(value)) == []
    assert list(Canaries([]).paths(value)) == []


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "private_key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private_key"),
        ("-----BEGIN EC PRIVATE KEY-----", "private_key"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----", "private_key"),
        ("-----BEGIN PUBLIC KEY-----", None),
        ("key AKIAIOSFODNN7EXAMPLE, used", "aws_key"),
        ("akiaiosfodnn7example", None),
        ("ghp_" + "a" * 36, "github_token"),
        ("ghp_short", None),
        ("glpat-" + "a" * 20, "gitlab_token"),
        ("xoxb-123456789012", "slack_token"),
        ("Bearer eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJlLXNpZw", "json_web_token"),
        ("an ordinary line of output", None),
        ("a" * 64, None),
    ],
)
def test_shapes(text: str, shape: ShapeCode | None) -> None:
    assert shape_of(text) == shape
