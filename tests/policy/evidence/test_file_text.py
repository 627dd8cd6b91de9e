"""Whose text a baseline keeps and a record shows: of files that everybody on the host may read, or that the plan names."""

import base64
from datetime import UTC, datetime

import pytest

from orchestrator.domain.evidence.baseline import AttributeValue, Baseline, BaselineScope, ConfigurationItem
from orchestrator.policy.evidence.drift import compare, summary_lines
from orchestrator.policy.evidence.file_text import as_kept, content_lines, withheld
from orchestrator.policy.telling.words.change_words import withheld_words

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
D1, D2 = "1" * 64, "2" * 64
CONF = "/etc/shop.conf"
SCOPE = BaselineScope(files=("/etc",))
SHOWN = BaselineScope(files=("/etc",), show=("/etc/shop*",))


def baseline(*items: ConfigurationItem) -> Baseline:
    return Baseline(host="web3", machine_id="m1", captured_at=NOON, items=items)


def item(kind: str, name: str, **attributes: AttributeValue) -> ConfigurationItem:
    return ConfigurationItem(kind=kind, name=name, attributes=attributes)


def conf(mode: str | None, text: bytes, digest: str = D1) -> Baseline:
    given = {"mode": mode} if mode is not None else {}
    content = base64.b64encode(text).decode()
    return baseline(item("file", CONF, sha256=digest, content=content, **given))


def test_the_text_of_a_file_is_shown_where_it_was_kept() -> None:
    before, after = conf("0644", b"port = 8080\nname = a\n"), conf("0644", b"port = 8081\nname = a\n", D2)
    shown = ["--- before", "+++ after", "@@ -1,2 +1,2 @@", "-port = 8080", "+port = 8081", " name = a"]
    assert content_lines(before, after, CONF, SCOPE) == shown
    assert content_lines(baseline(), conf(None, b"new\n"), CONF, SCOPE)[-1] == "+new"
    assert content_lines(baseline(item("file", CONF, sha256=D1)), after, CONF, SCOPE) == []
    assert content_lines(before, conf("0644", b"\xff\xfe", D2), CONF, SCOPE) == []
    assert withheld(before, after, CONF, SCOPE) is None


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("0600", "0600", "differs (content not kept: mode 0600)"),
        ("0640", "0640", "differs (content not kept: mode 0640)"),
        ("0600", "0644", "differs (content not kept: mode 0600)"),
        ("0644", "0600", "differs (content not kept: mode 0600)"),
        (None, "0600", "differs (content not kept: mode 0600)"),
        (None, "u=rw", "differs (content not kept: mode u=rw)"),
        ("0600", None, "differs (content not kept: mode 0600)"),
    ],
)
def test_of_a_file_that_not_everybody_may_read_it_is_said_that_it_differs(
    was: str | None, now: str | None, words: str
) -> None:
    before = conf(was, b"old secret\n") if was else baseline()
    after = conf(now, b"new secret\n", D2) if now else baseline()
    reason = withheld(before, after, CONF, SCOPE)
    assert reason is not None
    assert withheld_words(reason) == words
    assert content_lines(before, after, CONF, SCOPE) == []


def test_a_file_that_the_plan_names_is_shown_whatever_its_mode() -> None:
    before, after = conf("0600", b"old\n"), conf("0600", b"new\n", D2)
    assert withheld(before, after, CONF, SHOWN) is None
    assert content_lines(before, after, CONF, SHOWN)[-2:] == ["-old", "+new"]


def test_of_a_closed_file_whose_text_is_the_same_nothing_is_said_of_its_text() -> None:
    closed, opened = conf("0600", b"a"), conf("0644", b"a")
    assert withheld(closed, opened, CONF, SCOPE) is None
    assert content_lines(closed, opened, CONF, SCOPE) == []


def test_a_baseline_is_kept_without_the_text_of_closed_files() -> None:
    whole = baseline(
        item("file", "/etc/open", mode="0644", sha256=D1, content="YQ=="),
        item("file", "/etc/closed", mode="0600", sha256=D1, content="YQ=="),
        item("file", "/etc/lying", mode="open", sha256=D1, content="YQ=="),
        item("file", "/etc/shop.conf", mode="0600", sha256=D1, content="YQ=="),
        item("command", "seen", content="YQ=="),
    )
    kept = {each.name: "content" in each.attributes for each in as_kept(whole, SHOWN).items}
    assert kept == {
        "/etc/open": True,
        "/etc/closed": False,
        "/etc/lying": False,
        "/etc/shop.conf": True,
        "seen": True,
    }


def test_a_baseline_of_before_with_a_closed_text_equals_one_without_and_differs_by_digest() -> None:
    before, after = conf("0600", b"a"), as_kept(conf("0600", b"a"), SCOPE)
    assert compare(before, after).equal
    changed = compare(before, as_kept(conf("0600", b"b", D2), SCOPE))
    assert summary_lines(changed.differences) == [
        f"web3: file /etc/shop.conf sha256 {D1[:12]}… -> {D2[:12]}…"
    ]
