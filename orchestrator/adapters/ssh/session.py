"""One ssh connection to a target: pinned host key, private keys only, bounded in time; foreign errors become words."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko

from orchestrator.adapters.ssh.bounds import USUAL, Bounds
from orchestrator.adapters.ssh.known_hosts import HostKeyRefused, check_key, fingerprint_of, pinned_for
from orchestrator.domain.plan.target import Target

_KEYS_TRIED = 6
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")

# What paramiko would print by itself we say in our own words.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


class Unreached(Exception):
    """The host cannot be reached, or we cannot log in; says why in words."""


class NotPinned(Unreached):
    """The host shows a key that is not the pinned one."""


class CutShort(Exception):
    """The connection ended, fell silent or brought too much before the answer was whole; says which in words."""


class Broken(CutShort):
    """The connection ended."""


class Session:
    """A connection with a proved host key and a login; the program of a conversation may stay for the next."""

    def __init__(self, target: Target, bounds: Bounds = USUAL) -> None:
        self.target = target
        self.bounds = bounds
        self.sent_at = 0.0
        self._staying: paramiko.Channel | None = None
        self._complaints = b""
        try:
            self.transport = _connected(target, bounds.connect)
        except TimeoutError:
            raise Unreached(f"no answer within {bounds.connect:g} s") from None
        except OSError as error:
            raise Unreached(f"no connection: {_words(error)}") from None
        try:
            self.fingerprint = _logged_in(self.transport, target, bounds.connect)
        except BaseException:
            self.transport.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether it may be used for another question."""
        return bool(self.transport.is_active() and self.transport.is_authenticated())

    @property
    def stays(self) -> bool:
        """Whether the program of an earlier conversation waits for the next letter."""
        return self._staying is not None and not self._staying.closed

    def close(self) -> None:
        """End the connection."""
        self.transport.close()

    def converse(
        self,
        command: str,
        letter: bytes,
        seconds: float,
        arrived: Callable[[bytes], bool],
        *,
        echo: bool = False,
        stay_after: bytes = b"",
        most: int | None = None,
    ) -> tuple[bytes, int, bytes]:
        """Run a command with this input: its output, exit code (-1: none) and the end of its complaints.

        Each piece of output is shown to `arrived` as it comes; with `echo`, the one that it finds to be a greeting is
        answered by an empty line. `sent_at` is when we last wrote. With `stay_after` the conversation is over when these
        bytes have come, and the program stays for the next letter; the command is not run again then. `most`: bytes of the
        output, by default those of `bounds`. Raises CutShort.
        """
        try:
            channel = self._staying if self.stays and self._staying is not None else self._begun(command)
            self._staying = None
            self.sent_at = time.time()
            channel.sendall(letter)
            if not (echo or stay_after):
                channel.shutdown_write()
            noted = arrived if echo else _noting(arrived)
            return self._answer(channel, seconds, noted, stay_after, most or self.bounds.answer)
        except TimeoutError:
            raise CutShort(f"the host fell silent for {self.bounds.quiet:g} s") from None
        except CutShort:
            raise
        except Exception as error:  # noqa: BLE001 - paramiko passes on whatever its thread met in what the host sent
            raise Broken(f"the connection broke: {_words(error)}") from None

    def _begun(self, command: str) -> paramiko.Channel:
        channel = self.transport.open_session(timeout=self.bounds.connect)
        channel.settimeout(self.bounds.quiet)
        channel.exec_command(command)
        self._complaints = b""
        return channel

    def _answer(
        self,
        channel: paramiko.Channel,
        seconds: float,
        arrived: Callable[[bytes], bool],
        stay_after: bytes,
        most: int,
    ) -> tuple[bytes, int, bytes]:
        output = bytearray()
        deadline = time.monotonic() + seconds
        while piece := channel.recv(1 << 18):
            output += piece
            if arrived(piece) and not channel.eof_sent:
                self.sent_at = time.time()
                channel.sendall(b"\n")
            if len(output) > most:
                raise CutShort(f"the answer is larger than {most >> 20} MiB")
            if time.monotonic() > deadline:
                raise CutShort(f"no answer within {seconds:g} s")
            while channel.recv_stderr_ready():
                self._complaints = (self._complaints + channel.recv_stderr(65536))[-4096:]
            if (
                stay_after
                and output.find(stay_after, max(0, len(output) - len(piece) - len(stay_after))) >= 0
            ):
                self._staying = channel
                return bytes(output), 0, self._complaints
        while channel.recv_stderr_ready():
            self._complaints = (self._complaints + channel.recv_stderr(65536))[-4096:]
        code = channel.recv_exit_status() if channel.status_event.wait(5.0) else -1
        channel.close()
        return bytes(output), code, self._complaints


def _noting(arrived: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """Shows the pieces, and has no greeting answered."""

    def noted(piece: bytes) -> bool:
        arrived(piece)
        return False

    return noted


def _connected(target: Target, seconds: float) -> paramiko.Transport:
    """A transport over a socket that notices by itself when the other side is gone."""
    wire = socket.create_connection((target.address, target.port), timeout=seconds)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", 5),
        ("TCP_KEEPINTVL", 5),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 20_000),
    ):
        if hasattr(socket, option):
            wire.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    transport = paramiko.Transport(wire)
    transport.banner_timeout = seconds
    transport.handshake_timeout = seconds
    transport.auth_timeout = seconds
    transport.daemon = True
    return transport


def _logged_in(transport: paramiko.Transport, target: Target, seconds: float) -> str:
    """The host key's fingerprint, once the key is proved to be the pinned one and we are in."""
    pinned = pinned_for(target)
    wanted = [
        name for line in pinned for name in (_RSA_SIGNATURES if line.type == "ssh-rsa" else (line.type,))
    ]
    options = transport.get_security_options()
    first = [name for name in options.key_types if name in wanted]
    options.key_types = (*first, *(name for name in options.key_types if name not in first))
    try:
        transport.start_client(timeout=seconds)
        key = transport.get_remote_server_key().asbytes()
    except Exception as error:  # noqa: BLE001 - paramiko passes on whatever its thread met in what the host sent
        raise Unreached(f"no ssh within {seconds:g} s: {_words(error)}") from None
    try:
        check_key(target, key, pinned)
    except HostKeyRefused as refused:
        raise NotPinned(str(refused)) from None
    transport.set_keepalive(5)
    _log_in(transport, target)
    return fingerprint_of(key)


def _log_in(transport: paramiko.Transport, target: Target) -> None:
    tried = 0
    try:
        for key in _keys(target):
            tried += 1
            try:
                transport.auth_publickey(target.user, key)
            except paramiko.AuthenticationException:
                if tried >= _KEYS_TRIED or not transport.is_active():
                    break
            else:
                return
    except Unreached:
        raise
    except Exception as error:  # noqa: BLE001 - the same
        raise Unreached(f"login as {target.user} failed: {_words(error)}") from None
    keys = (
        f"the key {target.private_key}" if target.private_key else f"{tried} keys of the agent and of ~/.ssh"
    )
    raise Unreached(f"login as {target.user} was refused for {keys}")


def _keys(target: Target) -> Iterator[paramiko.PKey]:
    """The target's private key, or else the agent's and the user's own. Raises Unreached when the key cannot be used."""
    if target.private_key:
        yield _loaded(Path(target.private_key))
        return
    yield from paramiko.Agent().get_keys()
    for name in _DEFAULT_KEYS:
        path = Path.home() / ".ssh" / name
        if path.exists():
            try:
                yield _loaded(path)
            except Unreached:
                continue  # an own key with a passphrase is the agent's business


def _loaded(path: Path) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path)
    except (paramiko.PasswordRequiredException, TypeError):
        raise Unreached(f"the private key {path} has a passphrase; load it into an ssh agent") from None
    except (OSError, ValueError, paramiko.SSHException) as error:
        raise Unreached(f"the private key {path} cannot be used: {_words(error)}") from None


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).strip().rstrip(".")
