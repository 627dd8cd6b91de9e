"""Start the proxy of a lab, and tell its hosts of it."""

import os
import shutil
import sys
from pathlib import Path

from orchestrator.lab import cabling, names
from orchestrator.lab.addresses import gateway
from orchestrator.lab.errors import LabError
from orchestrator.lab.hosts.written import replace
from orchestrator.lab.kernel import cgroups
from orchestrator.lab.kernel.locks import held
from orchestrator.lab.packages import rules
from orchestrator.lab.packages.rules import Listening, ProxyOrder
from orchestrator.lab.paths import HOME, LabPaths
from orchestrator.lab.patience import within
from orchestrator.lab.roots import machine_apt
from orchestrator.lab.shell import environment, run, start_in_group
from orchestrator.lab.state import LabHost, LabState

GROUP = "packages"
_STARTS_WITHIN = 30.0
_LISTS_SECONDS = 300


def ensure(state: LabState, paths: LabPaths) -> None:
    """Have the lab's proxy run with the machine's present sources; one that does already is left alone. Raises LabError."""
    if not state.options.packages:
        return
    order = _order(state, paths)
    written = order.model_dump_json(indent=2)
    known = paths.packages_order.read_text() if paths.packages_order.exists() else ""
    if written == known and cgroups.populated(state.name, GROUP):
        return
    cgroups.remove(state.name, GROUP)
    replace(paths.packages_order, written, mode=0o600)
    paths.packages_ready.unlink(missing_ok=True)
    command = [sys.executable, "-I", "-m", "orchestrator.lab.packages.proxy", str(paths.packages_order)]
    start_in_group(cgroups.made(state.name, GROUP), command, log=paths.packages_log)
    if not within(_STARTS_WITHIN, paths.packages_ready.exists):
        last = paths.packages_log.read_text(errors="replace")[-1000:].strip() or "it printed nothing"
        raise LabError(f"The proxy for packages does not start: {last}")


def furnish(state: LabState, host: LabHost, root: Path) -> None:
    """Give a fresh root the machine's sources, and the lab's proxy as the only way to them."""
    if not state.options.packages:
        return
    apt = root / "etc/apt"
    replace(apt / "sources.list", rules.apt_sources(machine_apt.known_indexes()))
    made_with = apt / "apt.conf.d/99mmdebstrap"
    near = cabling.cables(state, host)[0].bridge
    replace(
        apt / "apt.conf.d/99lab-packages",
        rules.apt_settings(str(gateway(near.network)), made_with.read_text()),
    )
    # It has the machine's own proxy, and leaves out what packages recommend, which no server's apt does of itself.
    made_with.unlink()


def bring_lists(state: LabState, host: LabHost, paths: LabPaths) -> None:
    """Give a wired host that does not run yet the lists of packages that a server has; one host of the lab fetches them.

    Roles leave `update_cache` out, or go by the age of the folder (cache_valid_time). Raises LabError with apt's words.
    """
    root = paths.host(host.name).root
    lists = root / "var/lib/apt/lists"
    if not state.options.packages or any(lists.glob("*_InRelease")):
        return
    with held(f"packages.{state.name}"):
        if not paths.packages_lists.exists():
            space = names.namespace(state.name, host.name)
            fetch = ["chroot", str(root), "apt-get", "--quiet", "--error-on=any", "update"]
            run(["ip", "netns", "exec", space, *fetch], seconds=_LISTS_SECONDS)
            beside = paths.packages_lists.with_suffix(".new")
            shutil.rmtree(beside, ignore_errors=True)
            _copied(lists, beside)
            beside.rename(paths.packages_lists)
            return
    _copied(paths.packages_lists, lists)


def _copied(lists: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for path in lists.iterdir():
        if path.is_file() and path.name != "lock":
            shutil.copy2(path, target / path.name)


def _order(state: LabState, paths: LabPaths) -> ProxyOrder:
    settings = machine_apt.settings()
    sources = rules.repositories(machine_apt.known_indexes())
    if not sources:
        raise LabError(
            "This machine's apt has no package source of its release that is reached over the network: look at "
            "/etc/apt/sources.list.d, run apt-get update, then try again."
        )
    listening = tuple(
        Listening(
            space=bridge.space,
            bridge=names.bridge(state.name),
            address=str(gateway(bridge.network)),
            network=str(bridge.network),
        )
        for bridge in cabling.bridges(state)
    )
    return ProxyOrder(
        listening=listening,
        sources=sources,
        proxies=rules.proxies_of(settings, dict(os.environ) | environment()),
        authorities=settings.get("acquire::https::cainfo") or None,
        cache=str(HOME / "packages"),
        ready=str(paths.packages_ready),
    )
