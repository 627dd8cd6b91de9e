"""Command lines and files over one channel, from many threads at once."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.accelerator.channel import Channel, Ended, Lost, NoAgent, Overdue, opened
from tests.adapters.ansible.accelerator.local_agents import alive, local, none_alive, until_alive


@pytest.fixture(scope="module")
def channel() -> Iterator[Channel]:
    agent = local()
    yield agent
    agent.close()


def soon(seconds: float = 60.0) -> float:
    return time.monotonic() + seconds


# line, given, terminal, how it ends
LINES = [
    ("true", b"", False, Ended(0, b"", b"")),
    ("echo a; echo b >&2; exit 3", b"", False, Ended(3, b"a\n", b"b\n")),
    ("cat", b"\0\xff\r\n", False, Ended(0, b"\0\xff\r\n", b"")),
    ("cat", b"", False, Ended(0, b"", b"")),
    (b"printf '\\377'", b"", False, Ended(0, b"\xff", b"")),
    ("echo \udcff", b"", False, Ended(0, b"\xff\n", b"")),
    ("kill -9 $$", b"", False, Ended(137, b"", b"")),
    ("exec 1>&- 2>&-; exit 4", b"", False, Ended(4, b"", b"")),
    ("nothing-of-this-name 2>/dev/null", b"", False, Ended(127, b"", b"")),
    ("echo a; echo b >&2; exit 5", b"", True, Ended(5, b"a\r\nb\r\n", b"")),
    ("test -t 0 && test -t 1 && test -t 2 && test $(tty) = $SSH_TTY", b"", True, Ended(0, b"", b"")),
    ("test -t 0 || test -n \"$SSH_TTY\"", b"", False, Ended(1, b"", b"")),
    ("echo gone; sleep 300 & exit 6", b"", True, Ended(6, b"gone\r\n", b"")),
    ("trap '' HUP; (sleep 300; echo late) & echo first", b"", True, Ended(0, b"first\r\n", b"")),
]  # fmt: skip


@pytest.mark.parametrize(("line", "given", "terminal", "ended"), LINES)
def test_a_line_ends_as_over_ssh(
    channel: Channel, line: str, given: bytes, *, terminal: bool, ended: Ended
) -> None:
    assert channel.run(line, given, terminal, soon()) == ended


def test_signals_that_python_ignores_are_not_ignored(channel: Channel) -> None:
    ended = channel.run("grep SigIgn /proc/self/status; umask; pwd", deadline=soon())
    ignored, mask, folder = ended.out.decode().split("\n")[:3]
    assert int(ignored.split()[1], 16) & (1 << 12 | 1 << 16 | 1 << 24) == 0
    assert (mask, folder) == (channel_mask(), str(Path.cwd()))


def channel_mask() -> str:
    mask = os.umask(0)
    os.umask(mask)
    return f"{mask:04o}"


def test_the_environment_is_that_of_the_login(channel: Channel) -> None:
    names = {line.partition(b"=")[0] for line in channel.run("env -0", deadline=soon()).out.split(b"\0")}
    assert names - {b"", b"_", b"PWD", b"OLDPWD", b"SHLVL", b"LINES", b"COLUMNS"} <= {
        name.encode() for name in os.environ
    }


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 3_000_000])
def test_much_goes_both_ways(channel: Channel, size: int, tmp_path: Path) -> None:
    content = os.urandom(size)
    assert channel.run("cat", content, deadline=soon()).out == content
    path = tmp_path / "n\udcffme"
    assert channel.put(str(path), 0o640, content, soon()) == Ended(0, b"", b"")
    assert path.stat().st_mode & 0o777 == 0o640 & ~int(channel_mask(), 8)
    assert channel.fetch(str(path), soon()) == Ended(0, content, b"%o" % (path.stat().st_mode & 0o777))
    assert channel.put(str(path), 0o640, io.BytesIO(content[::-1]), soon()).code == 0
    target = io.BytesIO()
    assert channel.fetch(str(path), soon(), target)[:2] == (0, b"")
    assert target.getvalue() == content[::-1]


def test_a_program_that_reads_nothing_gets_what_it_takes(channel: Channel) -> None:
    assert channel.run("exec 0<&-; sleep 0.2; exit 7", b"x" * 3_000_000, deadline=soon()).code == 7
    assert channel.run("head -c 3", b"x" * 3_000_000, deadline=soon()).out == b"xxx"


def test_an_answer_over_the_limit_ends_what_writes_it(channel: Channel) -> None:
    ended = channel.run("echo over-limit-$$; exec yes", deadline=soon(), limit=1_000_000)
    assert ended.code == 137
    assert ended.err == b"orch: the output is over 1000000 bytes; what wrote it was ended\n"
    assert 900_000 < len(ended.out) <= 1_000_000
    assert channel.run("echo still there", deadline=soon()).out == b"still there\n"


def test_a_deadline_ends_what_runs(channel: Channel) -> None:
    mark = f"sleep 3{os.getpid():09}"
    with pytest.raises(Overdue):
        channel.run(f"{mark} & {mark}", deadline=soon(1.0))
    assert none_alive(mark.replace(" ", "\0"))
    assert channel.run("echo next", deadline=soon()).out == b"next\n"


def test_two_requests_wait_for_each_other(channel: Channel, tmp_path: Path) -> None:
    """A task that is delegated waits for another one on the same host."""
    os.mkfifo(tmp_path / "first")
    os.mkfifo(tmp_path / "second")
    with ThreadPoolExecutor(2) as pool:
        one_way = pool.submit(
            channel.run, f"cat {tmp_path}/first; echo b > {tmp_path}/second", deadline=soon()
        )
        other_way = pool.submit(
            channel.run, f"echo a > {tmp_path}/first; cat {tmp_path}/second", deadline=soon()
        )
        assert (one_way.result().out, other_way.result().out) == (b"a\n", b"b\n")


def test_one_that_reads_nothing_stops_nobody(channel: Channel) -> None:
    with ThreadPoolExecutor(8) as pool:
        stuck = [pool.submit(channel.run, "sleep 3", b"x" * 2_000_000, deadline=soon()) for _ in range(2)]
        begin = time.monotonic()
        assert {channel.run("cat", bytes([part]) * 1000, deadline=soon()).out for part in range(20)} == {
            bytes([part]) * 1000 for part in range(20)
        }
        assert not any(request.done() for request in stuck) or time.monotonic() - begin > 3
        assert [request.result().code for request in stuck] == [0, 0]


def test_sixteen_threads_get_their_own_answers(channel: Channel) -> None:
    def ask(number: int) -> bool:
        content = os.urandom(number * 7001 % 200_000)
        ended = channel.run(f"cat; exit {number}", content, deadline=soon())
        return (ended.code, ended.out) == (number, content)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(48)))


# what is asked, and words of the refusal
REFUSED = [
    (lambda channel, path: channel.put(path / "no" / "a", 0o600, b"x"), "No such file or directory"),
    (
        lambda channel, path: channel.put(path / "no" / "a", 0o600, b"x" * 100_000),
        "No such file or directory",
    ),
    (lambda channel, path: channel.put("/dev/full", 0o600, b"x"), "No space left on device"),
    (lambda channel, path: channel.put("/dev/full", 0o600, b"x" * 1_000_000), "No space left on device"),
    (lambda channel, path: channel.put(path, 0o600, b"x"), "Is a directory"),
    (lambda channel, path: channel.fetch(path / "no"), "No such file or directory"),
    (lambda channel, path: channel.fetch(path), "Is a directory"),
    (lambda channel, path: channel.make_folder(path, "there"), "File exists"),
    (lambda channel, path: channel.make_executable([path / "no"]), "No such file or directory"),
]


@pytest.mark.parametrize(("ask", "words"), REFUSED)
def test_what_cannot_be_done_to_a_file_is_told(
    channel: Channel, ask: object, words: str, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()

    class Paths:
        """The channel, with paths as text."""

        def __getattr__(self, name: str) -> object:
            def call(*given: object) -> Ended:
                texts = [[str(part) for part in each] if isinstance(each, list) else each for each in given]
                return getattr(channel, name)(  # type: ignore[no-any-return]
                    *(str(each) if isinstance(each, Path) else each for each in texts), deadline=soon()
                )

            return call

    ended = ask(Paths(), tmp_path)  # type: ignore[operator]
    assert ended.code == 1
    assert words in ended.err.decode()


def test_folders_are_made_and_removed(channel: Channel, tmp_path: Path) -> None:
    made = channel.make_folder(str(tmp_path / "a" / "b"), "c", soon())
    assert made == Ended(0, str(tmp_path / "a/b/c").encode(), b"")
    folder = tmp_path / "a/b/c"
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("x")
    kept = tmp_path / "kept"
    kept.mkdir()
    (folder / "link").symlink_to(kept)
    assert channel.make_executable([str(folder / "deep" / "file")], soon()).code == 0
    assert (folder / "deep" / "file").stat().st_mode & 0o100
    for _ in range(2):
        assert channel.remove_tree(str(folder), soon()).code == 0
    assert not folder.exists()
    (tmp_path / "to").symlink_to(kept)
    assert channel.remove_tree(str(tmp_path / "to"), soon()).code == 0
    assert kept.exists()


def test_the_home_of_the_login_begins_with_a_tilde(tmp_path: Path) -> None:
    channel = local()
    name = f"orch-test-{os.getpid()}"
    try:
        assert channel.make_folder("~", name, soon()).out == str(Path("~").expanduser() / name).encode()
        assert channel.remove_tree(str(Path("~").expanduser() / name), soon()).code == 0
    finally:
        channel.close()


def test_a_closed_channel_says_so() -> None:
    channel = local()
    channel.close()
    assert channel.lost is not None
    with pytest.raises(Lost, match="the channel is closed"):
        channel.run("true")


def test_a_fork_may_not_use_the_channel_of_its_parent(channel: Channel) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            channel.run("true", deadline=soon(5))
        except RuntimeError:
            os._exit(42)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 42


# what stands in place of ssh, the kind of loss, its code, words
NO_CHANNEL = [
    (["sh", "-c", "echo no route >&2; exit 255"], Lost, 255, "no route"),
    (["sh", "-c", "exit 0"], Lost, 0, "the agent on the host ended"),
    (["/no/ssh"], Lost, 255, "cannot start"),
    (["sh", "-c", 'new=$(printf %s "$0" | sed s,/usr/,/nowhere/,g); PATH=/nowhere; eval "$new"'], NoAgent, 97, "no Python"),
    (["sh", "-c", "echo orch: Python 3.6 is too old >&2; exit 96"], NoAgent, 96, "too old"),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "kind", "code", "words"), NO_CHANNEL)
def test_where_no_agent_comes_the_reason_is_told(
    argv: list[str], kind: type[Lost], code: int, words: str
) -> None:
    with pytest.raises(Lost, match=words) as lost:
        opened(argv, soon())
    assert (type(lost.value), lost.value.code) == (kind, code)


def test_what_a_login_says_first_is_skipped() -> None:
    channel = opened(["sh", "-c", 'echo welcome; printf "last login\\n\\0\\377"; eval "$0"'], soon())
    assert channel.run("echo a", deadline=soon()).out == b"a\n"
    channel.close()


def test_an_ssh_that_does_not_come_is_overdue_and_ended() -> None:
    mark = f"3{os.getpid():08}"
    with pytest.raises(Overdue):
        opened(["sh", "-c", f"exec sleep {mark}"], soon(0.5))
    assert not alive(f"sleep\0{mark}")


def test_whoever_waits_hears_of_the_loss_at_once() -> None:
    channel = local()
    mark = f"4{os.getpid():08}"
    lost: list[Lost] = []

    def ask() -> None:
        with pytest.raises(Lost) as loss:
            channel.run(f"sleep {mark}", deadline=soon(30))
        lost.append(loss.value)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    until_alive(f"sleep\0{mark}", 4)
    channel._session.process.kill()
    begin = time.monotonic()
    for thread in threads:
        thread.join(10)
    assert len(lost) == 4
    assert time.monotonic() - begin < 10
    assert none_alive(f"sleep\0{mark}")
    channel.close()
