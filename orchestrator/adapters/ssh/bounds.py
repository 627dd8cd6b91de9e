"""How long a host may take, and how much it may say."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Seconds to connect and seconds of silence after which a host is given up; the most bytes of one answer."""

    connect: float = 10.0
    quiet: float = 30.0
    answer: int = 64 << 20


USUAL = Bounds()
