"""The places in a project that its ansible.cfg names: where Ansible searches, and the files with passwords."""

import configparser
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from orchestrator.adapters.home_paths import expanded

CONFIGURATION = "ansible.cfg"
_SEARCHED = ("roles_path", "collections_path", "collections_paths", "library", "module_utils", "inventory")
_PASSWORDS = (
    "vault_password_file",
    "vault_identity_list",
    "become_password_file",
    "connection_password_file",
)
_USUAL_PASSWORDS = re.compile(
    r"\.?(ansible[-_.])?vault[-_.]?pass(word|phrase|wd)?([-_]?file)?(\.txt)?", re.ASCII
)


def searched(root: Path) -> frozenset[PurePosixPath]:
    """Files and folders of the project that Ansible searches because ansible.cfg says so."""
    settings = _settings(root)
    named = [
        part
        for option, value in settings.items()
        if option in _SEARCHED or option.endswith("_plugins")
        for part in re.split("[:,]" if option == "inventory" else ":", value)
    ]
    return frozenset(_inside(root, named))


def password_files(root: Path) -> frozenset[PurePosixPath]:
    """Files of the project that hold passwords by what ansible.cfg says; a program that gives one is code, and none of them."""
    settings = _settings(root)
    named = [
        part.strip().rpartition("@")[2]
        for option in _PASSWORDS
        for part in settings.get(option, "").split(",")
    ]
    return frozenset(path for path in _inside(root, named) if _is_plain(root / path))


def is_usual_password_file(root: Path, path: PurePosixPath) -> bool:
    """Whether a file holds the vault's password by its name (`.vault-pass`, `vault_password.txt`), whoever names it."""
    return _USUAL_PASSWORDS.fullmatch(path.name) is not None and _is_plain(root / path)


def _is_plain(file: Path) -> bool:
    return file.is_file() and not os.access(file, os.X_OK)


def _settings(root: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(inline_comment_prefixes=(";",), interpolation=None, strict=False)
    try:
        parser.read(root / CONFIGURATION, encoding="utf-8")
        return dict(parser.items("defaults"))
    except (configparser.Error, UnicodeDecodeError, OSError):
        return {}


def _inside(root: Path, named: list[str]) -> Iterator[PurePosixPath]:
    """Those below the project, and not the project itself, by their path in it."""
    for name in named:
        if not name.strip():
            continue
        path = PurePosixPath(os.path.relpath(root / expanded(name.strip()), root))
        if path.parts and path.parts[0] != "..":
            yield path
