"""`orch people token`: tokens by which programs read through the service."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import get_args

import click

from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.option_values import noun_given
from orchestrator.domain.authority.access import Right
from orchestrator.domain.authority.people import TokenMade
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.known_people import known_people, person_called
from orchestrator.engine.use_cases import people as use
from orchestrator.policy.authority.access import TOKEN_SCOPES

SCOPES = [right for right in get_args(Right) if right in TOKEN_SCOPES]


@click.group()
def token() -> None:
    """Tokens of people, for programs: they read, check plans, pause and hold, and decide nothing."""


@token.command()
@click.argument("login")
@click.option("--label", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it is for; start and schedule count where service.yml lets tokens do that [default: see].",
)
@click.option(
    "--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it is good."
)
@by_option
def new(login: str, label: str, scopes: tuple[str, ...], days: int, by: str) -> None:
    """Make a token of LOGIN; it is printed this once, and only its digest is kept."""
    from orchestrator.adapters.people.secret_texts import digest_of_secret, new_token, new_token_id

    ports = wiring.ports_to_act()
    person = person_called(known_people(ports.journal), login.lower())
    secret = new_token()
    fields = {
        "login": person.login,
        "token": new_token_id(),
        "label": label,
        "scopes": scopes or ("see",),
        "until": ports.clock.now() + timedelta(days=days),
        "ending": secret[-4:],
    }
    made = noun_given(TokenMade, fields, {"label": "--label"})
    use.make_token(ports, made, digest_of_secret(secret), by=by)
    click.echo(
        f"Token {made.token} of {person.login} is good until {made.until:%Y-%m-%d}. It is shown this once:",
        err=True,
    )
    click.echo(secret)


@token.command("list")
@click.argument("login", required=False)
@json_option
def list_(login: str | None, as_json: bool) -> None:  # noqa: FBT001
    """List the tokens of LOGIN (default: of everybody)."""
    ports = wiring.ports_to_look()
    people, now = known_people(ports.journal), ports.clock.now()
    persons = [person_called(people, login.lower())] if login is not None else list(people.persons.values())
    tokens = [made for person in persons for made in person.tokens.values()]
    for made in tokens:
        if as_json:
            click.echo(json.dumps({**made.model_dump(mode="json"), "kind": "token"}))
            continue
        state = "over since" if made.until <= now else "until"
        words = f"{made.token}  {made.login}  {made.label}: {', '.join(made.scopes)}; ends with {made.ending}"
        click.echo(plain(f"{words}; {state} {made.until:%Y-%m-%d}", 400))
    if not tokens and not as_json:
        click.echo("There is no token; orch people token new LOGIN --label WHAT makes one.")


@token.command()
@click.argument("login")
@click.argument("token_id", metavar="TOKEN")
@by_option
def revoke(login: str, token_id: str, by: str) -> None:
    """Let nobody in by TOKEN of LOGIN any more."""
    use.revoke_token(wiring.ports_to_act(), login.lower(), token_id, by=by)
    click.echo(f"Token {plain(token_id, 40)} of {plain(login.lower(), 64)} lets nobody in any more.")
