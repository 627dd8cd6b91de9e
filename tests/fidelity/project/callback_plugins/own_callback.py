"""A callback of the project's own: a line for each result."""

import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: own_callback
type: aggregate
short_description: lines
description: lines
options: {}
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "own_callback"
    CALLBACK_NEEDS_ENABLED = True

    def _line(self, word, result):
        self._display.display(
            "own %s %s %s pid-is-mine=%s"
            % (word, result._host.get_name(), result._task.get_name(), os.getpid() == self.pid)
        )

    def v2_playbook_on_start(self, playbook):
        self.pid = os.getpid()

    def v2_runner_on_ok(self, result):
        self._line("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._line("failed", result)
