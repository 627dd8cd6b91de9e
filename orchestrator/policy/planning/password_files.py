"""The files that hold or give passwords, as a project's ansible.cfg names them."""

import configparser
from collections.abc import Iterator
from typing import NamedTuple

OPTIONS = ("vault_password_file", "vault_identity_list", "become_password_file", "connection_password_file")
"""Options of `[defaults]`; a list has `label@file`, and `prompt` for a person."""


class PasswordFile(NamedTuple):
    """A file by its option, its vault id (empty without one), and its name as it is written."""

    option: str
    label: str
    name: str

    @property
    def is_relative(self) -> bool:
        """Whether Ansible takes it from the folder of ansible.cfg."""
        return not self.name.startswith(("/", "~", "$", "{"))


def password_files_of(settings: str) -> Iterator[PasswordFile]:
    """Those in the text of an ansible.cfg; none where Ansible itself will refuse it."""
    parser = configparser.ConfigParser(inline_comment_prefixes=(";",), interpolation=None, strict=False)
    try:
        parser.read_string(settings)
    except configparser.Error:
        return
    for option in OPTIONS:
        given = parser.get("defaults", option, fallback="") or ""
        for entry in given.split(",") if option == "vault_identity_list" else [given]:
            label, _, name = entry.strip().rpartition("@")
            if name and name not in ("prompt", "prompt_ask_vault_pass"):
                yield PasswordFile(option, label, name)
