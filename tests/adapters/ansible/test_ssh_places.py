"""The file and line of an option of ssh, asked of the real `ssh -G`."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ansible.ssh_ways import with_ways
from orchestrator.domain.plan.target import Target
from tests.adapters.ssh.loopback import make_key


def places(folder: Path, text: str, name: str = "web1", **facts: Any) -> dict[tuple[str, str], str]:
    """By name and setting. `text`: the configuration; `facts`: what the inspector reports beside it."""
    (folder / "config").write_text(text.replace("DIR", str(folder)))
    arguments = f"-F {folder}/config {facts.pop('arguments', '')}"
    host = dict.fromkeys(("port", "private_key", "user", "extra_args")) | {"host": name, **facts}
    target = Target(host=name, address=name, user=host["user"] or "root", port=int(host["port"] or 22))
    [way], stand = with_ways([target], [{**host, "common_args": arguments}], {}, folder)
    assert way.faults == ()
    short = {each: each.place.replace(f"{folder}/", "") for each in stand}
    return {(about, each.setting): short[each] for each in stand for about in each.names}


LINES = [
    ("Host web1\n  Port 2222\n", "port 2222", "config line 2"),
    ("Port 2222\nHost web1\n  Port 2200\n", "port 2222", "config line 1"),
    ("Host web2\n  Port 2222\nHost web*\n  Port=2222\n", "port 2222", "config line 4"),
    ("# Port 2222\n\nHost web1\n\tPort\t2222 \n", "port 2222", "config line 4"),
    ("Host !web1 *\n  User li\nHost *\n  User li\n", "user li", "config line 4"),
    ('Host web1\n  IdentityFile "a b"\n', "identityfile a b", "config line 2"),
    ("Host web1\n  IdentityFile a\n  IdentityFile b\n", "identityfile b", "config line 3"),
    ("Host web1\n  hostNAME %h.example\n", "hostname web1.example", "config line 2"),
    ("Match host web1\n  Port 2222\n", "port 2222", "config line 2"),
    ("Match host web2\n  Port 2222\nHost *\n  Port 2222\n", "port 2222", "config line 2 or config line 4"),
    ("Match host web2\n  Port 2200\nHost *\n  Port 2222\n", "port 2222", "config line 4"),
    ("Host web1\n  Include DIR/more\n", "port 2022", "more line 1"),
    ("Host web1\n  ProxyCommand nc %h %p\n", "proxycommand nc %h %p", "config line 2"),
]


@pytest.mark.parametrize(("text", "setting", "place"), LINES)
def test_the_line_that_counts_is_named(tmp_path: Path, text: str, setting: str, place: str) -> None:
    (tmp_path / "more").write_text("Port 2022\n")
    assert places(tmp_path, text)["web1", setting] == place


@pytest.mark.parametrize("words", ["-o Compression=yes", '-o "compression yes"', "-oCompression=yes"])
def test_what_the_arguments_give_is_not_looked_for_in_files(tmp_path: Path, words: str) -> None:
    text = "Host web1\n  Compression yes\n"
    assert places(tmp_path, text, arguments=words) == {
        ("web1", "compression yes"): "the inventory or ansible.cfg"
    }


def test_jump_hosts_have_lines_of_their_own(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    (tmp_path / "known").write_text(f"192.0.2.2 {key}\n[outer]:2200 {key}\n")
    text = (
        "Host web1\n  ProxyCommand ssh -F DIR/config -W %h:%p inner\nHost inner\n  HostName 192.0.2.2\n"
        "  ProxyJump li@outer:2200\nHost *\n  UserKnownHostsFile DIR/known\n"
    )
    stand = places(tmp_path, text)
    assert stand["web1", "proxyjump inner"] == "config line 2"
    assert stand["inner", "hostname 192.0.2.2"] == "config line 4"
    assert stand["inner", "proxyjump outer"] == "config line 5"
    assert stand["outer", "user li"] == "config line 5"


def test_nothing_is_named_for_a_host_that_no_file_mentions(tmp_path: Path) -> None:
    assert places(tmp_path, "Host web2\n  Port 2222\n") == {}
