"""What runs playbooks: Ansible, its collections, and the packages beside orch."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap import project_settings
from orchestrator.bootstrap.doctor.finding import Finding, Lack, Subject
from orchestrator.errors import OrchError

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.installation import AnsibleInstallation

_FOUND = {
    "active": "active virtual environment",
    "path": "PATH",
    "own": "orch's own",
}


def ansible(environ: Mapping[str, str], option: Path | None) -> tuple[Finding, ...]:
    """The Ansible that runs would use here, by whom it was chosen, and where it finds collections."""
    from orchestrator.adapters.ansible.collections_used import collection_folders

    try:
        setting = project_settings.ansible_setting(option, environ)
        installation = project_settings.chosen_installation(option, environ)
    except OrchError as refused:
        return (Finding("ansible", "missing", "", "ansible_unusable", str(refused)),)
    chosen = setting.words if setting.value is not None else _FOUND[installation.source]
    value = (
        f"ansible-core {installation.core_version} under Python {installation.python_version} ({installation.python}), "
        f"by: {chosen}"
    )
    passed_over = " ".join(installation.passed_over)
    seen = (
        Finding("ansible", "warning", value, "ansible_passed_over", passed_over)
        if passed_over
        else Finding("ansible", "ok", value)
    )
    folders = collection_folders(Path.cwd(), installation)
    named = ", ".join(f"{folder} ({number})" for folder, number in folders)
    return (
        seen,
        Finding("collections", "ok", named or "none but Ansible's own"),
        _ssh_passwords(installation),
        _acceleration(installation),
    )


def _acceleration(installation: AnsibleInstallation) -> Finding:
    from orchestrator.adapters.ansible.acceleration import stock

    reason = stock("orch", installation)
    if reason is not None:
        return Finding("acceleration", "warning", reason, "acceleration_stock")
    return Finding("acceleration", "ok", f"orch's own, with ansible-core {installation.core_version}")


def _ssh_passwords(installation: AnsibleInstallation) -> Finding:
    from orchestrator.adapters.ansible.ssh_password_need import needs_sshpass

    if not needs_sshpass(installation):
        return Finding("ssh_passwords", "ok", "by SSH_ASKPASS")
    if shutil.which("sshpass") is None:
        return Finding("ssh_passwords", "missing", "", "sshpass_missing")
    return Finding("ssh_passwords", "ok", "by sshpass")


def execution_environment(environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """The image that orch.toml names: whether an engine has it, and runs an Ansible of it."""
    from orchestrator.adapters.ansible.isolation.images import Images

    try:
        setting = project_settings.image_setting(environ)
        if setting.value is None:
            words = "orch.toml names no image: runs are on this machine, unless a plan names one"
            return (Finding("execution_environment", "ok", words),)
        installation = Images().installation(setting.value)
    except OrchError as refused:
        return (Finding("execution_environment", "missing", "", "image_unusable", str(refused)),)
    return (Finding("execution_environment", "ok", f"{installation.words}, by: {setting.words}"),)


def isolation(environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """What runs without an image are shut off by."""
    from orchestrator import bootstrap
    from orchestrator.adapters.ansible.isolation.namespace import OPEN_RUNS, isolation_here, lacking

    try:
        home = bootstrap.home_of()
    except OrchError:
        home = Path("/nonexistent")
    shut_off = isolation_here(home, acts_here=False, environ=environ)
    if shut_off.isolation != "none":
        return (Finding("isolation", "ok", "a mount namespace in which orch's home is not seen"),)
    if shut_off.unisolated == "asked":
        return (Finding("isolation", "warning", f"{OPEN_RUNS} is set", "isolation_unwanted"),)
    if shut_off.unisolated == "home_in_use":
        return (Finding("isolation", "warning", str(home), "isolation_home_in_use"),)
    return (Finding("isolation", "warning", "", "isolation_impossible", lacking(home)),)


def packages() -> tuple[Finding, ...]:
    """The packages that orch starts runs with, and accelerates them with."""
    return (
        _package("ansible_runner", "ansible-runner", "runner_missing"),
        _package("mitogen", "mitogen", "mitogen_missing"),
    )


def _package(subject: Subject, package: str, lack: Lack) -> Finding:
    try:
        return Finding(subject, "ok", metadata.version(package))
    except metadata.PackageNotFoundError:
        return Finding(subject, "missing", "", lack)
