"""Code that Python keeps beside Ansible's own files is the code of exactly that text, or is not taken."""

from __future__ import annotations

from pathlib import Path
from types import CodeType

import ansible
import pytest

from orchestrator.adapters.ansible.accelerator.files_of_module import FilesOfModule
from orchestrator.adapters.ansible.accelerator.own_bytecode import code_beside

PACKAGE = Path(ansible.__file__).parent


def files_named(code: CodeType) -> set[str]:
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    return {code.co_filename}.union(*map(files_named, inner))


@pytest.mark.parametrize("entry", ["ansible/module_utils/basic.py", "ansible/modules/setup.py"])
def test_it_is_what_compiling_makes_of_it(entry: str) -> None:
    text = (PACKAGE.parent / entry).read_text()
    code = code_beside(entry, text)
    assert code is not None
    assert code == compile(text, entry, "exec", dont_inherit=True)
    assert files_named(code) == {entry}


@pytest.mark.parametrize("entry", ["ansible/module_utils/basic.py", "ansible/__init__.py", "ansible/no.py"])
def test_another_text_under_that_name_is_compiled(entry: str) -> None:
    assert code_beside(entry, "x = 1\n") is None


def test_files_of_a_module_have_their_last_content() -> None:
    from zipfile import ZipInfo

    module = FilesOfModule()
    for content in ("x", b"y"):
        module.writestr(ZipInfo("ansible/__init__.py"), content)
    assert (module.namelist(), module.files["ansible/__init__.py"]) == (["ansible/__init__.py"], b"y")
