"""Local accounts: every line of /etc/passwd and /etc/group is an item, also one that only the C library understands."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ssh.on_target.items import accounts

PASSWD = "root:x:0:0:The root:/root:/bin/sh\nshop:x:990:990::/srv/shop:/bin/false\n"
GROUP = "root:x:0:\nweb:x:33:shop\n"


def items(folder: Path, passwd: str = PASSWD, group: str = GROUP) -> dict[tuple[str, str], dict[str, Any]]:
    (folder / "passwd").write_text(passwd)
    (folder / "group").write_text(group)
    collected: dict[tuple[str, str], dict[str, Any]] = {}

    def add(kind: str, name: str, attributes: dict[str, Any]) -> None:
        assert (kind, name) not in collected
        collected[kind, name] = attributes

    accounts.collect(add, users_file=str(folder / "passwd"), groups_file=str(folder / "group"))
    return collected


def test_what_is_understood_has_its_attributes(tmp_path: Path) -> None:
    assert items(tmp_path) == {
        ("user", "root"): {
            "uid": "0", "gid": "0", "gecos": "The root", "home": "/root", "shell": "/bin/sh", "groups": "",
        },
        ("user", "shop"): {
            "uid": "990", "gid": "990", "gecos": "", "home": "/srv/shop", "shell": "/bin/false", "groups": "web",
        },
        ("group", "root"): {"gid": "0"},
        ("group", "web"): {"gid": "33"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "name", "shown"),
    [
        ("evil::0:0:gecos:/root", "evil", "evil::0:0:gecos:/root"),
        ("evil::0:0", "evil", "evil::0:0"),
        ("  evil::0:0::/:/bin/sh", "evil", "  evil::0:0::/:/bin/sh"),
        ("evil:$6$salt$digest:0:0:gecos:/root", "evil", "evil:(hidden):0:0:gecos:/root"),
        ("+evil::::::", "+evil", "+evil::::::"),
        ("+", "+", "+"),
        ("# a note", "# a note", "# a note"),
    ],
)
def test_a_line_that_is_not_understood_is_an_item_of_its_own(
    tmp_path: Path, line: str, name: str, shown: str
) -> None:
    before, after = items(tmp_path), items(tmp_path, PASSWD + line + "\n")
    assert {key: value for key, value in after.items() if key not in before} == {
        ("passwd line", name): {"lines": shown}
    }
    before, after = items(tmp_path), items(tmp_path, group=GROUP + "evil:x:0\n")
    assert {key: value for key, value in after.items() if key not in before} == {
        ("group line", "evil"): {"lines": "evil:x:0"}
    }


def test_two_such_lines_of_one_name_are_both_seen(tmp_path: Path) -> None:
    several = items(tmp_path, PASSWD + "evil::0:0\nevil::0:0:again\n")
    assert several["passwd line", "evil"] == {"lines": "evil::0:0\nevil::0:0:again"}
