"""Folders as archives: what comes out is what went in, and nothing that is put into one reaches beyond its place."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.folder_archive import extract, write_archive
from orchestrator.errors import Refused


def archived(root: Path, about: str = "") -> bytes:
    stream = io.BytesIO()
    write_archive(root, stream, about)
    return stream.getvalue()


def extracted(content: bytes, place: Path) -> Path:
    place.mkdir()
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as opened:
        extract(opened, place)
    return place


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "roles/app").mkdir(parents=True)
    (root / "site.yml").write_text("- hosts: all\n")
    (root / "key").write_text("private")
    (root / "run.sh").write_text("#!/bin/sh\n")
    os.link(root / "site.yml", root / "again.yml")
    (root / "site.yml").chmod(0o664)
    (root / "key").chmod(0o600)
    (root / "run.sh").chmod(0o775)
    (root / "roles/app/inside").symlink_to("../../site.yml")
    (root / "outside").symlink_to("/etc/passwd")
    (root / "above").symlink_to("../elsewhere")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{root}/socket")
    return root


def test_files_come_with_what_counts_of_their_modes_and_links_that_stay_inside(
    project: Path, tmp_path: Path
) -> None:
    there = extracted(archived(project), tmp_path / "there")
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in there.iterdir() if path.is_file()}
    assert modes == {"site.yml": "0o644", "again.yml": "0o644", "key": "0o600", "run.sh": "0o755"}
    assert (there / "roles/app/inside").read_text() == (there / "again.yml").read_text() == "- hosts: all\n"


def test_the_same_files_have_the_same_bytes_but_where_they_are_about_something(project: Path) -> None:
    before = archived(project)
    os.utime(project / "site.yml", (1, 1))
    assert archived(project) == before
    assert len({before, archived(project, "d1"), archived(project, "d2")}) == 3


def _file(archive: tarfile.TarFile, name: str, **fields: object) -> None:
    entry = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(entry, field, value)
    archive.addfile(entry, io.BytesIO(b"x" * entry.size))


@pytest.mark.parametrize(
    "put",
    [
        lambda archive: _file(archive, "../beside"),
        lambda archive: _file(archive, "/etc/beside"),
        lambda archive: _file(archive, "link", type=tarfile.SYMTYPE, linkname="/etc"),
        lambda archive: _file(archive, "a/link", type=tarfile.SYMTYPE, linkname="../../x"),
        lambda archive: _file(archive, "pipe", type=tarfile.FIFOTYPE),
        lambda archive: _file(archive, "disk", type=tarfile.BLKTYPE),
        lambda archive: _file(archive, "hard", type=tarfile.LNKTYPE, linkname="a"),
        lambda archive: _file(archive, "holes", type=tarfile.GNUTYPE_SPARSE),
    ],
)
def test_what_is_no_file_of_a_project_is_refused_before_anything_is_written(
    put: Callable[[tarfile.TarFile], None], tmp_path: Path
) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        _file(archive, "a-good-file")
        put(archive)
    with pytest.raises(Refused, match="which is no file of it"):
        extracted(stream.getvalue(), tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []
