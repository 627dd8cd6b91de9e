"""Paths of a project's ansible.cfg that lead out of the project, or to passwords: no copy of it has them at those places.

A run from a private copy is given them where they are in the project: relative paths count from the folder of ansible.cfg.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from pathlib import Path

FOLDERS = {"roles_path": "ANSIBLE_ROLES_PATH", "collections_path": "ANSIBLE_COLLECTIONS_PATH"}
"""Those that a run takes over where Ansible is imported already."""
PASSWORDS = {
    "vault_password_file": "ANSIBLE_VAULT_PASSWORD_FILE",
    "vault_identity_list": "ANSIBLE_VAULT_IDENTITY_LIST",
    "become_password_file": "ANSIBLE_BECOME_PASSWORD_FILE",
    "connection_password_file": "ANSIBLE_CONNECTION_PASSWORD_FILE",
}
_PLUGINS = {"library": "ANSIBLE_LIBRARY", "module_utils": "ANSIBLE_MODULE_UTILS"}
_OLD_NAME = {"collections_paths": "collections_path"}
_NONE = ("", "prompt", "prompt_ask_vault_pass")


def from_elsewhere(
    settings: Mapping[tuple[str, str], str], project: Path, origin: Path | None
) -> dict[str, str]:
    """The ANSIBLE_* variable for each option with such a path; `origin`: the folder that `project` is a copy of."""
    if origin is None or origin == project:
        return {}
    given: dict[str, str] = {}
    for (section, option), value in settings.items():
        name = _variable(_OLD_NAME.get(option, option))
        if section != "defaults" or name is None:
            continue
        if option in PASSWORDS:
            anew = ",".join(_password(entry.strip(), project, origin) for entry in value.split(","))
        else:
            anew = ":".join(
                _folder(entry.strip(), project, origin) for entry in value.split(":") if entry.strip()
            )
        if anew != _as_it_is(option, value, project):
            given[name] = anew
    return given


def needs_own_import(given: Mapping[str, str]) -> bool:
    """Whether such variables name plugins: those are looked for as Ansible is imported, so a run has to import it itself."""
    return any(name not in (*FOLDERS.values(), *PASSWORDS.values()) for name in given)


def _variable(option: str) -> str | None:
    if option.endswith("_plugins"):
        return f"ANSIBLE_{option.upper()}"
    return {**FOLDERS, **PASSWORDS, **_PLUGINS}.get(option)


def _as_it_is(option: str, value: str, project: Path) -> str:
    if option in PASSWORDS:
        return ",".join(
            _entry(entry.strip(), lambda path: _anchored(path, project)) for entry in value.split(",")
        )
    return ":".join(_anchored(entry.strip(), project) for entry in value.split(":") if entry.strip())


def _folder(path: str, project: Path, origin: Path) -> str:
    """In the copy where it is a place of the project."""
    inside = not os.path.normpath(path).startswith("..")
    return _anchored(path, project if inside else origin)


def _password(entry: str, project: Path, origin: Path) -> str:
    """In the copy where that has it: a program that gives passwords is code, and copied."""
    return _entry(entry, lambda path: _anchored(path, project if (project / path).is_file() else origin))


def _entry(entry: str, place: Callable[[str], str]) -> str:
    label, at, path = entry.rpartition("@")
    return entry if path in _NONE else f"{label}{at}{place(path)}"


def _anchored(path: str, folder: Path) -> str:
    return path if path.startswith(("/", "~", "$", "{")) else os.path.normpath(folder / path)
