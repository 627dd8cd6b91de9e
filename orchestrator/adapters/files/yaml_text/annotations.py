"""The comments above the keys of an annotated YAML file, by the key's path."""

from orchestrator.adapters.files.yaml_text.document import Path
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml


def annotations(content: bytes) -> dict[Path, str]:
    """The comment that ends on the line above each key; a comment after a list item's dash belongs to its first key.

    Keys within a mapping in braces on the same line have none of their own.
    """
    document = read_yaml("manual", content)
    lines = content.decode("utf-8").splitlines()
    comments: dict[Path, str] = {}
    # `gate: {soak: 1m}`: the comment above is the outer key's.
    inner = {
        path
        for path, place in document.places.items()
        if any(
            isinstance(path[end - 1], str) and document.places[path[:end]].line == place.line
            for end in range(1, len(path))
        )
    }
    for path, place in document.places.items():
        comment = _comment_above(lines, place.line - 1)
        if comment and path and isinstance(path[-1], str) and path not in inner:
            comments[path] = comment
    return comments


def _comment_above(lines: list[str], index: int) -> str:
    comment_lines: list[str] = []
    for line in reversed(lines[:index]):
        text = line.strip().removeprefix("- ")
        if not text.startswith("#"):
            break
        comment_lines.insert(0, text.removeprefix("#").strip())
        if line.strip().startswith("- "):
            break
    return " ".join(comment_lines)
