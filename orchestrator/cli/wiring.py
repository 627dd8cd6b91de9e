"""The ports of a command: those of the composition root, or those that the caller of the command line supplies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from orchestrator import bootstrap
from orchestrator.bootstrap.house import HOUSE_FILE, House, house_of
from orchestrator.bootstrap.project_settings import home_setting
from orchestrator.domain.text.command_word import command_word
from orchestrator.errors import NotFound, UsageFault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from orchestrator.adapters.keys.signer import Signer
    from orchestrator.adapters.process import Ended
    from orchestrator.adapters.remote.server import Server
    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.engine.ports import Drivers, Ports

KEY = "orch.key"
"""Where the context of a command keeps the file of the key that its --key names."""
ANSIBLE = "orch.ansible"
"""Where the context of a command keeps what its --ansible names."""


BECOME = "orch.become"
"""Where the context of a command keeps the password to become root that it was given."""
BECOME_FILE = "orch.become_file"
"""Where it keeps the file that this came from."""


class Wiring:
    """Where ports come from: real hosts, real Ansible and the store of this home. Each may raise StoreFault."""

    house_file = HOUSE_FILE
    """The file that names the house."""

    def ports(self) -> Ports:
        """All ports, loaded at once."""
        return bootstrap.ports(
            open_key=open_own_key,
            house_file=self.house_file,
            ansible=named_ansible(),
            become=given_become(),
        )

    def ports_to_look(self) -> Ports:
        """All ports, each loaded when it is first used. Where there is no home then, the command says so at its end."""
        return _told(
            bootstrap.ports_to_look(
                open_key=open_own_key, house_file=self.house_file, ansible=named_ansible()
            )
        )

    def ports_to_watch(self) -> Ports:
        """All ports, to follow what somebody else drives."""
        return _told(bootstrap.ports_to_watch())

    def ports_to_check(self) -> Ports:
        """All ports, for a check of a plan: no store is opened."""
        return bootstrap.ports_to_check(
            open_key=open_own_key, house_file=self.house_file, ansible=named_ansible()
        )

    def has_journal(self) -> bool:
        """Whether there is a journal already."""
        return bootstrap.has_journal()

    def ports_to_start(self, plan: Path) -> Ports:
        """All ports, for a deployment of this plan that starts now."""
        return bootstrap.ports_to_start(
            plan,
            open_key=open_own_key,
            house_file=self.house_file,
            ansible=named_ansible(),
            become=given_become(),
        )

    def drivers(self) -> Drivers:
        """Drivers that run as separate processes."""
        return bootstrap.drivers(key=_named_key(), ansible=named_ansible(), become_file=_named(BECOME_FILE))


class RemoteWiring(Wiring):
    """Ports of a client: the journal is a server's, and what has to be where the hosts are is refused."""

    def __init__(self, url: str) -> None:
        from orchestrator.bootstrap.remote_ports import server_at

        self._server = server_at(url)

    def ports(self) -> Ports:
        """See Wiring."""
        from orchestrator.bootstrap.remote_ports import RemotePorts

        return RemotePorts(self._server, open_own_key)

    def ports_to_look(self) -> Ports:
        """See Wiring."""
        return self.ports()

    def ports_to_watch(self) -> Ports:
        """See Wiring."""
        return self.ports()

    def ports_to_check(self) -> Ports:
        """See Wiring."""
        raise self._elsewhere()

    def ports_to_start(self, plan: Path) -> Ports:
        """See Wiring."""
        raise self._elsewhere()

    def drivers(self) -> Drivers:
        """See Wiring."""
        raise self._elsewhere()

    def has_journal(self) -> bool:
        """See Wiring."""
        return True

    @property
    def server(self) -> Server:
        """The server that is asked."""
        return self._server

    def _elsewhere(self) -> UsageFault:
        return UsageFault(
            "That is done where the project and its hosts are: run it there without --server. From here you can look, begin "
            f"and decide: orch --server {self._server.url} list"
        )


def _told(ports: Ports) -> Ports:
    context = click.get_current_context(silent=True)
    if context is not None and not bootstrap.has_journal():
        context.find_root().call_on_close(say_no_home)
    return ports


def say_no_home() -> None:
    """Say that there is no home. A command that wrote something has made one meanwhile, and says nothing."""
    if not bootstrap.has_journal():
        click.echo(no_home_words(), err=True)


def no_home_words() -> str:
    """Where a home was sought, that there is none, and which others lie in the folders above."""
    named = os.environ.get("ORCH_HOME")
    setting = home_setting()
    sought = (
        f"$ORCH_HOME ({command_word(named)}) holds none"
        if named
        else f"{command_word(setting.value)}, as {setting.place} has it, holds none"
        if setting.value
        else "no .orch in this folder or above it, and ORCH_HOME is not set"
    )
    others = ", ".join(command_word(str(home)) for home in bootstrap.homes_above())
    beside = f" There is one in {others}." if others else ""
    return f"There is no home of orch here: {sought}. Nothing was made.{beside}"


def server_url() -> str | None:
    """The server whose client the present command is; None where it works on a home."""
    asked = server()
    return None if asked is None else asked.url


def server() -> Server | None:
    """The server whose client the present command is."""
    wiring = _wiring()
    return wiring.server if isinstance(wiring, RemoteWiring) else None


def say_home() -> None:
    """Name the home that was read, beside what a look prints for people."""
    if (url := server_url()) is not None:
        click.echo(f"server: {url}", err=True)
        return
    if bootstrap.has_journal():
        click.echo(f"home: {bootstrap.home_of()}", err=True)


def ports_to_act() -> Ports:
    """The ports of a command about what is there already. Raises NotFound where there is no home, and makes none."""
    refuse_without_home()
    return ports()


def refuse_without_home() -> None:
    """Raises NotFound where there is no home."""
    if not _wiring().has_journal():
        raise NotFound(no_home_words())


def ports() -> Ports:
    """All ports of the present command."""
    return _wiring().ports()


def ports_to_look() -> Ports:
    """The ports of a command that reads, or that records a decision."""
    return _wiring().ports_to_look()


def ports_to_watch() -> Ports:
    """The ports of a command that follows what somebody else drives."""
    return _wiring().ports_to_watch()


def ports_to_check() -> Ports:
    """The ports of a command that checks a plan."""
    return _wiring().ports_to_check()


def has_journal() -> bool:
    """Whether a check may read a journal."""
    return _wiring().has_journal()


def ports_to_start(plan: Path) -> Ports:
    """The ports of a command that starts a deployment of this plan."""
    return _wiring().ports_to_start(plan)


def house() -> House:
    """Where the house of the present command is. Raises PlanFault."""
    return house_of(bootstrap.home_of(), _wiring().house_file)


def house_file() -> Path:
    """The file that names the house of the present command."""
    return _wiring().house_file


def drivers() -> Drivers:
    """The drivers of the present command."""
    return _wiring().drivers()


def _wiring() -> Wiring:
    context = click.get_current_context(silent=True)
    return (context and context.find_object(Wiring)) or Wiring()


def open_own_key(keyring: Keyring) -> Signer:
    """The key of whoever called this command, opened when the first word is signed."""
    from orchestrator.cli.options.signing_key import speaking_key

    return speaking_key(keyring, _named_key())


def _named_key() -> Path | None:
    return _named(KEY)


def named_ansible() -> Path | None:
    """What `--ansible` of the present command names."""
    return _named(ANSIBLE)


def given_become() -> str | None:
    """The password to become root on hosts that the present command was given."""
    context = click.get_current_context(silent=True)
    given: str | None = context.find_root().meta.get(BECOME) if context is not None else None
    return given


def run_program(words: Sequence[str], seconds: float) -> Ended:
    """Run a program that an option names, to its end. Raises MachineLacks."""
    return bootstrap.run_program(words, seconds)


def _named(key: str) -> Path | None:
    context = click.get_current_context(silent=True)
    named: Path | None = context.find_root().meta.get(key) if context is not None else None
    return named
