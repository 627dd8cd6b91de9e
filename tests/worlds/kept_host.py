"""A folder that stands for a host on which the program of `orch init` keeps and puts back."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestrator.adapters.files.on_hosts.program_text import program_text


class Host:
    """A folder that stands for a host; what is kept lies in it as well."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir()
        self.kept = folder / "kept"
        self.program = folder / "what_was_here.py"
        self.program.write_text(program_text().replace("/var/lib/orch-kept", str(self.kept)))

    def run(
        self,
        verb: str,
        deployment: str = "a-1",
        changes: dict[str, list[str]] | None = None,
        more: Sequence[str] = (),
    ) -> subprocess.CompletedProcess[str]:
        given = [json.dumps(changes)] if changes else []
        command = [sys.executable, str(self.program), verb, "a", deployment, *given, *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def back(self, deployment: str = "a-1") -> str:
        steps = [self.run(verb, deployment) for verb in ("stop", "packages", "paths", "accounts", "forget")]
        assert [each.returncode for each in steps] == [0] * 5, [each.stderr for each in steps]
        return "".join(each.stdout for each in steps)

    def seen(self) -> dict[str, tuple[int, str]]:
        return {
            str(path.relative_to(self.root)): (
                path.lstat().st_mode,
                str(path.readlink()) if path.is_symlink() else path.read_text() if path.is_file() else "",
            )
            for path in sorted(self.root.rglob("*"))
        }
