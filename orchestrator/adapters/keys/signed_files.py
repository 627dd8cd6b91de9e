"""Signed statements and trusted keys as JSON files, such as an approval in git or by mail."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkstemp
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from orchestrator.adapters.ownership import exposure_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Conflict, Fault, NotFound, PlanFault, StoreFault

LARGEST = 64 * 1024
N = TypeVar("N", bound=BaseModel)


def refuse_exposed(places: Iterable[Path]) -> None:
    """Raises PlanFault for places that decide whose word counts and that others can write to."""
    exposed = {place: exposure_of(place) for place in places}
    faults = [
        Fault(str(place), None, "", "what only you and root can write to", exposure.found, exposure.next_move)
        for place, exposure in exposed.items()
        if exposure is not None
    ]
    if faults:
        raise PlanFault(faults)


def is_there(file: Path) -> bool:
    """Whether there is such a file. Raises PlanFault where that cannot be seen: what is hidden could decide."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        move = "make its folder one that you can read, or remove it"
        finding = error.strerror or str(error)
        raise PlanFault(
            [Fault(str(file), None, "", "a file that can be looked for", finding, move)]
        ) from None
    return True


def read_noun(file: Path, kind: type[N], largest: int = LARGEST, *, context: str | None = None) -> N:
    """The noun in a JSON file. Raises NotFound, and PlanFault with every schema fault; no partial result."""
    try:
        with file.open("rb") as stream:
            content = stream.read(largest + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}; check the path.") from None
    except OSError as error:
        raise StoreFault(f"{file} cannot be read: {error.strerror}.") from None
    if len(content) > largest:
        finding = f"more than {largest} bytes"
        raise PlanFault([Fault(str(file), None, "", "a small file", finding, "ask for the file itself")])
    try:
        return kind.model_validate_json(content, context=context)
    except ValidationError as error:
        raise PlanFault(_faults(str(file), error)) from None


def _faults(file: str, error: ValidationError) -> list[Fault]:
    return [
        Fault(
            file,
            None,
            plain(".".join(str(part) for part in error_item["loc"]), 120),
            "a file that orch wrote",
            plain(_found(error_item), 200),
            "ask for a new one; a signed file is never mended by hand",
        )
        for error_item in error.errors(include_url=False, include_input=False)
    ]


def _found(item: ErrorDetails) -> str:
    """What is wrong; a rule of orch's own says also what it found."""
    finding = item.get("ctx", {}).get("found")
    return f"{item['msg']}; found {finding}" if finding else item["msg"]


def write_whole(file: Path, noun: BaseModel, *, fresh: bool = False) -> None:
    """Write a noun atomically: the whole file or none; `fresh`: only if the file does not exist.

    Raises StoreFault, and Conflict if `fresh` and the file exists.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            # Reserve the name with an empty file, which the whole file replaces. A hard link would do this in one step,
            # but not every memory stick supports hard links.
            file.touch(exist_ok=False)
    except FileExistsError:
        raise Conflict(f"{file} exists, and nothing was written; name another file, or move it.") from None
    except OSError as error:
        raise StoreFault(f"{file} cannot be written: {error.strerror}.") from None
    try:
        _replace(file, noun)
    except OSError as error:
        if fresh:
            file.unlink(missing_ok=True)
        raise StoreFault(f"{file} cannot be written: {error.strerror}.") from None


def _replace(file: Path, noun: BaseModel) -> None:
    descriptor, beside = mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(noun.model_dump_json(indent=2) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(file)
    finally:
        Path(beside).unlink(missing_ok=True)
