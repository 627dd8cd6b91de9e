"""What is said where no engine has the image, none can look for it, or none starts it: the engine's own words, and a move."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.isolation.images import Images
from orchestrator.errors import MachineLacks

IMAGE = f"localhost/any@sha256:{'0' * 64}"
NO_NUMBERS = "cannot set up namespace using newuidmap: exit status 1"
NO_DAEMON = "Cannot connect to the Docker daemon at unix:///nowhere. Is the docker daemon running?"
PODMAN_HAS_NONE = f"Error: inspecting object: {IMAGE}: image not known"
DOCKER_HAS_NONE = f"Error response from daemon: No such image: {IMAGE}"
# How `image inspect` and `run` end, and what each says.
PROGRAM = """\
#!/bin/sh
case "$1" in
  image) echo "{looked}" >&2; exit {look} ;;
  run) echo "{ran}" >&2; exit {run} ;;
esac
"""


def engine(folder: Path, name: str, looked: str, look: int = 1, ran: str = "", run: int = 0) -> None:
    program = folder / name
    program.write_text(PROGRAM.format(looked=looked, look=look, ran=ran, run=run))
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


# What podman and docker say (None: not installed), and what is and what is not to be read.
LOOKS: list[tuple[str | None, str | None, list[str], list[str]]] = [
    (PODMAN_HAS_NONE, None, [f"podman lacks the image of the runs: {IMAGE}", f"podman pull {IMAGE}"], ["look"]),
    (None, DOCKER_HAS_NONE, [f"docker lacks the image of the runs: {IMAGE}", f"docker pull {IMAGE}"], ["look"]),
    (PODMAN_HAS_NONE, DOCKER_HAS_NONE, ["podman and docker lack the image", f"podman pull {IMAGE}"], ["look"]),
    # A program without its service is no place for an image.
    (PODMAN_HAS_NONE, NO_DAEMON, ["podman lacks the image", f"docker cannot look: {NO_DAEMON}", "podman pull"], []),
    (NO_NUMBERS, DOCKER_HAS_NONE, ["docker lacks", f"podman cannot look: {NO_NUMBERS}", "docker pull"], []),
    (NO_NUMBERS, None, [f"podman cannot look: {NO_NUMBERS}", "orch doctor"], ["podman pull", "lacks"]),
    (None, None, ["neither podman nor docker"], ["pull"]),
]  # fmt: skip


@pytest.mark.parametrize(("podman", "docker", "read", "unread"), LOOKS)
def test_who_lacks_an_image_and_who_cannot_look_are_two_things(
    path: Path, podman: str | None, docker: str | None, read: list[str], unread: list[str]
) -> None:
    for name, words in (("podman", podman), ("docker", docker)):
        if words is not None:
            engine(path, name, words)
    with pytest.raises(MachineLacks) as lack:
        Images().installation(IMAGE)
    assert [words for words in read if words not in str(lack.value)] == [], str(lack.value)
    assert [words for words in unread if words in str(lack.value)] == [], str(lack.value)


# How a first container of an image that is there ended: 125 is the engine's own failure, all else is the image's.
STARTS = [
    (
        125,
        "crun: cannot set memory limit: Permission denied",
        "starts no container of it",
        "orch doctor",
    ),
    (127, "/bin/sh: not found", "podman cannot run Python in it", "ansible-core"),
]


@pytest.mark.parametrize(("code", "words", "finding", "move"), STARTS)
def test_an_engine_that_starts_nothing_is_no_fault_of_the_image(
    path: Path, code: int, words: str, finding: str, move: str
) -> None:
    engine(path, "podman", "", 0, words, code)
    with pytest.raises(MachineLacks) as lack:
        Images().installation(IMAGE)
    for part in (finding, words, move):
        assert part in str(lack.value)
    assert ("pip install" in str(lack.value)) is (code != 125)
