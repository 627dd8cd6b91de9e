"""Commits and tags of a project, read by git as they are: nothing that the project configures is run (docs/adr/0070)."""

import os
from pathlib import Path

from pydantic import ValidationError

from orchestrator.adapters.process import run
from orchestrator.domain.authority.git_word import LARGEST, GitObject
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks, NotFound, Refused

SECONDS = 20.0
# A project may be another user's, and git then reads no configuration but what is named here. Reading an object runs no
# program of the project's configuration; a missing object of a partial clone would be fetched, which runs several.
_GIT = (
    "git",
    "--no-replace-objects",
    "-c",
    "safe.directory=*",
    "-c",
    "core.fsmonitor=false",
    "cat-file",
    "--batch",
)
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
    environment = {**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)}
    ended = run(
        list(_GIT),
        timeout=SECONDS,
        environment=environment,
        directory=_folder(project),
        text=f"{reference}\n",
    )
    if ended.exit_code is None:
        raise MachineLacks(f"git gave no answer within {SECONDS:.0f} s; try again.")
    head, _, rest = ended.output.partition("\n")
    answer = head.split(" ")
    if ended.exit_code or len(answer) != 3 or not answer[2].isdigit():
        words = plain(ended.errors or head, 300)
        raise NotFound(f"{project} has no commit or tag `{shown}`; git says: {words}")
    return _object(answer[0], answer[1], int(answer[2]), rest, shown)


def _folder(project: Path) -> Path:
    if not project.is_dir():
        raise NotFound(f"There is no project {project} on this machine; read the commit where it is.")
    return project


def _object(name: str, kind: str, size: int, content: str, shown: str) -> GitObject:
    if kind not in ("commit", "tag"):
        raise Refused(f"`{shown}` is a {kind}; a decision is in a signed commit or in a signed tag.")
    if size > LARGEST:
        raise Refused(
            f"`{shown}` has {size} bytes; a commit with a decision has {LARGEST} at most. Sign a short tag on it."
        )
    text = content.encode()[:size].decode("utf-8", "replace")
    try:
        return GitObject.model_validate({"type": kind, "name": name, "content": text})
    except ValidationError:
        raise Refused(
            f"`{shown}` is not text in UTF-8 without carriage returns, so it cannot be kept whole; sign a tag on it that is."
        ) from None
