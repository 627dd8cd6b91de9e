"""Modules in an interpreter that stays: each as if it were the first, whatever the one before it did."""

from __future__ import annotations

import json
import marshal
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.accelerator.channel import Channel, Code, Ended, Module, Overdue, Start
from tests.adapters.ansible.accelerator.local_agents import Library, local, none_alive, start, until_alive


@pytest.fixture(scope="module")
def channel() -> Iterator[Channel]:
    agent = local()
    yield agent
    agent.close()


@pytest.fixture
def library() -> Library:
    return Library()


STATE = """
import builtins, json, locale, os, resource, signal, sys, threading
print(json.dumps({
    "parent": os.getppid(), "folder": os.getcwd(), "mask": os.umask(0), "environ": dict(os.environ),
    "limits": [resource.getrlimit(limit) for limit in range(10)], "nice": os.nice(0),
    "signals": [str(signal.getsignal(number)) for number in range(1, 32)], "alarm": signal.alarm(0),
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "locale": locale.setlocale(locale.LC_ALL), "path": sys.path, "hooks": len(sys.meta_path), "argv": len(sys.argv),
    "names": sorted(name for name in sys.modules if name.startswith(("sham", "rude"))), "rude": hasattr(builtins, "rude"),
    "fds": sorted(set(os.listdir("/proc/self/fd"))), "threads": threading.active_count(),
    "leads": os.getsid(0) == os.getpid() == os.getpgid(0), "read": sys.stdin.read(),
    "flags": [sys.flags.isolated, sys.flags.no_site],
}))
"""

# What a module does to its process, and how it ends
RUDE = {
    "folder": ("import os; os.chdir('/')", 0),
    "environment": ("import os; os.environ['RUDE'] = '1'; os.environ.pop('HOME', None); os.putenv('RUDER', '2')", 0),
    "mask": ("import os; os.umask(0o777)", 0),
    "limits": ("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))", 0),
    "priority": ("import os; os.nice(5)", 0),
    "alarm": ("import signal, time; signal.signal(signal.SIGALRM, lambda *_: None); signal.alarm(60)", 0),
    "alarm that ends it": ("import signal, time; signal.alarm(1); time.sleep(60)", 142),
    "signals": ("import signal; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 13, 15)]", 0),
    "mask of signals": ("import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [15, 17])", 0),
    "locale": ("import locale; locale.setlocale(locale.LC_ALL, 'C')", 0),
    "modules": ("import sys, builtins; builtins.rude = 1; sys.modules['rude'] = sys; sys.path.insert(0, '/rude')", 0),
    "hooks": ("import sys; sys.meta_path.clear(); sys.excepthook = None; sys.stdout = None", 0),
    "exit by hand": ("import os; os._exit(9)", 9),
    "exit in words": ("import sys; sys.exit('words')", 1),
    "exit late": ("import sys, atexit; atexit.register(print, 'late'); sys.exit(3)", 3),
    "fault": ("raise ValueError('it')", 1),
    "no memory": ("import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28)); bytearray(1 << 30)", 1),
    "stack": ("f = lambda: f()\nf()", 1),
    "crash": ("import ctypes; ctypes.string_at(0)", 139),
    "kills itself": ("import os, signal; os.kill(0, signal.SIGKILL)", 137),
    "child goes on": ("import os\nif os.fork(): os._exit(4)\nos.dup2(os.open('/dev/null', 2), 1); os.dup2(1, 2)", 4),
    "thread": ("import threading, time; threading.Thread(target=lambda: (time.sleep(.2), print('thread'))).start()", 0),
    "open files": ("import os; [os.open('/dev/null', 0) for _ in range(40)]", 0),
    "closed outputs": ("import os; os.close(1); os.close(2); raise ValueError", 1),
    "odd bytes": ("import os; os.write(1, bytes(range(256)))", 0),
}  # fmt: skip


@pytest.mark.parametrize("rude", sorted(RUDE))
def test_the_next_module_sees_nothing_of_it(channel: Channel, library: Library, rude: str) -> None:
    text, code = RUDE[rude]
    before = json.loads(library.run(channel, STATE).out)
    ended = library.run(channel, text)
    assert ended.code == code, ended
    after = json.loads(library.run(channel, STATE).out)
    assert after == before
    assert (before["leads"], before["read"], before["fds"], before["threads"]) == (
        True,
        "",
        ["0", "1", "2", "3"],
        1,
    )


# text, words of the output, words of the errors
SAYINGS = [
    ("import sys, atexit; atexit.register(print, 'late'); print('soon'); sys.exit(3)", b"soon\nlate\n", b""),
    ("import threading, time; threading.Thread(target=lambda: (time.sleep(.2), print('thread'))).start()", b"thread\n", b""),
    ("import sys; sys.exit('words')", b"", b"words\n"),
    ("import os; os.write(1, bytes(range(256)))", bytes(range(256)), b""),
    ("import sys; sys.stdout.write('no end')", b"no end", b""),
    ("import sys; print(sys.argv[0][:15], __name__, __file__ == sys.argv[0])", b"/tmp/ansible_it __main__ True\n", b""),
    ("print(GIVEN, MORE)", b"b'' {}\n", b""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "out", "err"), SAYINGS)
def test_what_a_module_says(channel: Channel, library: Library, text: str, out: bytes, err: bytes) -> None:
    ended = library.run(channel, text)
    assert (ended.out, ended.err) == (out, err)


def test_a_traceback_shows_the_lines_of_the_module(channel: Channel, library: Library) -> None:
    beside = "def fails():\n    raise ValueError('it')  # here\n"
    module = library.module("import beside\n\nbeside.fails()\n", {"beside": beside})
    ended = channel.run_module(start(), module, library.code_of, time.monotonic() + 60)
    assert ended.code == 1
    assert b"raise ValueError('it')  # here" in ended.err
    assert b'/sham/modules/it.py", line 3' in ended.err


def test_a_module_that_kills_its_parent_is_the_last_of_that_interpreter(
    channel: Channel, library: Library
) -> None:
    before = json.loads(library.run(channel, STATE).out)["parent"]
    ended = library.run(channel, "import os, signal, time; os.kill(os.getppid(), 9); time.sleep(60)")
    assert (ended.code, ended.err) == (137, b"orch: the interpreter of this module ended\n")
    assert json.loads(library.run(channel, STATE).out)["parent"] != before


def test_one_that_waits_stops_nobody_and_ends_by_its_deadline(channel: Channel, library: Library) -> None:
    mark = f"3{os.getpid():08}"
    text = f"import subprocess; subprocess.call(['sleep', '{mark}'])"
    overdue = []

    def late() -> None:
        with pytest.raises(Overdue):
            library.run(channel, text, seconds=4)
        overdue.append(True)

    thread = threading.Thread(target=late)
    thread.start()
    assert until_alive(f"sleep\0{mark}")
    assert library.run(channel, "print('meanwhile')").out == b"meanwhile\n"
    thread.join()
    assert overdue == [True]
    assert none_alive(f"sleep\0{mark}")
    assert library.run(channel, "print('next')").out == b"next\n"


def test_a_daemon_outlives_module_and_run(library: Library, tmp_path: Path) -> None:
    """As async_wrapper makes one."""
    channel = local()
    text = f"""
import os, sys, time
if os.fork():
    print("started"); sys.exit(0)
os.setsid()
if os.fork():
    os._exit(0)
null = os.open("/dev/null", os.O_RDWR)
for fd in (0, 1, 2): os.dup2(null, fd)
time.sleep(1.5)
open("{tmp_path}/done", "w").close()
os._exit(0)
"""
    assert library.run(channel, text).out == b"started\n"
    channel.close()
    deadline = time.monotonic() + 20
    while not (tmp_path / "done").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (tmp_path / "done").exists()


def test_whoever_holds_the_output_is_waited_for_as_over_ssh(channel: Channel, library: Library) -> None:
    text = "import os, time\nif os.fork(): os._exit(0)\nos.setsid(); time.sleep(.5); print('late', flush=True); os._exit(0)"
    assert library.run(channel, text) == Ended(0, b"late\n", b"")


def test_code_is_sent_once(channel: Channel, library: Library) -> None:
    how = start(before="ONCE=1")
    for _ in range(3):
        assert library.run(channel, "print(1)", how).out == b"1\n"
    assert library.run(channel, "print(2)", how).out == b"2\n"
    assert [len(digests) for digests in library.asked] == [4, 1]


def test_bytecode_is_taken_by_its_own_python_alone(channel: Channel, library: Library) -> None:
    module = library.module("print('text')")
    digest = module.names["sham.modules.it"]
    compiled = marshal.dumps(compile("print('bytecode')", "it", "exec"))
    library.code[digest] = Code(package=False, text="print('text')", compiled=compiled)
    assert channel.run_module(start(), module, library.code_of, time.monotonic() + 60).out == b"bytecode\n"


AHEAD = "import os\nSEEN = os.getpid()\nWORD = 'first'\n"
USES = (
    "import os, ahead\nprint(ahead.WORD, ahead.SEEN == os.getpid(), ahead.__file__.endswith('/ahead.py'))\n"
)


def test_what_is_imported_ahead_is_of_the_same_code(channel: Channel, library: Library) -> None:
    how = start(before="AHEAD=1")

    def run(ahead: str) -> bytes:
        module = library.module(USES, {"ahead": ahead, "broken": "1 / 0"}, ("ahead", "broken", "nothing"))
        return channel.run_module(how, module, library.code_of, time.monotonic() + 60).out

    assert run(AHEAD) == b"first False True\n"
    assert run(AHEAD.replace("first", "other")) == b"other True True\n"
    assert run(AHEAD) == b"first False True\n"
    without = library.run(channel, "import sys; print('ahead' in sys.modules, 'other')", how)
    assert without.out == b"True other\n"


def test_other_environments_are_other_interpreters(channel: Channel, library: Library) -> None:
    text = "import os; print(os.getppid(), os.environ.get('LANE'))"
    (first, lane_a), (second, lane_b) = (
        library.run(channel, text, start(before=f"LANE={lane}")).out.split() for lane in "ab"
    )
    assert first != second
    assert (lane_a, lane_b) == (b"a", b"b")


def test_one_that_serves_once_is_gone_after_it(channel: Channel, library: Library) -> None:
    mark = f"ORCH_ONCE={os.getpid()}"
    how = start(before=mark, once=True)
    parents = [library.run(channel, "import os; print(os.getppid())", how).out for _ in range(2)]
    assert parents[0] != parents[1]
    assert none_alive(mark)


def test_a_changed_library_path_renews_the_interpreter(
    channel: Channel, library: Library, tmp_path: Path
) -> None:
    how = start(before=f"PYTHONPATH={tmp_path}")
    text = "import os; print(os.getppid())"
    first = library.run(channel, text, how).out
    assert library.run(channel, text, how).out == first
    (tmp_path / "added.py").write_text("")
    second = library.run(channel, text, how).out
    assert second != first
    assert library.run(channel, text, how).out == second


def test_a_renewed_interpreter_lets_its_modules_end(
    channel: Channel, library: Library, tmp_path: Path
) -> None:
    how = start(before=f"PYTHONPATH={tmp_path}")
    ended: list[Ended] = []
    text = f"import time; open('{tmp_path}/begun', 'w').close(); time.sleep(2); print('whole')"
    thread = threading.Thread(target=lambda: ended.append(library.run(channel, text, how)))
    thread.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    assert library.run(channel, "print('renewed')", how).out == b"renewed\n"
    thread.join()
    assert ended == [Ended(0, b"whole\n", b"")]


# the command line, how it ends
NO_INTERPRETER = [
    ("echo refused; echo why >&2; exit 9", Ended(9, b"refused\n", b"why\n")),
    ("/no/python -c 'x' 2>/dev/null", Ended(127, b"", b"")),
    ("echo orch-agent-booted; exit 3", Ended(3, b"", b"")),
    ("echo orch-agent-booted; head -c 4 /dev/zero; echo nonsense; sleep 0.1; exit 3", None),
    ("kill -9 $$", Ended(137, b"", b"")),
]


@pytest.mark.parametrize(("line", "ended"), NO_INTERPRETER)
def test_where_no_interpreter_comes_the_line_has_its_say(
    channel: Channel, library: Library, line: str, ended: Ended | None
) -> None:
    answer = library.run(channel, "print(1)", Start(key=line, line=line))
    assert ended is None or answer == ended
    assert answer.code != 0
    assert channel.run("echo on", deadline=time.monotonic() + 60).out == b"on\n"


def test_an_interpreter_that_is_slow_to_start_is_overdue(channel: Channel, library: Library) -> None:
    mark = f"6{os.getpid():08}"
    with pytest.raises(Overdue):
        library.run(channel, "print(1)", Start(mark, f"exec sleep {mark}"), seconds=0.5)
    assert none_alive(f"sleep\0{mark}")


def test_many_modules_at_once(channel: Channel, library: Library) -> None:
    answers: dict[int, bytes] = {}

    def run(number: int) -> None:
        answers[number] = library.run(channel, f"print('{number}' * 40000)").out

    threads = [threading.Thread(target=run, args=(number,)) for number in range(10, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number).encode() * 40000 + b"\n" for number in range(10, 30)}


RESPAWN = """
import os, subprocess, sys, zipfile
_ANSIBLE_PARENT_PATH = __file__.partition('.zip')[0] + '.zip'
def probe_interpreters_for_module(paths, name):
    return zipfile.ZipFile(_ANSIBLE_PARENT_PATH).namelist()
"""


def test_another_python_finds_the_code_in_a_zip_file(channel: Channel, library: Library) -> None:
    text = """
import os
from ansible.module_utils.common import respawn
root = respawn._ANSIBLE_PARENT_PATH
print(os.path.exists(root), sorted(respawn.probe_interpreters_for_module([], 'x'))[0], os.path.exists(root))
print(os.path.dirname(root))
"""
    packages = {"ansible": "", "ansible.module_utils": "", "ansible.module_utils.common": ""}
    module = library.module(text, {**packages, "ansible.module_utils.common.respawn": RESPAWN})
    for name in packages:
        library.code[module.names[name]] = library.code[module.names[name]]._replace(package=True)
    ended = channel.run_module(start(), module, library.code_of, time.monotonic() + 60)
    listed, folder = ended.out.decode().splitlines()
    assert listed == "False ansible/__init__.py True"
    assert not Path(folder).exists()


def test_the_uid_of_an_interpreter_is_known(channel: Channel, library: Library) -> None:
    how = start()
    library.run(channel, "print(1)", how)
    assert channel.uid_of(how.key) == os.geteuid()
    assert channel.uid_of("none") is None


def test_values_that_ansible_marks_are_sent(channel: Channel, library: Library) -> None:
    class Marked(str):
        """As Ansible tags text."""

        __slots__ = ("origin",)

    module = library.module("print(MORE)")._replace(
        given={"extensions": {Marked("a"): [Marked("b"), b"c", 1, True, None]}}
    )
    ended = channel.run_module(start(), Module(*module), library.code_of, time.monotonic() + 60)
    assert ended.out == b"{'extensions': {'a': ['b', b'c', 1, True, None]}}\n"


def test_python_of_this_test_is_what_runs(channel: Channel, library: Library) -> None:
    text = "import sys; print(sys.executable)"
    assert library.run(channel, text).out.decode().strip() == sys.executable
