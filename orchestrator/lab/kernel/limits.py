"""The one limit of the machine that prevents more than a handful of systemd hosts."""

from collections.abc import Callable
from pathlib import Path

_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
# A booted host holds about six inotify instances, all counted for root; kernels allow 128 by default (inotify(7)).
_ENOUGH = 4096


def allow_many_hosts(say: Callable[[str], None]) -> None:
    """Raise a low limit of inotify instances, and say so; the new limit stays until the machine restarts."""
    allowed = int(_INSTANCES.read_text())
    if allowed >= _ENOUGH:
        return
    say(
        f"raising fs.inotify.max_user_instances of this machine from {allowed} to {_ENOUGH}: each systemd needs six"
    )
    try:
        _INSTANCES.write_text(str(_ENOUGH))
    except OSError as refusal:
        say(f"the machine refused ({refusal.strerror}); about {allowed // 8} full hosts can run at once")
