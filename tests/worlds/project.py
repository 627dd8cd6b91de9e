"""A small project with a sound plan, real enough for Ansible to read."""

import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from orchestrator.adapters.files.manual import minimal

INVENTORY = """\
[web]
web1 ansible_host=192.0.2.1
web2 ansible_host=192.0.2.2
web3 ansible_host=192.0.2.3
web4 ansible_host=192.0.2.4

[rack_b]
web2
web4
"""
PLAYBOOK = """\
- name: shop
  hosts: web
  tasks:
    - name: unpack
      ansible.builtin.unarchive: {src: ../dml/shop-2.4.0.tar.gz, dest: /opt/shop}
"""


def make(folder: Path) -> Path:
    """Write the project; returns the plan's path."""
    for name, text in {
        "inventories/staging": INVENTORY,
        "playbooks/shop.yml": PLAYBOOK,
        "rollback/shop.yml": PLAYBOOK,
    }.items():
        write(folder, name, text)
    artefact = _archive()
    write(folder, "dml/shop-2.4.0.tar.gz", "")
    (folder / "dml/shop-2.4.0.tar.gz").write_bytes(artefact)
    plan = minimal().read_text()
    known = plan.partition("sha256: ")[2].partition("\n")[0]
    return write(folder, "plans/shop.yml", plan.replace(known, hashlib.sha256(artefact).hexdigest()))


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Each of these files, by its path below the folder."""
    for name, text in files.items():
        write(folder, name, text)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def change(path: Path, was: str, now: str) -> None:
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, now))


def _archive() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("bin/shop"))
    return target.getvalue()
