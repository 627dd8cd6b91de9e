"""Archives that nobody should unpack are refused, and cost little; sound ones of every kind are read."""

import bz2
import gzip
import io
import lzma
import tarfile
from pathlib import Path

import pytest

from orchestrator.adapters.files.archive.limits import ArchiveLimits
from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.errors import Fault, PlanFault
from tests.adapters.files.hostile_archives import (
    BOMBS,
    FILE,
    FOLDER,
    HARD,
    HOSTILE,
    LINK,
    Archive,
    tar,
    zipped,
)

_SMALL = ArchiveLimits(always_unpacked=2 << 20)


def _fault(folder: Path, name: str, content: bytes, library: DirectoryLibrary) -> Fault:
    (folder / name).write_bytes(content)
    with pytest.raises(PlanFault) as raised:
        library.members(folder, name)
    (fault,) = raised.value.faults
    return fault


@pytest.mark.parametrize(("what", "name", "archive", "expected"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_a_hostile_archive_is_refused(
    tmp_path: Path, what: str, name: str, archive: Archive, expected: str
) -> None:
    fault = _fault(tmp_path, name, archive(), DirectoryLibrary())
    assert expected in str(fault)
    assert fault.next_move == "build the archive anew"


@pytest.mark.parametrize(("what", "name", "archive"), BOMBS, ids=[row[0] for row in BOMBS])
def test_a_bomb_is_refused_by_its_ratio_with_the_way_out(
    tmp_path: Path, what: str, name: str, archive: Archive
) -> None:
    fault = _fault(tmp_path, name, archive(), DirectoryLibrary(_SMALL))
    assert fault.expected == "at most 100 bytes unpacked for each byte of the archive"
    assert fault.next_move == "leave out what is empty, or pack it uncompressed"


def test_the_same_zeros_unpacked_are_no_bomb(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar(("zeros", FILE, bytes(8 << 20))))
    assert list(DirectoryLibrary(_SMALL).members(tmp_path, "a.tar")) == ["zeros"]


@pytest.mark.parametrize(
    ("name", "archive", "limits", "expected"),
    [
        ("a.tar", tar(*((f"f{n}", FOLDER, b"") for n in range(4))), ArchiveLimits(members=3), "at most 3 members"),
        ("a.zip", zipped(*((f"f{n}", b"") for n in range(4))), ArchiveLimits(members=3), "at most 3 members"),
        ("a.tar", tar(("a", FILE, bytes(3 << 20))), ArchiveLimits(unpacked=2 << 20), "at most 2 MiB unpacked"),
        ("a.tar", tar(("n" * 3000, FILE, b"")), ArchiveLimits(header=2000), "headers of at most 2,000 bytes"),
        ("a.zip", zipped(*((f"f{n}", b"") for n in range(40))), ArchiveLimits(directory=1000), "a directory of at most 0 MiB"),
    ],
)  # fmt: skip
def test_a_limit_is_named(
    tmp_path: Path, name: str, archive: bytes, limits: ArchiveLimits, expected: str
) -> None:
    assert _fault(tmp_path, name, archive, DirectoryLibrary(limits)).expected == expected


def test_an_archive_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    moments = iter(range(0, 10_000, 200))
    library = DirectoryLibrary(monotonic=lambda: float(next(moments)))
    fault = _fault(tmp_path, "a.tar", tar(("a", FILE, bytes(4 << 20))), library)
    assert fault.expected == "an archive that is read within 300 s"
    assert fault.next_move == "split the unit, or pack it uncompressed"


def test_an_xz_that_wants_all_the_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    content = lzma.compress(tar(("a", FILE, b"1")), filters=filters)
    library = DirectoryLibrary(ArchiveLimits(memory=100_000))
    assert "emory usage limit" in _fault(tmp_path, "a.tar.xz", content, library).found


def test_a_header_is_not_read_into_memory_whatever_size_it_claims(tmp_path: Path) -> None:
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, 7 << 30
    content = member.tobuf(tarfile.GNU_FORMAT) + bytes(2048)
    assert _fault(tmp_path, "a.tar", content, DirectoryLibrary()).expected.startswith("headers of at most")


_SOUND = tar(
    ("app", FOLDER, b""),
    ("app/bin", FOLDER, b""),
    ("app/bin/run", FILE, b"run"),
    ("app/bin", FOLDER, b""),
    ("app/bin/again", HARD, "app/bin/run"),
    ("app/current", LINK, "bin/../bin/run"),
    ("app/lib", LINK, "usr/lib"),
    ("app/usr/lib/up", LINK, "../../bin"),
    ("app/missing", LINK, "not/there"),
    ("a" * 180 + "/b", FILE, b"long"),
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tar", _SOUND),
        ("a.tar.gz", gzip.compress(_SOUND)),
        ("a.tar.gz", gzip.compress(_SOUND[:3000]) + gzip.compress(_SOUND[3000:]) + bytes(512)),
        ("a.tar.bz2", bz2.compress(_SOUND)),
        ("a.tar.bz2", bz2.compress(_SOUND[:3000]) + bz2.compress(_SOUND[3000:])),
        ("a.tar.xz", lzma.compress(_SOUND)),
        ("a.tar.xz", lzma.compress(_SOUND[:3000]) + bytes(4) + lzma.compress(_SOUND[3000:])),
        ("a.tar", lzma.compress(_SOUND, format=lzma.FORMAT_ALONE)),
    ],
)
def test_a_sound_archive_is_read_whatever_it_is_packed_with(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert list(DirectoryLibrary().members(tmp_path, name)) == ["app/bin/run", "a" * 180 + "/b"]


def test_a_large_member_is_digested_whole(tmp_path: Path) -> None:
    content = b"".join(number.to_bytes(4, "big") for number in range(1 << 19))
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=1) as archive:
        for name in ("a", "b"):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    (tmp_path / "a.tar.gz").write_bytes(target.getvalue())
    members = DirectoryLibrary().members(tmp_path, "a.tar.gz")
    (tmp_path / "plain").write_bytes(content)
    assert set(members.values()) == {DirectoryLibrary().digest(tmp_path, "plain")}
