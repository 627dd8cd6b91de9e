"""An anchor that is a branch of a git repository: each checkpoint is a commit, made by git's plumbing.

The file of a store is its origin; other files of the branch stay. No work tree, no index and no configuration of the repository
is used, and no program that it configures is run but its hooks on a changed reference.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.anchors.ran import Run, failure
from orchestrator.adapters.handed_functions import EndedProgram
from orchestrator.domain.seal.anchors import Laid, Silent
from orchestrator.errors import MachineLacks

_AGAIN = 3
"""How often a commit is made anew where somebody else committed meanwhile."""
_GRACE = 3.0
"""Seconds in which a git that was asked to end has ended."""
_LATE = (None, 124, 137)
"""How `timeout` ends where the time was over, and where it had to kill."""
_AUTHOR = {"NAME": "orch", "EMAIL": "orch@localhost"}
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _AUTHOR.items()},
}


class NoAnswer(Exception):
    """Git gave no answer; `silence` says why."""

    def __init__(self, silence: Silent) -> None:
        super().__init__(silence.detail)
        self.silence = silence


class GitBranch:
    """A branch of a repository."""

    def __init__(self, repository: Path, branch: str, run: Run, seconds: float) -> None:
        self._repository, self._reference, self._run = repository, f"refs/heads/{branch}", run
        self._seconds = seconds

    def lay(self, origin: str, note: str, at: datetime) -> Laid | Silent:
        """Commit the note as the store's file."""
        try:
            for _ in range(_AGAIN):
                commit = self._committed(origin, note, at)
                if commit is not None:
                    return Laid(at, commit.encode())
        except NoAnswer as fault:
            return fault.silence
        return Silent("refused", "others kept committing to the branch")

    def outside(self, origin: str) -> Sequence[str] | Silent:
        """The store's file in each commit that changed it, the oldest first."""
        try:
            if self._tip() is None:
                return ()
            commits = self._answer("log", "--reverse", "--format=%H", self._reference, "--", origin).split()
            wanted = "".join(f"{commit}:{origin}\n" for commit in commits)
            return list(_blobs(self._answer("cat-file", "--batch", text=wanted).encode()))
        except NoAnswer as fault:
            return (
                fault.silence
                if fault.silence.code != "refused"
                else fault.silence._replace(code="unreadable")
            )

    def _committed(self, origin: str, note: str, at: datetime) -> str | None:
        """The new commit; None where the branch moved meanwhile."""
        tip = self._tip()
        blob = self._answer("hash-object", "-w", "--stdin", text=note).strip()
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if tip is not None:
                self._answer("read-tree", tip, environment=index)
            entry = ("--add", "--cacheinfo", f"100644,{blob},{origin}")
            self._answer("update-index", *entry, environment=index)
            tree = self._answer("write-tree", environment=index).strip()
        when = {"GIT_AUTHOR_DATE": at.isoformat(), "GIT_COMMITTER_DATE": at.isoformat()}
        parent = () if tip is None else ("-p", tip)
        subject = f"Checkpoint of {origin}\n"
        commit = self._answer("commit-tree", *parent, tree, text=subject, environment=when).strip()
        moved = self._git("update-ref", "--create-reflog", self._reference, commit, tip or "0" * len(commit))
        if moved.exit_code == 0:
            return commit
        if self._tip() == tip:
            raise NoAnswer(failure("git update-ref", moved))
        return None

    def _tip(self) -> str | None:
        """The newest commit of the branch; None where there is none."""
        if not self._repository.is_dir():
            raise NoAnswer(Silent("down", f"there is no folder {self._repository}"))
        ended = self._git("for-each-ref", "--format=%(objectname)", self._reference)
        if ended.exit_code:
            raise NoAnswer(failure("git for-each-ref", ended))
        return ended.output.strip() or None

    def _answer(
        self, *words: str, text: str | None = None, environment: Mapping[str, str] | None = None
    ) -> str:
        ended = self._git(*words, text=text, environment=environment)
        if ended.exit_code != 0:
            raise NoAnswer(failure(f"git {words[0]}", ended))
        return ended.output

    def _git(
        self, *words: str, text: str | None = None, environment: Mapping[str, str] | None = None
    ) -> EndedProgram:
        path = {"PATH": os.environ.get("PATH", os.defpath)}
        try:
            ended = self._run(
                # Asked to end, git removes its locks; and it ends in time where this process has ended before.
                ["timeout", "-k", "1", f"{self._seconds:g}", "git", "-c", "safe.directory=*", *words],
                timeout=self._seconds + _GRACE,
                environment={**_ENVIRONMENT, **path, **(environment or {})},
                directory=self._repository,
                text=text,
            )
        except MachineLacks as lacks:
            raise NoAnswer(Silent("lacking", str(lacks))) from None
        if ended.exit_code in _LATE:
            raise NoAnswer(Silent("late", f"git {words[0]}"))
        return ended


def _blobs(batch: bytes) -> Iterator[str]:
    """What `git cat-file --batch` printed of each object: a line with its name, kind and size, and the content."""
    while batch:
        head, _, batch = batch.partition(b"\n")
        words = head.split(b" ")
        if len(words) != 3 or words[1] != b"blob":
            continue
        size = int(words[2])
        yield batch[:size].decode("utf-8", "replace")
        batch = batch[size + 1 :]
