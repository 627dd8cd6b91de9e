"""`orch keys`: make a key, print its public half, trust and revoke keys."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from orchestrator.adapters.keys.key_folder import KeyFolder, card_of, keyring_of, make_key, read_card
from orchestrator.adapters.keys.signed_files import write_whole
from orchestrator.bootstrap import clock, key_folders
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.option_values import moment_given, noun_given
from orchestrator.cli.options.signing_key import card_file, key_file, new_passphrase, own_key, own_key_id
from orchestrator.cli.views.table import print_table
from orchestrator.domain.authority.rehearsal import ISSUER
from orchestrator.domain.authority.signing import PublicKeyCard, TrustedKey
from orchestrator.domain.plan.roles import ROLES, same_role
from orchestrator.domain.text.names import imitation_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.validation_error import meant
from orchestrator.errors import Cancelled, Conflict, NotFound, Refused, UsageFault

SHORT = 16
OPTIONS = {"roles": "--role", "trusted_by": "--by", "revoked_by": "--by", "revoked_because": "--reason"}
HEADINGS = ("key", "person", "roles", "trusted by", "on", "until", "state", "in")
_project = click.option(
    "--project",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The project whose keys/ also counts [default: this folder].",
)
_person = click.option("--person", help="The name of the key's owner.")
_roles = click.option(
    "--role", "roles", multiple=True, help="A role in which the person signs; may be repeated."
)


@click.group()
def keys() -> None:
    """Keys of people. Approvals are signatures, and only the signature of a trusted key counts."""


@keys.command()
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="The file for the private key.")
@_person
@_roles
@click.option("--no-passphrase", is_flag=True, help="Protect the private key only by its file mode.")
@json_option
def new(
    file: Path | None,
    person: str | None,
    roles: tuple[str, ...],
    no_passphrase: bool,  # noqa: FBT001 (click calls it)
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make a private key, and beside it its public half for others [default: ~/.config/orch/key.pem].

    --person and --role go into the public half as a proposal; the person who trusts the key decides.
    """
    private = key_file(file)
    public = card_file(private)
    noun_given(
        PublicKeyCard, {"key": "0" * 64, "public": "0" * 64, "person": person, "roles": roles}, OPTIONS
    )
    if public.exists():
        raise Conflict(f"{public} exists, and nothing was made; name another file with --file, or move it.")
    key = make_key(private, new_passphrase(without=no_passphrase))
    card = card_of(key, person, roles)
    write_whole(public, card, fresh=True)
    if as_json:
        click.echo(json.dumps({"key": key.key, "file": str(private), "public_file": str(public)}))
        return
    who = f'--person "{person}"' if person else "--person NAME"
    held = "".join(f' --role "{role}"' for role in roles) or " --role ROLE"
    click.echo(f"Your private key is {private}; keep it to yourself.")
    click.echo(
        f"Its public half is {public}: give it to the person who decides which keys are trusted; they run"
    )
    click.echo(f"  orch keys trust {public.name} {who}{held}")
    click.echo(f"and compare this number with you over another channel:\n  {spelled(key.key)}")


@keys.command()
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="The private key.")
@_person
@_roles
def public(file: Path | None, person: str | None, roles: tuple[str, ...]) -> None:
    """Print the public half of your key, for others to trust."""
    card = noun_given(
        PublicKeyCard, card_of(own_key(file)).model_dump() | {"person": person, "roles": roles}, OPTIONS
    )
    click.echo(card.model_dump_json(indent=2))


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_person
@_roles
@click.option("--also", multiple=True, metavar="NAME", help="Another name of the person, such as a login.")
@click.option(
    "--expires", metavar="WHEN", help="When the trust ends: a moment with its zone, or a time such as 365d."
)
@_project
@click.option(
    "--in-project", is_flag=True, help="Keep it in the project's keys/, for everyone who has the project."
)
@click.option("--yes", is_flag=True, help="Trust the key without asking whether you compared its number.")
@by_option
@json_option
def trust(  # noqa: PLR0913, PLR0917 (click calls it)
    file: Path,
    person: str | None,
    roles: tuple[str, ...],
    also: tuple[str, ...],
    expires: str | None,
    project: Path | None,
    in_project: bool,  # noqa: FBT001
    yes: bool,  # noqa: FBT001
    by: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Trust the public key in FILE: its signatures count as this person's, in these roles only."""
    card = read_card(file)
    now = clock().now()
    person, roles = person or card.person, roles or card.roles
    if person is None or not roles:
        raise UsageFault(f"{file} does not say whose key it is and for what; name --person and --role.")
    words = {"person": person, "roles": roles, "also": also, "trusted_at": now, "trusted_by": by}
    end = moment_given(expires, now, "--expires") if expires else None
    key = noun_given(TrustedKey, {"key": card.key, "public": card.public, "expires": end, **words}, OPTIONS)
    home, of_project = key_folders(project=project)
    folder = of_project if in_project else home
    _warn_of_roles(roles)
    _refuse_imitation(key, keyring_of((home, of_project)).keys)
    if not yes:
        _ask(key, file)
    kept = folder.trust(key)
    if as_json:
        click.echo(json.dumps({**_object(key, now), "file": str(kept)}))
        return
    click.echo(f"Trusted: {key.person} as {', '.join(key.roles)}, by key {key.key[:SHORT]}, in {kept}.")


@keys.command(name="list")
@_project
@json_option
def list_keys(project: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """List trusted keys: owner, roles, and whether they still count."""
    folders, now = key_folders(project=project), clock().now()
    ring = keyring_of(folders)
    if as_json:
        for key in ring.keys:
            click.echo(
                json.dumps({**_object(key, now), "folders": [str(f) for f in _folders_with(folders, key)]})
            )
    elif not ring.keys:
        click.echo("No key is trusted yet; orch keys new makes one, orch keys trust trusts one.")
    else:
        styles = [{"state": "green" if state_of(key, now) == "trusted" else "red"} for key in ring.keys]
        print_table(HEADINGS, list(_rows(ring.keys, folders, now)), styles)


@keys.command()
@click.argument("key")
@click.option("--reason", required=True, help="The reason, for the record.")
@_project
@by_option
@json_option
def revoke(key: str, reason: str, project: Path | None, by: str, as_json: bool) -> None:  # noqa: FBT001
    """Stop trusting KEY everywhere; the approvals that it signed no longer count.

    KEY is the beginning of its number, at least eight digits.
    """
    folders, now = key_folders(project=project), clock().now()
    trusted = _the_key(key, folders)
    holding = [folder for folder in folders if _holds(folder, trusted.key)]
    standing = [folder for folder in holding if not _revoked_in(folder, trusted.key)]
    if not standing:
        raise Conflict(f"Key {trusted.key[:SHORT]} of {trusted.person} is revoked already.")
    noun_given(TrustedKey, trusted.model_dump() | {"revoked_by": by, "revoked_because": reason}, OPTIONS)
    for folder in standing:
        trusted = folder.revoke(trusted.key, now, by, reason)
    where = ", ".join(str(folder.folder) for folder in standing)
    if as_json:
        click.echo(
            json.dumps({**_object(trusted, now), "folders": [str(folder.folder) for folder in standing]})
        )
        return
    click.echo(f"Revoked: key {trusted.key[:SHORT]} of {trusted.person}, in {where}; {reason}.")


def spelled(key: str) -> str:
    """A key's number in groups of four, for reading aloud."""
    return " ".join(key[place : place + 4] for place in range(0, len(key), 4))


def state_of(key: TrustedKey, now: datetime) -> str:
    """Whether signatures of this key still count."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires is not None and key.expires <= now else "trusted"


def _refuse_imitation(key: TrustedKey, trusted: tuple[TrustedKey, ...]) -> None:
    """Raises Refused for a person whose name looks like that of another whose key is trusted."""
    known = [name for other in trusted if other.revoked_at is None for name in (other.person, *other.also)]
    for name in (key.person, *key.also):
        other = imitation_of(name, known)
        if other is not None:
            raise Refused(
                f"`{name}` looks like `{other}`, whose key is trusted; nothing was trusted. Write `{other}` if it is the "
                "same person, else a name that nobody takes for theirs: --person NAME."
            )


def _ask(key: TrustedKey, file: Path) -> None:
    if not sys.stdin.isatty():
        return
    click.echo(f"{file} holds key\n  {spelled(key.key)}", err=True)
    click.echo(f"It would sign for {key.person} as {', '.join(key.roles)}.", err=True)
    if not click.confirm("Did they read this number to you?", err=True):
        raise Cancelled("Nothing was trusted.")


def _warn_of_roles(roles: tuple[str, ...]) -> None:
    for role in roles:
        if not any(same_role(role, known) for known in (*ROLES, ISSUER)):
            guess = meant(role, [*ROLES, ISSUER])
            move = f"did you mean `{guess}`?" if guess else "only a policy that adds it will take it"
            click.echo(f"warning: `{plain(role)}` is not one of orch's own roles; {move}", err=True)


def _the_key(beginning: str, folders: tuple[KeyFolder, ...]) -> TrustedKey:
    if len(beginning) < 8:
        raise UsageFault("Name a key by at least eight digits of its number; orch keys list shows them.")
    matching = [key for key in keyring_of(folders).keys if key.key.startswith(beginning.lower())]
    if not matching:
        raise NotFound(f"No key {plain(beginning, 70)} is trusted; orch keys list names those that are.")
    if len(matching) > 1:
        raise UsageFault(f"{beginning} begins {len(matching)} keys; give more digits.")
    return matching[0]


def _holds(folder: KeyFolder, key: str) -> bool:
    return folder.keyring().find(key) is not None


def _revoked_in(folder: KeyFolder, key: str) -> bool:
    trusted = folder.keyring().find(key)
    return trusted is not None and trusted.revoked_at is not None


def _folders_with(folders: tuple[KeyFolder, ...], key: TrustedKey) -> list[Path]:
    return [folder.folder for folder in folders if _holds(folder, key.key)]


def _rows(
    keys: tuple[TrustedKey, ...], folders: tuple[KeyFolder, ...], now: datetime
) -> Iterator[tuple[str, ...]]:
    mine = own_key_id()
    for key in keys:
        state = state_of(key, now)
        because = f": {key.revoked_because}" if key.revoked_because else ""
        yield (
            key.key[:SHORT],
            f"{key.person} (you)" if key.key == mine else key.person,
            ", ".join(key.roles),
            key.trusted_by,
            f"{key.trusted_at.astimezone():%Y-%m-%d}",
            f"{key.expires.astimezone():%Y-%m-%d %H:%M}" if key.expires else "no end",
            f"{state}{because}",
            " and ".join(str(folder) for folder in _folders_with(folders, key)),
        )


def _object(key: TrustedKey, now: datetime) -> dict[str, object]:
    return {**key.model_dump(mode="json"), "state": state_of(key, now)}
