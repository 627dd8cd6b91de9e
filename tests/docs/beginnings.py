"""The worlds that pages begin in: what stands in the folder before the first command, and what its words stand for."""

from __future__ import annotations

import atexit
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from orchestrator.cli.verbs.planning.example import example_files, place_files
from tests.docs.pages import ROOT
from tests.store.postgres import server
from tests.worlds import project
from tests.worlds.plans import SIX, plan_tree
from tests.worlds.sealed_fleet import sealed_fleet

Words = Mapping[str, str]


def nothing(folder: Path) -> Words:
    """An empty folder."""
    return {}


def example(folder: Path) -> Words:
    """What `orch init --example` writes."""
    place_files(folder, example_files())
    return {}


def example_without_hosts(folder: Path) -> Words:
    """The same, with an inventory of hosts that nobody asks (RFC 5737)."""
    place_files(folder, example_files())
    hosts = "".join(f"    web{n}: {{ansible_host: 192.0.2.{n}}}\n" for n in range(1, 7))
    (folder / "inventories/lab/hosts.yml").write_text(f"web:\n  hosts:\n{hosts}")
    return {}


def deployed(folder: Path) -> Words:
    """A home with a deployment of shop 2.4.0 to the hosts web1 to web6 that is completed; the page calls it ID."""
    tree = plan_tree()
    tree["release"].update(name="shop", version="2.4.0", service="shop")
    tree["resources"]["environment"] = "lab"
    fleet = sealed_fleet(folder / ".orch", tree, SIX)
    return {"ID": fleet.deploy().id}


def deployed_with_database(folder: Path) -> Words:
    """The same beside an empty database of a server that ends with the tests; the page calls its URL DATABASE."""
    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    return {**deployed(folder), "DATABASE": until_the_end.enter_context(server())}


def tree(folder: Path) -> Words:
    """An Ansible tree that knows nothing of orch, in the folder `my-ansible-tree`."""
    target = folder / "my-ansible-tree"
    shutil.copytree(ROOT / "tests/cases/adoption/flat", target)
    (target / "hosts").unlink()
    (target / "hosts.yml").write_text("web:\n  hosts:\n    web1: {ansible_host: 192.0.2.1}\n")
    return {}


def repository(folder: Path) -> Words:
    """The same in `my-site`, with the usual names and no inventory yet."""
    target = folder / "my-site"
    shutil.copytree(ROOT / "tests/cases/adoption/flat", target)
    (target / "hosts").unlink()
    (target / "pump.yml").rename(target / "site.yml")
    return {}


def checkout(folder: Path) -> Words:
    """A clone of this repository, with the files as they are now and the environment of the real one."""
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(folder)], check=True, timeout=60)
    changed = ["git", "ls-files", "-z", "--modified", "--others", "--exclude-standard"]
    names = subprocess.run(changed, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(ROOT / ".venv/bin")
    return {}


def plan(folder: Path) -> Words:
    """A project with a sound plan, over hosts that nobody asks."""
    project.make(folder)
    return {}


def settings(folder: Path) -> Words:
    """A project with an orch.toml."""
    (folder / "orch.toml").write_text(f'ansible = "{ROOT / ".venv"}"\n')
    return {}


def export_of_awx(folder: Path) -> Words:
    """An export of AWX, beside the checkout of one of its projects."""
    (folder / "shop").mkdir()
    (folder / "shop/site.yml").write_text(
        "- name: The shop\n  hosts: web\n  tasks:\n    - name: write its configuration\n"
        "      ansible.builtin.copy: {src: shop.conf, dest: /etc/shop.conf}\n      tags: [config]\n"
    )
    (folder / "shop/shop.conf").write_text("port=8080\n")
    shutil.copy(ROOT / "tests/cases/awx/shop.json", folder / "export.json")
    return {}


BEGINNINGS: Mapping[str, Callable[[Path], Words]] = {
    "nothing": nothing,
    "the example": example,
    "the example, without hosts": example_without_hosts,
    "a deployment": deployed,
    "a deployment and a database": deployed_with_database,
    "a tree": tree,
    "a repository": repository,
    "a checkout": checkout,
    "a plan": plan,
    "settings": settings,
    "an export of AWX": export_of_awx,
}
