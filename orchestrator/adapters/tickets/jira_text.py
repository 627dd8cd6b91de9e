"""The Atlassian document format, as far as descriptions and comments need it: paragraphs of text."""

from collections.abc import Iterator
from typing import Any

_BREAKS = {"paragraph", "hardBreak", "codeBlock", "heading", "listItem"}
"""Nodes that begin a line."""


def text_of(node: Any) -> str:
    """The text of a document, with its lines; nothing where there is none."""
    return "".join(_text(node))


def document_of(text: str) -> dict[str, Any]:
    """A document with a paragraph for each line; an empty node of text is not allowed."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
        for line in text.splitlines()
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _text(node: Any) -> Iterator[str]:
    if node is None:
        return
    if node["type"] in _BREAKS:
        yield "\n"
    yield node.get("text", "")
    for child in node.get("content", ()):
        yield from _text(child)
