"""The program for the target, put together from its modules, and the bytes that carry it there with a request."""

import importlib.util
import marshal
import re
import shlex
import sys
import warnings
import zlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

_ENTRY = "orchestrator.adapters.ssh.on_target.serve"
_LOADER = "orchestrator.adapters.ssh.on_target.loader"
_IMPORT = re.compile(r"^ *from (orchestrator[\w.]*) import (?:\(([\w,\s]+)\)|([\w, ]+))", re.MULTILINE)

# One line that a Python of any age can read, and that needs no quoting by any shell but single quotes around it.
LINE = (
    "import sys; v = sys.version_info; "
    'exec(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())).decode() + "\\nstart()" if v >= (3, 8) else '
    '"sys.stdout.write(\\"ORCH-OLD-PYTHON %d.%d.%d\\" % tuple(v[:3]))")'
)


def command(python: str, *, root: bool) -> str:
    """What is run on the target, as root where sudo asks for nothing; nothing of the user's site or environment takes part.

    When sudo refuses, the request on standard input is still unread, and the login user's own Python takes it.
    """
    program = f"{shlex.quote(python)} -I -S -X utf8 -c {shlex.quote(LINE)}"
    return f"exec {program}" if root else f"sudo -n -- {program} || exec {program}"


def command_with_password(python: str, method: str, nonce: str) -> str:
    """The same where root takes a password: what asks for it, and what says that root is there, is marked by the nonce.

    sudo shows our own prompt; su has none of ours, and reads what comes without a terminal (pam_unix(8), su(1)). The login
    is named as sudo names it, so that the program knows whom it stands for.
    """
    program = f"{shlex.quote(python)} -I -S -X utf8 -c {shlex.quote(LINE)}"
    risen = shlex.quote(f"echo {ready_mark(nonce)} >&2; exec {program}")
    if method == "su":
        return f"SUDO_USER=$(id -un) LC_ALL=C su root -s /bin/sh -c {risen}"
    return f"sudo -S -p {shlex.quote(ask_mark(nonce))} -- /bin/sh -c {risen}"


def ready_mark(nonce: str) -> str:
    """What is printed once root is there."""
    return f"orch-{nonce}-root"


def ask_mark(nonce: str) -> str:
    """The prompt for the password."""
    return f"orch-{nonce}-password "


@cache
def sources() -> dict[str, str]:
    """Every module the program is made of, by name: its own, and the few of ours that they import."""
    modules: dict[str, str] = {}
    todo = [_ENTRY]
    while todo:
        name = todo.pop()
        if name not in modules:
            text = source_of(name)
            if text is not None:
                modules[name] = text
                todo += _imported(text)
    return modules


def source_of(name: str) -> str | None:
    """A module's text; None for a package, which is sent empty, and for a name inside a module."""
    package, _, module = name.rpartition(".")
    try:
        path = files(package).joinpath(f"{module}.py")
    except (ModuleNotFoundError, TypeError):
        return None
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _imported(text: str) -> list[str]:
    names: list[str] = []
    for module, on_lines, on_one_line in _IMPORT.findall(text):
        imported = [name.strip() for name in (on_lines or on_one_line).split(",")]
        names += [module, *(f"{module}.{name}" for name in imported if name)]
    return names


_MADE_ONCE = Lock()
# The second form of marshal is what every Python 3 reads; json would have to be imported there, in 8 ms.
_FORM = 2


@cache
def _sources_sent() -> bytes:
    return marshal.dumps(sources(), _FORM)


@cache
def bytecode_sent() -> bytes:
    """The modules compiled by this Python, for a target whose Python is of the same version; any other takes the text."""
    with warnings.catch_warnings(action="ignore"):
        compiled = {
            name: marshal.dumps(compile(text, f"<orch {name}>", "exec", dont_inherit=True))
            for name, text in sources().items()
        }
    return zlib.compress(marshal.dumps(compiled))


def version() -> str:
    """Whose bytecode it is: the implementation, and the number that each change of its bytecode gets."""
    return f"{sys.implementation.cache_tag} {importlib.util.MAGIC_NUMBER.hex()}"


@cache
def loader() -> str:
    """The text of the loader, which is sent first."""
    text = source_of(_LOADER)
    if text is None:
        raise FileNotFoundError(_LOADER)
    return text


def next_letter(request: Mapping[str, Any]) -> bytes:
    """What is written to a program that stayed, for its next answer."""
    return _measured(marshal.dumps(dict(request), _FORM))


def letter(request: Mapping[str, Any]) -> bytes:
    """What is written to the program's standard input first."""
    # All hosts are asked at once, and what is sent to all of them is made once.
    with _MADE_ONCE:
        parts = (loader().encode(), version().encode(), bytecode_sent(), _sources_sent())
    return b"".join(_measured(part) for part in parts) + next_letter(request)


def _measured(part: bytes) -> bytes:
    return b"%d\n%s" % (len(part), part)
