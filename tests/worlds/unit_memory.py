"""The memory of orch on a release unit's way from its library to a run, measured in a process of its own.

`python -m tests.worlds.unit_memory FOLDER MIB...` prints the figures that docs/media-library.md has.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.adapters.files.tree.playbook_tree import file_digest
from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.keys.unit_signatures import signer_of
from orchestrator.adapters.media.cache import MediaCache
from orchestrator.adapters.media.libraries import CachedLibraries
from orchestrator.domain.authority.signed_unit import SignedUnit, UnitStatement, payload
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.plan.unit_origin import SignatureKind
from orchestrator.domain.rules.library import Library, LibraryKnown
from orchestrator.engine.authority_ports import SignedFile
from orchestrator.engine.project_ports import MediaItem
from tests.worlds.media_server import media_server
from tests.worlds.people import TRUSTED_AT
from tests.worlds.sigstore import builder_key, statement

KINDS = ("folder", "http", "https")
UNIT = "unit.bin"
_BLOCK = bytes(range(256)) * 4096


def written(file: Path, mebibytes: int) -> str:
    """Write a file of this size in which no block is like another; its digest."""
    digest = hashlib.sha256()
    with file.open("wb") as stream:
        for number in range(mebibytes):
            block = number.to_bytes(8) + _BLOCK[8:]
            stream.write(block)
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def library_of(kind: str, masters: Path) -> Iterator[dict[str, str]]:
    """The fields of a library of this kind over a folder."""
    if kind == "folder":
        yield {"folder": str(masters)}
        return
    with media_server(masters if kind == "https" else None) as server:
        server.files[f"/{UNIT}"] = masters / UNIT
        yield {"url": server.url} | ({"ca_file": str(server.ca_file)} if server.ca_file else {})


def measured(folder: Path, kind: str, mebibytes: int) -> dict[str, int]:
    """The peak of the process after each step, in KiB; all files are removed."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        masters = Path(place) / "masters"
        masters.mkdir()
        sha256 = written(masters / UNIT, mebibytes)
        with library_of(kind, masters) as fields:
            words = [sys.executable, "-m", "tests.worlds.unit_memory", place, sha256, json.dumps(fields)]
            ended = process.run([*words, "--step-by-step"], timeout=900.0, directory=Path.cwd())
    assert ended.exit_code == 0, ended.errors
    return {str(step): int(peak) for step, peak in json.loads(ended.output).items()}


def peaks(home: Path, sha256: str, fields: dict[str, str]) -> dict[str, int]:
    """What the process that is measured does: every step that reads the unit's bytes."""
    library = Library.model_validate({"orch": 1, "library": "central", "title": "masters", **fields})
    known = (LibraryKnown(library, "libraries/central.yml"),)
    media = CachedLibraries(MediaCache(home / "media", 0), lambda project: known, time.monotonic)
    item, place = MediaItem("central", UNIT, sha256), home / "copy" / UNIT
    after = {"before": _peak()}
    obtained = media.obtain(home, item, lambda line: None)
    after["copied from the library"] = _peak()
    media.link(media.obtain(home, item, lambda line: None), place)
    after["placed"] = _peak()
    assert DirectoryLibrary().digest(home, str(place.relative_to(home))) == sha256
    file_digest(place)
    after["digested"] = _peak()
    for kind, (content, keyring) in _signatures(sha256).items():
        (home / "signature").write_bytes(content)
        signer_of(SignedFile(kind, place, sha256, home / "signature"), keyring, TRUSTED_AT)
        after[f"signature {kind}"] = _peak()
    assert obtained.file.stat().st_size == place.stat().st_size
    return after


def _signatures(sha256: str) -> dict[SignatureKind, tuple[bytes, Keyring]]:
    key, builder = SigningKey.new(), builder_key("ed25519")
    words = {"person": "Build Server", "roles": ("builder",), "trusted_at": TRUSTED_AT, "trusted_by": "Ada"}
    trusted = TrustedKey.model_validate({"key": key.key, "public": key.public, **words})
    unit = UnitStatement(sha256=sha256)
    own = SignedUnit(unit=unit, signature=key.sign(payload(unit))).model_dump_json().encode()
    bundle = json.dumps(builder.statement_bundle(statement(sha256))).encode()
    return {
        "ed25519": (own, Keyring(keys=(trusted,))),
        "sigstore": (bundle, Keyring(keys=(builder.trusted(),))),
    }


def _peak() -> int:
    """Of this process alone: what getrusage(2) says begins with the peak of the parent (VmHWM, proc_pid_status(5))."""
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")
    )
    return int(line.split()[1])


def main(words: list[str]) -> None:
    """Measure in this process, or start processes that do."""
    if words[-1] == "--step-by-step":
        print(json.dumps(peaks(Path(words[0]), words[1], json.loads(words[2]))))
        return
    for size in map(int, words[1:]):
        for kind in KINDS:
            began = time.monotonic()
            after = measured(Path(words[0]), kind, size)
            print(size, "MiB", kind, f"{time.monotonic() - began:.0f} s", after)


if __name__ == "__main__":
    main(sys.argv[1:])
