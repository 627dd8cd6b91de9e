"""What a target is asked, and what came of it; without ssh itself, so that it costs nothing to import."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from orchestrator.domain.plan.target import Identity, Silence

if TYPE_CHECKING:
    from orchestrator.adapters.ssh.host_answer import HostAnswer


class HostQuestion(NamedTuple):
    """What a target is asked, and how many seconds it has; `echo` times the way there and back for the clocks' sake."""

    seconds: float
    checks: Sequence[Mapping[str, Any]] = ()
    digests: Sequence[str] = ()
    scope: Mapping[str, Any] | None = None
    echo: bool = False
    end_run: Mapping[str, Any] | None = None
    processes: Mapping[str, Any] | None = None
    release: str | None = None
    program: Sequence[str] = ()

    @property
    def large(self) -> bool:
        """Whether the answer may be a whole baseline."""
        return self.scope is not None

    def request(self, nonce: str, *, stay: bool = False) -> dict[str, Any]:
        """The form in which the program on the target takes it; with `stay` it waits for another one afterwards."""
        return {
            "stay": stay,
            "nonce": nonce,
            "seconds": self.seconds,
            "echo": self.echo,
            "checks": [dict(check) for check in self.checks],
            "digests": list(self.digests),
            "scope": None if self.scope is None else dict(self.scope),
            "end_run": None if self.end_run is None else dict(self.end_run),
            "processes": None if self.processes is None else dict(self.processes),
            "release": self.release,
            "program": list(self.program),
        }


class Answered(NamedTuple):
    """A whole answer. The host's clock is ahead of ours by something between `ahead_least` and `ahead_most` seconds.

    `without_root` says why it was not root that answered; empty when it was.
    """

    body: "HostAnswer"
    identity: Identity
    user: str
    ahead_least: float
    ahead_most: float
    without_root: str


class Unanswered(NamedTuple):
    """No answer, in words. `reached`: ssh and login worked; `python`: what is known of an interpreter that does not do.

    `broken`: the connection had ended. `not_pinned`: the host showed a key that is not the pinned one. `dead`: nothing there
    speaks ssh.
    """

    reason: str
    reached: bool = False
    python: str | None = None
    broken: bool = False
    not_pinned: bool = False
    dead: bool = False

    @property
    def silence(self) -> Silence:
        """The same for those who asked for an answer of their own."""
        return Silence(reason=self.reason, cause="host_key_not_pinned" if self.not_pinned else "unreachable")
