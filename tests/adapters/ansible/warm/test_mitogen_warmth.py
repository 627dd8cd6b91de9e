"""What accelerated runs are spared: it is what mitogen would have found itself, and only their own zygote has it."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.adapters.ansible.local_runs import RUNS, request, told_by, until, wait_for
from tests.adapters.ansible.warm.warm_port import Warm, done, gone


@pytest.fixture
def warm(tmp_path: Path) -> Warm:
    return Warm(tmp_path)


ASKED = """
import inspect, json, sys, types, zlib
from pathlib import Path
import ansible.modules
import mitogen.core, mitogen.master, mitogen.minify, mitogen.parent, mitogen.service
from ansible_mitogen import module_finder
from orchestrator.adapters.ansible.warm import mitogen_preload
if sys.argv[1] == "kept":
    mitogen_preload.warm_up()
    assert "def minimized" in inspect.getsource(mitogen.minify.minimize_source)
modules = Path(ansible.modules.__file__).parent
shared = (str(modules.parent / "module_utils"),)
changing = Path(sys.argv[2]) / "changing.py"

def scanned(path):
    return module_finder.scan(f"ansible_module_{path.stem}", str(path), shared)

def minimized(module):
    text = inspect.getsource(module)
    return [mitogen.minify.minimize_source(each) for each in (text, text + "# more", (text + "# more").encode())]

def sent(name):
    path, text, _ = mitogen.master.ModuleFinder().get_module_source(name)
    if minify_safe(text):
        text = mitogen.minify.minimize_source(text).encode()
    return path, zlib.decompress(mitogen.master.zlib.compress(text, 9))

def names(name):
    module = types.ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    exec(compile(sent(name)[1], "sent", "exec"), vars(module))
    return sorted(vars(module))

def pushed(path):
    service = types.SimpleNamespace(_cache={}, _forward=lambda context, path: None)
    mitogen.service.PushFileService.propagate_to(service, None, str(path))
    return bytes(service._cache[str(path)]).startswith(b"exec((lambda")

def beginning():
    module = types.ModuleType("ansible_mitogen.target")
    text = sent("ansible_mitogen.target")[1]
    exec(compile(text, "sent", "exec"), vars(module))
    importing = "ansible_mitogen" in vars(module)
    class Stub:
        def __init__(self, econtext, **given): self.given = given
        def run(self): return self.given
    import ansible_mitogen.runner
    ansible_mitogen.runner.Stub = Stub
    return [importing, module.run_module({"runner_name": "Stub", "module": "file"}, econtext=None)]

minify_safe = mitogen.master.ModuleResponder.minify_safe_re.search
told = {
    "scans": [scanned(modules / f"{name}.py") for name in ("setup", "copy", "command", "setup")],
    "related": [mitogen.master.ModuleFinder().find_related(name) for name in ("mitogen.service", "mitogen.parent")],
    "minimized": [minimized(module) for module in (mitogen.core, mitogen.service)],
    "names": [names(f"ansible.module_utils.{name}") for name in ("basic", "facts.hardware.linux")] + [names("mitogen.service")],
    "changed": [],
}
for text in ("import os", "import ansible.module_utils.basic", "import os", "def broken("):
    changing.write_text(text)
    try:
        told["changed"].append([name for name, *_ in scanned(changing)])
    except ValueError as refused:
        told["changed"].append(type(refused.args[0][0]).__name__)
with_code = {
    "shared": sent("ansible.module_utils.basic")[1].startswith(b"exec((lambda"),
    "module": pushed(modules / "user.py"),
    "own": pushed(changing),
    "core": zlib.decompress(mitogen.parent.get_core_source_partial().append(b"1")).startswith(b"exec((lambda"),
}
told["with code"] = with_code
told["beginning"] = beginning()
print(json.dumps(told))
"""


def test_what_is_kept_is_what_mitogen_finds_itself(tmp_path: Path) -> None:
    answers = [json.loads(told_by(ASKED, how, str(tmp_path))) for how in ("anew", "kept")]
    assert [each.pop("with code") for each in answers] == [
        dict.fromkeys(("shared", "module", "own", "core"), False),
        {"shared": True, "module": True, "own": False, "core": True},
    ]
    assert [each.pop("beginning") for each in answers] == [
        [True, {"module": "file"}],
        [False, {"module": "file"}],
    ]
    assert answers[0] == answers[1]
    scans, changed = answers[1]["scans"], answers[1]["changed"]
    assert min(len(scan) for scan in scans) > 10
    assert [len(names) > 10 if isinstance(names, list) else names for names in changed] == [
        False,
        True,
        False,
        "SyntaxError",
    ]


def children(pid: int | None) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def second(warm: Warm) -> int:
    """The zygote of the accelerated runs, as soon as it was forked; before that, imports may have children for a moment."""
    warm.port.make_ready(str(RUNS), "mitogen")
    assert warm.start.await_ready(str(RUNS))
    deadline = time.monotonic() + 60
    while not children(warm.start.pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return children(warm.start.pid)[0]


def parent_of_worker(warm: Warm, attempt: str, accelerate: str | None) -> int:
    asked = request(
        attempt,
        "deploy.yml",
        variables={"log": str(warm.root / "log"), "seconds": "2"},
        accelerate=accelerate,
    )
    warm.port.start(asked)
    claim = warm.root / "attempts" / attempt / "claim.json"
    wait_for(claim)
    stat = Path(f"/proc/{json.loads(claim.read_text())['pid']}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def test_accelerated_runs_are_forked_from_a_zygote_of_their_own(warm: Warm) -> None:
    its = second(warm)
    seen = [
        parent_of_worker(warm, name, how)
        for name, how in (("a1", "mitogen"), ("a2", None), ("a3", "mitogen"))
    ]
    assert seen == [its, warm.start.pid, its]
    assert [done(until(warm.port, name, "finished")) for name in ("a1", "a2", "a3")] == [True] * 3
    output = [(warm.root / "attempts" / name / "output.txt").read_text() for name in ("a1", "a2", "a3")]
    assert ["strategy plugins not included" in text for text in output] == [True, False, True]


@pytest.mark.slow
def test_the_second_zygote_ends_with_the_first_and_its_run_does_not(warm: Warm) -> None:
    its = second(warm)
    assert parent_of_worker(warm, "a1", "mitogen") == its
    warm.kill()
    assert gone(its)
    assert done(until(warm.port, "a1", "finished"))
    assert parent_of_worker(warm, "a2", "mitogen") != its
    assert done(until(warm.port, "a2", "finished"))
    assert (warm.root / "log").read_text() == "one a1\none a2\n"


@pytest.mark.slow
def test_without_the_second_zygote_an_accelerated_run_starts_in_the_cold(tmp_path: Path) -> None:
    warm = Warm(tmp_path, answers_within=1.0)
    its = second(warm)
    assert warm.run("a0")
    os.kill(its, signal.SIGKILL)
    assert gone(its)
    parent_of_worker(warm, "a1", "mitogen")
    assert done(until(warm.port, "a1", "finished"))
    assert parent_of_worker(warm, "a2", "mitogen") == children(warm.start.pid)[0]
    assert done(until(warm.port, "a2", "finished"))


def test_letting_go_ends_both_also_while_the_second_imports(warm: Warm) -> None:
    its, first = second(warm), warm.start.pid
    assert first is not None
    warm.port.let_go()
    assert gone(first, 0.1)
    assert gone(its, 2.0)


def test_an_accelerated_run_that_is_stopped_leaves_no_socket_behind(tmp_path: Path) -> None:
    port = Warm(tmp_path).port
    port.start(
        request(
            "a1",
            "deploy.yml",
            variables={"log": str(tmp_path / "log"), "seconds": "60"},
            accelerate="mitogen",
        )
    )
    wait_for(tmp_path / "log")
    control = Path(json.loads((tmp_path / "attempts/a1/claim.json").read_text())["control"])
    assert [path.suffix for path in control.iterdir() if path.is_socket()] == [".sock"]
    assert port.stop("a1")
    assert not control.exists()
