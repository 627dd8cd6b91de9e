"""Baselines as files, each named after the digest of its content."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from orchestrator.adapters.store.contents import SharedContents, pack, unpacked
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

_DIGEST: TypeAdapter[str] = TypeAdapter(Sha256)


class DirectoryBaselineStore(BaselineStore):
    """`ab/cdef...` under the root: compressed canonical JSON, written atomically and verified when read."""

    def __init__(
        self, root: Path, *, relief: Relief = no_relief, shared: SharedContents | None = None
    ) -> None:
        """The directory is made with the first baseline. Raises StoreFault for one that others may write to.

        `shared`: where other machines find baselines; the files here are a cache then.
        """
        self._root = root
        self._relief = relief
        self._shared = shared
        with translated(f"Baselines cannot be kept in {root}"):
            if root.exists():
                private_directory(root)

    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        """Writes existing baselines again, which repairs a damaged file."""
        packed: dict[str, bytes] = {}
        references: list[BaselineReference] = []
        for baseline in baselines:
            content = canonical(baseline)
            digest = sha256(content).hexdigest()
            packed[digest] = pack(content)
            references.append(_reference(baseline, digest))
        if self._shared is not None:
            self._shared.put_all(packed)
        with translated(f"{_whose(baselines)} not stored in {self._root}"):
            self._write(packed)
        return references

    def get(self, digest: str) -> Baseline:
        """Raises NotFound also for a text that is no digest."""
        try:
            path = self._path(_DIGEST.validate_python(digest))
        except ValidationError:
            packed = None
        else:
            with translated(f"The baseline {digest} cannot be read"):
                packed = path.read_bytes() if path.exists() else None
            if self._shared is not None and (packed is None or _digest(packed) != digest):
                packed = self._fetched(self._shared, digest) or packed
        if packed is None:
            raise NotFound(
                f"There is no baseline {digest[:80]} in {self._root}; "
                "orch baseline show DEPLOYMENT names those of a deployment."
            )
        return _proved(packed, digest, path)

    def _fetched(self, shared: SharedContents, digest: str) -> bytes | None:
        """From where all machines find it, into the file here; a disk that is full keeps no cache."""
        content = shared.get(digest)
        if content is None:
            return None
        packed = pack(content)
        with suppress(OSError):
            self._write({digest: packed})
        return packed

    def _write(self, packed: Mapping[str, bytes]) -> None:
        private_directory(self._root)
        write_with_relief({self._path(digest): each for digest, each in packed.items()}, self._relief)

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


def _digest(packed: bytes) -> str:
    return sha256(unpacked(packed)).hexdigest()


def _whose(baselines: Sequence[Baseline]) -> str:
    hosts = [baseline.host for baseline in baselines]
    if len(hosts) == 1:
        return f"The baseline of {hosts[0]} was"
    return f"The baselines of {len(hosts)} hosts ({', '.join(hosts[:3])} ...) were"


def _proved(packed: bytes, digest: str, path: Path) -> Baseline:
    content = unpacked(packed)
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
