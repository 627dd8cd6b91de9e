"""What a task is about to do on another host than its own, written down before it acts there.

A run that is killed tells no results; what it had begun elsewhere is known from these lines all the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from orchestrator.adapters.ansible.in_run.actions import READ_ONLY, action_of
from orchestrator.adapters.ansible.in_run.kept_text import KEPT


class Acts:
    """The file of one run; every process of the run adds whole lines to it."""

    def __init__(self, path: str, addresses: Mapping[str, str]) -> None:
        self._path = path
        self._addresses = dict(addresses)

    def keep(self, executor: Any, acting: str, place: str) -> None:
        """Write down a task that does not act on its own host, or not there. Raises AnsibleError where it cannot be written."""
        task, own = executor._task, str(executor._host.name)
        at_home = acting == own and self._addresses.get(own, place if self._addresses else "") == place
        if (at_home and own != "localhost") or action_of(task) in READ_ONLY:
            return
        line = {"by": own, "acting": acting, "place": place, "task": KEPT.short(str(task.get_name()))}
        content = (json.dumps(line) + "\n").encode("utf-8", "backslashreplace")
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                whole = os.write(file, content) == len(content)
            finally:
                os.close(file)
        except OSError as error:
            raise AnsibleError(
                f"orch cannot write down what is done on {acting}: {error.strerror}"
            ) from error
        if not whole:
            raise AnsibleError(f"orch cannot write down what is done on {acting}: the disk is full")
