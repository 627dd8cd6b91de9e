"""Which Ansible runs use: the one that is named, that of the active virtual environment, that on the PATH, else orch's own.

Nothing of an Ansible is imported here: its Python says in a short child which versions it has, and what it says is checked.
"""

import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

from orchestrator.adapters import process
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks

Source = Literal["named", "active", "path", "own", "image"]
"""What an installation was found by: an option, variable or setting; VIRTUAL_ENV; PATH; none of them; or an
image."""
OLDEST, NEWEST = (2, 16), (2, 22)
"""The series of ansible-core that are tested (make versions)."""
AHEAD_FROM = (2, 19)
"""The series from which on it is imported ahead of runs (guest/core)."""
OLDEST_PYTHON = (3, 10)
_EXPECTED = f"ansible-core {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]} under Python 3.{OLDEST_PYTHON[1]} or newer"
_ANSWERS_WITHIN = 20.0
"""Seconds for a Python to say its versions: a tenth of one on an idle machine."""
_PLAYBOOK = "ansible-playbook"
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH")
ASKED = """\
import json, os, platform, sys
from importlib import metadata, util
try:
    core = metadata.version("ansible-core")
except metadata.PackageNotFoundError:
    core = None
found = util.find_spec("ansible_mitogen")
strategies = os.path.join(os.path.dirname(found.origin), "plugins", "strategy") if found and found.origin else None
version = platform.python_version()
print(json.dumps({"python": sys.executable, "python_version": version, "core": core, "strategies": strategies}))
"""
_CORE = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.\d{1,4})?[0-9A-Za-z.+]{0,40}")
_PYTHON = re.compile(r"(\d{1,3})\.(\d{1,3})\.\d{1,3}[0-9A-Za-z.+]{0,40}")
_SAID_BY_PLAYBOOK = re.compile(r"^\s*python version = .*\((/[^()]+)\)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class AnsibleInstallation:
    """One Ansible and the Python that it runs under; `python` and `playbook` are absolute paths, as they are started."""

    python: Path
    playbook: Path
    core_version: str
    python_version: str
    source: Source
    passed_over: tuple[str, ...] = ()
    """Why installations that came before it were not taken, each in one sentence."""
    strategies: Path | None = None
    """The folder of mitogen's strategy plugins; None where mitogen is not installed beside it."""
    image: str = ""
    """The image that it is in, by its digest; `python` and `playbook` are paths in there."""
    engine: str = ""
    """The engine that has the image: podman or docker."""
    engine_variables: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What of the caller's environment says whose images and containers the engine answers for."""

    @property
    def series(self) -> tuple[int, int]:
        """The series of ansible-core, such as (2, 19)."""
        major, minor = self.core_version.split(".")[:2]
        return int(major), int(minor)

    @property
    def words(self) -> str:
        """Its versions and its Python, for people."""
        where = f"{self.engine}, {self.image}: " if self.image else ""
        return f"ansible-core {self.core_version} under Python {self.python_version} ({where}{self.python})"

    @property
    def ahead(self) -> bool:
        """Whether it can be imported ahead of runs; an older one starts each run in the cold."""
        return not self.image and self.series >= AHEAD_FROM

    @property
    def is_own(self) -> bool:
        """Whether it is the one of the environment that orch itself runs in."""
        return not self.image and _is_orchs(self.python)


class Choice(Protocol):
    """Which Ansible a process uses; asked each time, for a deployment that goes on may bring its own."""

    @property
    def installation(self) -> AnsibleInstallation:
        """The installation. Raises MachineLacks where it cannot be used."""
        ...


class FirstFound:
    """The choice of the one that is named, or of the first that `find_installation` finds; made when it is first needed."""

    def __init__(self, named: Path | None, environment: Mapping[str, str]) -> None:
        self._named, self._environment = named, environment
        self._found: AnsibleInstallation | None = None

    @property
    def installation(self) -> AnsibleInstallation:
        """The installation. Raises MachineLacks where it cannot be used."""
        if self._found is None:
            self._found = find_installation(named=self._named, environment=self._environment)
        return self._found


def other_than_own(choice: Choice | None) -> AnsibleInstallation | None:
    """What was chosen; None where it is orch's own, or where nobody chooses. Raises MachineLacks."""
    chosen = None if choice is None else choice.installation
    return None if chosen is None or chosen.is_own else chosen


def own_installation(*, source: Source = "own", passed_over: tuple[str, ...] = ()) -> AnsibleInstallation:
    """That of the environment orch runs in; nothing is started. Raises MachineLacks where it has none."""
    python = Path(sys.executable)
    try:
        core = metadata.version("ansible-core")
    except metadata.PackageNotFoundError:
        raise unusable(str(python), "no ansible-core", passed_over) from None
    mitogen = find_spec("ansible_mitogen")
    strategies = Path(mitogen.origin).parent / "plugins" / "strategy" if mitogen and mitogen.origin else None
    supported = _supported(python, core, platform.python_version(), source, passed_over)
    return replace(supported, strategies=strategies)


def find_installation(*, named: Path | None, environment: Mapping[str, str]) -> AnsibleInstallation:
    """The Ansible that runs use.

    `named`: a virtual environment, an ansible-playbook or a Python; nothing else is looked at then, and MachineLacks says what
    was expected and found where it cannot be used. Otherwise the first that can be used of `VIRTUAL_ENV`, the
    ansible-playbook on `PATH` and orch's own environment.
    """
    if named is not None:
        return _of(expanded(named).absolute(), "named", environment)
    passed_over: list[str] = []
    for path, source in _candidates(environment):
        try:
            installation = _of(path, source, environment)
        except MachineLacks as lack:
            passed_over.append(lack.message)
        else:
            return replace(installation, passed_over=tuple(passed_over))
    return own_installation(passed_over=tuple(passed_over))


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[Path, Source]]:
    """Where a person's shell would find one; an environment without ansible-playbook is somebody's for other work."""
    active = environment.get("VIRTUAL_ENV", "")
    if active and (Path(active) / "bin" / _PLAYBOOK).is_file():
        yield Path(active), "active"
    on_path = shutil.which(_PLAYBOOK, path=environment.get("PATH", ""))
    if on_path is not None:
        yield Path(on_path).absolute(), "path"


def _of(path: Path, source: Source, environment: Mapping[str, str]) -> AnsibleInstallation:
    """The installation at a path. Raises MachineLacks."""
    if not path.exists():
        raise unusable(str(path), "nothing there")
    python = _python_of(path, environment)
    if python is None:
        raise unusable(str(path), "neither a virtual environment, nor an ansible-playbook, nor a Python")
    if _is_orchs(python):
        return own_installation(source=source)
    ended = _asked(python, environment)
    if ended is None:
        raise unusable(str(python), "a program that cannot be started")
    if ended.exit_code != 0:
        why = "it took too long" if ended.exit_code is None else f"exit code {ended.exit_code}"
        raise unusable(str(python), f"a program that does not say its versions ({why})")
    return _as_said(python, ended.output, source)


def _is_orchs(python: Path) -> bool:
    """Whether it is the Python that orch runs under: in the same folder, under any of its names there."""
    own = Path(sys.executable)
    # Other environments have links to the same Python, so its folder counts, as it is named.
    return python.parent.absolute() == own.parent.absolute() and python.resolve() == own.resolve()


def _asked(python: Path, environment: Mapping[str, str]) -> process.Ended | None:
    """What it says of itself; None where it cannot be started."""
    try:
        return process.run(
            # -E: variables such as PYTHONPATH do not reach runs either. From /, for nothing of the present folder is meant.
            [str(python), "-E", "-c", ASKED],
            timeout=_ANSWERS_WITHIN,
            environment={name: environment[name] for name in _PASSED_ON if name in environment},
            directory=Path("/"),
            most=10_000,
        )
    except (OSError, MachineLacks):
        return None


def installation_as_said(image: str, words: str) -> AnsibleInstallation:
    """What a Python in an image said of itself, checked. Its paths are there and not here. Raises MachineLacks."""
    answer = _answer(image, words)
    executable = answer.get("python")
    if not isinstance(executable, str) or not re.fullmatch(r"/[^\x00-\x1f\x7f]{1,1000}", executable):
        raise unusable(image, "an image whose Python does not say where it is")
    core, version = answer.get("core"), answer.get("python_version")
    if not isinstance(core, str) or not isinstance(version, str):
        raise unusable(image, "an image whose Python has no ansible-core")
    return _supported(Path(executable), core, version, "image", ())


def _answer(place: str, words: str) -> dict[str, Any]:
    try:
        return read_object(words.strip().encode())
    except ForeignJsonError:
        raise unusable(place, f"a program that says `{plain(words)[:80]}`") from None


def _as_said(python: Path, words: str, source: Source) -> AnsibleInstallation:
    """What a Python said of itself, checked. Raises MachineLacks."""
    answer = _answer(str(python), words)
    core, version, executable = (answer.get(key) for key in ("core", "python_version", "python"))
    if not isinstance(version, str) or not _PYTHON.fullmatch(version):
        raise unusable(str(python), "a program that names no version of Python")
    if core is None:
        raise unusable(str(python), f"Python {version} without ansible-core")
    if not isinstance(core, str):
        raise unusable(str(python), "a program that names no version of ansible-core")
    # A shim of a version manager says which Python it starts.
    if isinstance(executable, str) and executable.startswith("/") and Path(executable).is_file():
        python = Path(executable)
    strategies = answer.get("strategies")
    mitogen = isinstance(strategies, str) and strategies.startswith("/") and Path(strategies).is_dir()
    installation = _supported(python, core, version, source, ())
    return replace(installation, strategies=Path(str(strategies))) if mitogen else installation


def _supported(
    python: Path, core: str, version: str, source: Source, passed_over: tuple[str, ...]
) -> AnsibleInstallation:
    named = f"ansible-core {plain(core)[:60]} under Python {plain(version)[:60]}"
    seen, its = _CORE.fullmatch(core), _PYTHON.fullmatch(version)
    if seen is None or its is None:
        raise unusable(str(python), named, passed_over)
    series, its_python = (int(seen[1]), int(seen[2])), (int(its[1]), int(its[2]))
    if not OLDEST <= series <= NEWEST or its_python < OLDEST_PYTHON:
        raise unusable(str(python), named, passed_over)
    return AnsibleInstallation(python, python.parent / _PLAYBOOK, core, version, source, passed_over)


def _python_of(path: Path, environment: Mapping[str, str]) -> Path | None:
    """The Python of a virtual environment, of an ansible-playbook, or the path itself where it is one."""
    if path.is_dir():
        python = path / "bin" / "python"
        return python if os.access(python, os.X_OK) else None
    if path.name.startswith("python") and os.access(path, os.X_OK):
        return path
    if not path.name.startswith(_PLAYBOOK):
        return None
    return _python_of_script(path, environment) or _python_said_by(path, environment)


def _python_of_script(path: Path, environment: Mapping[str, str]) -> Path | None:
    """The Python in the first lines of a script: `#!PYTHON`, `#!/usr/bin/env PYTHON`, or pip's `exec` for long paths."""
    try:
        with path.open("rb") as script:
            lines = script.read(4096).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    if not lines or not lines[0].startswith("#!"):
        return None
    words = _words(lines[0][2:])
    if words[:1] == ["/bin/sh"] and len(lines) > 1 and lines[1].startswith("'''exec'"):
        words = _words(lines[1].removeprefix("'''exec'"))
    if words and Path(words[0]).name == "env":
        program = shutil.which(words[-1], path=environment.get("PATH", ""))
        words = [program] if program is not None else []
    python = Path(words[0]) if words else None
    return python if python is not None and python.name.startswith("python") and python.is_file() else None


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return []


def _python_said_by(playbook: Path, environment: Mapping[str, str]) -> Path | None:
    """Of a script that tells nothing, as shims do: what it says of itself."""
    try:
        passed = {name: environment[name] for name in _PASSED_ON if name in environment}
        ended = process.run(
            [str(playbook), "--version"],
            timeout=_ANSWERS_WITHIN,
            environment=passed,
            directory=Path("/"),
            most=10_000,
        )
    except (MachineLacks, OSError):
        return None
    match = _SAID_BY_PLAYBOOK.search(ended.output)
    return Path(match[1]) if match is not None and Path(match[1]).is_file() else None


def unusable(path: str, finding: str, passed_over: tuple[str, ...] = ()) -> MachineLacks:
    """What cannot run playbooks, with what was expected and found."""
    before = "".join(f" {sentence}" for sentence in passed_over)
    return MachineLacks(
        f"{plain(path)} cannot be used to run playbooks: expected {_EXPECTED}, found {finding}. "
        f"Name an environment that has one, or install it there: python -m pip install ansible-core.{before}"
    )
