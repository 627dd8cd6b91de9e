"""A real git repository in which people sign commits and tags with ssh keys."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GitProject:
    """A repository; `git` runs there with nobody's configuration."""

    folder: Path

    def git(self, *words: str, key: Path | None = None, at: str | None = None) -> str:
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={key}") if key is not None else ()
        times = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at} if at is not None else {}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            **{
                f"GIT_{who}_{what}": f"{who}@example"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
            **times,
        }
        command = ["git", "-C", str(self.folder), *signing, *words]
        done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message: str, key: Path | None = None, *more: str, at: str | None = None) -> str:
        """An empty commit with this message, signed if there is a key; its id."""
        sign = ("-S",) if key is not None else ()
        words = ("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message)
        self.git(*words, *sign, *more, key=key, at=at)
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str, message: str, key: Path | None = None) -> str:
        """An annotated tag on the head; its name."""
        self.git("tag", "-s" if key is not None else "-a", name, "-m", message, key=key)
        return name

    def write(self, content: str, kind: str = "commit") -> str:
        """An object with any content; its id."""
        command = ["git", "-C", str(self.folder), "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
        done = subprocess.run(command, check=True, input=content.encode(), capture_output=True)
        return done.stdout.decode().strip()


def git_project(folder: Path) -> GitProject:
    """A new repository with one commit."""
    folder.mkdir(exist_ok=True)
    project = GitProject(folder)
    project.git("init", "-q", "-b", "main")
    project.commit("Begin")
    return project
