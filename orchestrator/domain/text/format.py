"""Numbers, sizes and times in words. Also sent to targets: the standard library only, and nothing newer than Python 3.8."""

from __future__ import annotations


def size_words(size: int) -> str:
    """A number of bytes for people, such as `1.5 GiB`."""
    if size < 1024:
        return f"{size} bytes"
    amount = float(size)
    for unit in ("KiB", "MiB", "GiB"):
        amount /= 1024
        if amount < 1024:
            return f"{amount:.1f} {unit}".replace(".0 ", " ")
    return f"{amount / 1024:.1f} TiB".replace(".0 ", " ")


def seconds_words(seconds: float) -> str:
    """A number of seconds for people, such as `3.5 s`, `2 min 5 s` or `3 h 20 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".0 ", " ")
    whole = int(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s".replace(" 0 s", "")
    if whole < 172800:
        return f"{whole // 3600} h {whole % 3600 // 60} min".replace(" 0 min", "")
    return f"{whole // 86400} days"


def mode_number(mode: str) -> int:
    """The permission bits of an octal text such as `0644`."""
    return int(mode, 8)


def mode_words(bits: int) -> str:
    """Permission bits as `0644`, with set-id and sticky bits `04755`."""
    return f"0{bits:03o}"


def counted(number: int, noun: str) -> str:
    """A count with its noun, such as `1 host`, `1,200 hosts`, `2 checks`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
