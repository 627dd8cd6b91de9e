"""systemd units, as `systemctl show` tells of them."""

from __future__ import annotations

from orchestrator.adapters.ssh.on_target.items import shell

SYSTEMCTL = "systemctl"
_PROPERTIES = (
    "Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,"
    "ActiveEnterTimestampMonotonic,NRestarts"
)
_OF_WHAT_RUNS = (
    ",Type,TriggeredBy,RemainAfterExit,MainPID,NeedDaemonReload,CanReload,StateChangeTimestampMonotonic,"
    "EnvironmentFiles,ExecStart,ExecMainStartTimestampMonotonic"
)
_SUFFIXES = (
    ".service", ".socket", ".timer", ".target", ".mount", ".automount", ".path", ".slice", ".scope", ".swap", ".device",
)  # fmt: skip


class UnitsUnknown(Exception):
    """systemd cannot be asked; says why in words."""


def full_name(name: str) -> str:
    """A unit's name with its type; a service when none is given."""
    return name if name.endswith(_SUFFIXES) else name + ".service"


def shown(
    names: list[str], systemctl: str = SYSTEMCTL, *, what_runs: bool = False
) -> dict[str, dict[str, str]]:
    """The properties of each unit by the name it was asked for, one call for all. Raises UnitsUnknown.

    A property that systemctl prints more than once, such as EnvironmentFiles, has its values on lines.
    """
    if not names:
        return {}
    asked = [full_name(name) for name in names]
    properties = _PROPERTIES + (_OF_WHAT_RUNS if what_runs else "")
    text = _systemctl(systemctl, ["show", "--property=" + properties, "--", *asked])
    blocks = [_block(part) for part in text.strip().split("\n\n")]
    if len(blocks) != len(asked):
        raise UnitsUnknown(f"systemctl answered for {len(blocks)} of {len(asked)} units")
    return {names[place]: block for place, block in enumerate(blocks)}


def matching(patterns: list[str], systemctl: str = SYSTEMCTL) -> list[str]:
    """The units that these patterns name, loaded or only installed. Raises UnitsUnknown."""
    names = {full_name(pattern) for pattern in patterns if not _is_pattern(pattern)}
    globs = [full_name(pattern) for pattern in patterns if _is_pattern(pattern)]
    if globs:
        for verb in (["list-unit-files"], ["list-units", "--all", "--plain"]):
            asked = [*verb, "--no-legend", "--no-pager", "--full", "--", *globs]
            text = _systemctl(systemctl, asked, may_be_none=True)
            names |= {line.split()[0] for line in text.splitlines() if line.strip()}
    return sorted(name for name in names if _is_instance(name))


def active_timers(systemctl: str = SYSTEMCTL) -> list[str]:
    """The timers that run, whether a file enables them or not. Raises UnitsUnknown."""
    asked = ["list-units", "--type=timer", "--plain", "--no-legend", "--no-pager", "--full"]
    text = _systemctl(systemctl, asked)
    return sorted(line.split()[0] for line in text.splitlines() if line.strip())


def _is_pattern(text: str) -> bool:
    return any(character in text for character in "*?[")


def _is_instance(name: str) -> bool:
    return "@." not in name


def _systemctl(program: str, arguments: list[str], *, may_be_none: bool = False) -> str:
    ran = shell.run([program, *arguments], 30, 8 << 20)
    if (ran.code == 0 or (may_be_none and ran.code == 1 and not ran.errors)) and not ran.trouble:
        return ran.output.decode("utf-8", "replace")
    raise UnitsUnknown(
        "systemd cannot be asked: " + (ran.trouble or shell.last_line(ran.errors) or f"exit code {ran.code}")
    )


def _block(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator:
            values[key] = values[key] + "\n" + value if key in values else value
    return values
