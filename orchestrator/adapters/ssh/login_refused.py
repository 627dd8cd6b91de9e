"""Why there is no login, in words: the pinned key, the login's own key, the way there, or what OpenSSH says."""

import re
from pathlib import Path

from orchestrator.adapters.ssh.known_hosts import fingerprint_of, known_hosts_of, pinned_for, pinned_name
from orchestrator.adapters.ssh.ssh_log import KeyShown, SshLog
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED, Target
from orchestrator.domain.text.plain_text import plain

_NOBODY = (
    r"(?:Connection refused|(?:Connection|Operation) timed out|No route to host|Host is (?:down|unreachable)"
    r"|Network is unreachable)"
)
"""What the system says where nothing answers at an address; a firewall of this machine's own is another matter."""
_BEHIND = re.compile(
    rf"^(?:channel \d+: open failed: connect failed: |ssh: connect to host .{{1,300}} port \d+: ){_NOBODY}\.?\r?$",
    re.MULTILINE,
)


class Unreached(Exception):
    """The host cannot be reached, or we cannot log in; says why in words."""


class Dead(Unreached):
    """Nothing answers there, or it is silent: no key, login or configuration is at fault, and nobody refuses us."""


class NotPinned(Unreached):
    """The host shows a key that is not the pinned one."""


def unusable_key(target: Target) -> str | None:
    """Why the login's private key cannot be used at all; None where it can, or where none is named."""
    if target.private_key is None:
        return None
    try:
        Path(target.private_key).open("rb").close()
    except OSError as error:
        return f"the private key {target.private_key} cannot be used: {error.strerror}"
    return None


def login_refused(target: Target, log: SshLog, complaints: bytes, seconds: float) -> Unreached:
    """What ended the login, as an error to raise."""
    cause, words = log.why_not()
    if cause == "host_key":
        if log.key is None:
            return NotPinned(f"{HOST_KEY_NOT_PINNED}: {plain(words, 200)}")
        return NotPinned(_not_pinned(target, log.key, certified=log.certified))
    if cause == "login":
        device = log.device_lacks()
        return Unreached(_login_words(target) if device is None else _device_words(target, device))
    if cause in ("no_connection", "no_name"):
        within = "timed out" in words and f"no answer within {seconds:g} s"
        silent = Dead if cause == "no_connection" and re.fullmatch(_NOBODY, words) else Unreached
        return silent(within or f"no connection: {plain(words, 200)}")
    if cause == "configuration":
        return Unreached(f"ssh refuses the configuration: {plain(words, 300)}")
    late = "timed out" in words and not log.greeted
    if target.way.hops:
        nobody = not log.greeted and (late or _BEHIND.search(complaints.decode("utf-8", "replace")))
        return _no_way(target, words, complaints, dead=bool(nobody))
    if late:
        return Dead(f"no ssh within {seconds:g} s: {plain(words, 200)}")
    return Unreached(f"no login: {plain(words, 200)}")


def _no_way(target: Target, words: str, complaints: bytes, *, dead: bool) -> Unreached:
    hops = ", ".join(hop.name for hop in target.way.hops)
    through = f"no way through {hops}: {_last_line(complaints) or plain(words, 200)}"
    if _jump_not_pinned(complaints):
        return NotPinned(f"{HOST_KEY_NOT_PINNED}: {through}")
    return Dead(through) if dead else Unreached(through)


def _not_pinned(target: Target, key: KeyShown, *, certified: bool) -> str:
    pinned, path, shown = pinned_for(target), known_hosts_of(target), key.fingerprint
    if any(line.revoked and fingerprint_of(line.key) == shown for line in pinned):
        return f"{HOST_KEY_NOT_PINNED}: {shown} is revoked in {path}"
    known = [fingerprint_of(line.key) for line in pinned if not line.revoked]
    if certified:
        authority = f"no authority in {path} stands for the certificate of {pinned_name(target)}"
        return f"{HOST_KEY_NOT_PINNED}: {authority}; its key is {shown}"
    if not known:
        return (
            f"{HOST_KEY_NOT_PINNED}: no key is pinned for {pinned_name(target)} in {path}; it shows {shown}"
        )
    return f"{HOST_KEY_NOT_PINNED}: it shows {shown}, pinned is {', '.join(known)} in {path}"


def _jump_not_pinned(complaints: bytes) -> bool:
    return b"Host key verification failed." in complaints


def _device_words(target: Target, says: str) -> str:
    return (
        f"login as {target.user} was refused: the host takes the key {target.private_key or 'of a FIDO device'}, and it could "
        f"not sign: {plain(says, 100)}. Connect its device to this machine and be there to touch it, or use another key"
    )


def _login_words(target: Target) -> str:
    # Here and not above: paramiko takes its time to import, and only a refusal needs it.
    from orchestrator.adapters.ssh.login_keys import agent_keys, why_unusable

    if target.private_key is None:
        if target.password_login:
            return f"login as {target.user} was refused for the password of the inventory, and for the keys at hand"
        return f"login as {target.user} was refused for {agent_keys()} keys of the agent and those of ~/.ssh"
    unusable = why_unusable(Path(target.private_key))
    if unusable is not None:
        return f"login as {target.user} was refused: {unusable}"
    return f"login as {target.user} was refused for the key {target.private_key}"


def _last_line(complaints: bytes) -> str:
    lines = [line for line in complaints.decode("utf-8", "replace").splitlines() if line.strip()]
    known = [line for line in lines if "UNKNOWN port 65535" not in line]
    return plain((known or lines or [""])[-1], 200)
