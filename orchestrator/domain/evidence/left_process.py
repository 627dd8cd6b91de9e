"""Processes that runs of a deployment left on a host."""

from orchestrator.domain.text.model_base import Many, Name, Noun, Seconds, Text


class LeftProcess(Noun):
    """One process of a run. `unit`: the systemd unit that holds it, if any; `seconds`: for how long it has been running.

    `marked`: it carries the run's mark; else it is known by the login of the run, and has another environment. A job of
    `at` that is still to run has pid 0, and its name as `unit`.
    """

    run: Name
    pid: int
    program: Text
    unit: str = ""
    seconds: Seconds = 0.0
    marked: bool = True


class ProcessesSeen(Noun):
    """The answer of one host: processes that were ended, those that live, and how many this user may not look at."""

    host: str
    ended: Many[LeftProcess] = ()
    left: Many[LeftProcess] = ()
    hidden: int = 0


class ProcessSearch(Noun):
    """Which processes are looked for: those of `runs`, by name and epoch.

    Those of `end` are ended. Those of `awaited` get `patience` seconds to end by themselves; `expected` are programs that
    are not waited for.
    """

    runs: dict[str, int]
    end: Many[str] = ()
    awaited: Many[str] = ()
    expected: Many[str] = ()
    patience: Seconds = 0.0
