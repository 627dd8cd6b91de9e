"""Channels to an agent on this machine, and modules small enough to see what they do."""

from __future__ import annotations

import hashlib
import shlex
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from orchestrator.adapters.ansible.accelerator import program
from orchestrator.adapters.ansible.accelerator.channel import (
    BOOT,
    Channel,
    Code,
    Ended,
    Module,
    Start,
    opened,
)

LOADER = """
import runpy
def run_module(*, json_params, profile, module_fqn, modlib_path, **given):
    runpy.run_module(module_fqn, init_globals={"GIVEN": json_params, "MORE": given}, run_name="__main__", alter_sys=True)
"""


def local(python: str | None = None, deadline: float = 60.0) -> Channel:
    """An agent on this machine; under this Python, where one is named."""
    if python is None:
        return opened(["sh", "-c"], time.monotonic() + deadline)
    line = f"exec {shlex.quote(python)} -IS -c {shlex.quote(program.BOOT)} x"
    return opened(["sh", "-c", line], time.monotonic() + deadline)


def start(python: str = sys.executable, before: str = "", *, once: bool = False) -> Start:
    """An interpreter by a plain command line; `before` is an environment or who it is to be."""
    line = f"{before} {shlex.quote(python)} -c {shlex.quote(BOOT)}".strip()
    return Start(key=line, line=line, once=once)


@dataclass
class Library:
    """Modules by their text, and how often code was asked for."""

    code: dict[str, Code] = field(default_factory=dict)
    asked: list[set[str]] = field(default_factory=list)

    def module(
        self, text: str, beside: Mapping[str, str] = MappingProxyType({}), preload: tuple[str, ...] = ()
    ) -> Module:
        """A module with this text; `beside` are Python modules that it can import."""
        texts = {"sham_loader": LOADER, "sham.modules.it": text, "sham": "", "sham.modules": "", **beside}
        names = {}
        for name, part in texts.items():
            digest = hashlib.sha256(f"{name}\0{part}".encode()).hexdigest()
            names[name] = digest
            self.code[digest] = Code(package=name in ("sham", "sham.modules"), text=part, compiled=None)
        return Module("sham.modules.it", names, b"", "", preload, loader="sham_loader", given={})

    def code_of(self, digests: Collection[str]) -> Mapping[str, Code]:
        """What was asked for."""
        self.asked.append(set(digests))
        return {digest: self.code[digest] for digest in digests}

    def run(self, channel: Channel, text: str, how: Start | None = None, seconds: float = 60.0) -> Ended:
        """Run a module with this text."""
        return channel.run_module(how or start(), self.module(text), self.code_of, time.monotonic() + seconds)


def alive(mark: str) -> list[int]:
    """Processes whose command line or environment has this mark."""
    pids = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if mark.encode() in text and state != "Z":
            pids.append(int(folder.name))
    return pids


def none_alive(mark: str, seconds: float = 10.0) -> bool:
    """Whether all of them end in time."""
    deadline = time.monotonic() + seconds
    while alive(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def until_alive(mark: str, count: int = 1, seconds: float = 30.0) -> list[int]:
    """Wait for processes with this mark."""
    deadline = time.monotonic() + seconds
    while len(alive(mark)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive(mark)
