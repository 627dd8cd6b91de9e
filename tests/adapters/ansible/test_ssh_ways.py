"""What of ssh's configuration is frozen with a host, and what of it stays the user's business; asked of the real `ssh -G`."""

import os
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ansible.ssh_proxy_command import jump_of
from orchestrator.adapters.ansible.ssh_ways import with_ways
from orchestrator.domain.plan.ssh_way import STRAIGHT
from orchestrator.domain.plan.target import Target
from tests.adapters.ssh.loopback import make_key


def looked_up(folder: Path, address: str = "web1", **facts: Any) -> tuple[Target, tuple[str, ...]]:
    """The target with its way. `facts`: what the inspector reports, beside nothing."""
    host = (
        dict.fromkeys(("port", "private_key", "user", "common_args", "extra_args")) | {"host": "web1"} | facts
    )
    target = Target(host="web1", address=address, user=host["user"] or "root", port=int(host["port"] or 22))
    [way], _ = with_ways([target], [host], {}, folder)
    return way.target, way.faults


def config(folder: Path, text: str) -> str:
    """A configuration of the user's, and the argument that names it."""
    (folder / "config").write_text(text)
    return f"-F {folder}/config"


SETTINGS = [
    ("HostName 192.0.2.9", ("hostname 192.0.2.9",)),
    ("Port 2222", ("port 2222",)),
    ("User deploy", ("user deploy",)),
    ("ProxyCommand nc %h %p", ("proxycommand nc %h %p",)),
    ("HostKeyAlias one", ("hostkeyalias one",)),
    ("IdentityFile ~/.ssh/other", ("identityfile ~/.ssh/other",)),
    ("Compression yes", ("compression yes",)),
    ("StrictHostKeyChecking no", ()),
    ("LocalForward 8080 localhost:80", ()),
    ("ControlMaster auto", ()),
    ("SendEnv FOO", ()),
]


@pytest.mark.parametrize(("line", "settings"), SETTINGS)
def test_what_is_frozen(tmp_path: Path, line: str, settings: tuple[str, ...]) -> None:
    target, faults = looked_up(
        tmp_path, common_args=config(tmp_path, f"Host web1\n  {line}\nHost web2\n  User x\n")
    )
    assert faults == ()
    assert target.way.settings == settings
    assert target.way.hops == ()


def test_a_host_that_no_file_mentions_has_the_digest_of_before(tmp_path: Path) -> None:
    target, _ = looked_up(
        tmp_path, common_args=config(tmp_path, "Host *\n  SendEnv LANG\n  HashKnownHosts yes\n"), user="root"
    )
    assert target.way == STRAIGHT
    assert target == Target(host="web1", address="web1", user="root")


def test_what_the_inventory_says_beats_the_file(tmp_path: Path) -> None:
    text = "Host web1\n  User nobody\n  Port 99\n"
    target, _ = looked_up(tmp_path, common_args=config(tmp_path, text), user="deploy", port="22")
    assert (target.user, target.port, target.way) == ("deploy", 22, STRAIGHT)


def test_jump_hosts_are_followed_to_the_first_and_must_be_pinned(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    text = (
        "Host web1\n  ProxyJump inner\n"
        "Host inner\n  HostName 192.0.2.2\n  ProxyJump li@outer:2200\n"
        f"Host *\n  UserKnownHostsFile {tmp_path}/known\n"
    )
    arguments = config(tmp_path, text)
    (tmp_path / "known").write_text(f"192.0.2.2 {key}\n")
    _, faults = looked_up(tmp_path, common_args=arguments)
    assert faults == (
        f"host web1: no key is pinned for the jump host outer ([outer]:2200) in {tmp_path}/known: "
        "add the one that its administrator gives you",
    )
    (tmp_path / "known").write_text(f"192.0.2.2 {key}\n[outer]:2200 {key}\n")
    target, faults = looked_up(tmp_path, common_args=arguments)
    assert faults == ()
    assert target.known_hosts == f"{tmp_path}/known"
    assert target.way.settings == ("proxyjump inner",)
    known = f"userknownhostsfile {tmp_path}/known"
    assert [(hop.name, hop.settings) for hop in target.way.hops] == [
        ("inner", ("hostname 192.0.2.2", "proxyjump outer", known)),
        ("outer", ("port 2200", "user li", known)),
    ]


def test_a_circle_of_jump_hosts_is_a_fault(tmp_path: Path) -> None:
    text = "Host a\n  ProxyJump b\nHost b\n  ProxyJump a\nHost web1\n  ProxyJump a\n"
    _, faults = looked_up(tmp_path, common_args=config(tmp_path, text))
    assert "lead to one another" in faults[0] or "stands twice" in faults[0]


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    _, faults = looked_up(tmp_path, common_args=config(tmp_path, "Host web1\n  Nonsense yes\n"))
    assert f"{tmp_path}/config: line 2: Bad configuration option: nonsense" in faults[0]


@pytest.mark.parametrize("address", ["-oProxyCommand=x", "a b", "a\nProxyCommand x", "*", 'a"b', ""])
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    assert "is no name or address" in looked_up(tmp_path, address)[1][0]


PROXY_COMMANDS = [
    ("ssh -W %h:%p gate", ("gate", ())),
    ("ssh -q -W [%h]:%p -p 2200 li@gate", ("gate", ("-q", "-p", "2200", "-l", "li"))),
    ("/usr/bin/ssh -i key gate -W %h:%p", ("gate", ("-i", "key"))),
    ("ssh -o User=li -W %h:%p fe80::1%eth0", ("fe80::1%eth0", ("-o", "User=li"))),
    ("ssh -W %h:%p [::1]", ("::1", ())),
    ("ssh gate nc %h %p", None),
    ("ssh -W %h:%p gate | tee log", None),
    ("nc %h %p", None),
]


@pytest.mark.parametrize(("command", "jump"), PROXY_COMMANDS)
def test_a_proxy_command_that_is_a_jump_host(command: str, jump: tuple[str, tuple[str, ...]] | None) -> None:
    assert jump_of({"proxycommand": [command]}, ()) == jump


def test_a_thousand_hosts_that_no_file_tells_apart_are_one_question(tmp_path: Path) -> None:
    arguments = config(tmp_path, "Host *\n  ProxyCommand nc %h %p\n")
    hosts = [
        dict.fromkeys(("port", "private_key", "user", "extra_args"))
        | {"host": f"web{n}", "common_args": arguments}
        for n in range(1000)
    ]
    targets = [Target(host=f"web{n}", address=f"192.0.2.{n % 256}") for n in range(1000)]
    ways, _ = with_ways(targets, hosts, {}, tmp_path)
    assert {way.target.way.settings for way in ways} == {("proxycommand nc %h %p",)}


def test_for_many_hosts_it_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each host has a setting of its own, and ssh is a program that takes its time."""
    slow = tmp_path / "ssh"
    slow.write_text('#!/bin/sh\nsleep 0.15\nPATH=${PATH#*:} exec ssh "$@"\n')
    slow.chmod(0o755)
    names = [f"web{n}" for n in range(80)]
    arguments = config(tmp_path, "".join(f"Host {name}\n  Port {n + 2000}\n" for n, name in enumerate(names)))
    facts = dict.fromkeys(("port", "private_key", "user", "common_args", "extra_args"))
    hosts = [{**facts, "host": name, "common_args": arguments} for name in names]
    targets = [Target(host=name, address=name, user="root") for name in names]
    steps: list[str] = []
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    ways, _ = with_ways(targets, hosts, {}, tmp_path, steps.append)
    assert [way.target.way.setting("port") for way in ways] == [str(n + 2000) for n in range(80)]
    assert steps[-1] == "how ssh gets to 80 of 80 hosts"
    assert len(steps) < 8, "nothing in the first two seconds"
