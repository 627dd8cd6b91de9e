"""What a question takes along from the driver's machine: the private copy by its digest, and files that its paths lead to."""

from __future__ import annotations

import base64
import hashlib
import os
import shlex
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestrator.adapters.folder_archive import files_below, write_archive
from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.nodes.frames import AnyVisit, CarriedFile, CarriedTree, Verify
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.plan.target import Target
from orchestrator.engine.node_ports import PART, Exchange
from orchestrator.errors import StoreFault

MOST_OF_FILE = 1 << 20
MOST_OF_FILES = 16 << 20
"""Bytes of one carried file, and of all."""
_OF_SSH = ("identityfile", "certificatefile", "userknownhostsfile", "globalknownhostsfile", "revokedhostkeys")


def files_of_run(request: AttemptRequest) -> Iterator[str]:
    """The files beside its copy that a run reads: keys, pinned host keys, passwords, an inventory and ingredients outside."""
    yield from _keys([*request.private_keys, *request.library_keys])
    yield from (path for path in (request.known_hosts, request.vault_password_file) if path)
    for text in (request.plain_way, *(way.config for way in request.ways.values())):
        yield from _in_config(text.splitlines())
    yield from (request.inventory, request.playbook, *request.ingredients)


def files_of_visit(visit: AnyVisit) -> Iterator[str]:
    """The files that ssh and the checks of a visit read on this machine."""
    for target in visit.hosts.targets:
        yield from _of_target(target)
    if isinstance(visit, Verify):
        yield from (os.path.join(visit.project, expanded(name)) for name in _files_of_checks(visit))  # noqa: PTH118


def project_of(visit: AnyVisit) -> str | None:
    """The project, where its checks read it."""
    reads = isinstance(visit, Verify) and any(check.kind == "testinfra" for check in visit.checks)
    return visit.project if reads and isinstance(visit, Verify) else None


def _files_of_checks(visit: Verify) -> Iterator[str]:
    for check in visit.checks:
        yield from getattr(check, "files", {}).values()


def _of_target(target: Target) -> Iterator[str]:
    yield from _keys([target.private_key] if target.private_key else [])
    if target.known_hosts:
        yield target.known_hosts
    yield from _in_config(target.way.settings)
    for hop in target.way.hops:
        yield from _in_config(hop.settings)


def _keys(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        yield from (path, f"{path}-cert.pub", f"{path}.pub")


def _in_config(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        name, _, values = line.strip().partition(" ")
        if name.lower() not in _OF_SSH:
            continue
        try:
            words = shlex.split(values)
        except ValueError:
            continue
        yield from (word for word in words if word.startswith("/"))


def carried(paths: Iterable[str], tree: CarriedTree | None) -> tuple[CarriedFile, ...]:
    """Each of these files and folders that is there and not in the tree, once. Raises StoreFault for what is too large."""
    files: dict[str, CarriedFile] = {}
    total = 0
    for path in paths:
        for each in _files_below(path):
            if each in files or (tree is not None and _is_below(each, tree.place)):
                continue
            file = _carried(each)
            if file is None:
                continue
            total += len(file.content)
            if total > MOST_OF_FILES * 4 // 3:
                raise StoreFault(
                    f"The files beside the project that a node needs have more than {MOST_OF_FILES >> 20} MiB (the last "
                    f"was {each}); put large ones into the project, or on the nodes."
                )
            files[each] = file
    return tuple(files.values())


def _files_below(path: str) -> Iterator[str]:
    place = Path(path)
    if not place.is_absolute():
        return
    if not place.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(place):
        folders.sort()
        yield from (str(Path(folder) / name) for name in sorted(names))


def _is_below(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _carried(path: str) -> CarriedFile | None:
    try:
        with Path(path).open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read(MOST_OF_FILE + 1) if stat.S_ISREG(mode) else b""
    except OSError:
        return None  # as here, whoever needs it says so there
    if len(content) > MOST_OF_FILE:
        raise StoreFault(
            f"{path} has more than {MOST_OF_FILE >> 10} KiB, too much for a file beside the project that a node needs; "
            "put it into the project, or on the nodes."
        )
    return CarriedFile(
        path=path, content=base64.b64encode(content).decode("ascii"), executable=bool(mode & stat.S_IXUSR)
    )


class SharedTrees:
    """Folders as archives in the shared content; one that has not changed since is not read again."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._known: dict[str, tuple[str, CarriedTree]] = {}

    def shared(self, place: str) -> CarriedTree:
        """The folder, shared now or before. Raises StoreFault."""
        root = Path(place)
        try:
            state = _state_of(root)
            known = self._known.get(place)
            if known is None or known[0] != state:
                known = state, self._share(root)
                self._known[place] = known
        except OSError as error:
            raise StoreFault(f"{place} cannot be read for its node: {error.strerror or error}.") from None
        return known[1]

    def _share(self, root: Path) -> CarriedTree:
        with tempfile.TemporaryFile(prefix="orch-tree-") as archive:
            write_archive(root, archive)
            size = archive.tell()
            archive.seek(0)
            digest = hashlib.file_digest(archive, "sha256").hexdigest()
            if not self._exchange.has(digest):
                archive.seek(0)
                self._exchange.share(digest, iter(lambda: archive.read(PART), b""))
        return CarriedTree(place=str(root), digest=digest, size=size)


def _state_of(root: Path) -> str:
    """What changes when a file does."""
    digest = hashlib.sha256()
    for path in files_below(root):
        seen = path.lstat()
        digest.update(f"{path}\0{seen.st_mtime_ns}\0{seen.st_size}\0{seen.st_ino}\0{seen.st_mode}\n".encode())
    return digest.hexdigest()
