"""The settings that hold here: options over variables over `orch.toml` over defaults (docs/settings.md)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from orchestrator.adapters.home_paths import expanded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orchestrator.adapters.ansible.choice import AnsibleChoice
    from orchestrator.adapters.ansible.installation import AnsibleInstallation
    from orchestrator.adapters.files.settings_file import LoadedSettings

NAMES_FILE = "ORCH_SETTINGS"
ANSIBLE = "ORCH_ANSIBLE"
HOME = "ORCH_HOME"
_FILE = "orch.toml"

Origin = Literal["option", "variable", "file", "default"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that holds: its value, and where it came from. `place`: the option, the variable, or `file:line`."""

    name: str
    value: str | None
    origin: Origin
    place: str = ""

    @property
    def words(self) -> str:
        """Where it came from, for messages."""
        return self.place or "the default"


def settings_file(environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Path | None:
    """The file of settings: as $ORCH_SETTINGS names it (empty: none), else the nearest one here or above.

    Raises PlanFault where the file that was found belongs to somebody else.
    """
    named = environ.get(NAMES_FILE)
    if named is not None:
        return Path(named).absolute() if named else None
    here = folder or Path.cwd()
    # A look before the import: most projects have no such file, and every command passes here.
    if not any((place / _FILE).is_file() for place in (here, *here.parents)):
        return None
    from orchestrator.adapters.files.settings_file import refuse_foreign_settings, settings_above

    nearest = settings_above(here)
    if nearest is not None:
        refuse_foreign_settings(nearest, environ)
    return nearest


def loaded_settings(
    environ: Mapping[str, str] = os.environ, folder: Path | None = None
) -> LoadedSettings | None:
    """The settings of the project; None without a file. Raises PlanFault with every fault, NotFound for a named file."""
    file = settings_file(environ, folder)
    if file is None:
        return None
    from orchestrator.adapters.files.settings_file import load_settings

    return load_settings(file)


def home_setting(environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Setting:
    """The home that a variable or the file names; without a value, orch looks for `.orch`. Raises PlanFault, NotFound."""
    return _setting("home", None, HOME, environ, folder)


def ansible_setting(
    option: Path | None = None, environ: Mapping[str, str] = os.environ, folder: Path | None = None
) -> Setting:
    """The Ansible that an option, a variable or the file names; without a value, orch looks for one.

    Raises PlanFault, NotFound.
    """
    return _setting("ansible", option, ANSIBLE, environ, folder)


def image_setting(environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Setting:
    """The image that the file names for plans that name none. Raises PlanFault, NotFound."""
    loaded = loaded_settings(environ, folder)
    image = loaded.noun.execution_environment if loaded is not None else None
    if loaded is None or image is None:
        return Setting("execution_environment", None, "default")
    return Setting("execution_environment", image, "file", loaded.place_of("execution_environment"))


def chosen_installation(
    option: Path | None = None, environ: Mapping[str, str] = os.environ, folder: Path | None = None
) -> AnsibleInstallation:
    """The Ansible that runs use here. Raises MachineLacks, which says where it was named, and PlanFault, NotFound."""
    from orchestrator.adapters.ansible.installation import find_installation
    from orchestrator.errors import MachineLacks

    setting = ansible_setting(option, environ, folder)
    if setting.value is None:
        return find_installation(named=None, environment=environ)
    try:
        return find_installation(named=Path(setting.value), environment=environ)
    except MachineLacks as lack:
        raise MachineLacks(f"{setting.place}: {lack.message}") from None


def ansible_choice(option: Path | None = None) -> AnsibleChoice:
    """The choice of a process, made when Ansible is first needed."""
    from orchestrator.adapters.ansible.choice import AnsibleChoice

    return AnsibleChoice(lambda: chosen_installation(option), by_option=option is not None)


def _setting(
    name: str, option: Path | None, variable: str, environ: Mapping[str, str], folder: Path | None
) -> Setting:
    if option is not None:
        return Setting(name, str(expanded(option).absolute()), "option", f"--{name}")
    if environ.get(variable):
        return Setting(name, str(expanded(environ[variable]).absolute()), "variable", variable)
    loaded = loaded_settings(environ, folder)
    path = loaded.path_of(name) if loaded is not None else None
    if loaded is None or path is None:
        return Setting(name, None, "default")
    return Setting(name, str(path), "file", loaded.place_of(name))
