"""Who may log in to a host, and how that user becomes root."""

import shutil
from pathlib import Path

from orchestrator.lab.errors import LabUsage
from orchestrator.lab.hosts.written import replace
from orchestrator.lab.options import USER
from orchestrator.lab.paths import LabPaths
from orchestrator.lab.shell import run
from orchestrator.lab.state import LabState
from orchestrator.lab.texts import sudoers


def check_user(user: str, base: Path) -> None:
    """Raises LabUsage when the base root has another account or group of that name."""
    known = {
        line.split(":")[0]
        for name in ("passwd", "group")
        for line in (base / "etc" / name).read_text().splitlines()
    }
    if user in known - {USER}:
        raise LabUsage(
            f"--user {user}: every host has a system account or group of this name; choose another."
        )


def furnish(state: LabState, lab: LabPaths, root: Path) -> None:
    """Give a fresh root its one account for people: with the lab's key, sudo, and no log-in of root by ssh."""
    user = state.options.user
    if user != USER:
        _rename(root, user)
    (root / "etc/sudoers.d" / USER).unlink(missing_ok=True)
    replace(root / "etc/sudoers.d" / user, sudoers(state), mode=0o440)
    if state.options.sudo != "free":
        password = lab.sudo_password.read_text().strip()
        run(["chroot", str(root), "chpasswd"], text=f"{user}:{password}\n")
    replace(root / "etc/ssh/sshd_config.d/access.conf", "PermitRootLogin no\n")
    keys = root / "home" / user / ".ssh/authorized_keys"
    replace(keys, lab.key.with_suffix(".pub").read_text(), mode=0o600)
    owner = keys.parent.stat()
    shutil.chown(keys, owner.st_uid, owner.st_gid)


def _rename(root: Path, user: str) -> None:
    """The account of the base gets the other name, so that a host has one account for people and not two."""
    inside = ["chroot", str(root)]
    # usermod would rename the home, which an overlay refuses for a folder of its base.
    run(["mv", str(root / "home" / USER), str(root / "home" / user)])
    run([*inside, "usermod", "--login", user, "--home", f"/home/{user}", USER])
    run([*inside, "groupmod", "--new-name", user, USER])
    for name in ("subuid", "subgid"):
        path = root / "etc" / name
        replace(path, path.read_text().replace(f"{USER}:", f"{user}:"))
