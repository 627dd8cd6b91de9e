"""The image in which runs have their Ansible, by its digest: a tag can mean another image tomorrow."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from orchestrator.domain.text.validation_error import wrong

_PATTERN = (
    r"^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*@sha256:[0-9a-f]{64}$"
)
_NAMED = re.compile(_PATTERN)
_LONGEST = 400
FIND_DIGEST = "podman image inspect --format '{{index .RepoDigests 0}}' IMAGE"
"""The command that prints an image as it is written here; docker takes the same words."""


def _by_digest(name: str) -> str:
    if _NAMED.fullmatch(name):
        return name
    before, at, digest = name.partition("@")
    if at and re.fullmatch(r"sha256:[0-9a-f]{64}", digest) and ":" in before.rpartition("/")[2]:
        raise wrong("an image by its digest alone", f"take the tag out: {before.rpartition(':')[0]}@{digest}")
    move = f"find its digest where the image is: {FIND_DIGEST} (docker: the same words), and write what it prints"
    raise wrong("an image by its digest, `NAME@sha256:` and 64 digits", move)


ExecutionImage = Annotated[
    str,
    Field(min_length=1, max_length=_LONGEST, json_schema_extra={"pattern": _PATTERN}),
    AfterValidator(_by_digest),
]
"""`registry.example/team/ansible@sha256:...`."""
