"""What is sent to a host: the one program, and the lines that start it."""

from __future__ import annotations

import importlib.util
import marshal
import shlex
import struct
import zlib
from functools import cache
from pathlib import Path

from orchestrator.adapters.ansible.accelerator.on_host import loader
from orchestrator.adapters.ansible.accelerator.on_host.wire import FORM

_FOLDER = Path(__file__).resolve().parent / "on_host"
_HERE = f"{__name__.rpartition('.')[0]}.on_host"

BOOT = (
    'import os,sys,marshal;print("orch-agent-booted",flush=True);f=os.fdopen(0,"rb",0,closefd=False);'
    'r=lambda n,b=b"":b if len(b)==n else r(n,b+(f.read(n-len(b)) or sys.exit(0)));'
    'w=r(int.from_bytes(r(4),"big"));p=marshal.loads(w);exec(p[0]);load(p,w)'
)
"""One line of Python without single quotes, for `-c`: reads the program from standard input, and becomes an interpreter."""
_EXACT = " ".join(f"/usr/bin/python3.{minor}" for minor in (13, 12, 11, 10, 9, 8, 14))
_OTHERS = "python3 /usr/bin/python3 /usr/local/bin/python3 " + " ".join(
    f"python3.{minor}" for minor in range(8, 15)
)
NO_PYTHON = 97
"""The exit code where the host has no Python that the agent can run under."""
_LINE = (
    f"b={shlex.quote(BOOT)}; l=x${{LC_CTYPE-}}; "
    f'for p in {_EXACT}; do [ -x $p ] && exec $p -IS -c "$b" "$l"; done; '
    f'for p in {_OTHERS}; do $p -c "import sys; sys.exit(sys.version_info < (3, 8))" 2>/dev/null && '
    'exec $p -IS -c "$b" "$l"; done; '
    f"echo orch: no Python 3.8 or newer >&2; exit {NO_PYTHON}"
)
COMMAND = f"exec /bin/sh -c {shlex.quote(_LINE)}"
"""What ssh is to run on the host, whatever the login shell is."""


@cache
def program() -> bytes:
    """The program with its length before it, as text and as bytecode of this Python."""
    names = sorted({*loader.LOGIN, *loader.INTERPRETER})
    texts = {name: _text(name) for name in names}
    compiled = {
        name: marshal.dumps(compile(text, f"<orch {name}>", "exec", dont_inherit=True))
        for name, text in texts.items()
    }
    packed = zlib.compress(marshal.dumps(texts, FORM))
    whole = marshal.dumps((_text("loader"), importlib.util.MAGIC_NUMBER, compiled, packed), FORM)
    return struct.pack(">I", len(whole)) + whole


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.py").read_text(encoding="utf-8").replace(_HERE, loader.PACKAGE)
