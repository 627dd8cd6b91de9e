"""Empty names of users: with one, Ansible logs in as the controller's own user, or becomes root."""

import re
from collections.abc import Iterator
from pathlib import Path

from orchestrator.domain.plan.inspection import PlaybookFinding

_NAME = r"(?P<name>ansible_(?:ssh_|become_|sudo_|su_)?user|remote_user|become_user)"
_EMPTY = re.compile(
    # YAML, also within braces; then INI, where a value ends at a space.
    rf"""(?<![\w.]){_NAME}["']?\s*(?::[ \t]+|:(?=["'])|=)(?:""|''|~(?![\w/])|null\b)"""
    rf"""|^[ \t]*(?:-[ \t]+)?(?P<bare>{_NAME.replace("?P<name>", "?:")}):[ \t]*(?:\#[^\n]*)?$"""
    rf"""|(?<![\w.])(?P<ini>{_NAME.replace("?P<name>", "?:")})=(?=[ \t]|$)""",
    re.MULTILINE,
)


def empty_users(path: Path, text: str) -> Iterator[PlaybookFinding]:
    """A finding of severity `refuse` for each user's name that is written down empty."""
    for match in _EMPTY.finditer(text):
        begins = text.rfind("\n", 0, match.start() + 1 if match["bare"] else match.start()) + 1
        if text[begins : match.end()].lstrip().startswith(("#", ";")):
            continue
        name = match["name"] or match["bare"] or match["ini"]
        if match["bare"] and _goes_on(text, match.end()):
            continue
        yield PlaybookFinding(
            file=str(path),
            line=text.count("\n", 0, text.index(name, match.start())) + 1,
            kind=name,
            what="is empty, so Ansible would take the controller's own user, or root",
            severity="refuse",
            next_move="name the user, or take the line out",
        )


def _goes_on(text: str, end: int) -> bool:
    """Whether the value stands on the next line, further in."""
    here = text[text.rfind("\n", 0, end) + 1 : end]
    following = text[end + 1 :].split("\n", 1)[0]
    return bool(following.strip()) and _indent(following) > _indent(here) and ":" not in following


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
