"""What the machine's own apt knows: its release, its package sources, and how it reaches them."""

import platform
import re

from orchestrator.lab.errors import LabError
from orchestrator.lab.shell import run

_SETTING = re.compile(r'(?P<name>[A-Za-z0-9:_./-]+) "(?P<value>[^"]*)";')


def codename() -> str:
    """The machine's Debian release, bookworm for example; the hosts get it too. Raises LabError."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    if "debian" not in (release.get("ID", ""), *release.get("ID_LIKE", "").split()):
        named = release.get("PRETTY_NAME", "something else")
        raise LabError(f"Lab hosts are made of Debian packages; this machine runs {named}.")
    return release["VERSION_CODENAME"]


def known_indexes() -> list[str]:
    """Sources of the release in one line each, with updates and security; other publishers have other codenames."""
    form = "$(CODENAME) deb $(REPO_URI) $(RELEASE) $(COMPONENT)"
    own = codename()
    lines = run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"]).splitlines()
    split = [line.split(" ", 1) for line in dict.fromkeys(lines)]
    return [source for name, source in split if name.split("-")[0] == own]


def settings() -> dict[str, str]:
    """The machine's settings of apt, by their names in lower case, as apt compares them (apt.conf(5))."""
    matches = (_SETTING.fullmatch(line) for line in run(["apt-config", "dump"]).splitlines())
    return {match["name"].lower(): match["value"] for match in matches if match}
