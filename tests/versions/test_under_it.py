"""Under each Ansible (make versions): its part of orch is imported whole, and takes the way that its series has."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.guest import entry
from orchestrator.adapters.ansible.warm import WarmStart
from tests.worlds.ansibles import CHOICE

if CHOICE is None:
    pytest.skip("ORCH_TEST_ANSIBLE names no Ansible: make versions does", allow_module_level=True)

INSTALLATION = CHOICE.installation
# mitogen is not installed there.
NOT_ALONE = {"orchestrator.adapters.ansible.warm.mitogen_preload"}
PROGRAM = """
import importlib, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("entry", sys.argv[1])
entry = importlib.util.module_from_spec(spec)
spec.loader.exec_module(entry)
entry.put_in()
for name in sys.argv[2:]:
    importlib.import_module(name)
core = importlib.import_module("orchestrator.adapters.ansible.guest.core.choice").core()
compiled = importlib.import_module("orchestrator.adapters.ansible.warm.compiled_modules")
print(json.dumps([core.__name__.rpartition(".")[2], core.AHEAD is not None, compiled.keep()]))
"""
WAYS = {
    (2, 16): ["core_2_16", False, False],
    (2, 17): ["core_2_16", False, False],
    (2, 18): ["core_2_16", False, False],
    (2, 19): ["core_2_19", True, True],
    (2, 20): ["core_2_19", True, True],
    (2, 21): ["core_2_21", True, True],
    (2, 22): ["core_2_21", True, True],
}


def test_every_guest_file_is_imported_and_the_module_of_its_range_is_taken() -> None:
    names = sorted(entry.FILES - NOT_ALONE)
    done = subprocess.run(
        [str(INSTALLATION.python), "-I", "-B", "-c", PROGRAM, str(entry.__file__), *names],
        cwd="/",
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == WAYS[INSTALLATION.series]
    assert INSTALLATION.ahead == WAYS[INSTALLATION.series][1]


SENT = """
import importlib.util, io, json, sys, zipfile
from datetime import datetime, timezone
from pathlib import Path
spec = importlib.util.spec_from_file_location("entry", sys.argv[1])
entry = importlib.util.module_from_spec(spec)
spec.loader.exec_module(entry)
entry.put_in()
from ansible.executor import module_common
from ansible._internal._ansiballz import _builder
from ansible.plugins.loader import init_plugin_loader
from orchestrator.adapters.ansible.warm import compiled_modules
init_plugin_loader()
if sys.argv[2] == "kept":
    compiled_modules.keep()
    compiled_modules.work_out()
told = []
for module in ("setup", "copy", "setup"):
    path = Path(module_common.__file__).parents[1] / "modules" / f"{module}.py"
    name, now = f"ansible.modules.{module}", datetime.now(timezone.utc)
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        extension = _builder.ExtensionManager.create(task_vars={})
        module_common.recursive_finder(module, name, path.read_bytes(), archive, now, extension)
        module_common._add_module_to_zip(archive, now, name, path.read_bytes(), str(path), extension)
        told.append({each: hash(archive.read(each)) for each in archive.namelist()})
print(json.dumps(told))
"""


def test_what_is_sent_to_hosts_is_what_it_sends_by_itself_and_the_bytecode_of_all_of_it() -> None:
    if not INSTALLATION.ahead:
        pytest.skip("its runs start in the cold, and send what it always sends")
    alone, kept = (
        json.loads(
            subprocess.run(
                [str(INSTALLATION.python), "-c", SENT, str(entry.__file__), how],
                cwd="/",
                env={"PYTHONHASHSEED": "1", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                check=True,
            ).stdout
        )
        for how in ("alone", "kept")
    )
    assert [len(archive) > 40 for archive in alone] == [True] * 3
    for plain, compiled in zip(alone, kept, strict=True):
        assert {name for name in compiled if name not in plain} == {
            f"{name}c" for name in plain if name.endswith(".py")
        }
        assert {name: compiled[name] for name in plain} == plain


def test_there_is_no_package_of_orchs_beside_it() -> None:
    names = ("orchestrator", "ansible_runner", "pydantic")
    program = f"from importlib.util import find_spec; print(*map(find_spec, {names}))"
    ended = subprocess.run(
        [str(INSTALLATION.python), "-I", "-c", program], capture_output=True, text=True, check=True, cwd="/"
    )
    assert ended.stdout.split() == ["None"] * 3


def test_a_zygote_is_ready_where_its_series_can_be_imported_ahead(tmp_path: Path) -> None:
    warm = WarmStart(choice=CHOICE, ready_within=120.0)
    try:
        assert warm.await_ready(str(tmp_path)) == INSTALLATION.ahead
    finally:
        warm.let_go()
