"""orch, its settings, and the places that it keeps: home, house and store."""

from __future__ import annotations

import os
import platform
import pwd
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestrator import __version__, bootstrap
from orchestrator.bootstrap import project_settings
from orchestrator.bootstrap.doctor.finding import Finding
from orchestrator.errors import OrchError

_MIB = 1 << 20


def programs() -> tuple[Finding, ...]:
    """orch, and the Python that runs it."""
    place = Path(__file__).resolve().parents[2]
    return (
        Finding("orch", "ok", f"{__version__} in {place}"),
        Finding("python", "ok", f"{platform.python_version()} ({sys.executable})"),
    )


def places(environ: Mapping[str, str], house_file: Path) -> tuple[Finding, ...]:
    """Settings, home, free space, house and store; those that depend on a home are left out where there can be none."""
    try:
        loaded = project_settings.loaded_settings(environ)
        home = bootstrap.home_of()
    except OrchError as refused:
        if _loads(environ):
            return (Finding("home", "missing", "", "home_unusable", str(refused)),)
        return (Finding("settings", "missing", "", "settings_faulty", str(refused)),)
    settings = Finding(
        "settings", "ok", str(loaded.file) if loaded else "no orch.toml here: the defaults hold"
    )
    return (settings, *_home(home), _space(home), _house(home, house_file), _store(home, house_file, environ))


def _loads(environ: Mapping[str, str]) -> bool:
    try:
        project_settings.loaded_settings(environ)
    except OrchError:
        return False
    return True


def _home(home: Path) -> Iterator[Finding]:
    if not home.exists():
        yield Finding("home", "ok", f"{home}, made by the first deployment")
        return
    seen = home.stat()
    mode = stat.S_IMODE(seen.st_mode)
    value = f"{home} ({_user(seen.st_uid)}, mode {mode:04o})"
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("home", "missing", value, "home_not_writable")
    elif mode & 0o077:
        yield Finding("home", "warning", value, "home_open", str(home))
    else:
        yield Finding("home", "ok", value)


def _space(home: Path) -> Finding:
    there = next((place for place in (home, *home.parents) if place.is_dir()), Path("/"))
    try:
        free, reserve = shutil.disk_usage(there).free, bootstrap.disk_reserve()
    except OrchError as faulty:
        return Finding("space", "missing", "", "space_low", str(faulty))
    value = f"{free // _MIB:,} MiB free, {reserve // _MIB:,} MiB must stay free"
    if free < reserve:
        return Finding("space", "missing", value, "space_low", str(there))
    return Finding("space", "ok", value)


def _house(home: Path, house_file: Path) -> Finding:
    from orchestrator.bootstrap.house import house_of

    try:
        return Finding("house", "ok", house_of(home, house_file).words)
    except OrchError as refused:
        return Finding("house", "missing", str(house_file), "house_unusable", str(refused))


def _store(home: Path, house_file: Path, environ: Mapping[str, str]) -> Finding:
    """Opened as every command opens it that looks."""
    url = environ.get("ORCH_STORE_URL")
    place = "the database of ORCH_STORE_URL" if url else str(home / "journal.sqlite")
    if not url and not (home / "journal.sqlite").is_file():
        return Finding("store", "ok", f"{place}, made by the first deployment")
    try:
        _ = bootstrap.ports_to_look(home, house_file=house_file).journal
    except OrchError as refused:
        return Finding("store", "missing", place, "store_unusable", str(refused))
    return Finding("store", "ok", place)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
