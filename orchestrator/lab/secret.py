"""The sudo password of a lab: made once, in files of mode 0600 in the lab's folder (0700), and gone with it."""

import os
import secrets
import sys
from pathlib import Path

from orchestrator.lab.paths import LabPaths
from orchestrator.lab.shell import run
from orchestrator.lab.state import LabState

VARIABLE = "ansible_become_password"
_BYTES = 18


def make_secrets(state: LabState, paths: LabPaths) -> None:
    """Make the password, and where the inventory has it as a vaulted variable, the vault's password and the text."""
    if state.options.sudo == "free":
        return
    _made(paths.sudo_password)
    if state.options.sudo == "vault" and not paths.vaulted_password.exists():
        _made(paths.vault_password)
        _write(paths.vaulted_password, _vaulted(paths))


def _vaulted(paths: LabPaths) -> str:
    """The password as Ansible's own program writes it; an ansible.cfg of the folder we are called in has no say."""
    program = str(Path(sys.executable).with_name("ansible-vault"))
    keys = ["--vault-password-file", str(paths.vault_password), "--encrypt-vault-id", "default"]
    return run(
        ["env", f"--chdir={paths.root}", program, "encrypt_string", *keys, "--stdin-name", VARIABLE],
        text=paths.sudo_password.read_text().strip(),
    )


def _made(path: Path) -> None:
    if not path.exists():
        _write(path, secrets.token_urlsafe(_BYTES) + "\n")


def _write(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
