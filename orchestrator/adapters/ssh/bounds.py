"""How long a host may take, and how much it may say."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Seconds to connect and seconds of silence after which a host is given up; the most bytes of an answer.

    `answer` is that of a baseline, `small_answer` that of any other answer.
    """

    connect: float = 10.0
    quiet: float = 30.0
    answer: int = 64 << 20
    small_answer: int = 8 << 20


USUAL = Bounds()
