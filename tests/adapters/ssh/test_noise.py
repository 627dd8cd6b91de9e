"""What a login shell prints without a line's end is known from the first answer; whole lines harm nobody."""

import pytest

from orchestrator.adapters.ssh.round_trip import _noise


@pytest.mark.parametrize(
    ("output", "noise"),
    [
        (b"\nORCH-HELLO n 1.0\n", ""),
        (b"", ""),
        (b"welcome\n\nORCH-HELLO n 1.0\n", ""),
        (b"prompt> \nORCH-HELLO n 1.0\n", "prompt>"),
        (b"welcome\nprompt> \nORCH-HELLO n 1.0\n", "prompt>"),
        (b"\xff\nORCH-HELLO n 1.0\n", "\\xff"),
    ],
)
def test_noise_is_what_has_no_end_of_line(output: bytes, noise: str) -> None:
    assert _noise(output) == noise
