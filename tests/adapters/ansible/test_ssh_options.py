"""Which of ssh's arguments lead a connection somewhere, and which conditions say nothing of a failure, as tables."""

import shlex

import pytest

from orchestrator.adapters.ansible.in_run.masks import failed, is_blind, is_never_true
from orchestrator.adapters.ansible.in_run.ssh_options import leading, without_file

# arguments as a user writes them, and what of them leads elsewhere
ARGUMENTS = [
    ("", []),
    ("-C -4 -tt -q -vvv", []),
    ("-o Compression=yes -oServerAliveInterval=5 -i /k -o 'IdentityFile /k' -l root -c aes", []),
    ("-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlPath=none", []),
    ("-o ProxyCommand='nc %h 22'", ["-o ProxyCommand=nc %h 22"]),
    ("-o 'proxycommand nc %h 22'", ["-o proxycommand=nc %h 22"]),
    ("-oHostName=web3", ["-o HostName=web3"]),
    ("-o HostKeyAlias=web3 -o KnownHostsCommand=/x", ["-o HostKeyAlias=web3", "-o KnownHostsCommand=/x"]),
    ("-J jump -F file", ["-J jump", "-F file"]),
    ("-Jjump -p2222", ["-J jump", "-p 2222"]),
    ("-qp 2222", ["-p 2222"]),
    ("-o Port=2222", ["-o Port=2222"]),
    ("-S /tmp/socket", ["-S /tmp/socket"]),
    ("web3", ["web3"]),
    ("-- web3", ["--", "web3"]),
    ("-o LocalCommand=x -o Unheard=of", ["-o LocalCommand=x", "-o Unheard=of"]),
    ("-M -N", ["-M", "-N"]),
    ("-o", ["-o ="]),
]


@pytest.mark.parametrize(("arguments", "expected"), ARGUMENTS, ids=[row[0] for row in ARGUMENTS])
def test_what_leads_a_connection(arguments: str, expected: list[str]) -> None:
    assert leading(shlex.split(arguments)) == expected


FILES = [
    ("-F mine -o Port=22 web1 true", "-o Port=22 web1 true"),
    ("-Fmine web1", "web1"),
    ("-CFmine web1", "-C web1"),
    ("-C -F mine -tt web1 ssh -F other x", "-C -tt web1 ssh -F other x"),
    ("-o ProxyCommand=x web1 -F mine", "-o ProxyCommand=x web1 -F mine"),
    ("-b - -o User=li [::1]", "-b - -o User=li [::1]"),
]


@pytest.mark.parametrize(("given", "kept"), FILES)
def test_a_configuration_of_the_users_own_does_not_reach_ssh(given: str, kept: str) -> None:
    assert without_file(given.split()) == kept.split()


# a condition of failed_when, and whether it says nothing of the task registered as `r`
CONDITIONS = [
    (False, True),
    ("false", True),
    ("1 == 2", True),
    ("'no'", True),
    ("not true", True),
    ("r.rc != 0 and 1 == 2", True),
    ("1 in [2] or false", True),
    ("strict | bool", True),
    ("other.rc != 0", True),
    ("r.rc not in [0, 3]", False),
    ("r.rc != 0 and strict | bool", False),
    ("r is failed", False),
    ("'ERROR' in r.stderr", False),
    ("r.rc or 1 == 2", False),
]


@pytest.mark.parametrize(("condition", "blind"), CONDITIONS, ids=[str(row[0]) for row in CONDITIONS])
def test_a_condition_that_says_nothing_of_the_task(condition: object, *, blind: bool) -> None:
    assert is_blind(condition, "r") is blind


def test_a_condition_that_nobody_can_read_is_not_false() -> None:
    assert not is_never_true("1 ==")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"failed": True, "msg": "no such service"}, True),
        ({"failed": False, "rc": 1}, False),
        ({"rc": 1}, True),
        ({"rc": 0}, False),
        ({"rc": "0"}, False),
        ({"exception": "Traceback"}, True),
        ({}, False),
    ],
)
def test_a_failure_is_what_ansible_takes_for_one(raw: dict[str, object], *, expected: bool) -> None:
    assert failed(raw) is expected
