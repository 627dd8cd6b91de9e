"""A mark for each attempt that was begun, apart from its folder: whoever removes that must not make it look never begun."""

from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.ansible.attempt_folder import write_durably
from orchestrator.adapters.ansible.isolation.engines import ENGINES, EngineAt
from orchestrator.adapters.ansible.settings import MARK
from orchestrator.domain.text.model_base import Noun


class _Engine(Noun):
    """The second line of a mark; no engine where the attempt is in no container."""

    engine: str = ""
    variables: dict[str, str] = {}


class Begun(NamedTuple):
    """What is known of an attempt apart from its folder.

    `mark`: that of its processes, or what each mark of it begins with. `engine`: that of its container. `uncontained`:
    it is known that there is none.
    """

    mark: str
    engine: EngineAt | None = None
    uncontained: bool = False


class BegunMarks:
    """Small files in one folder, named after attempts: the mark of its local processes, and the engine of its container."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, attempt: str, mark: str, engine: EngineAt | None = None) -> None:
        """The attempt was begun. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        at = engine or EngineAt("", {})
        line = _Engine(engine=at.engine, variables=dict(at.variables)).model_dump_json()
        write_durably(self._folder / attempt, f"{mark}\n{line}\n")

    def of(self, attempt: str) -> Begun | None:
        """What was noted, as far as it can be read; None where the attempt was never begun. Raises OSError."""
        try:
            text = (self._folder / attempt).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        mark, _, rest = text.partition("\n")
        beginning = f"{MARK}={attempt}."
        if not mark.startswith(beginning):
            return Begun(beginning)
        try:
            noted = _Engine.model_validate_json(rest)
        except ValueError:
            return Begun(mark)
        if noted.engine in ENGINES:
            return Begun(mark, EngineAt(noted.engine, noted.variables))
        return Begun(mark, uncontained=not noted.engine)
