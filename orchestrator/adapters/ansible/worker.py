"""The worker: runs one attempt to its end in a process of its own, `python -m orchestrator.adapters.ansible.worker FOLDER`.

It claims the attempt before anything else, runs ansible-playbook through ansible-runner, ends every process the run
left, and writes the outcome. It is never started twice for an attempt to any effect: the second claim fails.
"""

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orchestrator.adapters import process
from orchestrator.adapters.ansible import kept_logins, launch
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.events.acts_file import evidence_of
from orchestrator.adapters.ansible.installation import AnsibleInstallation
from orchestrator.adapters.ansible.isolation.container import CODE, run_config
from orchestrator.adapters.ansible.isolation.ended import end_known
from orchestrator.adapters.ansible.isolation.namespace import hide
from orchestrator.adapters.ansible.isolation.needed_places import needed_by
from orchestrator.adapters.ansible.settings import guest
from orchestrator.adapters.ansible.starved import finish_starved, lacked
from orchestrator.adapters.ansible.warm import played_over
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.run_evidence import RunExit
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks
from orchestrator.policy.evidence.verdict import judge, never_ran

if TYPE_CHECKING:
    from ansible_runner.config._base import BaseConfig

_LOOKS_EVERY = 0.5
"""Seconds between looks at whether somebody waits for a hint."""
CLAIMED = 75
"""Exit code of a worker whose attempt somebody else has claimed."""

Start = Callable[
    [Sequence[str], dict[str, str], str, IO[bytes]], AbstractContextManager[tuple[list[str], IO[bytes]]]
]
"""How ansible-playbook is started, given its arguments, environment, project and output: a command, and the input of that."""


@contextmanager
def in_the_cold(
    installation: AnsibleInstallation | None,
    arguments: Sequence[str],
    environment: dict[str, str],
    project: str,
    output: IO[bytes],
) -> Iterator[tuple[list[str], IO[bytes]]]:
    """As a program of its own, which can read nothing."""
    _log([f"{_words(installation)}, started in the cold"])
    with Path(os.devnull).open("rb") as nothing:
        yield guest(installation, "playbook", *arguments), nothing


def _log(lines: Iterable[str]) -> None:
    """Into the worker's log: whoever starts it has its output go there."""
    for line in lines:
        print(line, flush=True)  # noqa: T201 - see above


def _words(installation: AnsibleInstallation | None) -> str:
    """Which Ansible it is, for the log."""
    return "orch's own Ansible" if installation is None else installation.words


def work(folder: AttemptFolder, *, start: Start | None = None) -> bool:
    """Run the attempt; False when it was claimed already, and nothing was run.

    `start`: how ansible-playbook is started [default: in the cold].
    """
    if folder.claimed() is not None:
        return False
    process.become_subreaper()
    group = process.enter_cgroup(f"orch-{folder.attempt}-{os.getpid()}")
    control = Path(tempfile.mkdtemp(prefix="orch-", dir="/tmp"))
    claim = {
        **process.identity()._asdict(),
        "cgroup": None if group is None else str(group),
        "control": str(control),
    }
    try:
        if not folder.claim(claim):
            control.rmdir()
            return False
        _run_and_judge(folder, group, control, start or partial(in_the_cold, folder.installation()))
    finally:
        process.leave_cgroup(group)
    return True


def _run_and_judge(folder: AttemptFolder, group: Path | None, control: Path, start: Start) -> None:
    request = folder.request()
    started = datetime.now(UTC)
    refused = launch.refused(request, folder.installation())
    if refused is not None:
        now = RunExit(started_at=started, ended_at=started)
        folder.forget()
        folder.finish(never_ran(request, now, (refused,)))
        return
    run = _Run(request, folder, group, start)
    # Read before the run, which can change these files where nothing shuts it off.
    installation, mark = folder.installation(), folder.mark()
    faults = run.faults(control)
    _log(kept_logins.early_words(kept_logins.end(folder)))
    left = not process.end_tree(marker=mark, group=group, root=process.identity())
    if end_known(installation, mark, lambda: request.isolation) != "none":
        # No end is written: the run is not said to be over, and whoever takes it up asks the engine again.
        print("the container of the run is left, or its engine does not answer", flush=True)  # noqa: T201 - the worker's log
        return
    if run.starved is not None and not left:
        finish_starved(folder, run.starved, started)
        return
    if left:
        faults.append("processes of the run are left and do not end")
    evidence = evidence_of(folder, request)
    if evidence.gaps and not run.timed_out:
        faults += folder.last_words()
    end = RunExit(
        exit_code=run.exit_code,
        timed_out=run.timed_out,
        processes_left=left,
        faults=tuple(faults),
        started_at=started,
        ended_at=datetime.now(UTC),
    )
    folder.forget()
    folder.finish(judge(request, evidence, end))


class _Run:
    """One call of ansible-runner, ended with its whole process tree when its time is over."""

    def __init__(
        self, request: AttemptRequest, folder: AttemptFolder, group: Path | None, start: Start
    ) -> None:
        self.request, self.folder, self.group, self.start = request, folder, group, start
        self.exit_code: int | None = None
        self.timed_out = False
        self.starved: str | None = None

    def faults(self, control: Path) -> list[str]:
        """Run to the end; what of the worker itself went wrong, in words."""
        try:
            self._call(control)
        except Exception as broken:  # noqa: BLE001 - whatever breaks here must end as an outcome, not as a lost attempt
            # The first thing that a run does is to tell that it starts.
            self.starved = None if self.folder.begun() else lacked(broken)
            return [f"the worker failed: {type(broken).__name__}: {plain(str(broken))}"]
        return []

    def _time_is_over(self) -> None:
        self.timed_out = True
        process.end_tree(marker=self.folder.mark(), group=self.group, root=process.identity())

    def _call(self, control: Path) -> None:
        """Files for output and no input at all, so that no prompt can wait and no output can stall."""
        environment = launch.environment(self.request, self.folder, dict(os.environ), control)
        arguments = launch.arguments(self.request, self.folder, control)
        if self.request.isolation == "container":
            self._call_in_container(arguments, environment, control)
            return
        _log(kept_logins.fetched_words(kept_logins.fetch(self.request, self.folder, control)))
        if self.request.isolation == "mount_namespace":
            environment |= hide(self._home(), self.request, self.folder, control)
        # Before ansible-runner has threads: this can be a fork, which begins when ansible-runner calls for it.
        with (
            self.folder.output.open("wb") as output,
            self.start(arguments, environment, self.request.project, output) as (command, given),
        ):
            self._run(self._config(command, environment, given, output))

    def _home(self) -> Path:
        """What the run is shut off from. Raises MachineLacks: a run that was to be shut off does not begin without."""
        home = self.folder.home()
        if home is None:
            raise MachineLacks("nothing says which home it is to be shut off from")
        return home

    def _call_in_container(self, arguments: list[str], environment: dict[str, str], control: Path) -> None:
        """In the cold, in a container that has no more of this machine than the run needs."""
        installation = self.folder.installation()
        if installation is None or not installation.image:
            raise MachineLacks("nothing says which image it is to run in")
        _log([f"{_words(installation)}, started in a container"])
        with self.folder.output.open("wb") as output, Path(os.devnull).open("rb") as nothing:
            config = run_config(
                guest(installation, "playbook", *arguments),
                environment,
                nothing,
                output,
                installation=installation,
                project=self.request.project,
                control=control,
                mark=self.folder.mark(),
                places=needed_by(self.request, self.folder, control, [CODE]),
                hidden=self.folder.home(),
            )
            self._run(config)

    def _config(
        self, command: list[str], environment: dict[str, str], given: IO[bytes], output: IO[bytes]
    ) -> "BaseConfig":
        """ansible-runner's subprocess mode, with nothing of its own."""
        from ansible_runner.config.command import CommandConfig

        config = CommandConfig(
            private_data_dir=str(self.folder.path / "runner"),
            ident=self.request.attempt,
            host_cwd=self.request.project,
            input_fd=given,
            output_fd=output,
            error_fd=output,
            runner_mode="subprocess",
            fact_cache_type="",
        )
        config.prepare_run_command(command[0], command[1:])
        # Runner's display plugin would write each result into a file and into the output; ours is the evidence.
        config.env = environment
        return config

    def _run(self, config: "BaseConfig") -> None:
        """Through ansible-runner, and not beyond the attempt's time."""
        from ansible_runner import Runner

        limit = threading.Timer(self.request.run_timeout, self._time_is_over)
        limit.daemon = True
        limit.start()
        over = threading.Event()
        asker = self.folder.beside().asker
        if asker is not None:
            threading.Thread(target=_note_abandoned, args=(asker, self.folder, over), daemon=True).start()
        try:
            _, self.exit_code = Runner(config=config).run()
        finally:
            over.set()
            limit.cancel()
            # While it sweeps, it would end the programs by which the container is removed.
            limit.join()


def _note_abandoned(asker: process.ProcessId, folder: AttemptFolder, over: threading.Event) -> None:
    """Leave word for the run once nobody waits for its answer (in_run/hints.py)."""
    while not over.wait(_LOOKS_EVERY):
        if not process.alive(asker):
            folder.abandoned.touch()
            return


def main(path: str, line: str | None = None) -> int:
    """Exit code 0 when the attempt was run, 75 when somebody else has claimed it.

    `line`: the descriptor of a line to an ansible-playbook that is imported already, under the Python of its Ansible.
    """
    os.umask(0o077)
    process.raise_descriptor_limit()
    folder = AttemptFolder(Path(path).parent, Path(path).name)
    cold = partial(in_the_cold, folder.installation())
    start = cold if line is None else played_over(socket.socket(fileno=int(line)), folder, cold)
    return 0 if work(folder, start=start) else CLAIMED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
