"""The port `Playbooks` on ansible-runner: attempts in detached workers, seen through the files of their folders."""

import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters import process
from orchestrator.adapters.ansible import kept_logins
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder, Beside
from orchestrator.adapters.ansible.begun_marks import BegunMarks
from orchestrator.adapters.ansible.cfg_paths import needs_own_import
from orchestrator.adapters.ansible.choice import AnsibleChoice, used_of
from orchestrator.adapters.ansible.collections_used import collections_used, package_folders
from orchestrator.adapters.ansible.events import event_stream
from orchestrator.adapters.ansible.events.acts_file import evidence_of
from orchestrator.adapters.ansible.given_password import GivenPassword
from orchestrator.adapters.ansible.installation import (
    AnsibleInstallation,
    Choice,
    other_than_own,
    own_installation,
)
from orchestrator.adapters.ansible.installed_software import installed_software
from orchestrator.adapters.ansible.isolation.ended import end_containers, end_unseen, engine_of, proved
from orchestrator.adapters.ansible.isolation.engines import engine_environment
from orchestrator.adapters.ansible.isolation.images import Images
from orchestrator.adapters.ansible.isolation.namespace import isolation_here
from orchestrator.adapters.ansible.settings import base_environment, elsewhere, passed_environment
from orchestrator.adapters.ansible.starved import store_fault_of
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation, RunIsolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.evidence.run_evidence import RunExit
from orchestrator.domain.evidence.run_software import AnsibleUsed, RunSoftware
from orchestrator.engine.ports import Clock, PlaybookRuns
from orchestrator.errors import MachineLacks, StoreFault
from orchestrator.policy.evidence.verdict import judge, never_ran

_CLAIM_WITHIN = 15.0


class Given(NamedTuple):
    """`logins`: those that visits have kept for a run. `become`: the password to become root that a person gave."""

    logins: process.KeptLogins | None = None
    become: str | None = None


class AnsiblePlaybooks(PlaybookRuns):
    """Attempts below one root folder; any process that knows the root sees them all."""

    def __init__(  # noqa: PLR0913 - what the composition root gives
        self,
        root: Path,
        *,
        claim_within: float = _CLAIM_WITHIN,
        warm: WarmStart | None = None,
        environ: Mapping[str, str] | None = None,
        begun: Path | None = None,
        choice: Choice | None = None,
        given: Given = Given(),  # noqa: B008 - it holds nothing
        images: Images | None = None,
        home: Path | None = None,
    ) -> None:
        """`environ`: where the variables are that plans have passed to their runs, by default those of this process.

        `begun`: where marks of begun attempts are kept [default: in the root]. `choice`: the Ansible of attempts that
        are started here [default: orch's own]. `given`: what runs have of this process. `images`: what is known of images.
        `home`: what runs are shut off from.
        """
        self._images, self._home = images or Images(), home
        self._choice = choice
        self._logins = given.logins or process.KeptLogins()
        self._become = GivenPassword.of(given.become)
        self._isolation: dict[bool, RunIsolation] = {}
        self._environ = os.environ if environ is None else environ
        self._root = root.absolute()
        self._begun = BegunMarks(begun or self._root / ".begun")
        self._warm = warm or WarmStart(choice=choice)
        self._claim_within = claim_within

    def start(self, request: AttemptRequest) -> None:
        """Start the worker, unless the attempt was ever started."""
        with store_fault_of(f"{request.attempt} was not started", self._root):
            self._start(request)

    def _start(self, request: AttemptRequest) -> None:
        folder = self._folder(request.attempt)
        if not folder.exists():
            # Before there is a folder: from then on the worker has so long to claim it.
            passed = _passed(request, self._environ)
            if not _starts_in_the_cold(request):
                self._warm.await_ready(request.project, request.accelerate)
        else:
            passed = {}
        installation = self._installation(request)
        created = folder.create(request, passed, installation, self._beside(request), self._home)
        if not created and folder.request().epoch != request.epoch:
            raise StoreFault(
                f"{request.attempt} was not started: {folder.path} is of another run of that name, which the journal does not "
                "know: it is an older copy. Restore the newest one, then go on: orch resume."
            )
        if created:
            self._begun.note(request.attempt, folder.mark(), engine_of(installation))
        spawn = partial(_spawn, folder)
        if created and (
            _starts_in_the_cold(request) or not self._warm.start(folder, request.accelerate, spawn)
        ):
            spawn(None)

    def _beside(self, request: AttemptRequest) -> Beside:
        place = None if self._become is None else self._become.place
        asker = process.identity() if request.purpose == "hint" else None
        return Beside(self._logins_for(request), place, asker)

    def _logins_for(self, request: AttemptRequest) -> dict[str, str]:
        """Those that a deploy may go by. What is put back goes by new ones: a deploy may have changed host and network.

        The ssh of an image is another program than the one that made them.
        """
        taken = self._logins.take(request.addresses.values())
        if (
            request.purpose == "deploy"
            and request.accelerate != "mitogen"
            and not request.execution_environment
        ):
            return taken
        process.end_logins(path for place in taken.values() for path in process.sockets_of(place))
        return {}

    def _installation(self, request: AttemptRequest) -> AnsibleInstallation | None:
        if request.execution_environment:
            return self._images.installation(request.execution_environment)
        return other_than_own(self._choice)

    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """Start the zygote, so that its import is over when it is needed, and have a worker wait for its attempt."""
        self._warm.make_ready(project, accelerate)

    def isolation(self, image: str | None, *, acts_here: bool, zone: str = "") -> RunIsolation:
        """A container for an image, else a mount namespace where this machine gives one; asked once for each answer."""
        if image:
            return RunIsolation(isolation="container")
        if self._home is None:
            return RunIsolation()
        if acts_here not in self._isolation:
            self._isolation[acts_here] = isolation_here(self._home, acts_here=acts_here, environ=os.environ)
        return self._isolation[acts_here]

    def software(
        self, project: Path, playbooks: Sequence[str] = (), inventory: str = "", image: str | None = None
    ) -> RunSoftware:
        """orch and what it brings, the Ansible that is chosen, and the collections that playbooks name.

        Collections of an image are known by its digest; those of the project are files of the tree.
        """
        if image:
            there = self._images.installation(image)
            return RunSoftware(versions=installed_software(there.core_version), ansible=used_of(there))
        installation = own_installation() if self._choice is None else self._choice.installation
        return RunSoftware(
            versions=installed_software(installation.core_version),
            ansible=used_of(installation),
            collections=collections_used(project, playbooks, inventory, package_folders(installation)),
        )

    def go_on_with(self, ansible: AnsibleUsed) -> AnsibleUsed | None:
        """The choice of this process is that from now on."""
        if ansible.image:
            return used_of(self._images.installation(ansible.image))
        return self._choice.go_on_with(ansible) if isinstance(self._choice, AnsibleChoice) else None

    def let_go(self) -> None:
        """End the zygote, and see that it has ended; end the logins that no run has taken."""
        self._logins.end()
        self._warm.let_go()

    def sight(self, attempt: str) -> Sighting:
        """A worker that did not claim within its time is fenced off first: it can never run, however late it comes."""
        with store_fault_of(f"{attempt} cannot be seen", self._root):
            return self._sight(attempt)

    def _sight(self, attempt: str) -> Sighting:
        folder = self._folder(attempt)
        if not folder.exists():
            removed = self._begun.of(attempt) is not None
            return Sighting(attempt=attempt, state="dead" if removed else "absent", removed=removed)
        holder = folder.holder()
        running = holder is not None and process.alive(holder)
        outcome = folder.outcome()  # asked last: it may have ended in between
        if outcome is not None:
            return Sighting(attempt=attempt, state="finished", outcome=outcome)
        if running and holder is not None:
            return Sighting(attempt=attempt, state="running", worker_pid=holder.pid)
        if folder.claimed() is None and not self._fence(folder, "no worker claimed it in time"):
            return Sighting(attempt=attempt, state="running")
        if holder is None and folder.holder() is not None:
            return self._sight(attempt)  # claimed while we looked
        began = "fenced" not in (folder.claimed() or {})
        return Sighting(attempt=attempt, state="dead", outcome=_what_it_left(folder), began=began)

    def await_end(self, attempt: str, clock: Clock, seconds: float) -> None:
        """Asleep until its worker ends; one that has not claimed yet is waited for by the clock."""
        holder = self._folder(attempt).holder()
        if holder is None or process.await_end(holder, 0.0):
            clock.sleep(seconds)
        else:
            process.await_end(holder, seconds)

    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """From the stream of events, as far as it is written."""
        return event_stream.tasks_seen(self._folder(attempt).evidence, after)

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """End the worker and everything it started on this machine; an attempt not yet claimed never will be."""
        with store_fault_of(f"{attempt} cannot be stopped", self._root):
            return self._stop(attempt, isolation)

    def _stop(self, attempt: str, isolation: Isolation | None) -> bool:
        folder = self._folder(attempt)
        if not folder.exists():
            begun = self._begun.of(attempt)
            if begun is None:
                return True
            gone = process.end_tree(marker=begun.mark, group=None)
            return proved(attempt, end_unseen(begun, isolation)) and gone
        folder.claimed() or folder.claim({"fenced": "stopped before a worker claimed it"})
        gone = process.end_tree(marker=folder.mark(), group=folder.cgroup(), root=folder.holder())
        kept_logins.end(folder)
        gone = proved(attempt, end_containers(folder)) and gone
        if gone:
            process.remove_cgroup(folder.cgroup())
            folder.forget()
        return gone

    def _folder(self, attempt: str) -> AttemptFolder:
        return AttemptFolder(self._root, attempt)

    def _fence(self, folder: AttemptFolder, why: str) -> bool:
        """Whether nobody can run the attempt any more, though nobody has claimed it; False while its worker may yet."""
        age = folder.age(time.time())
        if 0 <= age < self._claim_within:
            return False
        folder.claim({"fenced": why})
        return True


def _starts_in_the_cold(request: AttemptRequest) -> bool:
    """Whether no zygote serves: in a container it is another Ansible, in another root."""
    return bool(request.execution_environment) or _imports_itself(request)


def _imports_itself(request: AttemptRequest) -> bool:
    """Whether no zygote serves: where plugins and collections are looked for is fixed as Ansible and mitogen are imported.

    mitogen sends no `module_utils` of collections beside the playbook to a host where it was imported ahead.
    """
    beside = Path(request.playbook).parent / "collections"
    return needs_own_import(elsewhere(request)) or (request.accelerate == "mitogen" and beside.is_dir())


def _passed(request: AttemptRequest, environ: Mapping[str, str]) -> dict[str, str]:
    """What the run sees of the caller's environment. Raises MachineLacks: an absent value would be an empty text."""
    passed = passed_environment(request.pass_environment, environ)
    absent = [name for name in request.pass_environment if name not in passed]
    if absent:
        raise MachineLacks(
            f"{request.attempt} was not started: {', '.join(absent)}, which the plan has passed to its runs, "
            f"is not set here. Set it, then go on: orch resume {request.deployment}."
        )
    return passed


def _spawn(folder: AttemptFolder, line: socket.socket | None) -> None:
    """Start a worker by itself, with its end of a line to an ansible-playbook where there is one. Raises OSError."""
    given = [] if line is None else [line.fileno()]
    command = [sys.executable, "-m", "orchestrator.adapters.ansible.worker", str(folder.path)]
    process.spawn_detached(
        [*command, *map(str, given)],
        environment=_worker_environment(folder),
        log=folder.log,
        keep=given,
    )


def _worker_environment(folder: AttemptFolder) -> dict[str, str]:
    """The worker finds orch where this process found it; what the run itself sees is decided in the worker."""
    name, _, value = folder.mark().partition("=")
    home = str(Path(__file__).parents[3])
    installation = folder.installation()
    of_engine = engine_environment(os.environ) if installation is not None and installation.image else {}
    return {
        **base_environment(os.environ),
        **of_engine,
        name: value,
        "PYTHONPATH": home,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _what_it_left(folder: AttemptFolder) -> AttemptOutcome:
    """The best reading of a run whose worker ended without an outcome; its faults keep every host from being done."""
    request = folder.request()
    now = RunExit(started_at=datetime.now(UTC), ended_at=datetime.now(UTC), faults=("the worker died",))
    fenced = (folder.claimed() or {}).get("fenced")
    if fenced is not None:
        return never_ran(request, now, (str(fenced),))
    return judge(request, evidence_of(folder, request), now)
