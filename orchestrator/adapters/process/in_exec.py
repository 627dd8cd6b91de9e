"""Processes in the middle of an exec: for that long they have neither arguments nor an environment to be known by."""

from collections.abc import Callable, Iterable

EXEC_WITHIN = 1.0
"""Seconds. A process that has neither for longer is of a kind that has none."""
_OF_KERNEL = 0x00200000  # PF_KTHREAD of linux/sched.h


def some_in_exec(
    processes: Iterable[tuple[int, int]],
    read: Callable[[str], bytes | None],
    unnamed: dict[tuple[int, int], float],
    now: float,
) -> bool:
    """Whether one of these (pid, start) may be in an exec, so that nobody can say yet whose it is.

    `read`: a file of /proc, None where it cannot be read. `unnamed`: since when each has been seen so; grows here.
    """
    nameless = [process for process in processes if _is_nameless(process[0], read)]
    waited = [now - unnamed.setdefault(process, now) for process in nameless]
    return any(seconds < EXEC_WITHIN for seconds in waited)


def _is_nameless(pid: int, read: Callable[[str], bytes | None]) -> bool:
    if read(f"/proc/{pid}/environ") != b"" or read(f"/proc/{pid}/cmdline") != b"":
        return False
    stat = read(f"/proc/{pid}/stat")
    if stat is None:
        return False
    state, *fields = stat.rpartition(b")")[2].split()
    return state not in {b"Z", b"X"} and not int(fields[5]) & _OF_KERNEL
