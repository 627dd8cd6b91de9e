"""Who does the same work: each contender is a command over a site, or says why it cannot take part."""

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.site import WORKLOAD, Site, three_waves
from orchestrator.adapters.ansible.acceleration import mitogen
from orchestrator.domain.plan.release_plan import Strategy

ROOT = Path(__file__).parents[1]
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
FORKS = 20
"""Of the tuned runs, and never more than hosts."""
MITOGEN_FORKS = 10
"""More made it slower, and less reliable."""
Environment = Mapping[str, str]


@dataclass(frozen=True)
class Contender:
    """`command` is over a site and a private home folder; `lacking` says why it is not available, or None."""

    name: str
    words: str
    command: Callable[[Site, Path], tuple[list[str], Environment]]
    lacking: Callable[[], str | None] = lambda: None


def _ansible(
    site: Site, home: Path, python: str, arguments: list[str], **settings: str
) -> tuple[list[str], Environment]:
    base = [python, "-m", "ansible", "playbook", str(site.project / "playbooks" / "deploy.yml")]
    return [*base, "-i", str(site.inventory), *arguments], settings


def _defaults(site: Site, home: Path) -> tuple[list[str], Environment]:
    return _ansible(site, home, sys.executable, [])


def _tuned(site: Site, home: Path) -> tuple[list[str], Environment]:
    return _ansible(site, home, sys.executable, _forks(site), **TUNED)


def _forks(site: Site, most: int = FORKS) -> list[str]:
    return ["--forks", str(min(most, len(site.names)))]


TUNED = {
    "ANSIBLE_PIPELINING": "1",
    "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=60s -o PreferredAuthentications=publickey",
}


def _mitogen(site: Site, home: Path) -> tuple[list[str], Environment]:
    keepalive = ["--extra-vars", "mitogen_ssh_keepalive_interval=15"]
    return _ansible(
        site,
        home,
        sys.executable,
        [*_forks(site, MITOGEN_FORKS), *keepalive],
        ANSIBLE_STRATEGY_PLUGINS=str(mitogen.strategies()),
        ANSIBLE_STRATEGY="mitogen_linear",
        ANSIBLE_TIMEOUT="30",
    )


def _orch(site: Site, home: Path) -> tuple[list[str], Environment]:
    return [sys.executable, "-m", "orchestrator", "deploy", str(site.plan)], {"ORCH_HOME": str(home / "orch")}


def _orch_accelerated(site: Site, home: Path, by: str) -> tuple[list[str], Environment]:
    field = acceleration_field()
    plan = site.write_plan(
        f"accelerated-{by}.yml", three_waves(len(site.names)), **({field: by} if field else {})
    )
    return [sys.executable, "-m", "orchestrator", "deploy", str(plan)], {"ORCH_HOME": str(home / "orch")}


def acceleration_field() -> str | None:
    """The field of a plan's strategy that asks for acceleration, where this orch has one."""
    return next((name for name in Strategy.model_fields if name.startswith("accelerat")), None)


def _pyinfra(site: Site, home: Path) -> tuple[list[str], Environment]:
    return _pyinfra_over(site, home / "inventory.py", site.names), {}


def _pyinfra_in_waves(site: Site, home: Path) -> tuple[list[str], Environment]:
    """The same waves as orch's, one run of pyinfra after another; the next only where the last one went well."""
    runs, left = [], list(site.names)
    for number, size in enumerate(three_waves(len(site.names))):
        wave = left[: size if isinstance(size, int) else len(left)]
        left = left[len(wave) :]
        runs += [shlex.join(_pyinfra_over(site, home / f"wave{number}.py", wave))] if wave else []
    return ["sh", "-c", " && ".join(runs)], {}


def _pyinfra_over(site: Site, inventory: Path, names: Sequence[str]) -> list[str]:
    common = {
        "ssh_user": "deploy",
        "ssh_key": str(site.lab.key),
        "ssh_known_hosts_file": str(site.lab.known_hosts),
        "ssh_strict_host_key_checking": "yes",
        "project": str(site.project),
    }
    hosts = [
        (host.name, {"ssh_hostname": str(host.address)}) for host in site.lab.hosts if host.name in names
    ]
    inventory.write_text(f"web = ({hosts!r}, {common!r})\n")
    deploy = str(site.project / "pyinfra" / "deploy.py")
    return [str(BENCH_PYTHON), "-m", "pyinfra", "-y", str(inventory), deploy]


def _floor(site: Site, home: Path) -> tuple[list[str], Environment]:
    script = str(site.project / "floor.sh")
    return ["bash", script, str(site.lab.ssh_config), str(site.project), str(WORKLOAD), *site.names], {}


def _bench_package(name: str) -> Callable[[], str | None]:
    def lacking() -> str | None:
        installed = any((ROOT / ".venv-bench").glob(f"lib/python3*/site-packages/{name}/__init__.py"))
        return None if installed else f"{name} is not in .venv-bench (setup/bench.sh makes it)"

    return lacking


def _no_acceleration() -> str | None:
    return None if acceleration_field() else "not available: a plan's strategy has no field for it"


CONTENDERS = (
    Contender("ansible", "ansible-playbook, defaults", _defaults),
    Contender("ansible-tuned", "ansible-playbook, forks, pipelining, ControlPersist", _tuned),
    Contender("orch", "orch deploy, everything on, three waves", _orch),
    Contender(
        "orch-own",
        "the same, orch's own accelerator",
        partial(_orch_accelerated, by="orch"),
        _no_acceleration,
    ),
    Contender(
        "orch-mitogen", "the same through mitogen", partial(_orch_accelerated, by="mitogen"), _no_acceleration
    ),
    Contender("mitogen", "ansible-playbook with mitogen", _mitogen, mitogen.lacking),
    Contender("pyinfra", "pyinfra, the same work", _pyinfra, _bench_package("pyinfra")),
    Contender(
        "pyinfra-waves", "pyinfra in the same three waves", _pyinfra_in_waves, _bench_package("pyinfra")
    ),
    Contender("ssh", "parallel ssh, one script: the floor", _floor),
)
BASE = "ansible"


def environment(home: Path, settings: Environment) -> dict[str, str]:
    """What a contender sees: a home of its own, so that no run finds connections or caches of another."""
    defaults = home / "defaults.cfg"
    defaults.touch()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ANSIBLE_CONFIG": str(defaults),
        "PYTHONDONTWRITEBYTECODE": "1",
        **settings,
    }
