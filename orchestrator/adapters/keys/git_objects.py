"""Commits and tags of a project, read by git as they are: nothing that the project configures is run (docs/adr/0070)."""

import os
from pathlib import Path

from pydantic import ValidationError

from orchestrator.adapters.process import Ended, run
from orchestrator.domain.authority.git_word import LARGEST, GitObject
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks, NotFound, Refused

SECONDS = 20.0
# A project may be another user's, and git then reads no configuration but what is named here. Reading an object runs no
# program of the project's configuration; a missing object of a partial clone would be fetched, which runs several.
_GIT = ("git", "--no-replace-objects", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "cat-file")
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


def git_object(project: Path, reference: str) -> GitObject:
    """The commit or annotated tag of this name. Raises NotFound, Refused, MachineLacks."""
    shown = plain(reference, 80)
    if shown != reference or not reference:
        raise NotFound(
            f"`{shown}` is no name of a commit or tag; git log and git tag show those of {project}."
        )
    asked = _git(project, "--batch-check", text=f"{reference}\n")
    answer = asked.output.strip().split(" ")
    if asked.exit_code or len(answer) != 3 or not answer[2].isdigit():
        words = plain(asked.errors or asked.output, 300)
        raise NotFound(f"{project} has no commit or tag `{shown}`; git says: {words}")
    name, kind, size = answer
    if kind not in ("commit", "tag"):
        raise Refused(f"`{shown}` is a {kind}; a decision is in a signed commit or in a signed tag.")
    if int(size) > LARGEST:
        raise Refused(
            f"`{shown}` has {size} bytes; a commit with a decision has {LARGEST} at most. Sign a short tag on it."
        )
    try:
        return GitObject.model_validate(
            {"type": kind, "name": name, "content": _git(project, kind, name).output}
        )
    except ValidationError:
        raise Refused(
            f"`{shown}` is not text in UTF-8 without carriage returns, so it cannot be kept whole; sign a tag on it that is."
        ) from None


def _git(project: Path, *words: str, text: str | None = None) -> Ended:
    if not project.is_dir():
        raise NotFound(f"There is no project {project} on this machine; read the commit where it is.")
    environment = {**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)}
    ended = run([*_GIT, *words], timeout=SECONDS, environment=environment, directory=project, text=text)
    if ended.exit_code is None:
        raise MachineLacks(f"git gave no answer within {SECONDS:.0f} s; try again.")
    return ended
