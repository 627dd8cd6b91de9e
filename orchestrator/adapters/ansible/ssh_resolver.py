"""Asks `ssh -G`, keeps what differs from OpenSSH's own defaults, and follows jump hosts to the first of them."""

import os
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestrator.adapters.ansible.ssh_places import ReadBySsh, SshFiles, read_by_ssh
from orchestrator.adapters.ansible.ssh_proxy_command import jump_of, options_of
from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.process import run
from orchestrator.domain.plan.ssh_way import STRAIGHT, SettingPlace, SshHop, SshWay, name_of_key, values_of
from orchestrator.domain.plan.target import Target
from orchestrator.errors import MachineLacks

Settings = dict[str, list[str]]
"""Values by the name of the setting, as `ssh -G` prints them."""
Answer = tuple[Settings, ReadBySsh]

_OURS = frozenset(
    {
        *("host", "batchmode", "loglevel", "logverbose", "syslogfacility", "controlmaster", "controlpath"),
        *("controlpersist", "stricthostkeychecking", "globalknownhostsfile", "hashknownhosts", "updatehostkeys"),
        *("permitlocalcommand", "localcommand", "remotecommand", "requesttty", "sessiontype", "stdinnull"),
        *("forkafterauthentication", "escapechar", "enableescapecommandline", "visualhostkey", "fingerprinthash"),
        *("knownhostscommand", "verifyhostkeydns", "serveraliveinterval", "serveralivecountmax", "tcpkeepalive"),
        *("connecttimeout", "connectionattempts", "numberofpasswordprompts", "clearallforwardings"),
        *("localforward", "remoteforward", "dynamicforward", "exitonforwardfailure", "gatewayports"),
        *("streamlocalbindmask", "streamlocalbindunlink", "permitremoteopen", "tunnel", "tunneldevice"),
        *("forwardx11", "forwardx11trusted", "forwardx11timeout", "xauthlocation", "sendenv"),
        *("gssapiauthentication", "gssapidelegatecredentials", "passwordauthentication", "checkhostip"),
    }
)  # fmt: skip
"""What orch decides itself, or what leads nowhere: no part of the way."""
_BY_LETTER = {"p": "port", "l": "user", "J": "proxyjump", "i": "identityfile"}
_GIVEN = "the inventory or ansible.cfg"
_OF_SOME_HOSTS = re.compile(
    r"^\s*(?:host\s+(?!\*\s*$)\S|match\s+(?!all\s*$)\S|canonicalizehostname\s+(?!no\b))",
    re.IGNORECASE | re.MULTILINE,
)
_NAME = re.compile(r"[A-Za-z0-9_.:%\[\]][A-Za-z0-9_.:%\[\]-]{0,252}")
_UNFIT = re.compile(r'["\\\x00-\x1f\x7f]')
_MOST_HOPS = 8
_SECONDS = 10.0
_USUAL_FILES = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts"]


class UnresolvedWay(Exception):
    """There is no way that could be frozen; `faults` says why."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class SshResolver:
    """One for each check: equal questions are asked once, by whichever thread comes first."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._shared: dict[tuple[str, ...], Answer | None] = {}
        self._files = SshFiles()
        self._places: dict[tuple[str, str], set[str]] = {}
        self._pinned: dict[tuple[str, str], bool] = {}
        self._base: Settings = {}
        self._lock = threading.Lock()

    def resolved(self, target: Target, words: Sequence[str]) -> Target:
        """The target with its way, and the user and known_hosts file that it takes. Raises UnresolvedWay, ValueError."""
        for value in (target.user, target.private_key or "", target.known_hosts or ""):
            if _UNFIT.search(value):
                raise UnresolvedWay(f"{value!r} cannot stand in a configuration of ssh")
        try:
            answer = self._answer(words, target.address)
        except MachineLacks:
            return target
        own, hops = self._way(answer, words, 0)
        read = answer[1]
        known_hosts = target.known_hosts or next(iter(own.pop("userknownhostsfile", [])), None)
        user = own.get("user", [target.user])[0]
        if any(word.startswith("User=") for word in words):
            own.pop("user", None)  # Ansible gives it on the command line
        _drop(own, "port", str(target.port))
        _drop(own, "hostname", target.address)
        if target.private_key is not None:
            own["identityfile"] = [
                file
                for file in own.get("identityfile", [])
                if self._path(file) != self._path(target.private_key)
            ]
        own.pop("userknownhostsfile", None)
        way = SshWay(settings=tuple(_lines(own)), hops=tuple(hops))
        faults = [fault for hop in hops for fault in self._unpinned(hop, known_hosts)]
        if faults:
            raise UnresolvedWay(*faults)
        self._note(target.host, way.settings, read, words, _GIVEN)
        update = {"user": user, "known_hosts": known_hosts, "way": STRAIGHT if way == STRAIGHT else way}
        return target.model_copy(update=update)

    def places(self) -> tuple[SettingPlace, ...]:
        """Where the settings of the ways stand, so far as that is known."""
        return tuple(
            SettingPlace(setting=setting, place=place, names=tuple(sorted(names)))
            for (setting, place), names in sorted(self._places.items())
        )

    def _note(
        self, name: str, settings: Sequence[str], read: ReadBySsh, words: Sequence[str], given_by: str
    ) -> None:
        given = _given(words)
        for setting in settings:
            option = setting.partition(" ")[0]
            place = given_by if option in given else self._files.place(setting, read)
            if place:
                with self._lock:
                    self._places.setdefault((setting, place), set()).add(name)

    def _way(self, answer: Answer, words: Sequence[str], depth: int) -> tuple[Settings, list[SshHop]]:
        """What differs from OpenSSH's defaults, and the jump hosts; the one nearest to the host comes first."""
        settings, read = answer
        own = self._different(settings)
        jump = jump_of(settings, _configuration(words))
        if jump is None:
            return own, []
        if depth == _MOST_HOPS:
            raise UnresolvedWay(f"more than {_MOST_HOPS} jump hosts, or some that lead to one another")
        own.pop("proxycommand", None)
        own["proxyjump"] = [f"[{jump.name}]" if ":" in jump.name else jump.name]
        answer_of_jump = self._answer(jump.words, jump.name)
        of_jump, further = self._way(answer_of_jump, jump.words, depth + 1)
        _drop(of_jump, "hostname", jump.name)
        named_at = self._files.place(f"proxyjump {own['proxyjump'][0]}", read)
        self._note(jump.name, list(_lines(of_jump)), answer_of_jump[1], jump.words, named_at)
        if any(hop.name == jump.name for hop in further):
            raise UnresolvedWay(f"the jump host {jump.name} stands twice on the way")
        return own, [SshHop(name=jump.name, settings=tuple(_lines(of_jump))), *further]

    def _answer(self, words: Sequence[str], name: str) -> Answer:
        """What `ssh -G` says; asked once for all names where no file of ssh's makes a difference between them."""
        if not _NAME.fullmatch(name):
            raise UnresolvedWay(f"{name!r} is no name or address that ssh could be given")
        key = tuple(words)
        with self._lock:
            if not self._base:
                self._base = self._ask(["-F", "none", "orch-asks"])[0]
            if key not in self._shared:
                settings, read = self._ask(["-v", *words, "--", name])
                alike = settings.get("hostname") == [name] and not any(map(_makes_a_difference, read.files))
                self._shared[key] = (settings, read) if alike else None
                return settings, read
            shared = self._shared[key]
        if shared is not None:
            return {**shared[0], "hostname": [name]}, shared[1]
        return self._ask(["-v", *words, "--", name])

    def _ask(self, words: Sequence[str]) -> Answer:
        """The settings as ssh prints them, and what it read for them. Raises UnresolvedWay, MachineLacks."""
        ended = run(["ssh", "-G", *words], timeout=_SECONDS, directory=self._directory)
        if ended.exit_code != 0:
            errors = [
                line for line in ended.errors.splitlines() if not line.startswith(("debug", "OpenSSH_"))
            ]
            raise UnresolvedWay(
                f"ssh refuses its configuration: {'; '.join(errors[:3]) or 'it says nothing'}"
            )
        return _read(ended.output), read_by_ssh(ended.errors)

    def _different(self, answer: Settings) -> Settings:
        return {
            name: list(values)
            for name, values in answer.items()
            if name not in _OURS and values != self._base.get(name)
        }

    def _unpinned(self, hop: SshHop, known_hosts: str | None) -> Iterator[str]:
        """A fault where no file has a key of the jump host."""
        own = values_of(hop.settings, "userknownhostsfile")
        files = list(dict.fromkeys([*([known_hosts] if known_hosts else []), *own])) or _USUAL_FILES
        alias = next(iter(values_of(hop.settings, "hostkeyalias")), None)
        address = next(iter(values_of(hop.settings, "hostname")), hop.name)
        port = next(iter(values_of(hop.settings, "port")), "22")
        name = alias or name_of_key(address, port)
        if not any(self._pins(name, file) for file in files):
            yield (
                f"no key is pinned for the jump host {hop.name} ({name}) in {', '.join(files)}: "
                "add the one that its administrator gives you"
            )

    def _pins(self, name: str, file: str) -> bool:
        key = (name, file)
        if key not in self._pinned:
            looked = run(["ssh-keygen", "-F", name, "-f", str(self._path(file))], timeout=_SECONDS)
            self._pinned[key] = looked.exit_code == 0
        return self._pinned[key]

    def _path(self, file: str) -> Path:
        return (self._directory or Path()).absolute() / expanded(file)


def _read(text: str) -> Settings:
    settings: Settings = {}
    for line in text.splitlines():
        name, _, value = line.strip().partition(" ")
        settings.setdefault(name, []).append(value)
    files = settings.get("userknownhostsfile", [""])[0].split()
    settings["userknownhostsfile"] = [file for file in files if file != os.devnull]
    return settings


def _lines(settings: Settings) -> Iterator[str]:
    yield from (f"{name} {value}" for name, values in sorted(settings.items()) for value in values)


def _drop(settings: Settings, name: str, value: str) -> None:
    if settings.get(name) == [value]:
        del settings[name]


def _configuration(words: Sequence[str]) -> list[str]:
    """`-F FILE` where the words have one; of several the last counts for ssh."""
    options, _ = options_of(words)
    files = [value for option, value in options if option == "F" and value]
    return ["-F", files[-1]] if files else []


def _given(words: Sequence[str]) -> set[str]:
    """The names of the settings that arguments of ssh give."""
    options, _ = options_of(words)
    written = [
        re.split(r"[\s=]", (value or "").strip(), maxsplit=1)[0].lower()
        for key, value in options
        if key == "o"
    ]
    return {*written, *(_BY_LETTER[key] for key, _ in options if key in _BY_LETTER)}


def _makes_a_difference(file: str) -> bool:
    """Whether a file of ssh's has settings for some hosts only; one that cannot be read might."""
    try:
        return bool(_OF_SOME_HOSTS.search(expanded(file).read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return True
