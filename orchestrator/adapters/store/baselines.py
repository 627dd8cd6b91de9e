"""Baselines as files, each named after the digest of its content."""

import json
import zlib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from orchestrator.adapters.store.disk import Relief, no_relief, write_with_relief
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.private import private_directory
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference
from orchestrator.domain.text.canonical import fields_of
from orchestrator.domain.text.model_base import Sha256
from orchestrator.engine.ports import BaselineStore
from orchestrator.errors import NotFound, StoreFault

FORM = 1
"""Version of the baseline file format; a new version adds a reading step for each earlier one."""

_MOST_BYTES = 512 << 20
"""Of one baseline: a file that unpacks to more is none of ours."""

_DIGEST: TypeAdapter[str] = TypeAdapter(Sha256)


class DirectoryBaselineStore(BaselineStore):
    """`ab/cdef...` under the root: compressed canonical JSON, written atomically and verified when read."""

    def __init__(self, root: Path, *, relief: Relief = no_relief) -> None:
        """The directory is made with the first baseline. Raises StoreFault for one that others may write to."""
        self._root = root
        self._relief = relief
        with translated(f"Baselines cannot be kept in {root}"):
            if root.exists():
                private_directory(root)

    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        """Writes existing baselines again, which repairs a damaged file."""
        files: dict[Path, bytes] = {}
        references: list[BaselineReference] = []
        for baseline in baselines:
            content = canonical(baseline)
            digest = sha256(content).hexdigest()
            files[self._path(digest)] = zlib.compress(content)
            references.append(_reference(baseline, digest))
        with translated(f"{_whose(baselines)} not stored in {self._root}"):
            private_directory(self._root)
            write_with_relief(files, self._relief)
        return references

    def get(self, digest: str) -> Baseline:
        """Raises NotFound also for a text that is no digest."""
        try:
            path = self._path(_DIGEST.validate_python(digest))
            with translated(f"The baseline {digest} cannot be read"):
                packed = path.read_bytes() if path.exists() else None
        except ValidationError:
            packed = None
        if packed is None:
            raise NotFound(
                f"There is no baseline {digest[:80]} in {self._root}; "
                "orch baseline show DEPLOYMENT names those of a deployment."
            )
        return _proved(packed, digest, path)

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:]


def canonical(baseline: Baseline) -> bytes:
    """The canonical JSON of a baseline, for its digest: sorted keys, no spaces, ASCII only."""
    content = {"form": FORM, "baseline": fields_of(baseline)}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _reference(baseline: Baseline, digest: str) -> BaselineReference:
    return BaselineReference(
        host=baseline.host,
        digest=digest,
        machine_id=baseline.machine_id,
        items=len(baseline.items),
        epoch=baseline.epoch,
        cuts=baseline.cuts,
        form=baseline.form,
        visit=baseline.visit,
    )


def _whose(baselines: Sequence[Baseline]) -> str:
    hosts = [baseline.host for baseline in baselines]
    if len(hosts) == 1:
        return f"The baseline of {hosts[0]} was"
    return f"The baselines of {len(hosts)} hosts ({', '.join(hosts[:3])} ...) were"


def _proved(packed: bytes, digest: str, path: Path) -> Baseline:
    try:
        content = zlib.decompressobj().decompress(packed, _MOST_BYTES)
    except zlib.error:
        content = b""
    if sha256(content).hexdigest() != digest:
        raise StoreFault(
            f"{path} no longer holds the baseline {digest}: its content has another digest. "
            "Restore the file from a backup; nothing can be proved against it as it is."
        )
    return _understood(content, path)


def _understood(content: bytes, path: Path) -> Baseline:
    try:
        return _in_form(json.loads(content), path)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreFault(
            f"{path} holds no baseline ({type(error).__name__}). Restore the file from a backup; nothing can be proved "
            "against it as it is."
        ) from None


def _in_form(read: Any, path: Path) -> Baseline:
    if read["form"] != FORM:
        raise StoreFault(
            f"{path} was written by another orch (form {read['form']}; this one knows {FORM}). Use that orch, or a newer one."
        )
    return Baseline.model_validate_json(json.dumps(read["baseline"]))
