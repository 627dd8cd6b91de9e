"""Local accounts and groups, as /etc/passwd and /etc/group have them; never a password's digest."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def collect(
    add: Callable[[str, str, dict[str, Any]], None],
    users_file: str = "/etc/passwd",
    groups_file: str = "/etc/group",
) -> None:
    """Every local user with the groups that name it, every local group, and the lines that are neither.

    The C library takes more than it documents: `evil::0:0:gecos:/root` is a root login. So a line that is not understood here
    is an item of its own, with its text and without what stands where a password does.
    """
    groups, odd_groups = _rows(groups_file, 4)
    users, odd_users = _rows(users_file, 7)
    for name, _, uid, gid, gecos, home, shell in users:
        member_of = ",".join(sorted(row[0] for row in groups if name in row[3].split(",")))
        add(
            "user",
            name,
            {"uid": uid, "gid": gid, "gecos": gecos, "home": home, "shell": shell, "groups": member_of},
        )
    for row in groups:
        add("group", row[0], {"gid": row[2]})
    for kind, odd in (("passwd line", odd_users), ("group line", odd_groups)):
        for name, lines in odd.items():
            add(kind, name, {"lines": "\n".join(sorted(lines))})


def _rows(path: str, fields: int) -> tuple[list[list[str]], dict[str, list[str]]]:
    """The lines with so many fields, and by their first field those that are otherwise."""
    rows: list[list[str]] = []
    odd: dict[str, list[str]] = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            row = line.rstrip("\n").split(":")
            if len(row) == fields and not line.startswith(("#", "+", "-")) and line[0].strip() and row[0]:
                rows.append(row)
            elif line.strip():
                odd.setdefault(row[0].strip(), []).append(":".join(_without_password(row)))
    return rows, odd


def _without_password(row: list[str]) -> list[str]:
    return [row[0], *("(hidden)" if len(each) > 1 else each for each in row[1:2]), *row[2:]]
