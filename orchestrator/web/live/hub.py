"""One hub per process: it follows each watched deployment once, renders once per change, and wakes everybody who watches."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import OrchError
from orchestrator.policy.telling.summary import plain_words
from orchestrator.web.live.follower import Follower
from orchestrator.web.live.fragments import BY_RIGHTS, FRAGMENTS, rendered, version_of
from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from orchestrator.domain.authority.access import Right
    from orchestrator.engine.ports import Ports

LOOK = 0.5
"""Seconds between looks at the journal of a watched deployment."""
HEARTBEAT = 15.0
"""Seconds after which a watcher is sent something in any case, and the session is looked at again."""
MOST_OF_ONE_PERSON = 12
"""Pages that one person watches at a time; each costs a connection."""
LOG = logging.getLogger("orch.web.live")
Rights = frozenset["Right"]


@dataclass(slots=True)
class Channel:
    """A deployment that is watched: the newest texts, and an event that is set at each change and then replaced."""

    deployment: str
    follower: Follower
    texts: dict[str, str] = field(default_factory=dict)
    of_rights: dict[Rights, dict[str, str]] = field(default_factory=dict)
    versions: dict[Rights, str] = field(default_factory=dict)
    headline: str = ""
    over: bool = False
    fault: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    watchers: int = 0
    looking: asyncio.Task[None] | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def seen_with(self, rights: Rights) -> dict[str, str]:
        """The texts for whoever has these rights."""
        return {**self.texts, **self.of_rights.get(rights, {})}

    def version(self, rights: Rights) -> str:
        """The name of those texts; made once for all who watch."""
        if rights not in self.versions:
            self.versions[rights] = version_of(self.seen_with(rights))
        return self.versions[rights]


class LiveHub:
    """The watched deployments of this process. It is used on one event loop; reading and rendering go on threads.

    `look_every` and `heartbeat` are seconds.
    """

    def __init__(self, look_every: float = LOOK, heartbeat: float = HEARTBEAT) -> None:
        self.heartbeat = heartbeat
        self._look_every = look_every
        self._channels: dict[str, Channel] = {}
        self._persons: Counter[str] = Counter()
        self._opening: dict[str, asyncio.Lock] = {}

    def refuse_too_many(self, person: str) -> None:
        """Raises Problem where this person watches as much as one may."""
        if self._persons[person] >= MOST_OF_ONE_PERSON:
            words = f"You watch {MOST_OF_ONE_PERSON} deployments at a time already; close one of those pages."
            raise Problem(429, "watching", words)

    @asynccontextmanager
    async def watching(
        self, ports: Ports, deployment: str, person: str, rights: Collection[Right]
    ) -> AsyncIterator[Channel]:
        """The channel of a deployment while somebody watches."""
        self._persons[person] += 1
        channel: Channel | None = None
        try:
            channel = await self._channel(ports, deployment)
            channel.watchers += 1
            wanted = frozenset(rights)
            async with channel.reading:
                if wanted not in channel.of_rights:
                    await run_in_threadpool(_render, ports, channel, {*channel.of_rights, wanted})
            yield channel
        finally:
            self._leave(channel, person)

    def _leave(self, channel: Channel | None, person: str) -> None:
        self._persons[person] -= 1
        if not self._persons[person]:
            del self._persons[person]
        if channel is None:
            return
        channel.watchers -= 1
        if not channel.watchers:
            if channel.looking is not None:
                channel.looking.cancel()
            if self._channels.get(channel.deployment) is channel:
                del self._channels[channel.deployment]

    async def _channel(self, ports: Ports, deployment: str) -> Channel:
        lock = self._opening.setdefault(deployment, asyncio.Lock())
        async with lock:
            known = self._channels.get(deployment)
            if known is None:
                follower = await run_in_threadpool(Follower, ports, deployment)
                known = Channel(deployment, follower)
                await run_in_threadpool(_render, ports, known, ())
                known.looking = asyncio.create_task(self._look(ports, known))
                self._channels[deployment] = known
        self._opening.pop(deployment, None)
        return known

    async def _look(self, ports: Ports, channel: Channel) -> None:
        """Look until the deployment is over. A fault is told to whoever watches, and looked past: the store may come back."""
        while not channel.over:
            await asyncio.sleep(self._look_every)
            try:
                async with channel.reading:
                    changed = await run_in_threadpool(channel.follower.look)
                    if changed or channel.fault:
                        channel.fault = ""
                        await run_in_threadpool(_render, ports, channel, tuple(channel.of_rights))
                        _wake(channel)
            except OrchError as fault:
                if not channel.fault:
                    channel.fault = plain(str(fault), 300)
                    _wake(channel)
            except Exception:
                LOG.exception("the live view of %s failed", channel.deployment)
                channel.fault = "This page cannot be shown as it is; the log of the service says why."
                _wake(channel)
                return


def _wake(channel: Channel) -> None:
    changed, channel.changed = channel.changed, asyncio.Event()
    changed.set()


def _render(ports: Ports, channel: Channel, rights: Collection[Rights]) -> None:
    at, now = channel.follower, ports.clock.now()
    channel.texts = {name: rendered(name, at, now) for name in FRAGMENTS if name not in BY_RIGHTS}
    channel.of_rights = {
        each: {name: rendered(name, at, now, each) for name in FRAGMENTS if name in BY_RIGHTS}
        for each in rights
    }
    channel.versions = {}
    channel.headline = next(iter(plain_words(at.d)), "")
    channel.over = at.d.over
