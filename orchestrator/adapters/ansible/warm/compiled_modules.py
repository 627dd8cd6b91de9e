"""What Ansible sends to a host for each task: compiled as well, and worked out once for all runs of a deployment.

For a task Ansible sends a zip of the module and of every file that it imports, as text. The Python of the host compiles all of
it again for each task, which takes half of what a task costs there; and each run parses the same files again to see what
they import. Here the bytecode goes into the zip beside each text. A Python of another version finds that the bytecode is
not its own and takes the text, as it does with any `.pyc` (PEP 552 and Python's zipimport). What is kept is kept by the text
of a file alone: what a run finds is what it would have worked out itself, also where a file has changed since.
"""

import gc
import importlib.util
import io
import marshal
import warnings
import zipfile
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.guest.core.choice import lacking

MODULE = "setup"
"""The module of which most of what modules have in common is a part: it gathers facts, as most plays do."""
_UNCHECKED_HASH = (0b01).to_bytes(4, "little")
"""Of the flags of a `.pyc`: valid by a digest of its text, which need not be compared, for both come in one zip."""


_ANALYSES = ("modules_2_21", "modules_2_19")
_NEEDS = (
    "ansible.executor.module_common:_add_module_to_zip",
    "ansible.executor.module_common:recursive_finder",
    "ansible._internal._ansiballz._builder:ExtensionManager.create",
)


def keep() -> bool:
    """From now on, in this process and in what is forked from it, send bytecode too, and look into a shared file only once.

    Returns False where this Ansible does not have the parts for it: then it sends what it always sends.
    """
    if any(lacking(_NEEDS)):
        return False
    for name in _ANALYSES:
        analyses: Any = import_module(f"orchestrator.adapters.ansible.guest.core.{name}")
        if analyses.fits():
            common: Any = import_module("ansible.executor.module_common")
            analyses.keep()
            common._add_module_to_zip = _with_bytecode(common._add_module_to_zip)
            return True
    return False


def work_out() -> None:
    """What every run asks for: the files that modules have in common, looked into and compiled. Call `keep` before."""
    common: Any = import_module("ansible.executor.module_common")
    extensions: Any = import_module("ansible._internal._ansiballz._builder")
    path = ansible_folder() / "modules" / f"{MODULE}.py"
    name, source, now = f"ansible.modules.{MODULE}", path.read_bytes(), datetime.now(timezone.utc)  # noqa: UP017 - Python 3.10 has no other name
    extension = extensions.ExtensionManager.create(task_vars={})
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        common.recursive_finder(MODULE, name, source, archive, now, extension)
        common._add_module_to_zip(archive, now, name, source, str(path), extension)
    gc.collect()
    gc.freeze()


def work_out_parts(project: Path | None = None) -> None:
    """What runs ask for that orch accelerates: of which files modules are made that a project names. Call `keep` before."""
    parts: Any = import_module("orchestrator.adapters.ansible.accelerator.module_parts")
    parts.work_ahead(project)
    gc.collect()
    gc.freeze()


def ansible_folder() -> Path:
    """Where Ansible is installed."""
    return Path(str(import_module("ansible").__file__)).parent


def _with_bytecode(add_module: Callable[..., None]) -> Callable[..., None]:
    """Ansible's last step of a zip, after which everything is in it; and then the bytecode of all of it."""

    def added(archive: Any, now: datetime, *others: Any) -> None:
        add_module(archive, now, *others)
        if not isinstance(archive, zipfile.ZipFile):
            return  # no program is made: whoever looks into a module compiles what it sends
        for name in archive.namelist():
            compiled = bytecode(name, archive.read(name)) if name.endswith(".py") else None
            if compiled is not None:
                entry = zipfile.ZipInfo(f"{name}c", now.utctimetuple()[:6])
                entry.compress_type = archive.compression
                archive.writestr(entry, compiled)

    return added


@cache
def bytecode(name: str, source: bytes) -> bytes | None:
    """The content of a `.pyc`; None where this Python cannot compile the text, which the host's may be able to."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    digest = importlib.util.source_hash(source)
    return importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + digest + marshal.dumps(code)
