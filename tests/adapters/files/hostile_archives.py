"""Archives that nobody should unpack, one for each trick, with what is said of it."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

Archive = Callable[[], bytes]


def tar(*members: tuple[str, bytes, str | bytes]) -> bytes:
    """Members by name, kind and either content or the place to which they lead."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind, value in members:
            member = tarfile.TarInfo(name)
            member.type = kind
            content = value if isinstance(value, bytes) else b""
            member.linkname = value if isinstance(value, str) else ""
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def zipped(*members: tuple[zipfile.ZipInfo | str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Members by name and content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for member, content in members:
            archive.writestr(member, content, method)
    return target.getvalue()


def _zip_member(name: str, attributes: int = 0, extra: bytes = b"") -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr, member.extra = attributes << 16, extra
    return member


def _hidden_member() -> bytes:
    """Behind a header that cannot be read, where GNU tar goes on."""
    spoiled = bytearray(tar(("a", FILE, b"1"), ("b", FILE, b"2"), ("c", FILE, b"3")))
    spoiled[1024 + 148 : 1024 + 156] = b"99999999"
    return bytes(spoiled)


FILE, FOLDER, LINK, HARD = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
_INSIDE = "expected links inside the archive"
_ZEROS = bytes(32 << 20)

HOSTILE: list[tuple[str, str, Archive, str]] = [
    (
        "a file behind a link",
        "a.tar",
        lambda: tar(("d", FOLDER, b""), ("l", LINK, "d"), ("l/x", FILE, b"1")),
        "l/x: expected members in folders, found one behind l",
    ),
    (
        "a file behind a link that comes later",
        "a.tar",
        lambda: tar(("l/x", FILE, b"1"), ("l", LINK, "d")),
        "l: expected each path once",
    ),
    (
        "a chain of links",
        "a.tar",
        lambda: tar(("d", FOLDER, b""), ("d/l", LINK, ".."), ("d/l/x", LINK, "..")),
        "x: expected",
    ),
    (
        "two links that climb together",
        "a.tar",
        lambda: tar(("d/l", LINK, ".."), ("m", LINK, "d/l/../y")),
        f"m: {_INSIDE}, found a link to d/l/../y",
    ),
    (
        "a link by a link that comes later",
        "a.tar",
        lambda: tar(("m", LINK, "d/l/../y"), ("d/l", LINK, "..")),
        f"m: {_INSIDE}",
    ),
    (
        "links in a circle",
        "a.tar",
        lambda: tar(("a", LINK, "b"), ("b", LINK, "a")),
        "expected links that end somewhere",
    ),
    ("a link to itself", "a.tar", lambda: tar(("a", LINK, "a")), "expected links that end somewhere"),
    ("an absolute link by another", "a.tar", lambda: tar(("a", LINK, "/etc/passwd")), f"a: {_INSIDE}"),
    (
        "a hard link to a link",
        "a.tar",
        lambda: tar(("l", LINK, "d"), ("h", HARD, "l")),
        "h: expected hard links to files that come before, found one to l",
    ),
    (
        "a hard link behind a link",
        "a.tar",
        lambda: tar(("d/f", FILE, b""), ("l", LINK, "d"), ("h", HARD, "l/f")),
        "h: expected hard links to files that come before",
    ),
    (
        "a hard link to what is not there",
        "a.tar",
        lambda: tar(("h", HARD, "etc/shadow")),
        "h: expected hard links to files that come before",
    ),
    ("an absolute hard link", "a.tar", lambda: tar(("h", HARD, "/etc/shadow")), f"h: {_INSIDE}"),
    (
        "a hard link to itself",
        "a.tar",
        lambda: tar(("h", HARD, "h")),
        "h: expected hard links to files that come before",
    ),
    (
        "a block device",
        "a.tar",
        lambda: tar(("sda", tarfile.BLKTYPE, b"")),
        "sda: expected files, folders and links, found a device or a pipe",
    ),
    ("a pipe", "a.tar", lambda: tar(("p", tarfile.FIFOTYPE, b"")), "p: expected files, folders and links"),
    (
        "a kind that tar does not know",
        "a.tar",
        lambda: tar(("k", b"Z", b"")),
        "k: expected files, folders and links",
    ),
    (
        "a file and a link of one name",
        "a.tar",
        lambda: tar(("x", FILE, b"1"), ("x", LINK, "y")),
        "x: expected each path once",
    ),
    (
        "a link twice",
        "a.tar",
        lambda: tar(("x", LINK, "y"), ("./x", LINK, "z")),
        "x: expected each path once",
    ),
    (
        "a folder that was a file",
        "a.tar",
        lambda: tar(("x", FILE, b"1"), ("x/y", FILE, b"2")),
        "x/y: expected members in folders",
    ),
    (
        "a file that was a folder",
        "a.tar",
        lambda: tar(("x/y", FILE, b"1"), ("x", FILE, b"2")),
        "x: expected each path once",
    ),
    (
        "two files that differ in case",
        "a.tar",
        lambda: tar(("a/App", FILE, b"1"), ("a/app", FILE, b"2")),
        "a/app: expected paths that differ in more than upper and lower case, found a/App",
    ),
    (
        "two folders that differ in case",
        "a.tar",
        lambda: tar(("Bin/a", FILE, b"1"), ("bin/b", FILE, b"2")),
        "bin/b: expected paths that differ in more",
    ),
    (
        "two spellings in Unicode",
        "a.tar",
        lambda: tar(("\u00e9", FILE, b"1"), ("e\u0301", FILE, b"2")),
        "expected paths that differ in more",
    ),
    (
        "a NUL in a name",
        "a.tar",
        lambda: tar(("a\0b" + "x" * 120, FILE, b"1")),
        "expected names in UTF-8 without control characters",
    ),
    (
        "a line break in a name",
        "a.tar",
        lambda: tar(("a\nb", FILE, b"1")),
        "expected names in UTF-8 without control characters",
    ),
    ("a name that is no UTF-8", "a.tar", lambda: tar(("a\udcff", FILE, b"1")), "expected names in UTF-8"),
    ("the archive itself", "a.tar", lambda: tar((".", FILE, b"1")), ".: expected paths inside the archive"),
    (
        "a climb in the middle",
        "a.tar",
        lambda: tar(("a/../../x", FILE, b"1")),
        "a/../../x: expected paths inside the archive",
    ),
    ("two slashes", "a.tar", lambda: tar(("//x", FILE, b"1")), "expected paths inside the archive"),
    (
        "a member behind a spoiled header",
        "a.tar",
        _hidden_member,
        "expected an archive that can be read to its end",
    ),
    (
        "a second archive after the end",
        "a.tar",
        lambda: tar(("a", FILE, b"1")) * 2,
        "expected an archive that ends where its last member does",
    ),
    (
        "a second packed archive after the end",
        "a.tar.gz",
        lambda: gzip.compress(tar(("a", FILE, b"1"))) * 2,
        "expected an archive that ends where its last member does",
    ),
    (
        "something after the packed end",
        "a.tar.gz",
        lambda: gzip.compress(tar(("a", FILE, b"1"))) + b"more of it",
        "expected an archive that ends where its last stream does",
    ),
    (
        "half of an xz",
        "a.tar.xz",
        lambda: lzma.compress(tar(("a", FILE, b"1" * 5000)))[:-40],
        "expected an archive that can be read to its end",
    ),
    (
        "half of a bzip2",
        "a.tar.bz2",
        lambda: bz2.compress(tar(("a", FILE, b"1" * 5000)))[:-20],
        "expected an archive that can be read to its end",
    ),
    (
        "a zip device",
        "a.zip",
        lambda: zipped((_zip_member("null", 0o020666), b"")),
        "null: expected files and folders, found a device or a pipe",
    ),
    ("a zip path twice", "a.zip", lambda: zipped(("x", b"1"), ("./x", b"2")), "x: expected each path once"),
    (
        "a zip with a NUL in a name",
        "a.zip",
        lambda: zipped(("a_b", b"1")).replace(b"a_b", b"a\0b"),
        "expected names in UTF-8 without control characters",
    ),
    (
        "a zip with two cases",
        "a.zip",
        lambda: zipped(("A", b"1"), ("a", b"2")),
        "a: expected paths that differ in more",
    ),
    (
        "a zip file with a file below it",
        "a.zip",
        lambda: zipped(("a", b"1"), ("a/b", b"2")),
        "a/b: expected members in folders",
    ),
    (
        "a zip with a second name",
        "a.zip",
        lambda: zipped((_zip_member("x", extra=b"\x75\x70\x06\x00\x01abcdy"), b"1")),
        "x: expected one name for each member",
    ),
    (
        "a zip packed with lzma",
        "a.zip",
        lambda: zipped(("x", b"1"), method=zipfile.ZIP_LZMA),
        "x: expected members stored, deflated or packed with bzip2",
    ),
]

BOMBS: list[tuple[str, str, Archive]] = [
    ("gzip", "a.tar.gz", lambda: gzip.compress(tar(("zeros", FILE, _ZEROS)), 1)),
    ("bzip2", "a.tar.bz2", lambda: bz2.compress(tar(("zeros", FILE, _ZEROS)), 1)),
    ("xz", "a.tar.xz", lambda: lzma.compress(tar(("zeros", FILE, _ZEROS)), preset=0)),
    ("zip", "a.zip", lambda: zipped(("zeros", _ZEROS))),
    ("zip with bzip2", "a.zip", lambda: zipped(("zeros", _ZEROS), method=zipfile.ZIP_BZIP2)),
    ("many streams of gzip", "a.tar.gz", lambda: gzip.compress(bytes(4 << 20), 1) * 8),
]
