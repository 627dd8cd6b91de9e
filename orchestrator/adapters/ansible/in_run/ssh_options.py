"""Which words of ssh's arguments decide where a connection leads, or what runs on this machine for it; all others are harmless.

An option that is not known here to be harmless counts as leading. ssh takes the first value that it is given (ssh_config(5)),
so what stands in orch's own words before these is harmless, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_OVERRULED = {
    "controlmaster",
    "controlpath",
    "controlpersist",
    "globalknownhostsfile",
    "stricthostkeychecking",
    "userknownhostsfile",
}
_HARMLESS = _OVERRULED | {
    *("batchmode", "certificatefile", "checkhostip", "ciphers", "compression", "connectionattempts"),
    *("connecttimeout", "forwardagent", "gssapiauthentication", "gssapidelegatecredentials"),
    *("hostkeyalgorithms", "identitiesonly", "identityfile", "ipqos", "kbdinteractiveauthentication"),
    *("kexalgorithms", "loglevel", "macs", "numberofpasswordprompts", "passwordauthentication"),
    *("preferredauthentications", "pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes"),
    *("pubkeyauthentication", "rekeylimit", "requesttty", "sendenv", "serveralivecountmax"),
    *("serveraliveinterval", "setenv", "tcpkeepalive", "user"),
}
_ALONE = frozenset("46AaCfGgKkMNnqsTtVvXxYy")
"""Options of ssh that take no value."""
_HARMLESS_ALONE = frozenset("46AaCKknqTtvXxYy")
_HARMLESS_WITH_VALUE = frozenset("cilm")


def before_all(pinned: Sequence[str]) -> list[str]:
    """The arguments that stand before all others but the way: `pinned`, and what lets no name or key come from elsewhere."""
    return [*pinned, "-o", "PermitLocalCommand=no", "-o", "VerifyHostKeyDNS=no"]


def without_file(words: Sequence[str]) -> list[str]:
    """The arguments without a configuration file of the user's: of several `-F` ssh takes the last."""
    kept: list[str] = []
    rest = list(words)
    while rest and re.match(r"-[0-9A-Za-z]", rest[0]):
        word = rest.pop(0)
        letters = re.match(r"[" + "".join(_ALONE) + r"]*", word[1:])
        alone = letters[0] if letters else ""
        option = word[1 + len(alone) :]
        value = [rest.pop(0)] if len(option) == 1 and rest else []
        if option[:1] != "F":
            kept += [word, *value]
        elif alone:
            kept.append(f"-{alone}")
    return [*kept, *rest]


def leading(words: Sequence[str]) -> list[str]:
    """The words that decide where a connection leads, each option as one: `-o Name=value`, `-J host`, `host`."""
    return [option for option in _options(list(words)) if not _is_harmless(option)]


def _options(words: list[str]) -> Iterator[str]:
    while words:
        word = words.pop(0)
        if not re.match(r"-[0-9A-Za-z]", word):
            yield word
        elif word[1] in _ALONE:
            yield word[:2]
            if len(word) > 2:
                words.insert(0, f"-{word[2:]}")
        else:
            value = word[2:] or (words.pop(0) if words else "")
            yield f"{word[:2]} {_named(value) if word[1] == 'o' else value}"


def _named(option: str) -> str:
    name, value = [*re.split(r"\s*[=\s]\s*", option.strip(), maxsplit=1), ""][:2]
    return f"{name}={value}"


def _is_harmless(option: str) -> bool:
    if option.startswith("-o "):
        return option[3:].partition("=")[0].lower() in _HARMLESS
    letters = _HARMLESS_WITH_VALUE if " " in option else _HARMLESS_ALONE
    return option[:1] == "-" and option[1:2] in letters
