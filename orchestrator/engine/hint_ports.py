"""The port of hints: a playbook in check mode, outside of every journal."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.hint import HintRun
from orchestrator.errors import MachineLacks


class Hints(ABC):
    """Hints of this home. Nothing of them stays, on hosts or in the home."""

    @abstractmethod
    def begin(self) -> str:
        """The name of a new hint; its runs are called `NAME.number`. Raises StoreFault."""

    @abstractmethod
    def run(self, request: AttemptRequest) -> HintRun:
        """Run a playbook in check mode to its end, and say what it said. Raises StoreFault and MachineLacks.

        What is raised while it runs, KeyboardInterrupt too, ends it on this machine.
        """

    @abstractmethod
    def end(self, name: str) -> None:
        """End what still runs of a hint, and remove all that is kept of it, once it is proved that nothing runs here."""

    @abstractmethod
    def clear_up(self) -> Mapping[str, Sequence[str]]:
        """End and remove the hints whose caller was killed: their names, with the runs that had not come to their end."""


class NoHints(Hints):
    """Where no playbook can be run."""

    def begin(self) -> str:
        """Raises MachineLacks."""
        raise MachineLacks("No playbook can be run here, so there is no hint.")

    def run(self, request: AttemptRequest) -> HintRun:
        """Never called, for none is begun."""
        raise MachineLacks(f"{request.attempt} cannot be run here.")

    def end(self, name: str) -> None:
        """There is none."""

    def clear_up(self) -> Mapping[str, Sequence[str]]:
        """There is none."""
        return {}
