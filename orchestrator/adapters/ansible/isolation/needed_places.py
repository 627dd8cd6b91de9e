"""The places of this machine that a run needs, and which of them it writes to; all else can be kept from it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.ansible.launch import opens
from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.ssh_config_text import USERS_KNOWN_HOSTS

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
    from orchestrator.domain.evidence.attempt import AttemptRequest

_OF_SSH = re.compile(
    r"^\s*(?:identityfile|certificatefile|userknownhostsfile|globalknownhostsfile|revokedhostkeys|identityagent)\s+(.+)$",
    re.IGNORECASE,
)
_DEFAULT_KEYS = ("id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa")
"""Where ssh looks where nothing is named: ssh_config(5), IdentityFile."""


class Needed(NamedTuple):
    """A place that is there, under the name by which the run knows it."""

    path: str
    writable: bool


def needed_by(
    request: AttemptRequest, folder: AttemptFolder, control: Path, code: Iterable[Path]
) -> list[Needed]:
    """Each once, by its name and by where links lead. `control`: the short folder of the run's sockets.

    `code`: the folders of programs. What a run writes is made here where it is not there yet: of its own folder the files of
    its evidence alone, so that it can neither write its own end nor change its request.
    """
    tmp = folder.path / "tmp"
    tmp.mkdir(mode=0o700, exist_ok=True)
    written = [folder.evidence, folder.acts, folder.opens]
    for file in written:
        file.touch(mode=0o600, exist_ok=True)
    outputs = [Path(request.project) / name for name in request.outputs]
    writable = [*written, tmp, control, *outputs]
    read = [Path(request.project), folder.path, *code, *_read(request, folder, control), *_of_ssh(request)]
    places: dict[str, bool] = {}
    for path, may_write in (*((path, True) for path in writable), *((path, False) for path in read)):
        for name in names_of(path):
            places[name] = may_write or places.get(name, False)
    return [Needed(path, places[path]) for path in sorted(places)]


def names_of(path: Path) -> list[str]:
    """Its absolute name, and where links lead; empty where nothing is there."""
    path = expanded(path).absolute()
    names = dict.fromkeys((os.path.normpath(path), os.path.realpath(path)))
    return [name for name in names if Path(name).exists()]


def _read(request: AttemptRequest, folder: AttemptFolder, control: Path) -> Iterator[Path]:
    """What a run may read, as it is held to it; patterns of files are looked up."""
    for given in opens(request, folder, control)["given"]:
        yield Path(given)
    playbook = Path(request.playbook)
    if not playbook.is_relative_to(request.project):
        yield playbook.parent
    key = configuration(Path(request.project)).get(("defaults", "private_key_file"), "").strip()
    if key:
        yield Path(request.project) / expanded(key)


def _of_ssh(request: AttemptRequest) -> Iterator[Path]:
    """Keys, certificates, pinned host keys and the agent: those that are named, and ssh's own where none is."""
    for key in request.private_keys:
        yield from (Path(key), Path(f"{key}-cert.pub"), Path(f"{key}.pub"))
    for text in (request.plain_way, *(way.config for way in request.ways.values())):
        yield from (Path(path) for path in ssh_paths(text))
    agent = os.environ.get("SSH_AUTH_SOCK")
    if agent:
        yield Path(agent)
    if request.known_hosts is None:
        yield Path(USERS_KNOWN_HOSTS)
    if request.allowance.delegates or not request.private_keys:
        home = expanded("~/.ssh")
        yield from (home / f"{name}{end}" for name in _DEFAULT_KEYS for end in ("", ".pub", "-cert.pub"))


def ssh_paths(config: str) -> Iterator[str]:
    """The paths that a configuration of ssh names."""
    for line in config.splitlines():
        match = _OF_SSH.match(line)
        if match is None:
            continue
        try:
            words = shlex.split(match[1])
        except ValueError:
            continue
        yield from (str(expanded(word)) for word in words if word.startswith(("/", "~/")))
