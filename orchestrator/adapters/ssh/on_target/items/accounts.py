"""Local accounts and groups, as /etc/passwd and /etc/group have them; never a password's digest."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def collect(add: Callable[[str, str, dict[str, Any]], None]) -> None:
    """Every local user with the groups that name it, and every local group."""
    groups = _rows("/etc/group", 4)
    for fields in _rows("/etc/passwd", 7):
        name, _, uid, gid, _, home, shell = fields[:7]
        member_of = sorted(row[0] for row in groups if name in row[3].split(","))
        add(
            "user",
            name,
            {"uid": uid, "gid": gid, "home": home, "shell": shell, "groups": ",".join(member_of)},
        )
    for row in groups:
        add("group", row[0], {"gid": row[2]})


def _rows(path: str, fields: int) -> list[list[str]]:
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        rows = [
            line.rstrip("\n").split(":")
            for line in lines
            if line.strip() and not line.startswith(("#", "+", "-"))
        ]
    return [row for row in rows if len(row) >= fields]
