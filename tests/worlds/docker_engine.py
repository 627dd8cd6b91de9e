"""A docker of its own on this machine: daemon, images and sockets in one folder; and the image with Ansible, by docker.

docker knows a digest only of what a registry has had, so a registry is started on the loopback interface for as long as the
image is given to it. The machine's own docker, where there is one, is left alone.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from tests.worlds.execution_images import Image, load, podman_environment, repository_digest

PROGRAMS = ("docker", "dockerd", "containerd", "docker-registry")
REGISTRY = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
_STARTS_WITHIN = 30.0


class NoDocker(Exception):
    """Why there is no docker here, in a sentence."""


@contextmanager
def image_of_docker(base: Path, folder: Path) -> Iterator[Image]:
    """The image of a root file system. Raises NoDocker where no daemon can be had, and CalledProcessError."""
    absent = [program for program in PROGRAMS if which(program) is None]
    if absent:
        raise NoDocker(f"{', '.join(absent)} not installed here: make testing")
    if os.geteuid() != 0:
        raise NoDocker("only root can start a docker daemon")
    with _daemon(folder) as address:
        # podman is asked first: it has nothing, in a folder of its own.
        environment = {"DOCKER_HOST": address, **podman_environment(folder)}
        name = _with_digest(base, folder, environment)
        yield Image(name, "docker", environment, f"containerd-shim.*{folder}/")


def _with_digest(base: Path, folder: Path, environment: dict[str, str]) -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name = f"127.0.0.1:{port}/orch-test-ansible:1"
    load(base, folder, environment, "docker", "import", "-", name)
    settings = folder / "registry.yml"
    settings.write_text(REGISTRY.format(folder=folder, port=port))
    with _started(["docker-registry", "serve", str(settings)], folder / "registry.log") as registry:
        _wait(registry, folder / "registry.log", lambda: _listens(port))
        push = ["docker", "push", "--quiet", name]
        subprocess.run(push, env={**os.environ, **environment}, check=True, capture_output=True)
    return repository_digest(["docker"], environment, name)


@contextmanager
def _daemon(folder: Path) -> Iterator[str]:
    """A daemon without networks: what runs in it has the machine's own."""
    address, log = f"unix://{folder}/docker.sock", folder / "dockerd.log"
    words = [
        "dockerd",
        f"--host={address}",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/dockerd.pid",
        "--iptables=false",
        "--ip6tables=false",
        "--bridge=none",
        "--exec-opt=native.cgroupdriver=cgroupfs",
    ]
    asks = ["docker", "--host", address, "ps", "--quiet"]
    with _started(words, log) as daemon:
        _wait(daemon, log, lambda: subprocess.run(asks, check=False, capture_output=True).returncode == 0)
        try:
            yield address
        finally:
            listed = subprocess.run([*asks, "--all"], check=False, capture_output=True, text=True)
            for container in listed.stdout.split():
                remove = ["docker", "--host", address, "rm", "--force", container]
                subprocess.run(remove, check=False, capture_output=True)
    for mounted in (folder / "exec/netns/default", folder / "data/overlay2", folder / "data"):
        subprocess.run(["umount", "--quiet", str(mounted)], check=False, capture_output=True)


@contextmanager
def _started(words: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server for as long as this process lives; what is left of a killed test ends by itself."""
    with log.open("ab") as output:
        server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], log: Path, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise NoDocker(f"{server.args!r} does not start here: {''.join(last)[:300]}")
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
