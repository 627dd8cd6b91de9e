"""The Ansible that an image has: asked once in a container of it, without network; a digest means the same ever after."""

from __future__ import annotations

import os
from dataclasses import replace

from orchestrator.adapters.ansible.installation import (
    ASKED,
    AnsibleInstallation,
    installation_as_said,
    unusable,
)
from orchestrator.adapters.ansible.isolation.engines import asked, engine_with, last_words, place_of
from orchestrator.errors import MachineLacks

_SHELL = """\
python=python3
playbook=$(command -v ansible-playbook) && read -r first < "$playbook" && case "$first" in
  '#!'/*python*) python=${first#'#!'} ;;
esac
exec ${python% -*} -c "$1"
"""
_STARTS_WITHIN = 120.0
"""Seconds; a first container of an image can take long to be made ready."""
ENGINE_FAILED = 125
"""The exit code of `run` where the engine itself failed (podman-run(1), docker-run(1))."""


class Images:
    """What images have, each asked once."""

    def __init__(self) -> None:
        self._known: dict[str, AnsibleInstallation] = {}

    def installation(self, image: str) -> AnsibleInstallation:
        """The Ansible in an image, and the engine that has it. Raises MachineLacks."""
        if image not in self._known:
            self._known[image] = _asked_of(image)
        return self._known[image]


def _asked_of(image: str) -> AnsibleInstallation:
    engine = engine_with(image)
    words = ["run", "--rm", "--pull=never", "--network=none", "--log-driver=none", image]
    ended = asked([engine, *words, "/bin/sh", "-c", _SHELL, "ask", ASKED], _STARTS_WITHIN)
    if ended is None or ended.exit_code is None:
        raise unusable(
            image, f"an image in which {engine} starts nothing within {_STARTS_WITHIN:.0f} seconds"
        )
    if ended.exit_code == ENGINE_FAILED:
        raise MachineLacks(
            f"{engine} has {image}, and starts no container of it: {last_words(ended).rstrip('.')}. "
            "See to it that it does, as this user: orch doctor."
        )
    if ended.exit_code != 0:
        why = f"exit code {ended.exit_code}: {last_words(ended)}"
        raise unusable(image, f"that {engine} cannot run Python in it ({why})")
    # What it says of a file is true of the image, and not of this machine.
    seen = installation_as_said(image, ended.output)
    return replace(seen, image=image, engine=engine, engine_variables=place_of(os.environ))
