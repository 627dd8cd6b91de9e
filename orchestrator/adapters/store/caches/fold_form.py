"""The form of a kept fold: a digest of the code that makes folds.

It covers compiled code, which Python caches: every short command would otherwise have to parse the sources. It leaves
out docstrings, comments and line numbers, so that a fold stays valid if only these differ.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dis import opmap
from functools import cache
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType

import pydantic

import orchestrator

MAKERS = (
    "orchestrator.domain.fold.fold",
    "orchestrator.domain.fold.brief",
    "orchestrator.domain.journal.condensed",
)
"""The modules whose results are cached."""
_VERSIONS = f"Python {sys.version_info[0]}.{sys.version_info[1]}, pydantic {pydantic.VERSION}"
_INIT = "__init__.py"
_HAS_DOCSTRING = 0x4000000 if sys.version_info >= (3, 13) else None
"""Since 3.13 a flag says whether the first constant of a function is its docstring; before, it always had that place."""


@cache
def form() -> str:
    """The digest of the code that folds; every change to that code, or to code that reads kept folds, invalidates them all."""
    remembered = Path(cache_from_source(__file__)).with_suffix(".form")
    package = Path(str(orchestrator.__file__)).parent
    return form_of(MAKERS, package, remembered, writes=not sys.dont_write_bytecode)


def form_of(makers: Iterable[str], package: Path, remembered: Path, *, writes: bool) -> str:
    """The digest of these modules and their imports, cached in the file `remembered`; `writes`: whether to update the file.

    Computing it takes 30 ms, reading it 0.4 ms. The cache follows the rule of Python's own for compiled modules: it is valid
    while each file has the same size and modification time.
    """
    return _read(remembered, package) or _worked_out(makers, package, remembered if writes else None)


def digest(modules: Mapping[str, CodeType]) -> str:
    """The digest of these modules' code and of the versions of Python and pydantic."""
    lines = [_VERSIONS, *(f"{name} {essence(modules[name])!r}" for name in sorted(modules))]
    return sha256("\n".join(lines).encode()).hexdigest()


def closure(makers: Iterable[str], package: Path) -> dict[str, CodeType]:
    """The code, by module name, of these modules and of all modules of the package that they import, directly or not."""
    files = _files(package)
    modules: dict[str, CodeType] = {}
    waiting = set(makers)
    while waiting:
        name = waiting.pop()
        if name in files and name not in modules:
            modules[name] = code = _code(name, files[name])
            waiting.update(_imported(code, package.name))
            waiting.add(name.rpartition(".")[0])
    return modules


def essence(code: CodeType) -> tuple[object, ...]:
    """The content of the code without line numbers and docstrings."""
    return (
        *(code.co_name, code.co_flags, code.co_code, code.co_exceptiontable),
        *(code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        *(code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars),
        *(_plain(constant) for constant in _constants(code)),
    )


def _plain(constant: object) -> object:
    """A constant whose `repr` is the same in every process."""
    if isinstance(constant, CodeType):
        return essence(constant)
    if isinstance(constant, frozenset):
        return "set", *sorted(map(repr, constant))
    if isinstance(constant, tuple):
        return tuple(map(_plain, constant))
    return constant


def _constants(code: CodeType) -> Iterator[object]:
    """The constants without the docstring."""
    docstring = _docstring(code)
    return (constant for place, constant in enumerate(code.co_consts) if place != docstring)


def _docstring(code: CodeType) -> int | None:
    """The index of the docstring among the constants; None if there is none."""
    if "__doc__" in code.co_names:  # a module or a class, which stores it
        stored = bytes([opmap["STORE_NAME"], code.co_names.index("__doc__")])
        at = code.co_code.find(stored)
        return code.co_code[at - 1] if at > 0 and code.co_code[at - 2] == opmap["LOAD_CONST"] else None
    own = code.co_flags & _HAS_DOCSTRING if _HAS_DOCSTRING else not code.co_name.startswith("<")
    return 0 if own and code.co_consts and isinstance(code.co_consts[0], str) else None


def _imported(code: CodeType, package: str) -> Iterator[str]:
    """The names of the package's modules that the code imports, and imported names that may be such modules."""
    for name in code.co_names:
        if name == package or name.startswith(f"{package}."):
            yield name
            yield from (f"{name}.{other}" for other in code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imported(constant, package)


def _files(package: Path) -> dict[str, Path]:
    """The files of a package by the names of its modules."""
    files: dict[str, Path] = {}
    for folder, _, names in os.walk(package):
        place = package.name + folder.removeprefix(str(package)).replace(os.sep, ".")
        files |= {f"{place}.{name[:-3]}": Path(folder, name) for name in names if name.endswith(".py")}
        if _INIT in names:
            files[place] = Path(folder, _INIT)
    return files


class _Reader(SourceFileLoader):
    """Python's loader of a module's code, from the bytecode cache if that is valid; it writes no cache."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        return


def _code(name: str, path: Path) -> CodeType:
    code = _Reader(name, str(path)).get_code(name)
    if code is None:
        raise ImportError(f"{path} cannot be read as a module.")
    return code


def _worked_out(makers: Iterable[str], package: Path, remembered: Path | None) -> str:
    # Take the stamps before reading the files: a file that changes meanwhile then does not match its stamp.
    stamps = {name: _stamp(package, path.relative_to(package)) for name, path in _files(package).items()}
    modules = closure(makers, package)
    made = digest(modules)
    if remembered is not None:
        _write(remembered, [_heading(), made, *(stamps[name] for name in modules)])
    return made


def _write(remembered: Path, lines: Iterable[str]) -> None:
    """Write the cache atomically. Never raises for the disk."""
    draft = remembered.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        draft.write_text("\n".join(lines))
        draft.replace(remembered)


def _read(remembered: Path, package: Path) -> str | None:
    """The cached form; None if there is none or it is out of date."""
    try:
        heading, made, *stamps = remembered.read_text().splitlines()
        fits = heading == _heading() and all(
            _stamp(package, stamp.split(" ", 2)[2]) == stamp for stamp in stamps
        )
    except (OSError, ValueError, IndexError):
        return None
    return made if fits and stamps else None


def _heading() -> str:
    """The versions of Python and pydantic, and of this file, which defines how a form is made."""
    return f"{_VERSIONS}, {_stamp(Path(__file__).parent, Path(__file__).name)}"


def _stamp(folder: Path, name: Path | str) -> str:
    seen = os.stat(f"{folder}/{name}")  # noqa: PTH116 - of some 60 files for each short command
    return f"{seen.st_mtime_ns} {seen.st_size} {name}"
