"""Make the environment of tests that need collections and connections beside ansible-core: `python setup/community.py`.

`.venv-collections` has the community's package of Ansible, with what its connections and lookups need: libssh and paramiko
for network_cli, ncclient for netconf, hvac for Vault. It is left alone once it is there, and orch itself never uses it.
Ends with 0 when it is there, else with 12 (MACHINE_LACKS).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".venv-collections"
# ansible 12 brings ansible-core 2.19, the series of orch's own.
PACKAGES = ("ansible>=12,<13", "paramiko>=3.5", "ansible-pylibssh", "ncclient>=0.7,<0.8", "hvac")
_MARK = FOLDER / ".made"
_SECONDS = 900


def is_made() -> bool:
    """Whether the environment is there, whole, as this file names it."""
    made = _MARK.read_text(encoding="utf-8") if _MARK.is_file() else ""
    return made == "\n".join(PACKAGES) and (FOLDER / "bin/ansible-playbook").exists()


def make() -> str | None:
    """Make the environment; why not, in words, or None when it is there."""
    if is_made():
        return None
    shutil.rmtree(FOLDER, ignore_errors=True)
    pip = [str(FOLDER / "bin/python"), "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    for command in ([sys.executable, "-m", "venv", str(FOLDER)], [*pip, "--prefer-binary", *PACKAGES]):
        try:
            ended = subprocess.run(
                command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False, timeout=_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            return f"{command[0]}: {fault}"
        if ended.returncode != 0:
            return f"{' '.join(command[:6])} ended with {ended.returncode}"
    _MARK.write_text("\n".join(PACKAGES), encoding="utf-8")
    return None


def main() -> int:
    """0 when the environment is there."""
    lack = make()
    if lack is not None:
        print(f"-- lacks the collections of Ansible: {lack}", file=sys.stderr)
        return 12
    return 0


if __name__ == "__main__":
    sys.exit(main())
