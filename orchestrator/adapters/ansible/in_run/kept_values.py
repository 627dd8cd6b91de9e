"""The values of a module's answer that a visit keeps, and what identifies a machine among them.

What answers is not trusted: a value becomes text, a number or a truth of bounded size, and whatever cannot is named as unfit.
This file imports nothing of Ansible: it also runs where the answers are read.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Scalar = str | int | bool | None

LONGEST = 65536
"""Characters of one value; a longer one is no value, for cut values could be equal that are not."""
_DEEPEST = 24
_LARGEST = 2**53
_IDENTITY = 64
"""Characters of an identity that is shown as it is; a longer one is shown by its digest."""
_MACHINE_ID = re.compile(r"[0-9a-f]{32}")
_FIT = re.compile(r"[0-9A-Za-z._:-]{1,64}")


def chosen(answer: Mapping[str, Any], paths: Iterable[str]) -> tuple[dict[str, Scalar], dict[str, str]]:
    """The values at these paths, and why others are none; a path that leads nowhere is in neither."""
    values: dict[str, Scalar] = {}
    unfit: dict[str, str] = {}
    for path in paths:
        try:
            there, value = _at(answer, path.split("."))
            if there:
                values[path] = scalar(value)
        except (ValueError, TypeError, RecursionError, OverflowError) as wrong:
            unfit[path] = str(wrong)[:200]
    return values, unfit


def written(answer: Mapping[str, Any], paths: Iterable[str], text: Callable[[str], str]) -> dict[str, Any]:
    """The same as an event has them: texts without what a vault holds."""
    values, unfit = chosen(answer, paths)
    return {
        "values": {path: text(value) if isinstance(value, str) else value for path, value in values.items()},
        "unfit": {path: text(why) for path, why in unfit.items()},
    }


def _at(value: Any, names: list[str]) -> tuple[bool, Any]:
    for name in names:
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif (
            isinstance(value, list | tuple) and name.isascii() and name.isdecimal() and int(name) < len(value)
        ):
            value = value[int(name)]
        else:
            return False, None
    return True, value


def scalar(value: Any) -> Scalar:
    """A value as it is kept: lists and mappings as their JSON. Raises ValueError where it is too long or too deep."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return int(value)
    text = _plain(value, 0)
    if not isinstance(text, str):
        text = json.dumps(text, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text)} characters, and {LONGEST} are the most")
    return text


def _plain(value: Any, depth: int) -> Any:
    """Without types of Ansible's own, without numbers that no JSON has."""
    if depth > _DEEPEST:
        raise ValueError(f"it is nested more than {_DEEPEST} deep")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST else f"{value:x} (hexadecimal)"
    return repr(float(value)) if isinstance(value, float) else str(value)


def machine_of(values: Mapping[str, Scalar], paths: Iterable[str]) -> str:
    """The identity of the machine that gave these values; empty where one is lacking or says nothing.

    A single value that is a machine-id is one: the same machine may be reached by ssh too.
    """
    given = [values.get(path) for path in paths]
    if any(value is None or str(value).strip() == "" for value in given):
        return ""
    words = [str(value).lower() if isinstance(value, bool) else str(value) for value in given]
    if len(words) == 1 and _MACHINE_ID.fullmatch(words[0]):
        return words[0]
    if len(words) == 1 and len(words[0]) <= _IDENTITY and _FIT.fullmatch(words[0]):
        return f"fact:{words[0]}"
    return f"fact:{hashlib.sha256(json.dumps(words).encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def fence(kind: str, answer: Mapping[str, Any], paths: list[str], expected: str) -> tuple[str, str]:
    """What a host without ssh shows to a run before its first task: whether it is the machine of the baseline."""
    if kind != "ok":
        return "failed", ""
    machine = machine_of(chosen(answer, paths)[0], paths)
    if not machine:
        return "failed", "its answer does not say which machine it is"
    return ("ok", "0") if machine == expected or not expected else ("machine", machine)
