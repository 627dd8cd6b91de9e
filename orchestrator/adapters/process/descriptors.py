"""How many files this process may have open."""

import resource

_ENOUGH = 65536
"""What is asked for where the machine sets no limit."""


def raise_descriptor_limit() -> int:
    """Let this process open as many files as the machine permits without asking: the number. See setrlimit(2)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else hard
    if soft in (resource.RLIM_INFINITY, wanted) or soft > wanted:
        return _ENOUGH if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted
