"""The zygote of orch's own Ansible: `python -m orchestrator.adapters.ansible.warm.zygote_of_workers`.

Here orch can be imported as Ansible can, so the worker of an attempt is forked with everything in it, and forks its
ansible-playbook in turn.
"""

import gc
import os
import socket
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from orchestrator.adapters.ansible.warm import zygote
from orchestrator.adapters.process.own_process import remark

MODULES = ("orchestrator.adapters.ansible.worker", "ansible_runner", "ansible_runner.config.command")
"""What workers import."""


def be_worker(path: Path, driver: socket.socket) -> NoReturn:
    """All that a program of its own would have: a session, a log, no input, and the mark of its attempt."""
    from orchestrator.adapters.ansible import worker
    from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
    from orchestrator.adapters.ansible.settings import MARK
    from orchestrator.adapters.ansible.warm import prompter

    code = 70
    try:
        os.setsid()
        zygote.forget_signals()
        driver.close()
        log = os.open(path / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        folder = AttemptFolder(path.parent, path.name)
        mark = folder.mark()
        os.environ[MARK] = mark.partition("=")[2]
        if remark(mark):
            gc.enable()
            print("orch's own Ansible, imported ahead", flush=True)  # noqa: T201 - the worker's log
            code = 0 if worker.work(folder, start=prompter.waiting) else worker.CLAIMED
    except BaseException:  # noqa: BLE001 - whatever it was, this process must not go on as the zygote
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    zygote.main(be_worker, MODULES)
