"""A page that does not do what it says is seen, at the command that went another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.page_run import parts, run_part
from tests.docs.pages import blocks

# a page, what is said of it
PAGES = [
    ("$ echo hello\nhello", ""),
    ("$ echo hello", ""),
    ("$ echo hello\ngood bye", "expected: good bye"),
    ("$ false", "ended with exit code 1 instead of 0"),
    ("$ false   # exit code 1: as it should", ""),
    ("$ true    # exit code 1: as it should not", "ended with exit code 0 instead of 1"),
    ("$ true    # exit code 3 if there is a fault", ""),
    ("$ cd /tmp\n$ basename $PWD\ntmp", ""),
    ("$ x=1\n$ echo $x\n1", ""),
    ("$ cat > f <<'END'\n$ no command\nEND\n$ grep -c command f\n1", ""),
    ("$ echo a \\\n  b\na b", ""),
    ("$ read line\n$ true", "ended with exit code 1 instead of 0"),
    ("$ true\n$ false\n$ echo never", "line 4: $ false"),
    ("$ exit 0\n$ true", "was not ended"),
    ("$ orch --version\norch ..., ansible-core ...", ""),
    ("$ orch list   # exit code 0\n...", ""),
]


@pytest.mark.parametrize(("lines", "fault"), PAGES, ids=[lines.replace("\n", " / ") for lines, _ in PAGES])
def test_what_a_page_says_is_compared(tmp_path: Path, lines: str, fault: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# A page\n```console\n{lines}\n```\n")
    [part] = parts(page)
    faults = "\n".join(run_part(part, tmp_path, seconds=60))
    assert fault in faults if fault else not faults, faults


def test_a_command_that_does_not_end_is_ended(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ sleep 60\n```\n")
    [part] = parts(page)
    [fault] = run_part(part, tmp_path, seconds=0.5)
    assert "not done after 0.5 s" in fault


def test_a_page_has_parts_with_a_folder_each_and_blocks_that_are_not_run(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ touch a\n```\n<!-- not run: it needs a forge -->\n```console\n$ false\n```\n"
        "```console\n$ ls\na\n```\n<!-- begin: a plan -->\n```console\n$ ls plans\nshop.yml\n```\n```sh\norch list\n```\n"
    )
    first, second = parts(page)
    assert [first.begin, len(first.steps), second.begin, len(second.steps)] == ["nothing", 2, "a plan", 1]
    assert [block.not_run for block in blocks(page)] == [None, "it needs a forge", None, None]
    for number, part in enumerate((first, second)):
        (tmp_path / str(number)).mkdir()
        assert run_part(part, tmp_path / str(number), seconds=60) == []


def test_a_block_that_begins_with_no_command_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("text\n```console\norch list\n```\n")
    with pytest.raises(ValueError, match="line 3: a command begins with"):
        blocks(page)
