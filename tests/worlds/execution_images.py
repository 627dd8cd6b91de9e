"""An image with Ansible in it, made from the root of lab hosts and orch's own environment, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.worlds.plain_account import PlainAccount

Engine = Literal["podman", "docker"]

CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{0}/graph"
runroot = "{0}/run"
"""
# What ansible-core needs; orch itself and all else of its environment are not in the image.
PACKAGES = (
    *(
        "ansible",
        "ansible_test",
        "jinja2",
        "markupsafe",
        "yaml",
        "_yaml",
        "cryptography",
        "cffi",
        "pycparser",
        "packaging",
    ),
    "resolvelib",
    "_cffi_backend",
)
NAME = "localhost/orch-test-ansible"
COLLECTIONS = "usr/share/ansible/collections"
# lab.here.place: a module that only the image has, and what it sees of a folder of this machine.
MODULE = """\
from ansible.module_utils.basic import AnsibleModule
import os
module = AnsibleModule({"folder": {"required": True}}, supports_check_mode=True)
folder = module.params["folder"]
there = os.path.exists("/run/.containerenv") or os.path.exists("/.dockerenv")
module.exit_json(container=there, seen=sorted(os.listdir(folder)) if os.path.isdir(folder) else [])
"""


IN_BOTH_ENGINES = pytest.mark.parametrize("image", ["podman", "docker"], indirect=True, scope="module")
"""For a test, or a file of them, that takes the fixture `image`."""


@dataclass(frozen=True)
class Image:
    """An image by its digest, the engine that has it, and the variables by which that is found.

    `watchers`: a pattern for the command lines of processes that watch its containers. `by`: the words before a command of
    the engine, where it is not this account's.
    """

    name: str
    engine: Engine
    environment: dict[str, str]
    watchers: str
    by: tuple[str, ...] = ()

    def asked(self, *words: str) -> subprocess.CompletedProcess[str]:
        """How one command of the engine ended."""
        return _asked([*self.by, self.engine], self.environment, *words)

    def containers(self) -> list[str]:
        """The names of all that there are, whatever their state."""
        return self.asked("ps", "--all", "--format", "{{.Names}}").stdout.split()


def podman_environment(folder: Path) -> dict[str, str]:
    """What leads podman to images of its own in a folder."""
    (folder / "containers.conf").write_text(CONTAINERS)
    (folder / "storage.conf").write_text(STORAGE.format(folder))
    return {
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }


@contextmanager
def image_of_a_plain_account(base: Path, account: PlainAccount) -> Iterator[Image]:
    """The same by podman without root. Skips, with podman's words, where this machine has no such containers."""
    folder = account.home / "images"
    folder.mkdir()
    environment = {**account.environment, **podman_environment(folder)}
    account.own(folder)
    podman = account.words("podman")
    load(base, folder, environment, *podman, "import", "--quiet", "-", f"{NAME}:1")
    name = repository_digest(podman, environment, f"{NAME}:1")
    image = Image(name, "podman", environment, f"conmon.*{folder}", tuple(account.words()))
    try:
        tried = image.asked("run", "--rm", "--network=host", "--pull=never", name, "true")
        if tried.returncode != 0:
            pytest.skip(f"podman without root starts no container here: {tried.stderr.strip()[-300:]}")
        yield image
    finally:
        image.asked("rm", "--all", "--force")
        image.asked("rmi", "--all", "--force")
        # Ends podman's own process, which keeps the namespace of the account.
        image.asked("system", "migrate")


@contextmanager
def image_of_podman(base: Path, folder: Path) -> Iterator[Image]:
    """The image of a root file system, by podman. Raises CalledProcessError."""
    environment = podman_environment(folder)
    load(base, folder, environment, "podman", "import", "--quiet", "-", f"{NAME}:1")
    name = repository_digest(["podman"], environment, f"{NAME}:1")
    image = Image(name, "podman", environment, "conmon.*ansible_runner_a1")
    try:
        yield image
    finally:
        image.asked("rm", "--all", "--force")
        image.asked("rmi", "--all", "--force")
        mounted = str(folder / "graph/overlay")
        subprocess.run(["umount", "--quiet", mounted], check=False, capture_output=True)


def load(base: Path, folder: Path, environment: dict[str, str], *command: str) -> None:
    """Give the archive of the image to a command that reads it. Raises CalledProcessError."""
    more = folder / "more"
    packages = more / "usr/lib/python3/dist-packages"
    packages.mkdir(parents=True)
    own = Path(sysconfig.get_path("purelib"))
    for place in own.iterdir():
        if place.name.split("-")[0].split(".")[0].lower() in {
            name.lower() for name in (*PACKAGES, "ansible_core", "pyyaml")
        }:
            shutil.copytree(place, packages / place.name) if place.is_dir() else shutil.copy(place, packages)
    script = more / "usr/bin/ansible-playbook"
    script.parent.mkdir(parents=True)
    script.write_text("#!/usr/bin/python3\nfrom ansible.cli.playbook import main\nmain()\n")
    script.chmod(0o755)
    module = more / COLLECTIONS / "ansible_collections/lab/here/plugins/modules/place.py"
    module.parent.mkdir(parents=True)
    module.write_text(MODULE)
    places = ["--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./dev/*", "--exclude=./var/cache/*"]
    # Each path once: podman refuses an archive in which a folder stands twice.
    added = [f"./{place.relative_to(more)}" for place in (*packages.iterdir(), script, more / COLLECTIONS)]
    tar = ["tar", "--create", "--numeric-owner", *places, "--directory", str(base), "."]
    tar += ["--directory", str(more), *added]
    with subprocess.Popen(tar, stdout=subprocess.PIPE) as made:
        subprocess.run(
            command, stdin=made.stdout, env={**os.environ, **environment}, check=True, capture_output=True
        )
    shutil.rmtree(more)


def repository_digest(engine: Sequence[str], environment: dict[str, str], name: str) -> str:
    """The image of a name, as plans write it. Raises CalledProcessError."""
    ended = _asked(engine, environment, "image", "inspect", "--format", "{{index .RepoDigests 0}}", name)
    ended.check_returncode()
    return ended.stdout.strip()


def _asked(
    engine: Sequence[str], environment: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*engine, *words],
        cwd="/",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
