"""Bytecode beside the text: the same files, the same imports, taken only by a Python that it was made for."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.warm.compiled_modules import bytecode
from tests.adapters.ansible.local_runs import request, told_by, until
from tests.adapters.ansible.warm.warm_port import NO_ROOM, Warm, done

ASKED = """
import builtins, io, json, sys, zipfile
from datetime import datetime, UTC
from pathlib import Path
from ansible.executor import module_common
from ansible._internal._ansiballz import _builder
from ansible.plugins.loader import init_plugin_loader
from orchestrator.adapters.ansible.warm import compiled_modules
init_plugin_loader()
if sys.argv[1] == "kept":
    compiled_modules.keep()
    compiled_modules.work_out()
compiled = []
parse = builtins.compile
def counting(*given, **named):
    compiled.append(given[1])
    return parse(*given, **named)
builtins.compile = counting
changing = Path(sys.argv[2]) / "changing.py"

def sent(name, path):
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        source, now, extension = path.read_bytes(), datetime.now(UTC), _builder.ExtensionManager.create(task_vars={})
        module_common.recursive_finder(path.stem, name, source, archive, now, extension)
        module_common._add_module_to_zip(archive, now, name, source, str(path), extension)
        return {each: hash(archive.read(each)) for each in archive.namelist()}

def of_core(module):
    return sent(f"ansible.modules.{module}", Path(module_common.__file__).parents[1] / "modules" / f"{module}.py")

told = {"core": [of_core(module) for module in ("setup", "copy", "command", "user", "setup")]}
told["compiled"] = len(compiled)
for number, text in enumerate(("import os", "import ansible.module_utils.basic", "import os", "def broken(")):
    changing.write_text(text)
    try:
        told[f"changed {number}"] = [sent("ansible.legacy.changing", changing)]
    except Exception as refused:
        told["refused"] = str(refused)
print(json.dumps(told))
"""


def test_what_is_sent_is_what_ansible_sends_and_the_bytecode_of_all_of_it(tmp_path: Path) -> None:
    anew, kept = (
        json.loads(told_by(ASKED, how, str(tmp_path), environment={"PYTHONHASHSEED": "1"}))
        for how in ("anew", "kept")
    )
    assert "Unable to compile" in anew.pop("refused")
    assert "Unable to compile" in kept.pop("refused")
    assert anew.pop("compiled") > 150
    # Two for each module, which is looked into and compiled, and the few files that setup does not have.
    assert kept.pop("compiled") < 20
    assert [len(zips) for zips in anew.values()] == [5, 1, 1, 1]
    for word, archives in anew.items():
        for plain, compiled in zip(archives, kept[word], strict=True):
            assert {name for name in compiled if name not in plain} == {f"{name}c" for name in plain}
            assert {name: compiled[name] for name in plain} == plain


def imported(archive: Path, python: str = sys.executable) -> str:
    command = "import sys; sys.path.insert(0, sys.argv[1]); import sent; print(sent.word)"
    return subprocess.run(
        [python, "-c", command, str(archive)], capture_output=True, check=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("version", "taken"), [(importlib.util.MAGIC_NUMBER, "bytecode"), (b"\x55\x0d\x0d\x0a", "text")]
)
def test_only_a_python_of_the_same_version_takes_the_bytecode(
    tmp_path: Path, version: bytes, taken: str
) -> None:
    made = bytecode("sent.py", b"word = 'bytecode'")
    assert made is not None
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        archive.writestr("sent.py", "word = 'text'")
        archive.writestr("sent.pyc", version + made[4:])
    assert imported(tmp_path / "sent.zip") == taken


@pytest.mark.parametrize("text", [b"def broken(", b"word = '\0'", b"print 'of Python 2'", b"\xff\xfe"])
def test_what_this_python_cannot_compile_goes_as_text_only(text: bytes) -> None:
    assert bytecode("sent.py", text) is None


def test_texts_that_warn_say_nothing(recwarn: pytest.WarningsRecorder) -> None:
    assert bytecode("sent.py", rb"word = '\d'; 1 is 1") is not None
    assert not recwarn.list


@pytest.mark.parametrize(
    ("attempt", "seen"), [("a1", "True True True"), (NO_ROOM, "True False False")], ids=["warm", "cold"]
)
def test_a_run_from_the_zygote_sends_bytecode_and_one_in_the_cold_does_not(
    tmp_path: Path, attempt: str, seen: str
) -> None:
    port, log = Warm(tmp_path).port, tmp_path / "log"
    port.start(request(attempt, "payload.yml", variables={"log": str(log)}))
    assert done(until(port, attempt, "finished"))
    assert log.read_text().startswith(seen)
