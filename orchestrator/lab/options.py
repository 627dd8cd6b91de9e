"""What a lab has beside its hosts, and what a later `up` may ask for; pure."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

from orchestrator.lab.errors import LabUsage

USER = "deploy"
"""The account of every base root; a lab with another user renames it."""
MOST_JUMPS = 3
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}\Z")

SudoKind = Literal["free", "vault", "file"]
"""No password; a password that the inventory has as a vaulted variable; one that whoever becomes root names a file of."""


class LabOptions(BaseModel):
    """What every host of a lab has in common; fixed by the first `up`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str = USER
    sudo: SudoKind = "free"
    jumps: int = 0
    packages: bool = False
    pythons: tuple[str, ...] = ()


class Asked(BaseModel):
    """What an `up` asks for; None leaves it as the lab has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str | None = None
    sudo: SudoKind | None = None
    jumps: int | None = None
    packages: bool | None = None
    pythons: tuple[str, ...] | None = None


NOTHING_ASKED = Asked()


def checked(asked: Asked) -> Asked:
    """Return what is asked. Raises LabUsage with everything in it that makes no sense."""
    faults = []
    if asked.user is not None and not _USER.match(asked.user):
        faults.append(
            f"--user {asked.user!r}: expected a letter, then up to 30 lower-case letters, digits, hyphens."
        )
    if asked.user == "root":
        faults.append("--user root: no host of a lab lets root log in; choose a name that may use sudo.")
    if asked.jumps is not None and not 0 <= asked.jumps <= MOST_JUMPS:
        faults.append(f"--jump {asked.jumps}: expected a chain of 1 to {MOST_JUMPS} jump hosts.")
    if faults:
        raise LabUsage("\n".join(faults))
    return asked


def settled(lab: str, recorded: LabOptions | None, asked: Asked) -> LabOptions:
    """The lab's options. Raises LabUsage where an existing lab has others than asked: its hosts are made by them."""
    wanted = {name: value for name, value in asked.model_dump().items() if value is not None}
    if recorded is None:
        return LabOptions(**wanted)
    others = [
        f"{_OPTION[name]}: asked for {_word(value)}, lab {lab} has {_word(getattr(recorded, name))}."
        for name, value in wanted.items()
        if value != getattr(recorded, name)
    ]
    if others:
        raise LabUsage(
            "\n".join(
                [*others, f"Take it down first: `orch lab down --name {lab}`; or choose another --name."]
            )
        )
    return recorded


_OPTION = {
    "user": "--user",
    "sudo": "--sudo-password",
    "jumps": "--jump",
    "packages": "--packages",
    "pythons": "--python",
}


def _word(value: object) -> str:
    if isinstance(value, tuple) and value:
        return ",".join(map(str, value))
    return "none" if value in ("free", 0, False, ()) else str(value)
