"""Another tool that sends webhooks about incidents: each request can be wrong in one way."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from orchestrator.adapters.incident_hook import Gatekeeper, IncidentListener, secrets_of
from orchestrator.domain.authority.webhook_signature import key_of, signature_of
from orchestrator.domain.evidence.hook_answer import HookAnswer
from tests.fakes.clock import FakeClock

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
INCIDENT = {"id": "INC-1", "title": "The till hangs", "opened": "2026-03-03T08:10:00Z", "service": "shop"}


class Reply(NamedTuple):
    """The answer to a request."""

    status: int
    code: str
    text: str


def signed(body: bytes, now: datetime, name: str = "msg_1", secret: str = SECRET) -> dict[str, str]:
    """The fields of a signed message."""
    stamp = str(int(now.timestamp()))
    signature = signature_of(key_of(secret), name, stamp, body)
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}


def post(port: int, body: object, fields: dict[str, str], path: str = "/incidents") -> Reply:
    """Post it, and read the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        usual = {"Content-Type": "application/json"}
        connection.request("POST", path, body=body, headers={**usual, **fields})  # type: ignore[arg-type]
        answer = connection.getresponse()
        text = answer.read().decode()
        return Reply(answer.status, json.loads(text)["code"], text)
    finally:
        connection.close()


def send(port: int, message: Any, now: datetime, name: str = "msg_1", **how: Any) -> Reply:
    """Post a message as it should be."""
    body = json.dumps(message).encode()
    return post(port, body, signed(body, now, name, **how))


class Listening(NamedTuple):
    """A listener, and what it told of each request."""

    port: int
    clock: FakeClock
    log: list[str]


@contextmanager
def listening(
    folder: Path, take: Callable[[object], HookAnswer], *, per_minute: int = 1000, patience: float = 15.0
) -> Iterator[Listening]:
    """A listener until the block ends."""
    secret, clock, log = folder / "secret", FakeClock(), list[str]()
    secret.write_text(SECRET)
    keeper = Gatekeeper(lambda: secrets_of(secret), take, clock, per_minute)
    listener = IncidentListener(
        "127.0.0.1", 0, keeper, lambda answer, address: log.append(answer.code), patience
    )
    thread = Thread(target=listener.serve, args=(0.01,))
    thread.start()
    try:
        yield Listening(listener.port, clock, log)
    finally:
        listener.stop()
        thread.join()
