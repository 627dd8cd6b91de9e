"""The way of OpenSSH to a host: what `ssh -G` said of it at the plan check, frozen with the host (docs/adr/0100).

Only what differs from OpenSSH's own defaults is kept, so a host that no configuration mentions has the empty way, and its
digest is that of before.
"""

from collections.abc import Iterable
from ipaddress import ip_address

from orchestrator.domain.text.model_base import Many, Noun


class SshHop(Noun):
    """A jump host on the way, by the name that ssh is given for it, with its settings as `name value`."""

    name: str
    settings: Many[str] = ()


class SshWay(Noun):
    """Settings of OpenSSH for a host as `name value`, names in small letters (ssh_config(5)), and its jump hosts."""

    settings: Many[str] = ()
    hops: Many[SshHop] = ()

    def setting(self, name: str) -> str | None:
        """The first value of a setting; None where OpenSSH's default counts."""
        return next(iter(values_of(self.settings, name)), None)


class SettingPlace(Noun):
    """Where a setting of ways stands, such as `~/.ssh/config line 3`, for the hosts and jump hosts of these names."""

    setting: str
    place: str
    names: Many[str]


STRAIGHT = SshWay.of_valid()
"""The way to a host that no configuration of ssh mentions."""


def name_of_key(address: str, port: str) -> str:
    """The name under which OpenSSH looks a host's key up: an address in its shortest form, and brackets with another port."""
    try:
        name = str(ip_address(address))
    except ValueError:
        name = address
    return name if port == "22" else f"[{name}]:{port}"


def values_of(settings: Iterable[str], name: str) -> list[str]:
    """Every value of a setting, in their order."""
    pairs = (setting.partition(" ") for setting in settings)
    return [value for setting, _, value in pairs if setting == name]
