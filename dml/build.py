"""Builds the example's packages, dml/shop-VERSION.tar.gz, and prints their digests as sha256sum does.

The same sources give the same archive: names in order, no times, owners or modes of this machine. A package whose content
is right already is left alone, for compression may differ from one zlib to the next.
"""

# ruff: noqa: T201 - a command that prints

import gzip
import hashlib
import io
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "shop"
BUILT_AT = 1_700_000_000  # seconds; any constant does


def releases() -> list[str]:
    """The versions that have sources."""
    return sorted(folder.name for folder in SOURCES.iterdir() if (folder / "VERSION").is_file())


def content(version: str) -> dict[str, bytes]:
    """The files of a release by name: those of base, and over them its own."""
    return {
        path.name: path.read_bytes()
        for folder in (SOURCES / "base", SOURCES / version)
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def archive(version: str) -> bytes:
    """The tar archive of a release."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in sorted(content(version).items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(data), 0o644, BUILT_AT
            member.uname = member.gname = "root"
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def build(version: str, folder: Path) -> Path:
    """Write the package of a release unless it is there already."""
    package, packed = folder / f"shop-{version}.tar.gz", archive(version)
    if not package.exists() or gzip.decompress(package.read_bytes()) != packed:
        package.write_bytes(gzip.compress(packed, mtime=0))
    return package


def main(folder: str = str(HERE)) -> int:
    """Build every release."""
    for version in releases():
        package = build(version, Path(folder))
        print(f"{hashlib.sha256(package.read_bytes()).hexdigest()}  {package.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
