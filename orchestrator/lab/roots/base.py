"""The root that all hosts share, read only: built once per machine from the machine's own package sources."""

import hashlib
import json
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

from orchestrator.lab.errors import LabError
from orchestrator.lab.kernel import cgroups
from orchestrator.lab.kernel.locks import held, held_if_free
from orchestrator.lab.kernel.mounts import unmount_under
from orchestrator.lab.paths import HOME
from orchestrator.lab.roots.machine_apt import codename, known_indexes
from orchestrator.lab.roots.recipe import AS_ROOT_OF_IT, FILES, MASKED, PACKAGES, RECIPE
from orchestrator.lab.shell import run, run_in_group

Say = Callable[[str], None]
_BUILD_SECONDS = 900
_GROUP = ".base"


def ready_base(say: Say) -> Path:
    """The base root's folder; builds it if this machine has none for the recipe. Raises LabError."""
    target = HOME / f"base-{_digest()}"
    if target.is_dir():
        return target
    with held("base", waiting=lambda: say("another `orch lab up` builds the base root; waiting for it")):
        if not target.is_dir():
            _build(target, say)
    return target


def sweep_unfinished_base() -> None:
    """Remove what a killed build left; a running build holds the lock and is left alone."""
    with held_if_free("base") as free:
        if free:
            _sweep()


def _sweep() -> None:
    cgroups.remove(_GROUP)
    for half in HOME.glob("building-*"):
        unmount_under(half)
        shutil.rmtree(half)


def _build(target: Path, say: Say) -> None:
    _sweep()
    half = HOME / target.name.replace("base-", "building-")
    HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    say(
        f"building the base root of all lab hosts, once on this machine: {len(PACKAGES)} Debian packages and what "
        f"they need, from this machine's own package sources, about 200 MiB in {target}; takes half a minute to a minute"
    )
    command = ["mmdebstrap", "--quiet", "--mode=root", "--variant=apt", "--format=directory", *_options()]
    run_in_group(_group(), [*command, codename(), str(half), "-"], text=_sources(say), seconds=_BUILD_SECONDS)
    _furnish(half)
    half.rename(target)
    cgroups.remove(_GROUP)
    _remove_outdated(target)
    say("the base root is ready")


def _remove_outdated(target: Path) -> None:
    """Remove the bases of older recipes, except those that a running host uses."""
    used = Path("/proc/self/mountinfo").read_text()
    for base in HOME.glob("base-*"):
        if base != target and f"lowerdir={base}," not in used:
            shutil.rmtree(base)


def _group() -> list[Path]:
    return cgroups.made(_GROUP, "build")


def _options() -> list[str]:
    return [
        f"--include={','.join(PACKAGES)}",
        "--skip=cleanup/reproducible",
        '--aptopt=Acquire::Languages "none"',
        '--aptopt=APT::Install-Recommends "false"',
        *(f"--aptopt={line}" for line in _machine_apt_settings()),
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude=/usr/share/{tree}/*" for tree in ("doc", "info", "locale", "man")),
    ]


def _machine_apt_settings() -> list[str]:
    """The machine's apt settings for its package sources: proxies and date checks."""
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    lines = run(["apt-config", "dump"]).splitlines()
    return [line for line in lines if line.startswith(wanted) and not line.endswith('"";')]


def _sources(say: Say) -> str:
    """The package indexes that this machine's apt knows for its release, as one-line sources."""
    lines = _known_indexes()
    if not lines:
        say("apt has no package lists yet; fetching them (apt-get update)")
        run(["apt-get", "-qq", "update"], seconds=_BUILD_SECONDS)
        lines = _known_indexes()
    if not lines:
        raise LabError(
            f"apt knows no packages of {codename()}: look at /etc/apt/sources.list.d, then try again."
        )
    return "\n".join(lines) + "\n"


def _known_indexes() -> list[str]:
    """Hosts are made of what Debian calls free."""
    return [source for source in known_indexes() if source.endswith(" main")]


def _furnish(root: Path) -> None:
    for command in AS_ROOT_OF_IT:
        run(["chroot", str(root), *command])
    for name, (mode, text) in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(mode)
    for unit in MASKED:
        link = root / "etc/systemd/system" / unit
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()


def _digest() -> str:
    recipe = json.dumps(
        [RECIPE, codename(), platform.machine(), PACKAGES, FILES, MASKED, AS_ROOT_OF_IT], sort_keys=True
    )
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]
