"""How many files this process may have open."""

import resource


def raise_descriptor_limit() -> int:
    """Let this process open as many files as the machine permits without asking: the number. See setrlimit(2)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard and hard != resource.RLIM_INFINITY:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):
            return soft
        return hard
    return soft
