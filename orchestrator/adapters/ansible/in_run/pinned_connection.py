"""Ansible's own program for a connection that stays, with its libraries held to one file of keys; run by its path.

`ORCH_KNOWN_HOSTS` names the file, `ORCH_SSH_TYPE` the library: libssh, paramiko or auto (of both the one that is there), or
ncclient. What cannot be held ends it.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from typing import Any


def hold(known_hosts: str, ssh_type: str) -> None:
    """Let these libraries take the keys of this file. Raises RuntimeError where one cannot be told to."""
    if ssh_type in ("libssh", "auto"):
        with suppress(ImportError):
            _hold_libssh(importlib.import_module("pylibsshext.session"), known_hosts)
    if ssh_type in ("paramiko", "auto"):
        with suppress(ImportError):
            _hold_paramiko(importlib.import_module("paramiko"), known_hosts)
    if ssh_type == "ncclient":
        with suppress(ImportError):
            _hold_ncclient(importlib.import_module("ncclient.transport.ssh").SSHSession, known_hosts)
        with suppress(ImportError):
            _refuse_libssh(importlib.import_module("ncclient.transport.libssh").LibSSHSession)


def _hold_libssh(module: Any, known_hosts: str) -> None:
    if "knownhosts" not in module.OPTS_MAP:
        raise RuntimeError("this ansible-pylibssh takes no file of host keys, so they cannot be pinned")

    class Held(module.Session):  # type: ignore[misc]
        def connect(self, **options: Any) -> Any:
            return super().connect(**{**options, "host_key_checking": True, "knownhosts": known_hosts})

    module.Session = Held


def _hold_paramiko(module: Any, known_hosts: str) -> None:
    def load(client: Any, _filename: str | None = None) -> None:
        client._system_host_keys.load(known_hosts)

    module.SSHClient.load_system_host_keys = load


def _hold_ncclient(session: Any, known_hosts: str) -> None:
    if not hasattr(session, "load_known_hosts"):
        raise RuntimeError("this ncclient reads no file of host keys, so they cannot be pinned")
    original = session.connect

    def load(own: Any, _filename: str | None = None) -> None:
        own._host_keys.load(known_hosts)

    def connect(own: Any, **options: Any) -> Any:
        held = {"hostkey_verify": True, "hostkey_b64": None, "unknown_host_cb": lambda *_: False}
        return original(own, **{**options, **held})

    session.load_known_hosts, session.connect = load, connect


def _refuse_libssh(session: Any) -> None:
    """ncclient takes no file of keys for it, only that of the home that libssh itself looks up."""

    def connect(_own: Any, **_options: Any) -> None:
        raise RuntimeError("ncclient over libssh takes no file of host keys, so they cannot be pinned")

    session.connect = connect


if __name__ == "__main__":
    # What lies beside this file is no library of Ansible's.
    sys.path.pop(0)
    hold(os.environ["ORCH_KNOWN_HOSTS"], os.environ["ORCH_SSH_TYPE"])
    importlib.import_module("ansible.cli.scripts.ansible_connection_cli_stub").main()
