"""A page is run: its console blocks in order, in one shell, in the folder that the page begins in."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.docs.beginnings import BEGINNINGS, Words
from tests.docs.pages import Block, Step, blocks
from tests.docs.transcript import difference

OWN_MACHINE = Path(__file__).parent / "own_machine.sh"
_LAB = re.compile(r"\borch lab up\b")


@dataclass(frozen=True)
class Part:
    """Blocks that share a folder."""

    begin: str
    steps: tuple[Step, ...]

    @property
    def needs_hosts(self) -> bool:
        """Whether it makes a lab."""
        return any(_LAB.search(step.command) for step in self.steps)


def parts(page: Path) -> list[Part]:
    """The runs that a page consists of; a page begins in an empty folder where it says nothing else."""
    made: list[tuple[str, list[Block]]] = []
    for block in blocks(page):
        if block.not_run is None:
            if block.begin is not None or not made:
                made.append((block.begin or "nothing", []))
            made[-1][1].append(block)
    return [Part(begin, tuple(step for block in each for step in block.steps)) for begin, each in made]


def run_part(part: Part, folder: Path, *, seconds: float) -> list[str]:
    """Run it; returns what differs from the page: nothing, or the first step that went another way."""
    work, home, kept = (folder / name for name in ("work", "home", "kept"))
    for each in (work, home, kept, folder / "labs"):
        each.mkdir()
    words = BEGINNINGS[part.begin](work)
    script = folder / "page.sh"
    script.write_text("\n".join(_script(part.steps, kept, words)))
    argv = ["bash", str(script)]
    if part.needs_hosts:
        argv = [str(OWN_MACHINE), f"orch-docs-{os.getpid()}", str(folder / "labs"), *argv]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "140",
        "TZ": "UTC",
    }
    errors = folder / "errors"
    with errors.open("w") as written:
        shell = subprocess.Popen(
            argv, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=written, stderr=written,
            start_new_session=True,
        )  # fmt: skip
        try:
            shell.wait(seconds)
        except subprocess.TimeoutExpired:
            written.write(f"not done after {seconds} s")
        finally:
            # What a page leaves running in the background, such as a service, ends with it.
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    return list(_faults(part.steps, kept, errors.read_text()))[:1]


def _script(steps: Sequence[Step], kept: Path, words: Words) -> Iterator[str]:

    for number, step in enumerate(steps):
        command = step.command
        for word, value in words.items():
            command = re.sub(rf"(?<![\w-]){word}(?![\w-])", value, command)
        out = shlex.quote(str(kept / str(number)))
        yield f"{{\n{command}\n}} >{out} 2>&1 </dev/null; code=$?; echo $code >{out}.code; [ $code = {step.code} ] || exit 0"


def _faults(steps: Sequence[Step], kept: Path, errors: str) -> Iterator[str]:
    for number, step in enumerate(steps):
        where = f"line {step.line}: $ {step.command}\n"
        code, printed = kept / f"{number}.code", kept / str(number)
        text = printed.read_text(errors="replace") if printed.exists() else ""
        if not code.exists():
            yield f"{where}was not ended: {errors}\n{text}"
        elif int(code.read_text()) != step.code:
            yield f"{where}ended with exit code {code.read_text().strip()} instead of {step.code}:\n{text}"
        elif step.printed and (differs := difference(step.printed, text)):
            yield f"{where}{differs}"
