"""Source with its code in it: the same module, by whichever Python it is run."""

from __future__ import annotations

import importlib.util
import inspect
import linecache
import os
import subprocess
import sys
import traceback
from pathlib import Path
from types import ModuleType

import pytest

from orchestrator.adapters.ansible.accelerator.own_bytecode import code_of
from orchestrator.adapters.ansible.warm.carried_code import carrying

TEXT = '''"""What it is."""
from __future__ import print_function

def broken(each):
    return 1 / each  # nobody divides by é

FOUND = __name__, __doc__
'''
ELSEWHERE = "master:/somewhere/told.py"


@pytest.fixture
def module_file(tmp_path: Path) -> Path:
    path = tmp_path / "told.py"
    path.write_text("# -*- coding: utf-8 -*-\n" + TEXT)
    return path


def carried(path: Path, kept: str = "0") -> str:
    text, code = code_of(path)
    assert text == path.read_bytes()
    return carrying(text, code, ELSEWHERE, kept).decode()


def of_another_python(source: str) -> str:
    changed = source.replace(repr(importlib.util.MAGIC_NUMBER), repr(b"\x00\x00\r\n"))
    assert changed != source
    return changed


def run(source: str, name: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(source, "carried", "exec"), vars(module))
    return module


@pytest.mark.parametrize("another", [False, True], ids=["its code", "its text"])
def test_a_module_is_the_same_by_its_code_and_by_its_text(module_file: Path, *, another: bool) -> None:
    plain = run(module_file.read_text(), "told")
    source = carried(module_file)
    module = run(of_another_python(source) if another else source, "told")
    assert set(vars(module)) == set(vars(plain))
    assert module.FOUND == plain.FOUND
    assert module.broken.__code__.co_filename == (ELSEWHERE if another else str(module_file))


@pytest.mark.parametrize("another", [False, True], ids=["its code", "its text"])
def test_its_text_is_at_hand_where_the_file_is_not(module_file: Path, *, another: bool) -> None:
    source = carried(module_file)
    linecache.clearcache()
    module = run(of_another_python(source) if another else source, "told")
    module_file.unlink()
    assert inspect.getsource(module.broken).startswith("def broken(each):\n")
    with pytest.raises(ZeroDivisionError) as raised:
        module.broken(0)
    assert "nobody divides by é" in "".join(traceback.format_exception(raised.value))


def test_one_that_is_run_again_and_again_can_keep_its_code(module_file: Path) -> None:
    kept = {}
    source = carried(module_file, "KEPT.append(c)")
    for each in (source, of_another_python(source)):
        codes: list[object] = []
        exec(compile(each, "carried", "exec"), {"KEPT": codes, "__name__": "told"})
        kept[each] = codes
    assert [len(codes) for codes in kept.values()] == [1, 1]


def test_a_text_that_was_changed_is_not_taken_for_its_old_code(module_file: Path) -> None:
    subprocess.run([sys.executable, "-c", "import told"], cwd=module_file.parent, env={}, check=True)
    assert Path(importlib.util.cache_from_source(str(module_file))).exists()
    module_file.write_text(module_file.read_text().replace("1 / each", "2 / each"))
    os.utime(module_file, (1, 1))
    assert run(carried(module_file), "told").broken(2) == 1.0


OTHERS = [
    each
    for version in ("3.6", "3.8", "3.9", "3.10", "3.12", "3.13")
    for each in sorted(Path("/usr/bin").glob(f"python{version}"))
]


@pytest.mark.parametrize("python", [*OTHERS, Path(sys.executable)], ids=str)
def test_every_python_of_this_machine_runs_it(module_file: Path, python: Path) -> None:
    source = module_file.with_name("carried.py")
    source.write_text(carried(module_file) + "print(broken(1), FOUND)\n")
    ended = subprocess.run([python, str(source)], capture_output=True, text=True, check=True, env={})
    assert ended.stdout == "1.0 ('__main__', 'What it is.')\n"
