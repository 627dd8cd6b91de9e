"""`orch people group`, `link`, `check`, `schema`: people who log in by a provider, and the settings that name it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import by_option
from orchestrator.cli.options.option_values import noun_given
from orchestrator.domain.authority import people as p
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.known_people import known_people, person_called
from orchestrator.engine.use_cases import people as use
from orchestrator.errors import UsageFault


@click.command()
@click.argument("login")
@click.option("--issuer", help="The provider, as it names itself.")
@click.option("--subject", help="The account of the person there; a refused login names it.")
@click.option("--remove", is_flag=True, help="The person logs in by no provider any more.")
@by_option
def link(login: str, issuer: str | None, subject: str | None, remove: bool, by: str) -> None:  # noqa: FBT001
    """Let LOGIN in by an account of a provider."""
    if remove == bool(issuer or subject) or bool(issuer) != bool(subject):
        raise UsageFault("Give --issuer and --subject, or --remove alone.")
    ports = wiring.ports_to_act()
    person = person_called(known_people(ports.journal), login.lower())
    options = {"issuer": "--issuer", "subject": "--subject"}
    identity = None if remove else noun_given(p.Identity, {"issuer": issuer, "subject": subject}, options)
    use.change_people(ports, p.IdentityLinked(login=person.login, identity=identity), by=by)
    where = f"account {identity.subject} at {identity.issuer}" if identity is not None else "no provider"
    click.echo(plain(f"{person.login} logs in by {where}.", 600))


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check the settings of the service in FILE (default: service.yml of the house, else of the home), and show them."""
    from orchestrator.adapters.files.service_file import SERVICE, known_service_file, load_service_file
    from orchestrator.bootstrap import home_of

    places = (wiring.house().place, home_of())
    loaded = load_service_file(file) if file is not None else known_service_file(places)
    if loaded is None:
        click.echo(
            f"There is no {SERVICE} in {' or '.join(str(place) for place in dict.fromkeys(places))}; defaults hold."
        )
        return
    ways, limits = loaded.noun.login, loaded.noun.sessions
    by = [name for name, on in (("password", ways.password), ("passkey", ways.passkey)) if on]
    by += [f"{ways.provider.name} ({ways.provider.issuer})"] if ways.provider is not None else []
    click.echo(plain(f"People log in by {', '.join(by)}.", 600))
    click.echo(
        f"A session ends after {limits.idle:g} s without use, and after {limits.longest:g} s in any case."
    )


@click.command()
def schema() -> None:
    """Print the JSON Schema of service.yml, for editors."""
    from orchestrator.adapters.files.schemas.authority_schemas import service_schema

    click.echo(json.dumps(service_schema(), indent=2, ensure_ascii=False))
