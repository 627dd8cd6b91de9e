"""A mark for each attempt that was begun, apart from its folder: whoever removes that must not make it look never begun."""

from pathlib import Path

from orchestrator.adapters.ansible.attempt_folder import write_durably
from orchestrator.adapters.ansible.settings import MARK


class BegunMarks:
    """Small files in one folder, named after attempts; each holds the mark of the attempt's local processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, attempt: str, mark: str) -> None:
        """The attempt was begun. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(self._folder / attempt, mark)

    def mark_of(self, attempt: str) -> str | None:
        """The mark of its processes, or what each mark of it begins with; None where it was never begun. Raises OSError."""
        try:
            mark = (self._folder / attempt).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        beginning = f"{MARK}={attempt}."
        return mark if mark.startswith(beginning) else beginning
