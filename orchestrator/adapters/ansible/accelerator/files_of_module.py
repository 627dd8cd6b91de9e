"""What Ansible puts a module together in, where no program is made of it: as much of a zip file as that takes."""

from __future__ import annotations

import zipfile


class FilesOfModule:
    """Files by their names, as Ansible's finder writes them; a name that is written again has its last content."""

    compression = zipfile.ZIP_STORED

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def writestr(self, entry: zipfile.ZipInfo, content: str | bytes) -> None:
        """One file."""
        self.files[entry.filename] = content.encode() if isinstance(content, str) else bytes(content)

    def namelist(self) -> list[str]:
        """The names, each once."""
        return list(self.files)
