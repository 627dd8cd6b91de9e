"""Turns bytes into YAML parser events, and parser errors into words for people who write plans."""

import io
import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import Event

from orchestrator.adapters.files.yaml_text.document import fault_at, shown_text
from orchestrator.errors import Fault

LARGEST = 256 * 1024

# Control characters, and characters that change the displayed order of text (Unicode TR 36).
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff0-\uffff]"
)


class Unreadable(Exception):
    """Reading stops here: the rest of the document cannot be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def text_of(file: str, content: bytes) -> str:
    """The text in these bytes. Raises Unreadable for too many bytes, for text that is not UTF-8, and for hidden characters."""
    if len(content) > LARGEST:
        raise Unreadable(
            fault_at(file, None, (), f"at most {LARGEST // 1024} KiB", "more", "shorten the file")
        )
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        finding = f"the byte 0x{content[error.start]:02x}"
        raise Unreadable(fault_at(file, line, (), "UTF-8 text", finding, "save the file as UTF-8")) from None
    hidden = HIDDEN.search(text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        finding = f"the invisible character U+{ord(hidden[0]):04X}"
        raise Unreadable(
            fault_at(file, line, (), "text that shows as it is", finding, "remove that character")
        )
    return text


def events_of(file: str, text: str) -> Iterator[Event]:
    """The parser's events, one by one. Raises Unreadable where the syntax breaks."""
    events = YAML(typ="safe", pure=True).parse(io.StringIO(text))
    try:
        yield from events
    except MarkedYAMLError as error:
        mark = error.context_mark if _is_left_open(error) else error.problem_mark
        mark = mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise Unreadable(fault_at(file, line, (), "YAML", *_plain_words(error, text, line))) from None
    except (YAMLError, ValueError, OverflowError) as error:
        finding = shown_text(" ".join(str(error).split()))
        raise Unreadable(fault_at(file, None, (), "YAML", finding, "correct the file's syntax")) from None


def _plain_words(error: MarkedYAMLError, text: str, line: int | None) -> tuple[str, str]:
    """What was found and what to do, for common mistakes."""
    problem = str(error.problem or error.context or "a syntax error")
    written_line = text.splitlines()[line - 1] if line and line <= len(text.splitlines()) else ""
    if "'\\t'" in problem or written_line.lstrip(" ").startswith("\t"):
        return "a tab", "indent with spaces"
    if "mapping values are not allowed" in problem:
        return (
            "a second `: ` in one line",
            "put text that contains `: ` in quotes, or correct the indentation",
        )
    if "found unexpected end of stream" in problem:
        return "a quote that is not closed", "close the quote"
    if "expected ',' or" in problem:
        return "a bracket that is not closed", "close it, or put a comma between its items"
    if "cannot start any token" in problem:
        return f"{problem.removeprefix('found ')}", "put the text in quotes"
    if "expected <block end>" in problem:
        return "indentation that fits nothing above", "align the line with its neighbours"
    return problem.removeprefix("found "), "correct the syntax or the indentation"


def _is_left_open(error: MarkedYAMLError) -> bool:
    """Whether the fault is where a construct began, not where the parser stopped."""
    problem = str(error.problem)
    return "found unexpected end of stream" in problem or "expected ',' or" in problem
