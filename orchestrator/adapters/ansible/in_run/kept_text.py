"""Text of a run that is kept: what Ansible prints and what evidence says, without the vaulted values that this process knows.

A process knows what it decrypted, what its tasks decrypted in theirs, and, before the first task, what is vaulted in the files
that the run can load. A value is known before a text with it can be written: nothing has to be taken back.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.utils.yaml import from_yaml
from ansible.parsing.vault import VaultLib

from orchestrator.adapters.ansible.guest.core.choice import core
from orchestrator.domain.text.redaction import Redactor

MESSAGE_LIMIT = 600
_TEXTS = frozenset({"message", "name", "said", "task", "variable"})
"""What of an event can hold a value; names and addresses of hosts are evidence as they are."""


class KeptText:
    """The values that this process knows, and texts without them; `fresh`: those that came since somebody took them."""

    def __init__(self) -> None:
        self.fresh: list[str] = []
        self._values: dict[str, None] = {}
        self._key = b""
        self._passed: dict[str, str] = {}
        self._redactor: Redactor | None = None
        # Tasks may run in threads, and one of them in a fork meanwhile, which needs the lock as nobody holds it.
        self._lock = threading.Lock()
        os.register_at_fork(
            before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._lock.release
        )

    def learn(self, values: Iterable[str]) -> None:
        """These are values too."""
        listed = list(values)
        with self._lock:
            for value in listed:
                if value not in self._values:
                    self._values[value] = None
                    self.fresh.append(value)
                    self._redactor = None

    def passed(self, names: Iterable[str]) -> None:
        """What these variables of the environment hold are values too: they are shown by their names."""
        self._passed = {name: os.environ[name] for name in names if os.environ.get(name)}
        self._redactor = None

    def key(self, words: bytes) -> None:
        """What marks are keyed with."""
        self._key, self._redactor = words, None

    def __call__(self, text: str) -> str:
        """A text without the values."""
        with self._lock:
            redactor = self._redactor
            if redactor is None:
                redactor = self._redactor = Redactor(self._values, self._key, self._passed)
        return redactor(text)

    def short(self, text: str) -> str:
        """The same, of a length that evidence keeps."""
        return self(text)[:MESSAGE_LIMIT]


KEPT = KeptText()
"""That of this process; a fork has what its parent knew."""


def kept_fields(fields: dict[str, Any], named_tasks: Container[str]) -> dict[str, Any]:
    """The fields of an event without values, and short. A task that the plan names by this name is no secret."""
    return {
        name: KEPT.short(str(value))
        if name in _TEXTS and not (name == "task" and value in named_tasks)
        else value
        for name, value in fields.items()
    }


def named_values(plaintext: str) -> list[tuple[str, str]]:
    """What of a decrypted text is a value: each scalar of a file of variables, by its name there, else the text itself.

    One line can be either, a file with one variable or a value that reads like that: then both are.
    """
    try:
        content = from_yaml(plaintext, show_content=False)
    except Exception:  # noqa: BLE001 - whatever it is, it is no file of variables
        content = None
    named = list(_scalars("", content)) if isinstance(content, dict | list) else []
    return named if named and "\n" in plaintext.strip() else [*named, ("", plaintext)]


def items_of(name: str, content: Any) -> Iterator[tuple[str, Any]]:
    """The items of a mapping or a list, by the path that a person would write; of anything else none."""
    if isinstance(content, dict):
        yield from ((f"{name}.{key}".lstrip("."), item) for key, item in content.items())
    elif isinstance(content, list):
        yield from ((f"{name}[{number}]", item) for number, item in enumerate(content))


def _scalars(name: str, content: Any) -> Iterator[tuple[str, str]]:
    if isinstance(content, dict | list):
        for key, item in items_of(name, content):
            yield from _scalars(key, item)
    elif content is not None and not isinstance(content, bool):
        with suppress(AnsibleError):  # vaulted once more, and by another password
            yield name, str(content)


def install(passed: Iterable[str] = ()) -> None:
    """From now on this process knows what it decrypts, and prints without it; what others print into its output is not kept."""
    KEPT.passed(passed)
    original = VaultLib.decrypt

    @functools.wraps(original)
    def decrypt(vault: Any, text: Any, *others: Any, **named: Any) -> Any:
        plaintext = original(vault, text, *others, **named)
        KEPT.learn(value for _, value in named_values(plaintext.decode("utf-8", "surrogateescape")))
        return plaintext

    VaultLib.decrypt = decrypt
    for stream in (sys.stdout, sys.stderr):
        _print_without(stream)


def know_all(loader: Any, files: Iterable[str]) -> None:
    """Decrypt what is vaulted in these files, as the run may later; what does not decrypt no task can use."""
    secrets = loader._vault.secrets or []
    KEPT.key(b"\0".join(secret.bytes for _, secret in secrets))
    KEPT.learn(secret.bytes.decode("utf-8", "surrogateescape") for _, secret in secrets)
    for name in files:
        try:
            content = Path(name).read_bytes()
            if content.startswith(b"$ANSIBLE_VAULT"):
                loader._vault.decrypt(content)
            else:
                _decrypt_all(core().load_file(loader, name))
        except Exception:  # noqa: BLE001, S112 - the check of the plan names it
            continue


def _decrypt_all(content: Any) -> None:
    if isinstance(content, core().Encrypted):
        with suppress(Exception):  # one that does not decrypt is no reason to leave out the next
            str(content)
    for _, item in items_of("", content):
        _decrypt_all(item)


def _print_without(stream: Any) -> None:
    """Lines go where they went, without values; nobody else has that place, for nobody else would leave values out."""
    try:
        stream.flush()
        number = stream.fileno()
        place = os.dup(number)
    except (OSError, ValueError):
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)
    stream.write = functools.partial(_write, place)


def _write(place: int, text: str) -> int:
    data = KEPT(text).encode("utf-8", "backslashreplace")
    while data:
        data = data[os.write(place, data) :]
    return len(text)
