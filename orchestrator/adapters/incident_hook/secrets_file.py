"""The secrets that sign what comes in: one, or two while the sender changes its own."""

from pathlib import Path

from orchestrator.domain.authority.webhook_signature import key_of

SHORTEST = 16
"""Bytes of a key; the specification recommends 24 to 64."""
_LARGEST = 1 << 14


def secrets_of(file: Path) -> list[bytes]:
    """The keys, read anew for each message. Raises ValueError, in words that hold nothing of them."""
    try:
        with file.open("rb") as stream:
            lines = stream.read(_LARGEST).decode("utf-8").split()
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no text") from None
    if len(lines) not in (1, 2):
        raise ValueError(f"{file} must hold one secret, or two, each on a line of its own")
    keys = [key_of(line) for line in lines]
    if any(len(key) < SHORTEST for key in keys):
        raise ValueError(f"a secret in {file} is shorter than {SHORTEST} bytes")
    return keys
