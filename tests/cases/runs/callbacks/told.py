"""A user's own notification callback: notes that the run ended in the file ended.txt of the play's folder."""

from pathlib import Path

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "told"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: object) -> None:
        self._folder = Path(next(play.vars["told"] for play in playbook.get_plays() if "told" in play.vars))  # type: ignore[attr-defined]

    def v2_playbook_on_stats(self, stats: object) -> None:
        (self._folder / "ended.txt").write_text("told")
