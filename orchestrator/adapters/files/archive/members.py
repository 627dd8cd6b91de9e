"""The paths in an archive as they would stand once unpacked: refuses whatever another unpacker could put elsewhere."""

import unicodedata
from pathlib import PurePosixPath
from typing import Literal

from orchestrator.adapters.files.archive.limits import UnusableArchive

Kind = Literal["file", "folder", "link"]
_MOST_LINKS = 40
"""Links that are followed for one path, as in Linux."""


class MemberPaths:
    """Every path of one archive. Links may only lead to what is inside, and no member may lie behind a link."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._named: set[str] = set()
        self._links: dict[str, str] = {}
        self._spellings: dict[str, str] = {}

    def add_file(self, name: str) -> str:
        """The path of a regular file."""
        return self._add(name, "file")

    def add_folder(self, name: str) -> str:
        """The path of a folder, which may be named again."""
        return self._add(name, "folder")

    def add_link(self, name: str, leads_to: str) -> str:
        """The path of a symbolic link. Where it leads is asked at the end, when every other link is known."""
        path = self._add(name, "link")
        self._links[path] = leads_to
        return path

    def add_hard_link(self, name: str, leads_to: str) -> str:
        """The path of a second name for a file that came before."""
        path = self._add(name, "file")
        try:
            target = inside(leads_to)
        except UnusableArchive:
            raise _leads_out(name, leads_to) from None
        if self._kinds.get(target) != "file" or target == path:
            expected = "hard links to files that come before"
            raise UnusableArchive(name, expected, f"one to {leads_to[:100]}")
        return path

    def check(self) -> None:
        """Refuse links that lead out, whatever other links are on the way, and members behind links."""
        for path in self._kinds:
            for parent in _parents(path):
                if self._kinds[parent] != "folder":
                    raise UnusableArchive(
                        path, "members in folders", f"one behind {parent}, which is no folder"
                    )
        for path, leads_to in self._links.items():
            self._follow(path, leads_to)

    def _add(self, name: str, kind: Kind) -> str:
        path = inside(name)
        if path == "." and kind != "folder":
            raise UnusableArchive(name, "paths inside the archive", "the archive itself")
        if self._kinds.get(path, kind) != kind or (path in self._named and kind != "folder"):
            raise UnusableArchive(name, "each path once", "it twice")
        self._named.add(path)
        self._kinds[path] = kind
        for part in (path, *_parents(path)):
            self._kinds.setdefault(part, "folder")
            folded = unicodedata.normalize("NFC", part).casefold()
            spelling = self._spellings.setdefault(folded, part)
            if spelling != part:
                expected = "paths that differ in more than upper and lower case"
                raise UnusableArchive(name, expected, f"{spelling} as well")
        return path

    def _follow(self, path: str, leads_to: str) -> None:
        """Walk as the kernel does: `..` after a link is above the place to which the link leads."""
        here, ahead, links = list(PurePosixPath(path).parent.parts), _ahead(leads_to), 0
        while ahead:
            part = ahead.pop()
            if part == "/" or (part == ".." and not here):
                raise _leads_out(path, leads_to)
            if part == "..":
                here.pop()
                continue
            link = self._links.get("/".join((*here, part)))
            if link is None:
                here.append(part)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise UnusableArchive(
                    path, "links that end somewhere", f"one to {leads_to[:100]} that does not"
                )
            ahead += _ahead(link)


def inside(name: str) -> str:
    """The path without a leading `./`. Refuses names that lead out of the archive, or that not every unpacker reads alike."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise UnusableArchive(name, "paths inside the archive", "one that leads out of it")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        shown = name.encode("utf-8", "backslashreplace").decode()
        raise UnusableArchive(ascii(shown)[1:-1], "names in UTF-8 without control characters", "another")
    return str(path)


def _parents(path: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(path).parents if str(parent) != "."]


def _ahead(leads_to: str) -> list[str]:
    """The parts still to walk, the next one last."""
    return list(reversed(PurePosixPath(leads_to).parts))


def _leads_out(name: str, leads_to: str) -> UnusableArchive:
    return UnusableArchive(name, "links inside the archive", f"a link to {leads_to[:100]}")
