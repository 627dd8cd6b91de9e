"""`orch people`: who may come into the service, and with which role."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import by_option, json_option, readable_name
from orchestrator.cli.options.option_values import noun_given
from orchestrator.cli.verbs.serving.people_provider import check, link, schema
from orchestrator.cli.verbs.serving.people_tokens import token
from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import EVERYWHERE, Grant
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.known_people import known_people, person_called
from orchestrator.engine.use_cases import people as use
from orchestrator.errors import UsageFault
from orchestrator.policy.authority.password_rules import password_faults
from orchestrator.policy.telling.words.people_words import grant_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestrator.engine.ports import Ports

    Command = Callable[..., None]


@click.group()
def people() -> None:
    """People of the service: who may come in, and with which role. Roles let in; approvals are signed by people's keys."""


for command in (token, link, check, schema):
    people.add_command(command)


def _place_options(command: Command) -> Command:
    for name in ("environment", "service"):
        command = click.option(
            f"--{name}",
            default=EVERYWHERE,
            show_default=f"every {name}",
            help=f"The {name} in which it holds.",
        )(command)
    return command


def _grant(role: str, service: str, environment: str) -> Grant:
    options = {"role": "--role", "service": "--service", "environment": "--environment"}
    return noun_given(
        Grant,
        {"role": readable_name(role, "--role"), "service": service, "environment": environment},
        options,
    )


@people.command()
@click.argument("login")
@click.option("--name", "called", help="What the person is called in records [default: LOGIN].")
@click.option("--role", "roles", multiple=True, help="A role of the person; give one for each.")
@_place_options
@click.option("--password", "with_password", is_flag=True, help="Set a password now; it is asked for twice.")
@by_option
def add(
    login: str,
    called: str | None,
    roles: tuple[str, ...],
    service: str,
    environment: str,
    with_password: bool,  # noqa: FBT001
    by: str,
) -> None:
    """Let a person in from now on, who logs in as LOGIN."""
    name = readable_name(called if called is not None else login, "--name")
    person = noun_given(
        p.PersonAdded, {"login": login.lower(), "name": name}, {"login": "LOGIN", "name": "--name"}
    )
    grants = [_grant(role, service, environment) for role in roles]
    password = _asked_password((person.login, name)) if with_password else None
    ports = wiring.ports_to_look()
    changes = [p.RoleGiven(login=person.login, grant=grant) for grant in grants]
    use.change_people(ports, person, *changes, by=by)
    words = ", ".join(grant_words(grant) for grant in grants) or "no role"
    click.echo(f"{person.login} ({plain(name, 200)}) is known from now on: {plain(words, 400)}.")
    if password is not None:
        _keep(ports, person.login, password, by)
    else:
        click.echo(f"There is no password yet: orch people password {person.login}")


@people.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List everybody who may come in, with their roles."""
    ports = wiring.ports_to_look()
    known = known_people(ports.journal)
    for each in known.persons.values():
        if as_json:
            click.echo(json.dumps(_json(each)))
            continue
        roles = ", ".join(grant_words(grant) for grant in each.grants) or "no role"
        state = " (disabled)" if each.disabled else ""
        click.echo(plain(f"{each.login}{state}  {each.name}: {roles}", 600))
    for group, grant in known.groups:
        if as_json:
            click.echo(json.dumps({"kind": "group", "group": group, "grant": grant.model_dump(mode="json")}))
        else:
            click.echo(plain(f"group {group} of the provider: {grant_words(grant)}", 600))
    if not known.persons and not as_json:
        click.echo("Nobody is known here yet; orch people add LOGIN --role administrator --password begins.")


def _json(each: p.Person) -> dict[str, object]:
    tokens = [token.model_dump(mode="json", exclude={"kind", "login"}) for token in each.tokens.values()]
    return {
        "kind": "person",
        "login": each.login,
        "name": each.name,
        "disabled": each.disabled,
        "roles": [grant.model_dump(mode="json") for grant in each.grants],
        "password": each.password,
        "passkeys": len(each.keys),
        "provider": each.identity.model_dump() if each.identity is not None else None,
        "tokens": tokens,
    }


@people.command()
@click.argument("login")
@click.option("--give", "given", multiple=True, metavar="ROLE", help="A role to give; once for each.")
@click.option("--take", "taken", multiple=True, metavar="ROLE", help="A role to take away; once for each.")
@_place_options
@by_option
def role(
    login: str, given: tuple[str, ...], taken: tuple[str, ...], service: str, environment: str, by: str
) -> None:
    """Give roles to LOGIN, or take them away; they log in anew then."""
    if not given and not taken:
        raise UsageFault("Give a role with --give, or take one away with --take.")
    ports = wiring.ports_to_act()
    login = person_called(known_people(ports.journal), login.lower()).login
    gives = [p.RoleGiven(login=login, grant=_grant(name, service, environment)) for name in given]
    takes = [p.RoleTaken(login=login, grant=_grant(name, service, environment)) for name in taken]
    known = use.change_people(ports, *gives, *takes, by=by)
    words = ", ".join(grant_words(grant) for grant in known.persons[login].grants) or "no role"
    click.echo(plain(f"{login} is {words} now.", 600))


@people.command()
@click.argument("login")
@click.option("--enable", is_flag=True, help="Let a disabled person in again.")
@by_option
def disable(login: str, enable: bool, by: str) -> None:  # noqa: FBT001
    """Let LOGIN in no more: sessions end, and tokens count no more. The name stays theirs."""
    ports = wiring.ports_to_act()
    login = person_called(known_people(ports.journal), login.lower()).login
    if enable:
        use.change_people(ports, p.PersonEnabled(login=login), by=by)
        click.echo(f"{login} may come in again.")
        return
    use.disable(ports, login, by=by)
    click.echo(f"{login} comes in no more; sessions and tokens have ended.")


@people.command()
@click.argument("login")
@click.option("--remove", is_flag=True, help="Leave the person without a password.")
@by_option
def password(login: str, remove: bool, by: str) -> None:  # noqa: FBT001
    """Set the password of LOGIN, which is asked for twice; their sessions end."""
    ports = wiring.ports_to_act()
    person = person_called(known_people(ports.journal), login.lower())
    if remove:
        use.set_password(ports, person.login, None, by=by)
        click.echo(f"{person.login} has no password any more.")
        return
    _keep(ports, person.login, _asked_password((person.login, person.name)), by)


def _keep(ports: Ports, login: str, password: str, by: str) -> None:
    from orchestrator.adapters.people.passwords import password_digest

    use.set_password(ports, login, password_digest(password), by=by)
    click.echo(f"{login} has a new password.")


def _asked_password(names: tuple[str, ...]) -> str:
    """The password as a person types it twice, or as one line of standard input. Raises UsageFault."""
    if sys.stdin.isatty():
        typed = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    else:
        typed = sys.stdin.readline().rstrip("\n")
    faults = password_faults(typed, names)
    if faults:
        raise UsageFault("The password does not do: " + "; ".join(faults) + ". Nothing was changed.")
    return str(typed)


@people.command()
@click.argument("name", metavar="GROUP")
@click.option(
    "--give", "given", multiple=True, metavar="ROLE", help="A role that the group gives; once for each."
)
@click.option(
    "--take", "taken", multiple=True, metavar="ROLE", help="A role that it gives no more; once for each."
)
@_place_options
@by_option
def group(
    name: str, given: tuple[str, ...], taken: tuple[str, ...], service: str, environment: str, by: str
) -> None:
    """Give roles to whoever the provider says is in GROUP, or take them away."""
    if not given and not taken:
        raise UsageFault("Give a role with --give, or take one away with --take.")
    options = {"group": "GROUP"}
    changes: list[p.OfGroup] = [
        noun_given(p.GroupGiven, {"group": name, "grant": _grant(role, service, environment)}, options)
        for role in given
    ]
    changes += [
        noun_given(p.GroupTaken, {"group": name, "grant": _grant(role, service, environment)}, options)
        for role in taken
    ]
    known = use.change_people(wiring.ports_to_look(), *changes, by=by)
    words = ", ".join(grant_words(grant) for group, grant in known.groups if group == name) or "no role"
    click.echo(plain(f"Group {name} of the provider gives {words}.", 600))
