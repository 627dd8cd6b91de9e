"""`orch settings`: which settings hold here and where each came from, a check of orch.toml, and its JSON Schema."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.bootstrap import home_of, project_settings
from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.wiring import named_ansible
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode, Fault, MachineLacks, NotFound, PlanFault

if TYPE_CHECKING:
    from orchestrator.adapters.files.settings_file import LoadedSettings
    from orchestrator.bootstrap.project_settings import Setting

HEADINGS = ("setting", "value", "from")
_LONGEST = 200


@click.group()
def settings() -> None:
    """Settings of a project (orch.toml), and the variables and options over it."""


@settings.command()
@ansible_option
@json_option
def show(as_json: bool) -> None:  # noqa: FBT001
    """Show each setting that holds in this folder, and where it came from."""
    held = _held()
    if as_json:
        click.echo(json.dumps({setting.name: _as_json(setting) for setting in held}))
        return
    from orchestrator.cli.views.table import print_table

    print_table(HEADINGS, [_row(setting) for setting in held])
    file = project_settings.settings_file()
    click.echo(f"Settings of the project: {file or 'no orch.toml in this folder or above it'}.", err=True)


@settings.command(name="check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@json_option
def check_settings(file: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Check orch.toml, or FILE, and show every fault with its line; the Ansible and the image that it names are asked."""
    from orchestrator.adapters.files.settings_file import load_settings

    there = file or project_settings.settings_file()
    if there is None:
        raise NotFound(
            "There is no orch.toml in this folder or above it, so all defaults hold: orch settings show."
        )
    try:
        faults = tuple(_unusable(load_settings(there)))
    except PlanFault as faulty:
        faults = faulty.faults
    if as_json:
        click.echo(json.dumps({"file": str(there), "faults": [asdict(fault) for fault in faults]}))
    elif not faults:
        click.echo(f"{there}: no faults.")
    else:
        click.echo("\n".join(map(str, faults)), err=True)
    return ExitCode.PLAN_FAULT if faults else ExitCode.COMPLETED


@settings.command()
def schema() -> None:
    """Print the JSON Schema of orch.toml, for editors."""
    from orchestrator.adapters.files.schemas.settings_schema import settings_schema

    click.echo(json.dumps(settings_schema(), indent=2))


def _held() -> list[Setting]:
    """Each setting, with what stands for one that has no value. Raises PlanFault, NotFound, StoreFault."""
    home, ansible = project_settings.home_setting(), project_settings.ansible_setting(named_ansible())
    return [
        _or_default(ansible, "the active virtual environment, else PATH, else orch's own: orch doctor"),
        _or_default(project_settings.image_setting(), "this machine, unless a plan names an image"),
        _or_default(home, str(home_of())),
        *(
            _of_variable(*each)
            for each in (
                ("store", "ORCH_STORE_URL", "the home"),
                ("disk_reserve", "ORCH_DISK_RESERVE", "256MiB"),
                ("key", "ORCH_KEY", "a trusted key in ~/.config/orch, ~/.ssh or the agent"),
            )
        ),
    ]


def _or_default(setting: Setting, default: str) -> Setting:
    if setting.value is not None:
        return setting
    return project_settings.Setting(setting.name, default, "default")


def _of_variable(name: str, variable: str, default: str) -> Setting:
    value = os.environ.get(variable)
    if not value:
        return project_settings.Setting(name, default, "default")
    return project_settings.Setting(name, _without_password(value), "variable", variable)


def _without_password(value: str) -> str:
    """An address of a database without what stands between its user and its host."""
    head, at, tail = value.rpartition("@")
    scheme, slashes, user = head.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}@{tail}" if at and slashes else value


def _row(setting: Setting) -> tuple[str, str, str]:
    return setting.name, plain(setting.value or "", _LONGEST), plain(setting.words, _LONGEST)


def _as_json(setting: Setting) -> dict[str, str | None]:
    value = None if setting.origin == "default" else setting.value
    return {"value": value, "origin": setting.origin, "place": setting.place}


def _unusable(loaded: LoadedSettings) -> list[Fault]:
    """What the file names and this machine does not have."""
    from orchestrator.adapters.ansible.installation import find_installation

    faults, ansible, home = [], loaded.path_of("ansible"), loaded.path_of("home")
    if ansible is not None:
        try:
            find_installation(named=ansible, environment=os.environ)
        except MachineLacks as lack:
            words = (
                "an Ansible that can be used",
                lack.message.rstrip("."),
                "see what there is: orch doctor",
            )
            faults.append(_fault(loaded, "ansible", *words))
    image = loaded.noun.execution_environment
    if image is not None:
        from orchestrator.adapters.ansible.isolation.images import Images

        try:
            Images().installation(image)
        except MachineLacks as lack:
            words = ("an image that can be used", lack.message.rstrip("."), "see what there is: orch doctor")
            faults.append(_fault(loaded, "execution_environment", *words))
    if home is not None and home.exists() and not home.is_dir():
        faults.append(_fault(loaded, "home", "a folder, or nothing yet", "a file", "name another place"))
    return faults


def _fault(loaded: LoadedSettings, name: str, *words: str) -> Fault:
    return Fault(str(loaded.file), loaded.lines.get(name), name, *words)
