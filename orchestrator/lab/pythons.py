"""Other Pythons of the machine, for hosts that run another than the controller's.

A host gets the program, its library and its modules by mounts that it can only read; nothing is installed. Found by looking, in
that order: what the system has, pyenv's versions, uv's.
"""

import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestrator.lab.errors import LabError, LabUsage
from orchestrator.lab.shell import attempt

_VERSION = re.compile(r"3\.[1-9]?[0-9]\Z")
_PROGRAM = re.compile(r"python(3\.[0-9]+)\Z")
_SECONDS = 20.0
_TELLS = (
    "import json, sys, sysconfig as s; v = s.get_config_var; print(json.dumps(dict("
    "version='%d.%d' % sys.version_info[:2], executable=sys.executable, modules=s.get_path('stdlib'), "
    "library=v('LIBDIR') + '/' + v('INSTSONAME') if v('Py_ENABLE_SHARED') else None)))"
)


class LabPython(BaseModel):
    """A Python of the machine: where its program, its modules and, if it is apart, its library are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    executable: Path
    modules: Path
    library: Path | None

    @property
    def interpreter(self) -> str:
        """Where hosts have it."""
        return f"/opt/python/{self.version}/bin/python{self.version}"

    def mounts(self) -> list[tuple[Path, str]]:
        """What a host sees of the machine, and where. A program finds its modules by its own place (docs of sys.prefix)."""
        seen = [
            (self.executable.resolve(), self.interpreter),
            (self.modules, f"/opt/python/{self.version}/lib/python{self.version}"),
        ]
        if self.library and self.library.exists():
            # Looked for there whatever the program was built with, and also where sudo lets no LD_LIBRARY_PATH through.
            seen.append((self.library.resolve(), f"/usr/lib/{self.library.name}"))
        return seen


def checked_versions(text: str) -> tuple[str, ...]:
    """The versions in a list like `3.9,3.12`. Raises LabUsage."""
    versions = tuple(part.strip() for part in text.split(","))
    if not all(map(_VERSION.match, versions)):
        raise LabUsage(f"--python {text!r}: expected versions like 3.9 or 3.9,3.12.")
    return versions


def pythons_of_machine(versions: Sequence[str]) -> tuple[LabPython, ...]:
    """A Python of the machine for each version. Raises LabError with what is missing and what there is."""
    programs = _programs()
    missing = [version for version in versions if version not in programs]
    if missing:
        there = ", ".join(sorted(programs, key=lambda version: int(version.split(".")[1]))) or "none"
        raise LabError(f"This machine has no Python {' and no Python '.join(missing)}; it has {there}.")
    return tuple(_asked(programs[version], version) for version in versions)


def _programs() -> dict[str, Path]:
    """The first program of each version."""
    programs: dict[str, Path] = {}
    for folder in _folders():
        for path in sorted(folder.glob("python3.*")):
            match = _PROGRAM.match(path.name)
            if match and os.access(path, os.X_OK):
                programs.setdefault(match[1], path)
    return programs


def _folders() -> Iterable[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from (Path("/usr/bin"), Path("/usr/local/bin"))
    for top in (pyenv / "versions", Path.home() / ".local/share/uv/python"):
        yield from sorted(top.glob("*/bin"), reverse=True)


def _asked(program: Path, version: str) -> LabPython:
    ended = attempt([str(program), "-I", "-c", _TELLS], seconds=_SECONDS)
    try:
        python = LabPython.model_validate(json.loads(ended.out))
    except (ValueError, ValidationError) as fault:
        raise LabError(f"{program} does not run: {(ended.err or ended.out).strip()[-500:]}") from fault
    if python.version != version:
        raise LabError(f"{program} is Python {python.version}.")
    return python
