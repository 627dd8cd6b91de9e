"""One channel for each way, opened once and again after it was lost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from orchestrator.adapters.ansible.accelerator import channel
from orchestrator.adapters.ansible.accelerator.channels import Channels

WAY, OTHER = (b"ssh", b"web1"), (b"ssh", b"web2")


@dataclass
class Opened:
    """A channel that only knows whether it is closed."""

    words: list[str]
    closed: bool = False

    def close(self) -> None:
        self.closed = True


@dataclass
class Ssh:
    """Opens them."""

    made: list[Opened] = field(default_factory=list)
    fails: bool = False

    def __call__(self, words: list[str], deadline: float | None = None) -> Any:
        if self.fails:
            raise channel.Lost(255, b"no route")
        self.made.append(Opened(words))
        return self.made[-1]


def test_one_for_each_way() -> None:
    ssh = Ssh()
    channels = Channels(ssh)
    assert channels.use(WAY, None) is channels.use(WAY, None)
    assert channels.use(OTHER, None) is not channels.use(WAY, None)
    assert [opened.words for opened in ssh.made] == [["ssh", "web1"], ["ssh", "web2"]]


def test_a_lost_one_is_opened_again() -> None:
    channels = Channels(Ssh())
    first = channels.use(WAY, None)
    channels.forget(WAY, first)
    second = channels.use(WAY, None)
    channels.forget(WAY, first)
    assert first.closed
    assert second is channels.use(WAY, None)
    assert not second.closed


def test_one_that_cannot_be_opened_is_tried_again() -> None:
    ssh = Ssh(fails=True)
    channels = Channels(ssh)
    with pytest.raises(channel.Lost):
        channels.use(WAY, None)
    ssh.fails = False
    assert channels.use(WAY, None) is ssh.made[0]


def test_threads_share_one() -> None:
    ssh = Ssh()
    channels = Channels(ssh)
    threads = [threading.Thread(target=channels.use, args=(WAY, None)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ssh.made) == 1


def test_all_are_closed_at_the_end() -> None:
    ssh = Ssh()
    channels = Channels(ssh)
    channels.use(WAY, None)
    channels.use(OTHER, None)
    channels.close()
    assert [opened.closed for opened in ssh.made] == [True, True]
