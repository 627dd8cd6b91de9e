"""Words of the home and of the project: ids, hosts, roles, waves, plans, environments. Nothing is made, started or asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestrator.cli.completion.line import Asked, mapping_of

MOST_FILES = 500
_BEGINNING_OF_FILE = 4096
_YAML = (".yml", ".yaml")


def known_words(asked: Asked) -> Sequence[str]:
    """The words of this kind, each once and printable; none where there is nothing to read."""
    words = {
        "id": _ids,
        "host": _hosts,
        "role": _roles,
        "wave": _waves,
        "plan": _plans,
        "environment": _nouns,
        "model": _nouns,
        "policy": _nouns,
    }.get(asked.kind)
    return [] if words is None else list(dict.fromkeys(filter(_typeable, words(asked))))


def _typeable(word: str) -> bool:
    """One line of printable text, for the shell's own way of reading it is by lines."""
    return 0 < len(word) <= 300 and word.isprintable()


def _ids(asked: Asked) -> Sequence[str]:
    from orchestrator.adapters.planned_lines import deployment_ids

    journal = _journal()
    return deployment_ids(journal, asked.beginning) if journal is not None else []


def _hosts(asked: Asked) -> Iterator[str]:
    """Hosts of the deployment that the line names, without those that it names already; else of the newest."""
    for wave in _many(_planned(asked).get("waves")):
        for host in _many(mapping_of(wave).get("hosts")):
            if str(host) not in asked.before:
                yield str(host)


def _roles(asked: Asked) -> Iterator[str]:
    """Roles that decide on the deployment that the line names, else on the newest one."""
    plan = mapping_of(_planned(asked).get("plan"))
    approval = mapping_of(plan.get("approval"))
    for part in (approval.get("required"), approval.get("sign_off")):
        yield from (str(role) for role in _many(part))
    yield from (str(role) for role in mapping_of(plan.get("roles")))


def _waves(asked: Asked) -> Iterator[str]:
    for wave in _many(_planned(asked).get("waves")):
        yield str(mapping_of(wave).get("name", ""))


def _plans(asked: Asked) -> Iterator[str]:
    """YAML files that begin as a plan does, in the folder that is typed, and in `plans`; and folders on the way."""
    folder = os.path.dirname(asked.beginning)  # noqa: PTH120 (what is typed stays as it is typed)
    yield from _plans_in(folder)
    if not folder:
        yield from _plans_in("plans")


def _plans_in(folder: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)  # noqa: PTH111
    except OSError:
        return
    for entry in entries[:MOST_FILES]:
        name = os.path.join(folder, entry.name)  # noqa: PTH118
        if entry.name.endswith(_YAML) and _is_plan(entry.path):
            yield name
        elif folder and not entry.name.startswith(".") and entry.is_dir():
            yield f"{name}/"


def _is_plan(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            beginning = file.read(_BEGINNING_OF_FILE)
    except OSError:
        return False
    return any(line.startswith(b"orch:") for line in beginning.splitlines())


_FOLDERS = {"environment": "environments", "model": "models", "policy": "policies"}


def _nouns(asked: Asked) -> Iterator[str]:
    try:
        entries = sorted(Path(_FOLDERS[asked.kind]).iterdir())
    except OSError:
        return
    yield from (entry.stem for entry in entries[:MOST_FILES] if entry.suffix in _YAML)


def _planned(asked: Asked) -> dict[str, Any]:
    from orchestrator.adapters.planned_lines import newest_id, planned_body

    journal = _journal()
    if journal is None:
        return {}
    for word in asked.before:
        body = planned_body(journal, word)
        if body:
            return body
    newest = newest_id(journal)
    return planned_body(journal, newest) if newest is not None else {}


def _journal() -> Path | None:
    """The journal's file where it is one. A server is not asked: it may take longer than a person waits."""
    from orchestrator import bootstrap
    from orchestrator.errors import OrchError

    if os.environ.get("ORCH_STORE_URL"):
        return None
    try:
        return bootstrap.home_of() / "journal.sqlite"
    except (OrchError, OSError):
        return None


def _many(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
