"""`orch trust release`: a steward lets a machine go, so that another house may deploy to it."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.adapters.keys.statements import new_nonce
from orchestrator.cli.options.common_options import by_option
from orchestrator.cli.options.option_values import noun_given
from orchestrator.cli.options.signing_key import key_option, own_key
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look
from orchestrator.domain.authority.machine_release import MachineRelease, SignedRelease, payload
from orchestrator.engine.use_cases import house
from orchestrator.errors import NotFound


@click.command()
@click.argument("host")
@click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
@key_option
@by_option
def release(host: str, reason: str, key: Path | None, by: str) -> None:
    """Let a machine go from this house: other houses may deploy to it. HOST is its name in the newest deployment to it.

    You sign it as a steward. It goes on record before the machine is asked.
    """
    ports = ports_to_look()
    trust = ports.keys.trust()
    if trust is None:
        raise NotFound("There is no signed keyring here, so this house governs no machine.")
    signing = own_key(key)
    mine = house.releasing_key(trust, ports.keys.keyring(Path.cwd()), signing.key)
    target = house.target_named(ports, host)
    identity = house.governed_identity(ports, target, trust.document.house)
    words = {"house": trust.document.house, "host": host, "machine": identity.machine_id, "reason": reason}
    signer = {"person": mine.person, "key": signing.key, "made_at": ports.clock.now(), "nonce": new_nonce()}
    statement = noun_given(MachineRelease, {**words, **signer})
    signed = SignedRelease(release=statement, signature=signing.sign(payload(statement)))
    house.release(ports, target, signed, by)
    click.echo(f"Released: {host} ({identity.machine_id}) is governed by no house now; {reason}.")
