"""Host locks: one deployment on a machine at a time, by the machine's identity and not by its name."""

from orchestrator.domain.text.model_base import HostName, Moment, Name, Noun, Text


class HostLock(Noun):
    """A machine locked by a deployment, with time and owner."""

    machine: Text
    host: HostName
    deployment: Name
    since: Moment
    by: Text
