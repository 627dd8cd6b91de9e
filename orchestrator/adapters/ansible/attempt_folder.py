"""The folder of an attempt: its files, who claimed it, how it ended. Every write is atomic, every claim exclusive."""

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.adapters.ansible.installation import AnsibleInstallation, Source
from orchestrator.adapters.ansible.settings import MARK
from orchestrator.adapters.process import ProcessId
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.text.foreign_json import read_object
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault


class _Claim(Noun):
    """Who claimed an attempt: its worker, or somebody who saw to it that none ever does."""

    pid: int = 0
    started: int = 0
    boot: str = ""
    cgroup: str | None = None
    control: str | None = None
    fenced: str = ""


class _Ansible(Noun):
    """The Ansible of an attempt that does not run under orch's own."""

    python: str
    playbook: str
    core_version: str
    python_version: str
    source: Source
    strategies: str | None = None
    image: str = ""
    engine: str = ""
    engine_variables: dict[str, str] = {}


class Beside(NamedTuple):
    """What the process that starts a run has for it, and no file: only where it is.

    `logins`: the sockets of logins by which it may go, by `address:port`. `become`: where the password is to become root.
    `asker`: who waits for its answer, where it is for nobody else.
    """

    logins: Mapping[str, str] = {}
    become: str | None = None
    asker: ProcessId | None = None


class AttemptFolder:
    """`ROOT/<attempt>`, mode 0700, made once and never used again."""

    def __init__(self, root: Path, attempt: str) -> None:
        if not attempt or attempt.startswith(".") or "/" in attempt or "\0" in attempt:
            raise ValueError(f"{attempt!r} cannot name an attempt: it becomes the name of a folder.")
        self.root = root
        self.attempt = attempt
        self.path = root / attempt
        self.evidence = self.path / "evidence.jsonl"
        self.addresses = self.path / "addresses.json"
        self.ways = self.path / "ways.json"
        self.acts = self.path / "acts.jsonl"
        self.opens = self.path / "opens.jsonl"
        self.log = self.path / "worker.log"
        self.output = self.path / "output.txt"
        self._claim = self.path / "claim.json"
        self._end = self.path / "end.json"
        self._variables = self.path / "variables.json"
        self._environment = self.path / "environment.json"
        self._ansible = self.path / "ansible.json"
        self._beside = self.path / "beside.json"
        self.abandoned = self.path / "abandoned"

    def create(
        self,
        request: AttemptRequest,
        passed: Mapping[str, str] | None = None,
        installation: AnsibleInstallation | None = None,
        beside: "Beside | None" = None,
        home: Path | None = None,
    ) -> bool:
        """Make the folder whole, with its request in it; False when there is one already.

        `passed`: what the run sees of the caller's environment, until `forget`. `installation`: the Ansible, unless it is
        orch's own. `beside`: what this process has for the run. `home`: what the run is shut off from.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=self.root))
        try:
            write_durably(fresh / "request.json", request.model_dump_json())
            write_durably(fresh / "nonce", secrets.token_hex(16))
            if installation is not None:
                write_durably(fresh / self._ansible.name, _ansible_text(installation))
            if home is not None:
                write_durably(fresh / "home", str(home))
            if passed:
                write_durably(fresh / self._environment.name, json.dumps(dict(passed)))
            if beside is not None:
                write_durably(fresh / self._beside.name, json.dumps(beside._asdict()))
            fresh.rename(self.path)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not self.exists():
                raise
            return False
        _sync(self.root)
        return True

    def exists(self) -> bool:
        """Whether the attempt was ever started."""
        return (self.path / "request.json").exists()

    def age(self, now: float) -> float:
        """Seconds since the attempt was started, by this machine's clock."""
        return now - (self.path / "request.json").stat().st_mtime

    def request(self) -> AttemptRequest:
        """What the attempt is to run."""
        path = self.path / "request.json"
        try:
            return AttemptRequest.model_validate_json(path.read_bytes())
        except (OSError, ValueError):
            raise _damaged(path) from None

    def installation(self) -> AnsibleInstallation | None:
        """The Ansible that the attempt runs under; None: that of orch's own environment."""
        try:
            given = _Ansible.model_validate_json(self._ansible.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise _damaged(self._ansible) from None
        return AnsibleInstallation(
            python=Path(given.python),
            playbook=Path(given.playbook),
            core_version=given.core_version,
            python_version=given.python_version,
            source=given.source,
            strategies=None if given.strategies is None else Path(given.strategies),
            image=given.image,
            engine=given.engine,
            engine_variables=given.engine_variables,
        )

    def home(self) -> Path | None:
        """orch's home, from which a run can be shut off; None where whoever started it named none."""
        try:
            return Path((self.path / "home").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise _damaged(self.path / "home") from None

    def nonce(self) -> str:
        """What every event of this run must carry."""
        path = self.path / "nonce"
        try:
            return path.read_text(encoding="ascii")
        except (OSError, ValueError):
            raise _damaged(path) from None

    def mark(self) -> str:
        """What the environment of every local process of the attempt holds, and that of no other attempt.

        A name is one below one root; two homes can begin the same release within one second.
        """
        return f"{MARK}={self.attempt}.{hashlib.sha256(self.nonce().encode()).hexdigest()[:16]}"

    def claim(self, holder: dict[str, Any]) -> bool:
        """Claim the attempt, once for ever; False when somebody else has."""
        draft = self.path / f".claim-{os.getpid()}"
        write_durably(draft, json.dumps(holder))
        try:
            os.link(draft, self._claim)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        _sync(self.path)
        return True

    def claimed(self) -> dict[str, Any] | None:
        """Who claimed the attempt; None while nobody has."""
        try:
            return _Claim.model_validate(read_object(self._claim.read_bytes())).model_dump(exclude_unset=True)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            # Whether a worker is at work rests on it: neither yes nor no is a safe guess.
            raise _damaged(self._claim) from None

    def holder(self) -> ProcessId | None:
        """The worker's process; None when nobody claimed the attempt, or it was fenced off before a worker did."""
        claim = self.claimed()
        return (
            None
            if claim is None or "pid" not in claim
            else ProcessId(claim["pid"], claim["started"], claim["boot"])
        )

    def cgroup(self) -> Path | None:
        """The worker's cgroup, where the machine gave it one."""
        group = (self.claimed() or {}).get("cgroup")
        return None if group is None else Path(group)

    def finish(self, outcome: AttemptOutcome) -> None:
        """Write the end, durably."""
        write_durably(self._end, outcome.model_dump_json())

    def outcome(self) -> AttemptOutcome | None:
        """How the attempt ended; None while it has not, or where that cannot be read: then the events are all there is."""
        try:
            return AttemptOutcome.model_validate_json(self._end.read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def begun(self) -> bool:
        """Whether the run has told anything: its file is there before it begins where the run is shut off."""
        return self.evidence.exists() and self.evidence.stat().st_size > 0

    def events(self) -> bytes:
        """The stream of events as far as it was written."""
        return self.evidence.read_bytes() if self.evidence.exists() else b""

    def last_words(self) -> list[str]:
        """The error that ansible-playbook ended with, where it says one."""
        lines = self.output.read_text(errors="replace").splitlines() if self.output.exists() else []
        error_lines = [line for line in lines if line.startswith(("ERROR", "[ERROR]"))]
        if error_lines:
            return [f"ansible-playbook says: {plain(error_lines[-1])}"]
        installation = self.installation()
        of_engine = [line for line in lines if line.startswith(("Error:", "docker:"))]
        if installation is None or not installation.image or not of_engine:
            return []
        return [f"{installation.engine} says: {plain(of_engine[-1])}"]

    def passed_environment(self) -> dict[str, str]:
        """What the run sees of the environment of whoever started it; empty once it has ended."""
        try:
            values = read_object(self._environment.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise _damaged(self._environment) from None
        return {name: str(value) for name, value in values.items()}

    def beside(self) -> "Beside":
        """What whoever started the run has for it."""
        try:
            given = read_object(self._beside.read_bytes())
            become = given.get("become")
            logins = {str(place): str(path) for place, path in dict(given["logins"]).items()}
            asker = given.get("asker")
            waits = None if asker is None else ProcessId(int(asker[0]), int(asker[1]), str(asker[2]))
            return Beside(logins, None if become is None else str(become), waits)
        except FileNotFoundError:
            return Beside()
        except (OSError, ValueError, KeyError, TypeError):
            raise _damaged(self._beside) from None

    def control(self) -> Path | None:
        """The folder of the run's connections; None while nobody has claimed it."""
        place = (self.claimed() or {}).get("control")
        return None if place is None else Path(place)

    def keep_variables(self, values: Any) -> Path:
        """Write the variables for Ansible; `forget` removes them, for they may hold what nobody should store."""
        write_durably(self._variables, json.dumps(values))
        return self._variables

    def forget(self) -> None:
        """Remove what a run needs and a record must not keep: variables, and what ansible-runner and Ansible left."""
        self._variables.unlink(missing_ok=True)
        self._environment.unlink(missing_ok=True)
        control = self.control()
        for folder in (self.path / "runner", self.path / "tmp", *([control] if control else [])):
            shutil.rmtree(folder, ignore_errors=True)


def _ansible_text(installation: AnsibleInstallation) -> str:
    """Its fields as JSON."""
    strategies = installation.strategies
    return _Ansible(
        python=str(installation.python),
        playbook=str(installation.playbook),
        core_version=installation.core_version,
        python_version=installation.python_version,
        source=installation.source,
        strategies=None if strategies is None else str(strategies),
        image=installation.image,
        engine=installation.engine,
        engine_variables=dict(installation.engine_variables),
    ).model_dump_json()


def _damaged(path: Path) -> StoreFault:
    return StoreFault(
        f"{path} is missing or damaged, and with it what is known of the attempt. Restore it from a backup, then go on: "
        "orch resume."
    )


def write_durably(path: Path, content: str) -> None:
    """Write a whole file or nothing: a draft beside it, flushed to the disk, takes its name."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
