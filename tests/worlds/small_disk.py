"""File systems of the tests' own, small enough to fill."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def disk_of(mebibytes: int, place: Path) -> Iterator[Path]:
    """A file system in memory of this size. Skips where there is no right to mount one; in CI that is a failure."""
    if os.geteuid() != 0:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs root, to mount a small file system.", pytrace=False)
        pytest.skip("Only root can mount a small file system.")
    place.mkdir()
    options = f"size={mebibytes}m,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Use up every block of the file system but so many bytes; the file that does."""
    hog = disk / "hog"
    with hog.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 65536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    if leave:
        os.truncate(hog, hog.stat().st_size - leave)
    return hog
