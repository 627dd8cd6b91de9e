"""What a driver and its zygote say to one another; imported before anything that takes its time."""

import os

READY = b"ready"
FORKED = b"forked"
ACCELERATE = b"accelerate"
INSPECT = b"inspect"
AHEAD = b"ahead"
PARTS = b"parts"
_OF = b" of "
PLAY = b"play"
HELD = b"held"
LENGTH = 8
"""Bytes that say how long the letter to a player is."""
LONGEST_MESSAGE = 4096
END = b"\n"
"""After an answer of an inspector that is whole; JSON of ours holds none."""
CLIENT = ["/bin/sh", "-c", 'echo go >&0; read -r code <&0 && exit "$code"; exit 137']
"""What ansible-runner starts in place of an ansible-playbook that waits; its input is the socket.

Where no exit code comes, ansible-playbook was killed.
"""


def parts_of(project: str) -> bytes:
    """The word for what accelerated runs of a project share; without the project where its path is too long."""
    word = PARTS + _OF + os.fsencode(project)
    return word if len(word) <= LONGEST_MESSAGE else PARTS


def project_of(message: bytes) -> str | None:
    """The project of such a word; empty where it names none, and None for any other message."""
    word, _, project = message.partition(_OF)
    return os.fsdecode(project) if word == PARTS else None
