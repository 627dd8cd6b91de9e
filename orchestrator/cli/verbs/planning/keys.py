"""`orch keys`: make a key, print its public half, trust and revoke keys."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from orchestrator.adapters.keys.key_folder import KeyFolder, card_of, keyring_of, make_key, read_card
from orchestrator.adapters.keys.own_keys import card_file
from orchestrator.adapters.keys.signed_files import write_whole
from orchestrator.bootstrap import clock
from orchestrator.cli.options import keyring_proposals as proposals
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.keyring_proposals import house_trust, key_folders, keyring
from orchestrator.cli.options.option_values import moment_given, noun_given
from orchestrator.cli.options.signing_key import key_file, new_passphrase, own_key, own_key_id
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.verbs.planning.key_proposals import propose_key, propose_revocation
from orchestrator.cli.views.table import print_table
from orchestrator.domain.authority.keyring_document import KeyringDocument
from orchestrator.domain.authority.signing import ISSUER, Holder, Keyring, PublicKeyCard, TrustedKey
from orchestrator.domain.authority.ssh_form import fingerprint
from orchestrator.domain.authority.webauthn_key import passkey
from orchestrator.domain.plan.roles import ROLES, same_role
from orchestrator.domain.text.names import imitation_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.validation_error import meant
from orchestrator.errors import Cancelled, Conflict, NotFound, Refused, UsageFault
from orchestrator.policy.authority.trust_words import aside_words

SHORT = 16
OPTIONS = {"roles": "--role", "trusted_by": "--by", "revoked_by": "--by", "revoked_because": "--reason"}
HEADINGS = ("key", "person", "roles", "kind", "trusted by", "on", "until", "state", "in")
_project = click.option(
    "--project",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The project whose keys/ also counts [default: this folder].",
)
_person = click.option("--person", help="The name of the key's owner.")
_machine = click.option(
    "--machine",
    metavar="NAME",
    help="The machine that holds the key; it starts what persons signed, and decides nothing.",
)
_roles = click.option(
    "--role", "roles", multiple=True, help="A role in which the person signs; may be repeated."
)


@click.group()
def keys() -> None:
    """Keys of people and machines. Approvals are signatures, and only the signature of a trusted key of a person counts."""


@keys.command()
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="The file for the private key.")
@_person
@_machine
@_roles
@click.option("--no-passphrase", is_flag=True, help="Protect the private key only by its file mode.")
@json_option
def new(
    file: Path | None,
    person: str | None,
    machine: str | None,
    roles: tuple[str, ...],
    no_passphrase: bool,  # noqa: FBT001 (click calls it)
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make a private key, and beside it its public half for others [default: ~/.config/orch/key.pem].

    --person and --role go into the public half as a proposal; the person who trusts the key decides.
    """
    private = key_file(file)
    public = card_file(private)
    name, holder = _holder(person, machine)
    words = {"person": name, "roles": roles, "holder": holder}
    noun_given(
        PublicKeyCard, {"key": "0" * 64, "public": "0" * 64, **words}, {**OPTIONS, "person": f"--{holder}"}
    )
    if public.exists():
        raise Conflict(f"{public} exists, and nothing was made; name another file with --file, or move it.")
    key = make_key(private, new_passphrase(without=no_passphrase))
    card = card_of(key, name, roles, holder)
    write_whole(public, card, fresh=True)
    if as_json:
        click.echo(json.dumps({"key": key.key, "file": str(private), "public_file": str(public)}))
        return
    who = f'--{holder} "{name}"' if name else "--person NAME"
    held = "".join(f' --role "{role}"' for role in roles) or (" --role ROLE" if holder == "person" else "")
    click.echo(f"Your private key, to keep to yourself:\n  {private}")
    click.echo(f"Its public half, for the person who decides which keys are trusted:\n  {public}\nThey run")
    click.echo(f"  orch keys trust {public.name} {who}{held}")
    click.echo(f"and compare this number with you over another channel:\n  {spelled(key.key)}")


@keys.command()
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="The private key.")
@_person
@_roles
def public(file: Path | None, person: str | None, roles: tuple[str, ...]) -> None:
    """Print the public half of your key, for others to trust. FILE may also be an ssh key, such as ~/.ssh/id_ed25519.pub."""
    known = read_card(file) if file is not None and file.suffix == ".pub" else card_of(own_key(file))
    card = noun_given(PublicKeyCard, known.model_dump() | {"person": person, "roles": roles}, OPTIONS)
    click.echo(card.model_dump_json(indent=2, ensure_ascii=True))


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_person
@_machine
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
    machine: str | None,
    roles: tuple[str, ...],
    also: tuple[str, ...],
    expires: str | None,
    project: Path | None,
    in_project: bool,  # noqa: FBT001
    yes: bool,  # noqa: FBT001
    by: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Trust the public key in FILE: its signatures count as this person's, in these roles only.

    FILE is what `orch keys new` wrote beside the private key, an ssh public key such as id_ed25519.pub, or the card of a
    passkey, which the web service shows and which is of a --person. The key of a --machine has no role, or only that of a
    rehearsal issuer. A cosign.pub is of a --machine, and signs release units only.
    """
    card = read_card(file)
    now = clock().now()
    name, holder = _holder(person, machine)
    if name is None:
        name, holder = card.person, card.holder
    roles = roles or card.roles
    if card.kind == "sigstore" and (name is None or holder == "person"):
        raise UsageFault(
            f"{file} holds a key that signs release units, and no word; name what holds it with --machine NAME."
        )
    if name is None or (holder == "person" and not roles):
        raise UsageFault(f"{file} does not say whose key it is and for what; name --person and --role.")
    words = {
        "person": name,
        "roles": roles,
        "also": also,
        "trusted_at": now,
        "trusted_by": by,
        "holder": holder,
    }
    end = moment_given(expires, now, "--expires") if expires else None
    of_card = {"key": card.key, "public": card.public, "kind": card.kind, "expires": end}
    key = noun_given(TrustedKey, {**of_card, **words}, OPTIONS)
    trust_now, folders = house_trust(), key_folders(project)
    before = trust_now.newest()
    _warn_of_roles(roles)
    known = _listed_keys(before, folders)
    _refuse_name_of_another(key, Keyring(keys=known))
    _refuse_imitation(key, known)
    if not yes:
        _ask(key, file)
    if before is not None and not in_project:
        propose_key(trust_now, before, key, as_json=as_json)
        return
    kept = (folders[-1] if in_project else folders[0]).trust(key)
    _warn_of_house(keyring(project), key)
    if as_json:
        click.echo(json.dumps({**_object(key, now), "file": str(kept)}))
        return
    click.echo(f"Trusted: {_who(key)}, by key {key.key[:SHORT]}, in {kept}.")


@keys.command(name="list")
@_project
@json_option
def list_keys(project: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """List trusted keys: owner, roles, and whether they still count."""
    trust_now, folders, now = house_trust(), key_folders(project), clock().now()
    ring = keyring(project)
    before = trust_now.newest()
    signed = {key.key for key in before.keys} if before is not None else set()
    places = {
        key.key: [
            *([str(trust_now.file)] if key.key in signed else []),
            *(str(folder.folder) for folder in folders if _holds(folder, key.key)),
        ]
        for key in ring.keys
    }
    if as_json:
        for key in ring.keys:
            click.echo(json.dumps({**_object(key, now), "folders": places[key.key]}))
    elif not ring.keys:
        click.echo("No key is trusted yet; orch keys new makes one, orch keys trust trusts one.")
    else:
        styles = [{"state": "green" if state_of(key, now) == "trusted" else "red"} for key in ring.keys]
        print_table(HEADINGS, list(_rows(ring.keys, places, now)), styles)
    proposals.warn_of_end(trust_now)
    for aside in ring.set_aside:
        roles = ", ".join(aside.roles)
        click.echo(
            f"set aside: key {aside.key[:SHORT]} of {aside.person} as {roles}: {aside_words(aside)}", err=True
        )


@keys.command()
@click.argument("key")
@click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
@_project
@by_option
@json_option
def revoke(key: str, reason: str, project: Path | None, by: str, as_json: bool) -> None:  # noqa: FBT001
    """Stop trusting KEY everywhere; the approvals that it signed no longer count.

    KEY is the beginning of its number, at least eight digits, or for an ssh key what ssh shows (SHA256:...).
    """
    trust_now, folders, now = house_trust(), key_folders(project), clock().now()
    before = trust_now.newest()
    trusted = _the_key(key, _listed_keys(before, folders))
    words = trusted.model_dump() | {"revoked_by": by, "revoked_because": reason}
    noun_given(TrustedKey, words, OPTIONS)
    if before is not None and any(other.key == trusted.key for other in before.keys):
        propose_revocation(trust_now, before, trusted, now, by, reason, as_json=as_json)
        return
    holding = [folder for folder in folders if _holds(folder, trusted.key)]
    standing = [folder for folder in holding if not _revoked_in(folder, trusted.key)]
    if not standing:
        raise Conflict(f"Key {trusted.key[:SHORT]} of {trusted.person} is revoked already.")
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
    number = (
        f"{spelled(key.key)}\n  which ssh shows as {fingerprint(key.key)}"
        if key.kind == "sshsig"
        else spelled(key.key)
    )
    what = f"the passkey for {passkey(key.public).rp_id}" if key.kind == "webauthn" else "key"
    click.echo(f"{file} holds {what}\n  {number}", err=True)
    click.echo(f"It would sign for {_who(key)}.", err=True)
    if not click.confirm("Did they read this number to you?", err=True):
        raise Cancelled("Nothing was trusted.")


def _holder(person: str | None, machine: str | None) -> tuple[str | None, Holder]:
    if person is not None and machine is not None:
        raise UsageFault("A key is of a --person or of a --machine; name one of them.")
    return (machine, "machine") if machine is not None else (person, "person")


def _refuse_name_of_another(key: TrustedKey, ring: Keyring) -> None:
    """A record that names somebody has to leave no doubt whether a person or a machine is meant."""
    other = next(
        (known for known in ring.keys if known.holder != key.holder and known.is_of(key.person)), None
    )
    if other is not None:
        raise UsageFault(
            f"{key.person} is the name of a {other.holder} here; give the {key.holder} another name."
        )


def _who(key: TrustedKey) -> str:
    held = ", ".join(key.roles)
    if key.holder == "machine":
        return f"the machine {key.person}" + (f" as {held}" if held else ", in no role")
    return f"{key.person} as {held}"


def _warn_of_roles(roles: tuple[str, ...]) -> None:
    for role in roles:
        if not any(same_role(role, known) for known in (*ROLES, ISSUER)):
            guess = meant(role, [*ROLES, ISSUER])
            move = f"did you mean `{guess}`?" if guess else "only a policy that adds it will take it"
            click.echo(f"warning: `{plain(role)}` is not one of orch's own roles; {move}", err=True)


def _warn_of_house(ring: Keyring, key: TrustedKey) -> None:
    aside = ring.aside(key.key)
    if aside is not None:
        roles = ", ".join(aside.roles)
        click.echo(f"warning: this key does not count as {roles}: {aside_words(aside)}", err=True)


def _listed_keys(before: KeyringDocument | None, folders: tuple[KeyFolder, ...]) -> tuple[TrustedKey, ...]:
    keys = {key.key: key for key in before.keys} if before is not None else {}
    for key in keyring_of(folders).keys:
        keys.setdefault(key.key, key)
    return tuple(keys.values())


def _the_key(beginning: str, keys: tuple[TrustedKey, ...]) -> TrustedKey:
    if len(beginning) < 8:
        raise UsageFault("Name a key by at least eight digits of its number; orch keys list shows them.")
    matching = [
        key for key in keys if key.key.startswith(beginning.lower()) or fingerprint(key.key) == beginning
    ]
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


def _rows(
    keys: tuple[TrustedKey, ...], places: dict[str, list[str]], now: datetime
) -> Iterator[tuple[str, ...]]:
    mine = own_key_id()
    for key in keys:
        state = state_of(key, now)
        because = f": {key.revoked_because}" if key.revoked_because else ""
        yield (
            key.key[:SHORT],
            _named(key, mine),
            ", ".join(key.roles) or "none",
            _type_of(key),
            key.trusted_by,
            f"{key.trusted_at.astimezone():%Y-%m-%d}",
            f"{key.expires.astimezone():%Y-%m-%d %H:%M}" if key.expires else "no end",
            f"{state}{because}",
            " and ".join(places[key.key]),
        )


def _named(key: TrustedKey, mine: str | None) -> str:
    name = f"machine {key.person}" if key.holder == "machine" else key.person
    return f"{name} (you)" if key.key == mine else name


def _type_of(key: TrustedKey) -> str:
    """The kind of a key: of an ssh key the type that ssh gives it, of a passkey the domain of its service."""
    if key.kind == "webauthn":
        return f"passkey for {passkey(key.public).rp_id}"
    return key.public.partition(" ")[0].partition("@")[0] if key.kind == "sshsig" else key.kind


def _object(key: TrustedKey, now: datetime) -> dict[str, object]:
    shown = {"fingerprint": fingerprint(key.key)} if key.kind == "sshsig" else {}
    if key.kind == "webauthn":
        shown = {"rp_id": passkey(key.public).rp_id}
    return {**key.model_dump(mode="json"), **shown, "state": state_of(key, now)}
