"""The media library on disk: digests of artefacts and of what archives hold, and archives that nobody should unpack."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.errors import NotFound, PlanFault


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def zipped(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def zipped_link() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("current")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc")
    return target.getvalue()


def put(folder: Path, name: str, content: bytes) -> str:
    (folder / "dml").mkdir(exist_ok=True)
    (folder / "dml" / name).write_bytes(content)
    return f"dml/{name}"


SOUND = tar(
    (member("./", tarfile.DIRTYPE), b""),
    (member("./bin/shop"), b"run"),
    (member("conf/shop.conf"), b""),
    (member("current", tarfile.SYMTYPE, "bin/shop"), b""),
    (member("bin/up", tarfile.SYMTYPE, "../conf"), b""),
    (member("bin/again", tarfile.LNKTYPE, "bin/shop"), b""),
)
MEMBERS = {"bin/shop": sha(b"run"), "conf/shop.conf": sha(b"")}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tar", SOUND),
        ("a.tar.gz", gzip.compress(SOUND)),
        ("a.tgz", gzip.compress(SOUND)),
        ("a.zip", zipped(("bin/", b""), ("bin/shop", b"run"), ("conf/shop.conf", b""))),
    ],
)
def test_members_of_an_archive(tmp_path: Path, name: str, content: bytes) -> None:
    artefact = put(tmp_path, name, content)
    before = sorted(tmp_path.rglob("*"))
    assert DirectoryLibrary().members(tmp_path, artefact) == MEMBERS
    assert DirectoryLibrary().digest(tmp_path, artefact) == sha(content)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_plain_file_is_its_own_only_member(tmp_path: Path) -> None:
    artefact = put(tmp_path, "shop.conf", b"port = 1\n")
    assert DirectoryLibrary().members(tmp_path, artefact) == {"": sha(b"port = 1\n")}


@pytest.mark.parametrize(
    "artefact", ["dml/gone.tar", "dml", "../outside", "/etc/hostname", "dml/link", "a\0b"]
)
def test_what_is_not_in_the_project_is_not_there(tmp_path: Path, artefact: str) -> None:
    project = tmp_path / "project"
    (project / "dml").mkdir(parents=True)
    (tmp_path / "outside").write_text("x")
    (project / "dml/link").symlink_to(tmp_path / "outside")
    with pytest.raises(NotFound):
        DirectoryLibrary().digest(project, artefact)
    with pytest.raises(NotFound):
        DirectoryLibrary().members(project, artefact)


REFUSED: list[tuple[str, str, Callable[[], bytes], str]] = [
    (
        "a path that climbs",
        "a.tar",
        lambda: tar((member("../x"), b"")),
        "../x: expected paths inside the archive",
    ),
    (
        "an absolute path",
        "a.tar",
        lambda: tar((member("/etc/x"), b"")),
        "/etc/x: expected paths inside the archive",
    ),
    (
        "a link that climbs",
        "a.tar",
        lambda: tar((member("x", tarfile.SYMTYPE, "../y"), b"")),
        "x: expected links inside the archive, found a link to ../y",
    ),
    (
        "an absolute link",
        "a.tar",
        lambda: tar((member("x", tarfile.SYMTYPE, "/etc"), b"")),
        "x: expected links inside the archive, found a link to /etc",
    ),
    (
        "a link that climbs by way of a folder",
        "a.tar",
        lambda: tar((member("x", tarfile.SYMTYPE, "a/../../y"), b"")),
        "x: expected links inside the archive, found a link to a/../../y",
    ),
    (
        "a hard link that climbs",
        "a.tar",
        lambda: tar((member("a/x", tarfile.LNKTYPE, "../y"), b"")),
        "a/x: expected links inside the archive, found a link to ../y",
    ),
    (
        "a folder that climbs",
        "a.tar",
        lambda: tar((member("../x", tarfile.DIRTYPE), b"")),
        "../x: expected paths inside the archive",
    ),
    (
        "a link that stands outside",
        "a.tar",
        lambda: tar((member("../x", tarfile.LNKTYPE, "y"), b"")),
        "../x: expected paths inside the archive",
    ),
    (
        "a zip folder that climbs",
        "a.zip",
        lambda: zipped(("../x/", b"")),
        "../x/: expected paths inside the archive",
    ),
    (
        "a device",
        "a.tar",
        lambda: tar((member("null", tarfile.CHRTYPE), b"")),
        "null: expected files, folders and links, found a device or a pipe",
    ),
    (
        "a path twice",
        "a.tar",
        lambda: tar((member("x"), b"1"), (member("./x"), b"2")),
        "x: expected each path once, found it twice",
    ),
    (
        "half an archive",
        "a.tar.gz",
        lambda: gzip.compress(SOUND)[:60],
        ": expected an archive that can be read to its end",
    ),
    ("no archive", "a.tar", lambda: b"x" * 2000, ": expected an archive that can be read to its end"),
    ("no zip archive", "a.zip", lambda: b"x" * 2000, ": expected an archive that can be read to its end"),
    (
        "a zip path that climbs",
        "a.zip",
        lambda: zipped(("../x", b"")),
        "../x: expected paths inside the archive",
    ),
    ("a zip link", "a.zip", zipped_link, "current: expected files and folders, found a symbolic link"),
    (
        "a zip with a spoiled byte",
        "a.zip",
        lambda: zipped(("x", b"hello")).replace(b"hello", b"jello", 1),
        ": expected an archive that can be read to its end, found Bad CRC-32 for file 'x'",
    ),
]


@pytest.mark.parametrize(("what", "name", "content", "expected"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(tmp_path: Path, what: str, name: str, content: Callable[[], bytes], expected: str) -> None:
    artefact = put(tmp_path, name, content())
    with pytest.raises(PlanFault) as raised:
        DirectoryLibrary().members(tmp_path, artefact)
    (fault,) = raised.value.faults
    assert expected in str(fault)
    assert fault.next_move == "build the archive anew"
