"""What is said on a machine where no lab can stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.lab import needs
from orchestrator.lab.errors import LabUnavailable

FIT = needs.Machine(
    "linux", is_root=True, programs=frozenset(needs.PROGRAMS), has_overlay=True, has_cgroup2=True
)


def test_a_fit_machine_lacks_nothing() -> None:
    assert needs.shortcomings(FIT) == []


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (replace(FIT, platform="darwin"), ["need Linux; this machine runs darwin"]),
        (replace(FIT, is_root=False), ["need root"]),
        (replace(FIT, has_overlay=False), ["no overlay"]),
        (replace(FIT, has_cgroup2=False), ["No cgroup2"]),
        (
            replace(FIT, programs=FIT.programs - {"ssh", "ssh-keygen", "systemd-nspawn"}),
            ["apt-get install openssh-client systemd-container"],
        ),
        (
            replace(FIT, is_root=False, programs=FIT.programs - {"nft"}),
            ["need root", "apt-get install nftables"],
        ),
    ],
)
def test_everything_that_is_missing_is_named(machine: needs.Machine, words: list[str]) -> None:
    sentences = needs.shortcomings(machine)
    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences, strict=True))


def test_the_refusal_says_what_works_all_the_same() -> None:
    mac = needs.Machine("darwin", is_root=False, programs=frozenset(), has_overlay=False, has_cgroup2=False)
    with pytest.raises(LabUnavailable, match=r"(?s)need Linux; this machine runs darwin.*What still works"):
        needs.check_machine(mac)
