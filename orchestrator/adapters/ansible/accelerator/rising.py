"""Becomes another user on a stream: sends the password when it is asked for, and waits for the word of success."""

from __future__ import annotations

import time
from collections.abc import Callable

from orchestrator.adapters.ansible.accelerator.dialogue import Next, Talk
from orchestrator.adapters.ansible.accelerator.endings import Overdue, Refused
from orchestrator.adapters.ansible.accelerator.on_host import wire
from orchestrator.adapters.ansible.accelerator.requests import Dialogue
from orchestrator.adapters.ansible.accelerator.session import Session
from orchestrator.adapters.ansible.accelerator.stream import Stream


def rise(
    session: Session,
    stream: Stream,
    dialogue: Dialogue | None,
    there: Callable[[], bool],
    deadline: float | None,
) -> None:
    """Go through the dialogue until it succeeded, or `there` says so, or the stream is done. Raises Refused, Lost, Overdue."""
    if dialogue is None:
        return
    talk = Talk(dialogue)
    following = Next.WAIT
    while following in (Next.WAIT, Next.SEND_PASSWORD) and not there():
        _wait(session, stream, talk, there, deadline)
        following = _hear(session, stream, talk)
        if following is Next.SEND_PASSWORD:
            password = (dialogue.password or b"") + b"\n"
            stream.window -= len(password)
            session.send(wire.DATA, stream.number, password, deadline)
        elif stream.done():
            break
    with session.turn:
        stream.out.insert(0, talk.left("out"))
        stream.err.insert(0, talk.left("err"))
    if following is Next.REFUSED:
        raise Refused(talk.kind, talk.left("out"), talk.left("err"))


def _wait(
    session: Session, stream: Stream, talk: Talk, there: Callable[[], bool], deadline: float | None
) -> None:
    silent = time.monotonic() + talk.dialogue.seconds
    try:
        session.wait(
            lambda: there() or stream.done() or bool(stream.out or stream.err),
            silent if deadline is None else min(deadline, silent),
        )
    except Overdue:
        if deadline is not None and deadline <= silent:
            raise
        raise Refused("silent", talk.left("out"), talk.left("err")) from None


def _hear(session: Session, stream: Stream, talk: Talk) -> Next:
    with session.turn:
        pieces = [*(("out", piece) for piece in stream.out), *(("err", piece) for piece in stream.err)]
        stream.out.clear()
        stream.err.clear()
    answers = [talk.hear(source, piece) for source, piece in pieces]
    for answer in (Next.GO_ON, Next.REFUSED, Next.SEND_PASSWORD):
        if answer in answers:
            return answer
    return Next.WAIT
