"""The contents that a home has in files, for a server where all machines find them."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from orchestrator.adapters.store.contents import pack, unpacked
from orchestrator.errors import StoreFault

PACKED = {"baselines": True, "attachments": False}
"""Folders of contents by digest, and whether the files are packed already."""
_MOST = 3


def contents_of_home(home: Path) -> Iterator[tuple[str, bytes]]:
    """Digest and packed content of each file. Raises StoreFault, which names all that are damaged."""
    damaged: list[Path] = []
    for folder, is_packed in PACKED.items():
        for file in sorted((home / folder).glob("??/*")):
            if file.name.startswith(".") or not file.is_file():
                continue
            read = file.read_bytes()
            digest = file.parent.name + file.name
            if sha256(unpacked(read) if is_packed else read).hexdigest() != digest:
                damaged.append(file)
            elif not damaged:
                yield digest, read if is_packed else pack(read)
    if damaged:
        named = ", ".join(str(file) for file in damaged[:_MOST])
        more = f" and {len(damaged) - _MOST} more" if len(damaged) > _MOST else ""
        raise StoreFault(
            f"{named}{more} no longer hold what their names say. Nothing was moved. Restore them from a backup, or move them "
            "out of the home; nothing can be proved against them as they are."
        )
