"""The program that is sent: old Pythons can read it, it needs nothing but the standard library, and leaves nothing behind."""

import ast
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from orchestrator.adapters.ssh import program
from orchestrator.adapters.ssh.unframe import unframe

PYTHONS = Path("/root/.pyenv/versions")


def request(**fields: object) -> dict[str, object]:
    return {
        "nonce": "n",
        "seconds": 20,
        "checks": [],
        "digests": [],
        "scope": None,
        "echo": False,
        "stay": False,
        **fields,
    }


def pythons(prefix: str) -> list[str]:
    """The interpreters of a version on this machine, real ones before what stands in the path."""
    on_path = shutil.which(f"python{prefix}")
    return [str(each) for each in sorted(PYTHONS.glob(f"{prefix}.*/bin/python"))] + (
        [on_path] if on_path else []
    )


def run(python: str, asked: dict[str, object]) -> "subprocess.CompletedProcess[bytes]":
    command = program.command(python, root=True)
    return subprocess.run(
        ["sh", "-c", command], input=program.letter(asked), capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", [*program.sources(), "orchestrator.adapters.ssh.on_target.loader"])
def test_every_module_is_of_python_3_8_and_of_the_standard_library(name: str) -> None:
    text = program.source_of(name)
    assert text is not None
    tree = ast.parse(text, feature_version=(3, 8))
    assert "from __future__ import annotations" in text
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for imported in names:
            sent = any(known == imported or known.startswith(f"{imported}.") for known in program.sources())
            assert sent or imported.partition(".")[0] in sys.stdlib_module_names, imported


def test_all_that_is_imported_is_sent() -> None:
    assert "orchestrator.adapters.ssh.on_target.network" in program.sources()
    assert "orchestrator.policy.evidence.http_answer" in program.sources()
    assert not [name for name in program.sources() if name.endswith("__init__")]


@pytest.mark.parametrize("version", ["3.8", "3.11", "3.13"])
def test_it_runs_on(version: str) -> None:
    interpreters = pythons(version)
    if not interpreters:
        pytest.skip(f"there is no Python {version} here")
    asked: list[tuple[str, dict[str, object]]] = [
        ("python", {"minimum": "3.8"}),
        (
            "command",
            {"run": "exit 0", "exit_code": 0, "stdout_contains": None, "become": False, "timeout": 5},
        ),
        ("tcp", {"port": 1, "address": "127.0.0.1", "open": False, "timeout": 2}),
        ("port", {"port": 1, "state": "free"}),
        ("user", {"name": "root", "exists": True}),
    ]
    checks = [
        {"kind": kind, "number": number, "within": 0, "every": 1, **fields}
        for number, (kind, fields) in enumerate(asked)
    ]
    scope = {
        "files": ["/etc/hostname"], "exclude": ["/a/**/b"], "packages": "none", "units": [], "ports": True, "users": True,
        "sysctl": ["kernel.ostype"], "commands": [{"name": "c", "run": "echo x"}], "content_limit": 10,
    }  # fmt: skip
    ended = run(interpreters[0], request(checks=checks, scope=scope, digests=["/etc/passwd", "/nope"]))
    answer = unframe("n", ended.stdout)
    assert {result[0] for result in answer["checks"].values()} == {"passed"}
    assert answer["digests"]["/nope"] == ["absent", "no such file"]
    assert ["sysctl", "kernel.ostype", {"value": "Linux"}] in answer["baseline"]["items"]
    assert ended.returncode == 0


@pytest.mark.parametrize("version", ["2.7", "3.6"])
def test_an_old_python_says_so(version: str) -> None:
    interpreters = pythons(version)
    if not interpreters:
        pytest.skip(f"there is no Python {version} here")
    ended = subprocess.run(
        [interpreters[0], "-S", "-c", program.LINE],
        input=program.letter(request()),
        capture_output=True,
        check=False,
    )
    assert ended.stdout.startswith(f"ORCH-OLD-PYTHON {version}.".encode())


def test_a_failure_of_the_program_itself_is_an_answer() -> None:
    ended = run(sys.executable, request(scope={"files": 1}))
    answer = unframe("n", ended.stdout)
    assert "fault" in answer or answer["baseline"]["faults"]


def test_nothing_is_written_on_the_target(tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    subprocess.run(
        ["sh", "-c", program.command(sys.executable, root=True)],
        input=program.letter(request(digests=["/etc/passwd"])),
        cwd=tmp_path, env={"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}, capture_output=True, check=True,
    )  # fmt: skip
    assert sorted(tmp_path.rglob("*")) == before


def test_the_request_travels_whole_and_in_a_form_that_every_python_3_reads() -> None:
    asked = request(
        digests=["/a/ä'\"\n$(x)", "\udc80"], seconds=0.5, scope=None, checks=[{"number": 1 << 40}]
    )
    length, _, body = program.next_letter(asked).partition(b"\n")
    assert int(length) == len(body)
    assert program.letter(asked).endswith(program.next_letter(asked))
    interpreters = pythons("3.8") or [sys.executable]
    ask = "import marshal, sys; print(ascii(marshal.loads(sys.stdin.buffer.read())))"
    ended = subprocess.run([interpreters[0], "-c", ask], input=body, capture_output=True, check=True)
    assert ast.literal_eval(ended.stdout.decode()) == asked


@pytest.mark.parametrize(
    ("python", "used"),
    [(program.version(), b"ORCH-HELLO"), (program.version().replace("cpython", "cpyTHON"), b"ORCH-OTHER")],
    ids=["of its own version", "of another one"],
)
def test_bytecode_is_taken_by_a_python_of_its_version_and_the_text_by_any_other(
    python: str, used: bytes
) -> None:
    letter = program.letter(request()).replace(b"ORCH-HELLO", b"ORCH-OTHER")
    letter = letter.replace(program.version().encode(), python.encode())
    ended = subprocess.run(
        ["sh", "-c", program.command(sys.executable, root=True)],
        input=letter,
        capture_output=True,
        check=True,
    )
    assert ended.stdout.split()[0] == used
    assert unframe("n", ended.stdout)["checks"] == {}


def test_what_is_asked_of_every_host_imports_nothing_that_takes_long_there() -> None:
    """Each of these takes 2 to 8 ms, where the whole program takes 5 more than Python itself."""
    checks = [
        {"kind": "command", "run": "exit 0", "exit_code": 0, "stdout_contains": None, "become": False, "timeout": 5},
        {"kind": "port", "port": 1, "state": "free"},
    ]  # fmt: skip
    scope = {
        "files": ["/etc/hostname"], "exclude": [], "packages": "all", "units": [], "ports": True, "users": True,
        "sysctl": [], "commands": [], "content_limit": 10,
    }  # fmt: skip
    asked = [{"number": number, "within": 0, "every": 1, **check} for number, check in enumerate(checks)]
    letter = program.letter(request(checks=asked, scope=scope, digests=["/etc/passwd"]))
    command = [sys.executable, "-I", "-S", "-X", "importtime", "-c", program.LINE]
    ended = subprocess.run(command, input=letter, capture_output=True, check=True)
    imported = {line.split("|")[-1].strip() for line in ended.stderr.decode().splitlines()}
    assert "pwd" in imported
    costly = {
        "typing",
        "json",
        "re",
        "enum",
        "threading",
        "subprocess",
        "signal",
        "socket",
        "hashlib",
        "importlib",
    }
    assert not costly & imported


def test_what_goes_to_all_hosts_is_made_once() -> None:
    program.bytecode_sent.cache_clear()
    at_once = Barrier(8)

    def letter(number: int) -> bytes:
        at_once.wait(30)
        return program.letter({"number": number})

    with ThreadPoolExecutor(8) as pool:
        letters = list(pool.map(letter, range(8)))
    assert program.bytecode_sent.cache_info().misses == 1
    assert len({each.removesuffix(program.next_letter({"number": n})) for n, each in enumerate(letters)}) == 1
