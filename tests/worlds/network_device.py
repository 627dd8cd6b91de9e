"""A network device with an ssh of its own and no shell: a small command line as IOS has it, with a running configuration.

It can die, be replaced, show another host key, and forget what it is configured with. All that it keeps is bounded.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

USER, PASSWORD = "deployer", "cli-s3cret"
MOST_LINE, MOST_LINES, MOST_SESSIONS, SECONDS = 512, 500, 16, 120.0
"""Characters of a line, lines and seconds of a session, sessions at once."""


@dataclass
class Device:
    """One device at an address of this machine. `forgets`: settings that it accepts and does not keep."""

    address: str
    serial: str
    key: paramiko.PKey = field(default_factory=paramiko.ECDSAKey.generate)
    settings: dict[str, str] = field(default_factory=lambda: {"hostname": "edge", "ntp server": "10.0.0.1"})
    forgets: tuple[str, ...] = ()
    on_setting: Callable[[str], object] = lambda _name: None
    port: int = 0
    commands: list[str] = field(default_factory=list)
    logins: int = 0
    listening: socket.socket | None = None
    transports: list[paramiko.Transport] = field(default_factory=list)

    def start(self) -> "Device":
        """Listen, at the port of before if there was one."""
        server = socket.create_server((self.address, self.port), backlog=16)
        self.port, self.listening = server.getsockname()[1], server
        threading.Thread(target=self._accept, args=(server,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Answer nobody any more, and end all sessions."""
        server, self.listening = self.listening, None
        if server is not None:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        for transport in self.transports:
            transport.close()
        self.transports.clear()

    def known_hosts_line(self) -> str:
        """The line that pins its key."""
        return f"[{self.address}]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"

    def running(self) -> str:
        """Its running configuration."""
        return "\r\n".join([*(f"{name} {value}" for name, value in sorted(self.settings.items())), "end"])

    def _accept(self, server: socket.socket) -> None:
        while self.listening is server:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.transports[:] = [each for each in self.transports if each.is_active()]
            if len(self.transports) >= MOST_SESSIONS:
                connection.close()
                continue
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            self.transports.append(transport)
            threading.Thread(target=self._serve, args=(transport,), daemon=True).start()

    def _serve(self, transport: paramiko.Transport) -> None:
        # What a client breaks off is no fault of the device.
        with suppress(EOFError, OSError, paramiko.SSHException):
            transport.start_server(server=_Login(self))
            channel = transport.accept(20)
            if channel is not None:
                channel.settimeout(SECONDS)
                _Session(self, channel).run()
        transport.close()


class _Login(paramiko.ServerInterface):
    def __init__(self, device: Device) -> None:
        self.device = device

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        self.device.logins += 1
        right = (username, password) == (USER, PASSWORD)
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_pty_request(self, *_given: object) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        return True


class _Session:
    """A command line: each line is echoed and answered, then the prompt follows."""

    def __init__(self, device: Device, channel: paramiko.Channel) -> None:
        self.device, self.channel, self.configures = device, channel, False

    def run(self) -> None:
        self._prompt()
        over = time.monotonic() + SECONDS
        for _ in range(MOST_LINES):
            line = self._line()
            if line is None or (line == "exit" and not self.configures) or time.monotonic() > over:
                return
            self.channel.sendall(f"{line}\r\n".encode())
            answer = self._answer(line)
            if answer:
                self.channel.sendall(f"{answer}\r\n".encode())
            self._prompt()

    def _prompt(self) -> None:
        mode = "(config)" if self.configures else ""
        self.channel.sendall(f"{self.device.settings['hostname']}{mode}#".encode())

    def _line(self) -> str | None:
        line = b""
        while len(line) < MOST_LINE:
            byte = self.channel.recv(1)
            if not byte:
                return None
            if byte in b"\r\n":
                return line.decode(errors="replace").strip()
            line += byte
        return None

    def _answer(self, line: str) -> str:
        if not line:
            return ""
        self.device.commands.append(line)
        if self.configures:
            return self._configure(line)
        if line == "configure terminal":
            self.configures = True
            return "Enter configuration commands, one per line.  End with CNTL/Z."
        if line.startswith("terminal "):
            return ""
        shown = {
            "show privilege": "Current privilege level is 15",
            "show running-config": self.device.running(),
            "show version": self._version(),
        }
        return shown.get(line, "% Invalid input detected at '^' marker.")

    def _version(self) -> str:
        return (
            "Cisco IOS Software, EDGE Software (EDGE-K9-M), Version 15.2(4)M, RELEASE SOFTWARE (fc1)\r\n"
            f"Cisco EDGE1 (revision 1.0) with 512K bytes of memory.\r\nProcessor board ID {self.device.serial}"
        )

    def _configure(self, line: str) -> str:
        if line in ("end", "exit"):
            self.configures = False
            return ""
        name, _, value = line.rpartition(" ")
        if name not in self.device.settings:
            return "% Invalid input detected at '^' marker."
        self.device.on_setting(name)
        if name not in self.device.forgets:
            self.device.settings[name] = value
        return ""


@contextmanager
def devices(*serials: str) -> Iterator[list[Device]]:
    """Devices that answer, one for each serial number, each at an address of its own."""
    made = [Device(f"127.0.0.{10 + n}", serial).start() for n, serial in enumerate(serials)]
    try:
        yield made
    finally:
        for each in made:
            each.stop()
