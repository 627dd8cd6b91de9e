"""`orch rehearse`: deploy a plan in another environment, back it out, prove the restoration, and certify it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from orchestrator.adapters.keys.certificate_files import certificate_name
from orchestrator.adapters.keys.key_folder import read_card
from orchestrator.adapters.keys.own_keys import public_half
from orchestrator.adapters.keys.signed_files import write_whole
from orchestrator.adapters.keys.signer import Signer
from orchestrator.bootstrap import home_of
from orchestrator.cli.follow import drive_in_view
from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.become_options import become_options
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.rehearsal_options import rehearsal_place
from orchestrator.cli.options.signing_key import key_option, own_signer
from orchestrator.cli.wiring import ports as ports_of_home
from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.authority.rehearsal import Part, Rehearsal, SignedCertificate
from orchestrator.domain.authority.signing import ISSUER, Keyring
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.engine.use_cases import rehearse as rehearsals
from orchestrator.engine.use_cases.preview import against_certificate
from orchestrator.errors import ExitCode, OrchError, Refused
from orchestrator.policy.authority.certificate_issue import certificate_of, certificate_words
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part, uncovered_faults
from orchestrator.policy.telling.exit_codes import exit_code_of

_PARTS: dict[Part, str] = {
    "backout": "deploy, verify, back out, prove",
    "failure path": "the same, and a failure is injected",
}


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--in", "environment", required=True, metavar="ENV", help="The environment to rehearse in.")
@click.option(
    "--inventory",
    type=click.Path(path_type=Path),
    help="The inventory of that environment [default: inventories/ENV of the project].",
)
@click.option(
    "--fail-in",
    default=rehearsals.LAST,
    show_default=True,
    metavar="WAVE",
    help="The wave, by number or name, that the second part declares failed.",
)
@click.option("--no-failure", is_flag=True, help="Skip the second part: inject no failure.")
@click.option(
    "--twice/--no-twice",
    default=None,
    help="Run each playbook a second time; that run must change nothing [default: unless the plan is not idempotent].",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the certificate [default: certificates/ beside the deployments].",
)
@key_option
@json_option
@by_option
@ansible_option
@become_options
def rehearse(  # noqa: PLR0913, PLR0917 (click calls it, with every option)
    plan: Path,
    environment: str,
    inventory: Path | None,
    fail_in: str,
    no_failure: bool,  # noqa: FBT001 (click calls it)
    twice: bool | None,  # noqa: FBT001
    out: Path | None,
    key: Path | None,
    as_json: bool,  # noqa: FBT001
    by: str,
) -> int:
    """Rehearse the release plan in the file PLAN in another environment, and certify the result.

    The first part deploys and verifies every wave, backs out, and proves that every host is as it was. The second part does
    the same with a failure that orch declares itself; every record marks it as injected. The certificate is signed with
    your key, which must be trusted in the role `rehearsal issuer`. A stopped rehearsal continues where it was when you run
    the same command again.
    """
    ports = ports_of_home()
    asked = rehearsals.RehearsalRequest(
        plan, rehearsal_place(environment, inventory), None if no_failure else fail_in, twice
    )
    ready = rehearsals.ready(ports, asked)
    keyring = ports.keys.keyring(Path(ready.prepared.project))
    signing = own_signer(keyring, key, role=ISSUER, holder=None)
    _refuse_untrusted(keyring, signing, ports.clock.now())
    # Asked now: a rehearsal takes long, and its end has to be signed.
    signing.unlock()
    ended: list[Deployment] = []
    for number, part in enumerate(ready.parts, 1):
        _say(
            f"Part {number} of {len(ready.parts)}: {_PARTS[part.part]}{_in_wave(ready, part)}.", quiet=as_json
        )
        deployment, code = _part(ports, ready, part, by=by, as_json=as_json)
        faults = (*faults_of_part(deployment), *uncovered_faults(deployment, ready.uncovered))
        if faults:
            return _failed(deployment, part, faults, code)
        ended.append(deployment)
    certificate = certificate_of(
        ended,
        rehearsals.measured(ports, tuple(ended)),
        key=signing.key,
        nonce=secrets.token_hex(16),
        home=ports.keys.home or None,
    )
    signed = signing.certify(certificate)
    file = (out or home_of() / "certificates") / certificate_name(certificate)
    write_whole(file, signed, fresh=True)
    _certified(signed, file, against_certificate(ports, ready.there, signed), ready, as_json=as_json)
    return ExitCode.COMPLETED


def _refuse_untrusted(keyring: Keyring, signing: Signer, now: datetime) -> None:
    """Refuse an untrusted key before anything is touched, because nobody would accept its certificate."""
    trusted = keyring.find(signing.key)
    if trusted is None:
        why = f"is not trusted, and a certificate needs the role {ISSUER}"
        move = f"The person who decides which keys count runs: {_trusting(signing)}"
    elif trusted.revoked_at is not None or (trusted.expires is not None and trusted.expires <= now):
        why = "was revoked" if trusted.revoked_at is not None else "expired"
        move = _ANOTHER_KEY
    elif not trusted.serves(ISSUER):
        why = f"is trusted in other roles only, and a certificate needs the role {ISSUER}"
        move = _ANOTHER_KEY
    else:
        return
    raise Refused(f"Nothing was rehearsed: your key {signing.key[:16]} {why}. {move}")


_ANOTHER_KEY = (
    "A key stays as it was trusted: make another one, have it trusted, and give it with --key FILE: "
    f'orch keys new --file FILE --role "{ISSUER}"'
)


def _trusting(signing: Signer) -> str:
    """The command that trusts the public half of this key; a half that names nobody needs a person."""
    card = public_half(signing)
    try:
        named = read_card(Path(card)).person is not None
    except OrchError:
        named = False
    who = "" if named else " --person NAME"
    return f'orch keys trust {command_word(card)}{who} --role "{ISSUER}"'


def _in_wave(ready: rehearsals.PreparedRehearsal, part: Rehearsal) -> str:
    return "" if part.failure_in is None else f" in {ready.prepared.waves[part.failure_in].name}"


def _part(
    ports: Ports, ready: rehearsals.PreparedRehearsal, part: Rehearsal, *, by: str, as_json: bool
) -> tuple[Deployment, ExitCode]:
    begun = rehearsals.find_part(ports, ready, part)
    if begun is not None and begun.over:
        _say(f"{begun.id} has already shown that, and nothing has changed since.", quiet=as_json)
        return begun, exit_code_of(begun)
    ended: list[Deployment] = []

    def drive(watch: Watcher) -> Deployment:
        ended.append(rehearsals.rehearse_part(ports, ready, part, by=by, watch=watch))
        return ended[-1]

    code = drive_in_view(ports, drive, by=by, as_json=as_json)
    return ended[-1], code


def _failed(d: Deployment, part: Rehearsal, faults: tuple[str, ...], code: ExitCode) -> int:
    if not d.over:
        goes_on = f"decide about {d.id}, then run the same command again"
        click.echo(f"The rehearsal waits in the part `{part.part}`: {goes_on}.", err=True)
        return code
    headline = f"The rehearsal failed in the part `{part.part}` ({d.id}), and no certificate is issued:"
    click.echo(headline, err=True)
    for fault in faults:
        click.echo(f"  {plain(fault, 500)}", err=True)
    # What only the policy of the plan's own place refuses, the deployment itself does not know.
    return ExitCode.BACKED_OUT if code == ExitCode.COMPLETED else code


def _certified(
    signed: SignedCertificate,
    file: Path,
    against: Sequence[Reason],
    ready: rehearsals.PreparedRehearsal,
    *,
    as_json: bool,
) -> None:
    if as_json:
        lacks = json.dumps([f"{reason.found}; {reason.next_move}" for reason in against])
        head = f'"kind":"certificate","file":{json.dumps(str(file))},"against":{lacks}'
        click.echo(f'{{{head},"signed":{signed.model_dump_json(ensure_ascii=True)}}}')
        return
    for sentence in certificate_words(signed.certificate):
        click.echo(sentence)
    click.echo(f"Certificate: {file}")
    policy, place = ready.there.policy, ready.there.plan.resources.environment
    if policy is None or policy.rehearsal is None:
        return
    if not against:
        click.echo(f"It counts for {place} by policy {policy.policy}.")
    for reason in against:
        click.echo(f"It does not count for {place}: {reason.found}; {reason.next_move}.")


def _say(text: str, *, quiet: bool) -> None:
    click.echo(text, err=quiet)
