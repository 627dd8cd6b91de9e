"""Which Ansible is found, from real environments and from programs that lie about themselves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.installation import FirstFound, find_installation, own_installation
from orchestrator.errors import MachineLacks

OWN = Path(sys.executable)
GOOD = '{"python": null, "python_version": "3.12.1", "core": "2.18.3", "strategies": null}'


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def saying(path: Path, answer: str, code: int = 0) -> Path:
    """A Python that answers this, whatever it is asked."""
    return program(path, f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\nexit {code}\n")


def environment(folder: Path, answer: str = GOOD) -> Path:
    """A virtual environment with an ansible-playbook."""
    python = saying(folder / "bin/python", answer)
    program(folder / "bin/ansible-playbook", f"#!{python}\n")
    return folder


def test_without_anything_else_it_is_orchs_own() -> None:
    installation = find_installation(named=None, environment={"PATH": "/nowhere"})
    assert (installation.source, installation.is_own, installation.python) == ("own", True, OWN)
    assert installation == own_installation()
    assert installation.ahead


def test_the_active_environment_comes_before_the_path(tmp_path: Path) -> None:
    active, other = environment(tmp_path / "active"), environment(tmp_path / "other")
    installation = find_installation(
        named=None, environment={"VIRTUAL_ENV": str(active), "PATH": f"{other}/bin:/usr/bin:/bin"}
    )
    assert (installation.source, installation.python, installation.series) == (
        "active",
        active / "bin/python",
        (2, 18),
    )
    assert not installation.ahead
    assert not installation.is_own
    on_path = find_installation(named=None, environment={"PATH": f"{other}/bin:/usr/bin:/bin"})
    assert (on_path.source, on_path.playbook) == ("path", other / "bin/ansible-playbook")


def test_the_environment_that_orch_is_in_is_its_own_although_it_is_active() -> None:
    installation = find_installation(
        named=None, environment={"VIRTUAL_ENV": str(OWN.parent.parent), "PATH": "/usr/bin"}
    )
    assert (installation.source, installation.is_own) == ("active", True)


def test_an_active_environment_without_ansible_is_for_other_work(tmp_path: Path) -> None:
    saying(tmp_path / "bin/python", GOOD)
    installation = find_installation(
        named=None, environment={"VIRTUAL_ENV": str(tmp_path), "PATH": "/nowhere"}
    )
    assert installation.is_own


def test_what_is_not_named_and_cannot_be_used_is_passed_over_and_told(tmp_path: Path) -> None:
    old = environment(tmp_path, GOOD.replace("2.18.3", "2.14.18"))
    installation = find_installation(named=None, environment={"PATH": f"{old}/bin:/usr/bin:/bin"})
    assert installation.is_own
    assert [sentence.partition(": ")[2].partition(". ")[0] for sentence in installation.passed_over] == [
        "expected ansible-core 2.16 to 2.22 under Python 3.10 or newer, found ansible-core 2.14.18 under Python 3.12.1"
    ]


# how a script names its Python, with @ in its place
SHEBANGS = [
    "#!@\n",
    "#!@ -I\n",
    "#! @\nimport re\n",
    "#!/bin/sh\n'''exec' \"@\" \"$0\" \"$@\"\n' '''\nimport sys\n",
    "#!/usr/bin/env python-of-it\n",
    '#!/bin/sh\necho "  python version = 3.12.1 (main) [GCC] (@)"\n',
]


@pytest.mark.parametrize("text", SHEBANGS)
def test_a_script_tells_its_python(tmp_path: Path, text: str) -> None:
    python = saying(tmp_path / "some where/bin/python-of-it", GOOD)
    if " " in str(python) and text.startswith(("#!@", "#! @")):
        python = saying(tmp_path / "bin/python-of-it", GOOD)
    script = program(tmp_path / "elsewhere/ansible-playbook", text.replace("@", str(python)))
    path = f"{python.parent}:/usr/bin:/bin"
    assert find_installation(named=script, environment={"PATH": path}).python == python


# what a Python answers, its exit code, and words of the fault
LIES = [
    ("", 0, "a program that says ``"),
    ("hello", 0, "a program that says `hello`"),
    (GOOD, 3, "does not say its versions (exit code 3)"),
    ("[1, 2]", 0, "a program that says `[1, 2]`"),
    (GOOD.replace('"2.18.3"', "null"), 0, "found Python 3.12.1 without ansible-core"),
    (GOOD.replace('"2.18.3"', "218"), 0, "names no version of ansible-core"),
    (GOOD.replace('"3.12.1"', "3"), 0, "names no version of Python"),
    (GOOD.replace("2.18.3", "2.23.0"), 0, "found ansible-core 2.23.0 under Python 3.12.1"),
    (GOOD.replace("2.18.3", "2.15.9"), 0, "found ansible-core 2.15.9"),
    (GOOD.replace("3.12.1", "3.9.2"), 0, "under Python 3.9.2"),
    (GOOD.replace("2.18.3", "2.18.3\\u001b[31m"), 0, "found ansible-core 2.18.3"),
]


@pytest.mark.parametrize(("answer", "code", "words"), LIES)
def test_what_a_named_python_says_is_checked(tmp_path: Path, answer: str, code: int, words: str) -> None:
    python = saying(tmp_path / "python3", answer, code)
    with pytest.raises(MachineLacks) as lack:
        find_installation(named=python, environment={"PATH": "/usr/bin:/bin"})
    assert words in lack.value.message
    assert "expected ansible-core 2.16 to 2.22 under Python 3.10 or newer" in lack.value.message
    assert "\x1b" not in lack.value.message


def test_a_candidate_of_a_release_has_a_series(tmp_path: Path) -> None:
    python = saying(tmp_path / "python3", GOOD.replace("2.18.3", "2.22.0rc1"))
    installation = find_installation(named=python, environment={"PATH": "/usr/bin:/bin"})
    assert (installation.series, installation.core_version) == ((2, 22), "2.22.0rc1")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "found nothing there"),
        ("folder", "neither a virtual environment"),
        ("file", "nor a Python"),
    ],
)
def test_what_is_no_installation_is_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("text")
    with pytest.raises(MachineLacks, match=words):
        find_installation(named=tmp_path / name, environment={"PATH": "/usr/bin:/bin"})


def test_a_choice_is_made_once(tmp_path: Path) -> None:
    named = environment(tmp_path)
    choice = FirstFound(named, {"PATH": "/usr/bin:/bin"})
    first = choice.installation
    saying(named / "bin/python", "nonsense")
    assert choice.installation is first
