"""With what a process was started: its arguments, its environment and its limits, by keyed digest: they may be secret."""

from __future__ import annotations

from orchestrator.adapters.ssh.on_target.items.host import passwords

_OF_ONE_START = (
    b"INVOCATION_ID=", b"JOURNAL_STREAM=", b"SYSTEMD_EXEC_PID=", b"MAINPID=", b"NOTIFY_SOCKET=", b"WATCHDOG_", b"LISTEN_",
    b"CREDENTIALS_DIRECTORY=", b"MEMORY_PRESSURE_", b"FDSTORE=", b"TRIGGER_", b"MONITOR_", b"REMOTE_", b"MANAGERPID=",
)  # fmt: skip
"""What systemd says to each start anew; see systemd.exec(5)."""
_IDENTIFIER = 32
"""Hexadecimal digits in a row: the name of a container, new at each start."""
_HEXADECIMAL = frozenset(b"0123456789abcdef")


def of(folder: str, key: bytes | None) -> dict[str, str]:
    """The digests of a process' settings; empty where it wrote its own title over them, or there is no key. Raises OSError."""
    if key is None:
        return {"arguments": "", "environment": "", "limits": ""}
    words = _read(folder + "/cmdline").rstrip(b"\0").split(b"\0")
    variables = [each for each in _read(folder + "/environ").split(b"\0") if each]
    kept = sorted(each for each in variables if not each.startswith(_OF_ONE_START))
    titled = b" " in words[0] or b":" in words[0]
    overwritten = titled or any(b"=" not in each for each in variables)
    return {
        "arguments": ""
        if titled
        else passwords.keyed_bytes(key, b"\0".join(map(_without_identifier, words))),
        "environment": "" if overwritten else passwords.keyed_bytes(key, b"\0".join(kept)),
        "limits": passwords.keyed_bytes(key, _read(folder + "/limits")),
    }


def _read(path: str) -> bytes:
    with open(path, "rb") as source:
        return source.read(1 << 20)


def _without_identifier(word: bytes) -> bytes:
    """A word of a command line; one that has an identifier in it is not compared."""
    length = 0
    for byte in word:
        length = length + 1 if byte in _HEXADECIMAL else 0
        if length >= _IDENTIFIER:
            return b"#"
    return word
