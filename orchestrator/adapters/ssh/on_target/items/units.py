"""systemd units, as `systemctl show` tells of them."""

from __future__ import annotations

from orchestrator.adapters.ssh.on_target.items import shell

_PROPERTIES = (
    "Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,"
    "ActiveEnterTimestampMonotonic,NRestarts"
)
_SUFFIXES = (
    ".service", ".socket", ".timer", ".target", ".mount", ".automount", ".path", ".slice", ".scope", ".swap", ".device",
)  # fmt: skip


class UnitsUnknown(Exception):
    """systemd cannot be asked; says why in words."""


def full_name(name: str) -> str:
    """A unit's name with its type; a service when none is given."""
    return name if name.endswith(_SUFFIXES) else name + ".service"


def shown(names: list[str]) -> dict[str, dict[str, str]]:
    """The properties of each unit by the name it was asked for, one call for all. Raises UnitsUnknown."""
    if not names:
        return {}
    asked = [full_name(name) for name in names]
    text = _systemctl(["show", "--property=" + _PROPERTIES, "--", *asked])
    blocks = [_block(part) for part in text.strip().split("\n\n")]
    if len(blocks) != len(asked):
        raise UnitsUnknown(f"systemctl answered for {len(blocks)} of {len(asked)} units")
    return {names[place]: block for place, block in enumerate(blocks)}


def matching(patterns: list[str]) -> list[str]:
    """The units that these patterns name, loaded or only installed. Raises UnitsUnknown."""
    names = {full_name(pattern) for pattern in patterns if not _is_pattern(pattern)}
    globs = [full_name(pattern) for pattern in patterns if _is_pattern(pattern)]
    if globs:
        for verb in (["list-unit-files"], ["list-units", "--all", "--plain"]):
            text = _systemctl([*verb, "--no-legend", "--no-pager", "--full", "--", *globs], may_be_none=True)
            names |= {line.split()[0] for line in text.splitlines() if line.strip()}
    return sorted(name for name in names if _is_instance(name))


def _is_pattern(text: str) -> bool:
    return any(character in text for character in "*?[")


def _is_instance(name: str) -> bool:
    return "@." not in name


def _systemctl(arguments: list[str], *, may_be_none: bool = False) -> str:
    ran = shell.run(["systemctl", *arguments], 30, 8 << 20)
    if (ran.code == 0 or (may_be_none and ran.code == 1 and not ran.errors)) and not ran.trouble:
        return ran.output.decode("utf-8", "replace")
    raise UnitsUnknown(
        "systemd cannot be asked: " + (ran.trouble or shell.last_line(ran.errors) or f"exit code {ran.code}")
    )


def _block(text: str) -> dict[str, str]:
    return {
        key: value
        for key, separator, value in (line.partition("=") for line in text.splitlines())
        if separator
    }
