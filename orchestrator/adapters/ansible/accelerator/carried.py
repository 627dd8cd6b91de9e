"""Ansible's own ssh connection over a channel: what it runs, puts and fetches goes there, and the rest of it stays Ansible's.

Ansible builds the command lines, retries, and judges what came back. Only where it would start an ssh of its own for a command
or a file, a request goes over the channel of that way instead. A connection with a password, one of Windows, and in the process
of a task one that a password of become is typed for, go as they always did.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.accelerator import channel, deadlines
from orchestrator.adapters.ansible.accelerator.gate import GATE
from orchestrator.adapters.ansible.accelerator.module_parts import LIBRARY, Payload
from orchestrator.adapters.ansible.accelerator.rising_words import BEYOND_TIMEOUT, dialogue_of, password_of

NOT_CONNECTED = 255
"""ssh's own exit code."""
_NO_MASTER = (b"-o", b"ControlMaster=no")
"""A channel takes a login that is kept, and leaves none behind: it is itself what stays open."""


class Carried:
    """Which connections of this process go over channels, and how."""

    def __init__(self, channels: Any) -> None:
        self.channels = channels
        self._left = self._borrows = False
        self._ssh: Any = import_module("ansible.plugins.connection.ssh")
        self._errors: Any = import_module("ansible.errors")
        own: Any = self._ssh.Connection
        self._bare_run = own._bare_run
        self._transport = own._file_transport_command
        self._reset = own.reset

    def put_in(self) -> None:
        """From now on connections of Ansible's own ssh plugin do so."""
        own: Any = self._ssh.Connection
        own._bare_run = self._method(self.run)
        own._file_transport_command = self._method(self.transport)
        own.reset = self._method(self.reset)

    @staticmethod
    def _method(deed: Callable[..., Any]) -> Any:
        def method(connection: Any, *given: Any, **named: Any) -> Any:
            return deed(connection, *given, **named)

        return method

    def leave(self) -> None:
        """In a fork: the channels are its parent's, and it goes Ansible's own way."""
        self._left = True

    def borrow(self, channels: Any) -> None:
        """In the process of a task: it asks for them."""
        self._left, self._borrows, self.channels = False, True, channels

    def end(self) -> None:
        """The run is over: close what is open."""
        if not self._left:
            self.channels.close()

    def is_carried(self, connection: Any) -> bool:
        """Whether a connection goes over a channel at all."""
        if self._left:
            return False
        if type(connection) is not self._ssh.Connection or getattr(connection._shell, "_IS_WINDOWS", False):
            return False
        if self._borrows and password_of(connection) is not None:
            return False
        password = connection.get_option("password") or connection._play_context.password
        return not password and not connection.get_option("pkcs11_provider")

    def has_agent(self, connection: Any) -> bool:
        """Whether the host takes a channel; True also where it cannot be reached, which is seen at the next use.

        Raises AnsibleError where the connection may not be used.
        """
        begin(connection)
        connection.host = connection.get_option("host") or connection._play_context.remote_addr
        try:
            with self.channel(connection):
                return True
        except channel.NoAgent:
            return False
        except channel.Lost:
            return True

    @contextmanager
    def channel(self, connection: Any, command: Sequence[bytes] = ()) -> Iterator[Any]:
        """The channel of a connection; while it is used, nobody waits for this thread.

        `command`: ssh's command line up to the host, where it is known. Raises channel.Lost, which also ends it for all, what a
        task's time limit raises, and AnsibleError for another machine.
        """
        way = (command[0], *_NO_MASTER, *command[1:]) if command else self.way(connection)
        with GATE.outside():
            try:
                opened = self.channels.use(way, deadlines.deadline())
            except channel.Overdue:
                raise deadlines.overdue() from None
        answered = getattr(connection, "orch_answered", None)
        if answered is not None:
            answered(opened.hello)
        try:
            with GATE.outside():
                yield opened
        except channel.Lost:
            self.channels.forget(way, opened)
            raise
        except channel.Overdue:
            raise deadlines.overdue() from None

    def way(self, connection: Any) -> tuple[bytes, ...]:
        """ssh's command line up to the host."""
        program = connection.get_option("ssh_executable")
        words = connection._build_command(program, "ssh", connection.host)
        return (words[0], *_NO_MASTER, *words[1:])

    def run(
        self,
        connection: Any,
        command: list[bytes],
        given: bytes | None,
        sudoable: bool = True,
        checkrc: bool = True,
    ) -> tuple[int, bytes, bytes]:
        """A command on the host, as `_bare_run` of the plugin does it. Raises AnsibleError."""
        if not isinstance(given, Payload) and not self.is_carried(connection):
            return self._stock(connection, command, given, sudoable, checkrc)
        line, terminal = command[-1], command[-3] == b"-tt"
        try:
            with self.channel(connection, [*command[: -3 if terminal else -2], command[-2]]) as opened:
                limit = deadlines.deadline()
                if isinstance(given, Payload):
                    ended = opened.run_module(start_of(connection, line), given.module, LIBRARY.codes, limit)
                else:
                    rises = dialogue_of(connection) if sudoable else None
                    ended = opened.run(line, given or b"", terminal, limit, rises)
        except channel.Refused as refused:
            raise self._refused(connection, refused) from None
        except channel.Lost as lost:
            if isinstance(lost, channel.NoAgent) and not isinstance(given, Payload):
                return self._stock(connection, command, given, sudoable, checkrc)
            return self._not_connected(connection, lost, sent=bool(given) and checkrc)
        out, err = ended.out, ended.err
        if terminal and ended.code != NOT_CONNECTED:
            err += b"Shared connection to %s closed.\r\n" % str(connection.host).encode()
        return ended.code, out, err

    def _stock(
        self, connection: Any, command: list[bytes], given: bytes | None, sudoable: bool, checkrc: bool
    ) -> tuple[int, bytes, bytes]:
        with GATE.outside():
            ended: tuple[int, bytes, bytes] = self._bare_run(
                connection, command, given, sudoable=sudoable, checkrc=checkrc
            )
        return ended

    def _not_connected(self, connection: Any, lost: Any, *, sent: bool) -> tuple[int, bytes, bytes]:
        """In the words of the plugin, which raises the other failure itself."""
        if sent:
            why = lost.err.decode("utf-8", "replace")
            raise self._errors.AnsibleConnectionFailure(
                f'Data could not be sent to remote host "{connection.host}". '
                f"Make sure this host can be reached over ssh: {why}"
            ) from None
        return NOT_CONNECTED, b"", lost.err

    def _refused(self, connection: Any, refused: Any) -> Exception:
        """In the words of the plugin."""
        name = connection.become.name
        if refused.kind == "silent":
            limit = int(connection.get_option("timeout")) + BEYOND_TIMEOUT
            heard = refused.out.decode("utf-8", "replace")
            words = f"Timeout ({limit}s) waiting for privilege escalation prompt: {heard}"
            return self._errors.AnsibleConnectionFailure(words)  # type: ignore[no-any-return]
        word = "Incorrect" if refused.kind == "incorrect" else "Missing"
        return self._errors.AnsibleError(f"{word} {name} password")  # type: ignore[no-any-return]

    def transport(
        self, connection: Any, in_path: str, out_path: str, action: str
    ) -> tuple[int, bytes, bytes]:
        """A file to or from the host, as `_file_transport_command` of the plugin does it. Raises AnsibleError."""
        smart = connection.get_option("ssh_transfer_method") in (None, "smart")
        if not smart or not self.is_carried(connection):
            return self._transport(connection, in_path, out_path, action)  # type: ignore[no-any-return]
        try:
            with self.channel(connection) as opened:
                ended = (
                    _put(opened, in_path, out_path) if action == "put" else _fetch(opened, in_path, out_path)
                )
        except channel.Lost as lost:
            if isinstance(lost, channel.NoAgent):
                return self._transport(connection, in_path, out_path, action)  # type: ignore[no-any-return]
            why = lost.err.decode("utf-8", "replace")
            raise self._errors.AnsibleConnectionFailure(
                f"Failed to connect to the host via ssh: {why}"
            ) from None
        if ended.code:
            why = ended.err.decode("utf-8", "replace")
            raise self._errors.AnsibleError(f"failed to transfer file to {in_path} {out_path}:\n\n{why}")
        return ended.code, b"", b""

    def reset(self, connection: Any) -> None:
        """End the channel of a connection, and what Ansible itself may have kept."""
        connection.host = connection.get_option("host") or connection._play_context.remote_addr
        if self.is_carried(connection):
            self.channels.forget(self.way(connection))
        self._reset(connection)


def begin(connection: Any) -> None:
    """Say that a connection is about to be used. Raises AnsibleError where it may not be."""
    use = getattr(connection, "orch_use", None)
    if use is not None:
        use()


def start_of(connection: Any, line: bytes) -> Any:
    """How the interpreter of modules is started: by this command line, once for each without its mark of success."""
    mark = str(getattr(connection.become, "success", "") or "")
    text = line.decode("utf-8", "surrogateescape")
    key = text.replace(mark, "") if mark else text
    return channel.Start(key, text, is_unprivileged(connection), dialogue_of(connection))


def is_unprivileged(connection: Any) -> bool:
    """Whether become leads to somebody who is neither the login user nor an administrator."""
    become = connection.become
    if become is None:
        return False
    user = become.get_option("become_user")
    admins = connection._shell.get_option("admin_users") or ["root"]
    return bool(user and user not in [*admins, connection.get_option("remote_user")])


def with_boot(command: str) -> str:
    """A command that starts a Python, with the program that waits for modules."""
    return f"{command} -c {shlex.quote(channel.BOOT)}"


def _put(opened: Any, in_path: str, out_path: str) -> Any:
    with open(in_path, "rb") as content:  # noqa: PTH123 - a path of Ansible's
        mode = os.fstat(content.fileno()).st_mode & 0o777
        return opened.put(str(out_path), mode, content, deadlines.deadline())


_MODE = re.compile(rb"[0-7]{1,3}")


def _fetch(opened: Any, in_path: str, out_path: str) -> Any:
    is_new = not os.path.exists(out_path)  # noqa: PTH110 - a path of Ansible's
    # Nobody else reads it before its mode is known, and this user can write it in the end (sftp-client.c, sftp_download).
    with open(out_path, "wb", opener=_private) as content:
        ended = opened.fetch(str(in_path), deadlines.deadline(), content)
        if ended.code == 0 and is_new and _MODE.fullmatch(ended.err):
            os.fchmod(content.fileno(), (int(ended.err, 8) | 0o200) & ~_umask())
    return ended


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _umask() -> int:
    """Of this process, without changing it for a moment as `os.umask` would, which other threads see."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0o077
    match = re.search(r"^Umask:\s*([0-7]+)$", status, re.MULTILINE)
    return int(match[1], 8) if match else 0o077
