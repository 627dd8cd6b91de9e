"""A module is known by its files, and each file by its digest."""

from __future__ import annotations

import marshal
from pathlib import Path

import ansible
import pytest
from ansible.executor.module_common import LegacyModuleUtilLocator

from orchestrator.adapters.ansible.accelerator.looking_once import looked_for_once
from orchestrator.adapters.ansible.accelerator.module_parts import Library

MODULES = Path(ansible.__file__).parent / "modules"
BASIC = "ansible.module_utils.basic"


def parts_of(library: Library, path: Path) -> tuple[str, str, dict[str, str]]:
    name, profile, names = library.parts(path.stem, str(path), library.source(str(path)))
    return name, profile, dict(names)


def test_a_module_is_named_with_all_that_it_imports() -> None:
    library = Library()
    name, profile, names = parts_of(library, MODULES / "ping.py")
    assert (name, profile) == ("ansible.modules.ping", "legacy")
    assert {name, BASIC, "ansible", "ansible.module_utils", "ansible.modules"} <= names.keys()
    codes = library.codes({names[BASIC], names["ansible.module_utils"]})
    assert codes[names["ansible.module_utils"]].package
    assert codes[names[BASIC]].text == (MODULES.parent / "module_utils/basic.py").read_text()
    assert marshal.loads(codes[names[BASIC]].compiled).co_filename == "ansible/module_utils/basic.py"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "library" / "mine.py"
    path.parent.mkdir()
    path.write_text("from ansible.module_utils.basic import AnsibleModule\n")
    return path


def test_a_module_that_changed_has_other_parts(module: Path) -> None:
    library = Library()
    name, _, before = parts_of(library, module)
    assert name == "ansible.legacy.mine"
    module.write_text(module.read_text() + "x = 1\n")
    _, _, after = parts_of(library, module)
    assert before[name] != after[name]
    assert before[BASIC] == after[BASIC]


def test_the_same_text_under_two_names_is_two_files(tmp_path: Path, module: Path) -> None:
    library = Library()
    other = module.with_name("yours.py")
    other.write_text(module.read_text())
    first, second = parts_of(library, module), parts_of(library, other)
    assert first[2][first[0]] != second[2][second[0]]


def test_what_this_python_cannot_compile_goes_as_text(module: Path) -> None:
    library = Library()
    name, _, names = parts_of(library, module)
    entry, code = library._codes[names[name]]
    library._codes[names[name]] = entry, code._replace(text="match x:\n  case = \n", compiled=None)
    assert library.codes({names[name]})[names[name]].compiled is None


def test_unknown_code_is_no_answer() -> None:
    with pytest.raises(KeyError):
        Library().codes({"0" * 64})


@pytest.mark.parametrize(
    "name",
    [
        "copy",
        "setup",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("apt", "systemd_service", "unarchive", "uri")
        ),
    ],
)
def test_what_is_looked_into_together_is_made_of_the_same_files(name: str) -> None:
    together, alone = Library(), Library()
    with looked_for_once():
        for path in sorted(MODULES.glob("[su]*.py")):
            parts_of(together, path)
        remembered = parts_of(together, MODULES / f"{name}.py")
    assert remembered == parts_of(alone, MODULES / f"{name}.py")
    assert together.codes(remembered[2].values()) == alone.codes(remembered[2].values())


def test_afterwards_each_file_is_looked_for_again() -> None:
    find = LegacyModuleUtilLocator._find_module
    with looked_for_once():
        assert LegacyModuleUtilLocator._find_module is not find
    assert LegacyModuleUtilLocator._find_module is find
