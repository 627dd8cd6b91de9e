"""A library whose one content a test may change."""

from pathlib import Path

from orchestrator.engine.project_ports import MediaLibrary
from orchestrator.errors import NotFound
from tests.fakes.authority import FakeAuthority

SHA = "0" * 64


class FakeLibrary(MediaLibrary):
    """Every artefact has the digest `content`; with an authority, a private copy keeps the digest of its first look."""

    def __init__(self, authority: FakeAuthority | None = None) -> None:
        self.content = SHA
        self.copied: dict[str, str] = {}
        self._authority = authority

    def digest(self, project: Path, artefact: str) -> str:
        if self._authority is None or not str(project).startswith("/frozen/"):
            return self.content
        if project.name not in self._authority.frozen:
            raise NotFound("no copy")
        return self.copied.setdefault(project.name, self.content)

    def members(self, project: Path, artefact: str, named: str | None = None) -> dict[str, str]:
        return {"app.py": SHA}
