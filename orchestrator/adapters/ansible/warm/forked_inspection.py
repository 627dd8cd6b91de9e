"""An inspection by a fork of the zygote: the fork's end of the line to the driver (inspection.py)."""

from __future__ import annotations

import gc
import json
import os
import socket
import sys

from orchestrator.adapters.ansible.warm.protocol import END

OF_AN_INSPECTION = ("INVENTORY_ENABLED", "DEFAULT_LOCAL_TMP")
"""What an inspection sets otherwise than runs do, of that which Ansible keeps where it is imported."""


def answer(line: socket.socket) -> None:
    """In the fork: read the question, be an inspector of these settings in this folder, answer."""
    from ansible import constants

    from orchestrator.adapters.ansible import inspector

    os.set_inheritable(line.fileno(), False)  # noqa: FBT003 - its own signature
    line.sendall(str(os.getpid()).encode())
    letter = json.loads(line.makefile("rb").read())
    os.environ.clear()
    os.environ.update(letter["environment"])
    os.chdir(letter["directory"])
    sys.argv = ["ansible-playbook"]
    for name in OF_AN_INSPECTION:
        setattr(constants, name, constants.config.get_config_value(name))
    gc.freeze()
    gc.enable()
    line.sendall(json.dumps(inspector.answer(letter["question"])).encode() + END)
