"""The configuration that ssh is given for a host: its frozen way, pinned keys, and nothing of the user's own files."""

from collections.abc import Iterable, Iterator

from orchestrator.domain.plan.ssh_way import SshHop, values_of
from orchestrator.domain.plan.target import Target

USERS_KNOWN_HOSTS = "~/.ssh/known_hosts"
_PATHS = ("identityfile", "certificatefile", "identityagent", "securitykeyprovider", "pkcs11provider")
"""Settings whose value is one path; `ssh -G` writes it without the quotes that a blank needs."""
_BOTH = (
    "StrictHostKeyChecking yes",
    "UpdateHostKeys no",
    "VerifyHostKeyDNS no",
    "PermitLocalCommand no",
    "ClearAllForwardings yes",
    "ControlMaster no",
    "ControlPath none",
    # As distributions set it: a ticket of Kerberos may be all that somebody has. Without one it costs nothing.
    "GSSAPIAuthentication yes",
)
_VISIT = (
    "BatchMode yes",
    "ServerAliveInterval 5",
    "ServerAliveCountMax 3",
    "ConnectionAttempts 1",
    "FingerprintHash sha256",
    "RequestTTY no",
)
_RUN = (
    "ServerAliveInterval 15",
    "ServerAliveCountMax 3",
    # As distributions set it: what a task prints may depend on it.
    "SendEnv LANG LC_*",
)


def run_config(target: Target) -> str:
    """For Ansible's runs, which give port, user and key on their command line as well."""
    return _text(target, (), _RUN)


def first_words(target: Target) -> tuple[str, ...]:
    """ssh's words that say where the host is and by which way, before all that a task or its variables could say."""
    way = target.way
    name = way.setting("hostname") or "%h"
    jump, command = way.setting("proxyjump"), way.setting("proxycommand")
    # Of the two, ssh takes the one that is given first, and `none` counts as given.
    proxy = (
        f"ProxyCommand={command}" if jump is None and command is not None else f"ProxyJump={jump or 'none'}"
    )
    words = ["-o", f"HostName={name}", "-o", proxy]
    if target.known_hosts is not None:
        words += ["-o", f'UserKnownHostsFile="{target.known_hosts}"', "-o", "GlobalKnownHostsFile=/dev/null"]
    return tuple(words)


def named_config(target: Target, of_all: Iterable[str]) -> str:
    """For a program that calls the host by its name in the inventory; `of_all`: further settings of host and jump hosts.

    It has no settings for all names: such blocks of several hosts stand in one file.
    """
    own = [] if target.way.setting("hostname") else [f"HostName {target.address}"]
    shared = [*_keys_pinned([target.known_hosts]), *of_all, *_BOTH, *_VISIT]
    lines = [f"Host {target.host}", *_indented(["LogLevel ERROR", *own, *_own(target), *shared])]
    for hop in target.way.hops:
        lines += [f"Host {hop.name}", *_indented([*_of_hop(hop, target), *shared])]
    return "\n".join([*lines, ""])


def plain_run_config(known_hosts: str | None) -> str:
    """For a place of a run that is no host of the deployment: OpenSSH's own defaults and pinned keys."""
    return "\n".join(["Host *", *_indented([*_keys_pinned([known_hosts]), *_BOTH, *_RUN]), ""])


def visit_config(
    target: Target, connect: int, keep: tuple[str, int] | None = None, *, asks: bool = False
) -> str:
    """For a visit of orch's own; `connect`: seconds for each connection. What ssh does comes to its log.

    `keep`: the path for ssh's socket, by which the login may be used again, and the seconds for which it then stays unused.
    `asks`: the host itself may ask for a password, once; no jump host may.
    """
    kept = () if keep is None else _kept(*keep)
    asking = ("BatchMode no", "NumberOfPasswordPrompts 1") if asks else ()
    first = ("LogLevel DEBUG1", "ForwardAgent no", *asking, *kept)
    return _text(target, first, (*_VISIT, f"ConnectTimeout {connect}"))


def may_be_kept(target: Target) -> bool:
    """Whether a visit's login does for a run: it forwards no agent."""
    return target.way.setting("forwardagent") in (None, "no")


def _kept(path: str, idle: int) -> tuple[str, ...]:
    """A run uses it with its own patience and its own environment."""
    return ("ControlMaster auto", f"ControlPath {path}-%C", f"ControlPersist {idle}", *_RUN)


def _text(target: Target, first: Iterable[str], of_all: Iterable[str]) -> str:
    lines = [f"Host {target.address}", *_indented([*first, *_own(target)])]
    for hop in target.way.hops:
        lines += [f"Host {hop.name}", *_indented(["BatchMode yes", *_of_hop(hop, target)])]
    lines += ["Host *", *_indented([*_keys_pinned([target.known_hosts]), *_BOTH, *of_all]), ""]
    return "\n".join(lines)


def _own(target: Target) -> Iterator[str]:
    settings = target.way.settings
    yield from map(_written, settings)
    if not values_of(settings, "user"):
        yield f"User {_quoted(target.user)}"
    if not values_of(settings, "port"):
        yield f"Port {target.port}"
    if target.private_key is not None:
        yield _written(f"identityfile {target.private_key}")


def _of_hop(hop: SshHop, target: Target) -> Iterator[str]:
    """A jump host's key may be pinned in the file of the host behind it, or where the user keeps it."""
    pinned_in = values_of(hop.settings, "userknownhostsfile")
    yield from _keys_pinned([target.known_hosts, *pinned_in] if target.known_hosts or pinned_in else [])
    yield from (_written(each) for each in hop.settings if each.partition(" ")[0] != "userknownhostsfile")


def _keys_pinned(files: Iterable[str | None]) -> list[str]:
    named = [_quoted(file) for file in dict.fromkeys(files) if file]
    if not named:
        return []
    return [f"UserKnownHostsFile {' '.join(named)}", "GlobalKnownHostsFile /dev/null"]


def _written(setting: str) -> str:
    name, _, value = setting.partition(" ")
    return f"{name} {_quoted(value)}" if name in _PATHS else setting


def _quoted(value: str) -> str:
    return f'"{value}"'


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
