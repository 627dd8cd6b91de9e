"""Runs where HAProxy's runtime socket is, as plain Python 3 with nothing beside it: sends commands, prints what came back.

Arguments: `unix` and the path, or `tcp`, host and port; then the commands, one each. Prints a JSON list of answers.
"""

import json
import socket
import sys

LIMIT = 4 << 20
SECONDS = 10.0


def answer_of(kind: str, place: str, command: str) -> str:
    """What the socket answers to one command."""
    if kind == "unix":
        talk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        talk.settimeout(SECONDS)
        talk.connect(place)
    else:
        host, _, port = place.rpartition(":")
        talk = socket.create_connection((host.strip("[]"), int(port)), SECONDS)
    with talk:
        talk.sendall(command.encode() + b"\n")
        answer = b""
        while len(answer) <= LIMIT:
            piece = talk.recv(65536)
            if not piece:
                break
            answer += piece
    if len(answer) > LIMIT:
        raise ValueError("the answer has more than 4 MiB")
    return answer.decode("utf-8", "replace")


if __name__ == "__main__":
    try:
        print(json.dumps([answer_of(sys.argv[1], sys.argv[2], command) for command in sys.argv[3:]]))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(3)
