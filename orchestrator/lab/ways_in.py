"""How somebody gets onto the hosts of a lab and becomes root there: as facts for programs and as lines for people."""

from pathlib import Path

from orchestrator.lab.fleet import Lab
from orchestrator.lab.kernel import cgroups
from orchestrator.lab.packages import start


def facts(lab: Lab) -> dict[str, object]:
    """User, jump hosts and files of passwords; a file is null where the lab has none."""
    sudo = lab.state.options.sudo
    return {
        "user": lab.state.options.user,
        "jumps": [jump.name for jump in lab.state.jumps],
        "sudo_password_file": _named(lab.paths.sudo_password, there=sudo != "free"),
        "pythons": {host.name: python.version for host in lab.hosts if (python := lab.state.python_of(host))},
        "packages": lab.state.options.packages,
        "vault_password_file": _named(lab.paths.vault_password, there=sudo == "vault"),
    }


def lines(lab: Lab) -> list[str]:
    """What differs from a plain lab: a heading of 13 characters, then what to type or to know."""
    return [*_user(lab), *_sudo(lab), *_jumps(lab), *_packages(lab), *_pythons(lab)]


def _user(lab: Lab) -> list[str]:
    return [f"user         {lab.state.options.user}"]


def _sudo(lab: Lab) -> list[str]:
    paths = lab.paths
    if lab.state.options.sudo == "vault":
        return [
            f"sudo asks    for the password in {paths.sudo_password}; the inventory has it vaulted",
            f"vault        ansible-playbook --vault-password-file {paths.vault_password}",
        ]
    if lab.state.options.sudo == "file":
        return [f"sudo asks    ansible-playbook --become-password-file {paths.sudo_password}"]
    return []


def _jumps(lab: Lab) -> list[str]:
    if not lab.state.jumps:
        return []
    way = " -> ".join(f"{jump.name} ({jump.address})" for jump in lab.state.jumps)
    return [f"way          {way} -> hosts ({lab.state.network}); nothing else leads to them"]


def _packages(lab: Lab) -> list[str]:
    if not lab.state.options.packages:
        return []
    runs = "" if cgroups.populated(lab.name, start.GROUP) else "; its proxy is dead, `orch lab up` starts it"
    return [f"packages     hosts install them with apt-get; asked for in {lab.paths.packages_log}{runs}"]


def _pythons(lab: Lab) -> list[str]:
    interpreters = ", ".join(python.interpreter for python in lab.state.pythons)
    return [f"python       {interpreters}, in turn from web1 on"] if interpreters else []


def _named(path: Path, *, there: bool) -> str | None:
    return str(path) if there else None
