"""An image with Ansible in it, made from the root of lab hosts and orch's own environment, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

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
there = os.path.exists("/run/.containerenv")
module.exit_json(container=there, seen=sorted(os.listdir(folder)) if os.path.isdir(folder) else [])
"""


@dataclass(frozen=True)
class Image:
    """An image by its digest, and the variables by which podman finds it."""

    name: str
    environment: dict[str, str]

    def podman(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command of podman."""
        return subprocess.run(
            ["podman", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def containers(self) -> list[str]:
        """The names of all that there are, whatever their state."""
        return self.podman("ps", "--all", "--format", "{{.Names}}").stdout.split()


def build(base: Path, folder: Path) -> Image:
    """Make the image of a root file system. Raises CalledProcessError."""
    (folder / "containers.conf").write_text(CONTAINERS)
    (folder / "storage.conf").write_text(STORAGE.format(folder))
    environment = {
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }
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
            ["podman", "import", "--quiet", "-", f"{NAME}:1"],
            stdin=made.stdout,
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
        )
    shutil.rmtree(more)
    asked = ["podman", "image", "inspect", "--format", "{{index .RepoDigests 0}}", f"{NAME}:1"]
    ended = subprocess.run(
        asked, env={**os.environ, **environment}, check=True, capture_output=True, text=True
    )
    return Image(ended.stdout.strip(), environment)


def remove(image: Image) -> None:
    """Take away all that podman keeps for it."""
    image.podman("rm", "--all", "--force")
    image.podman("rmi", "--all", "--force")
    graph = Path(image.environment["CONTAINERS_STORAGE_CONF"]).parent / "graph"
    subprocess.run(["umount", "--quiet", str(graph / "overlay")], check=False, capture_output=True)
