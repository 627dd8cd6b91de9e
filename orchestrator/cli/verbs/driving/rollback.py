"""`orch rollback`: back out a deployment, and prove it against the baseline."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.follow import drive_in_view
from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.become_options import become_options
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.option_values import noun_given
from orchestrator.cli.options.signing_key import key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_act as ports_of_home
from orchestrator.cli.wiring import server
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import deployment_commands
from orchestrator.errors import UsageFault

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server

COUNTS_FOR = timedelta(days=1)
"""How long the word on a replacement could be used; it is used at once."""


@click.command()
@click.argument("deployment")
@click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
@click.option(
    "--despite",
    multiple=True,
    metavar="CODE",
    help="Set aside an obstacle that the refusal names by this code, or `all`; the record keeps which. May be repeated.",
)
@click.option(
    "--with",
    "playbook",
    metavar="PLAYBOOK",
    help="Run this playbook of the project instead of the approved one; it is checked, and copied. Of a stage: STAGE=PLAYBOOK.",
)
@click.option("--as", "role", metavar="ROLE", help="Your role, to sign for --with where keys are trusted.")
@click.option(
    "--emergency",
    is_flag=True,
    help="Take back what is completed under the policy's emergency procedure; a review is due then.",
)
@key_option
@json_option
@by_option
@ansible_option
@become_options
def rollback(  # noqa: PLR0913, PLR0917 - an option each
    deployment: str,
    reason: str,
    despite: tuple[str, ...],
    playbook: str | None,
    role: str | None,
    emergency: bool,  # noqa: FBT001
    key: Path | None,
    as_json: bool,  # noqa: FBT001
    by: str,
) -> int:
    """Back out every host that DEPLOYMENT touched, newest wave first, and prove it against the baseline.

    DEPLOYMENT must have ended or be held. To take back what is completed is a change of its own: where a policy binds or
    keys are trusted, people agree to it first with orch approve --roll-back. The exit code is 5 when the restoration is
    proved, 6 when something still differs, 7 when the backout failed. It is refused where a later deployment has touched
    one of the same machines, or another holds one; the refusal says how to go ahead all the same.
    """
    if playbook is None and role:
        raise UsageFault("--as signs for another playbook: name it with --with PLAYBOOK.")
    if (asked := server()) is not None:
        return _at_server(asked, deployment, playbook, reason, despite, emergency=emergency, as_json=as_json)
    ports = ports_of_home()

    def planned(d: Deployment) -> BackoutReplacement:
        from orchestrator.engine.use_cases.replace_backout import planned_replacement

        return planned_replacement(ports, d, playbook or "")

    def made(d: Deployment) -> BackoutReplacement:
        return _replacement(ports, d, playbook or "", role, key, reason)

    return drive_in_view(
        ports,
        lambda watch: deployment_commands.rollback(
            ports,
            deployment,
            by=by,
            reason=reason,
            watch=watch,
            despite=despite,
            replacing=deployment_commands.Replacing(planned, made) if playbook is not None else None,
            emergency=emergency,
        ),
        by=by,
        as_json=as_json,
    )


def _at_server(
    asked: Server,
    deployment: str,
    playbook: str | None,
    reason: str,
    despite: tuple[str, ...],
    *,
    emergency: bool,
    as_json: bool,
) -> int:
    from orchestrator.cli.verbs.driving import at_server
    from orchestrator.engine.lookup.deployment_lookup import find_to_change

    if playbook is not None:
        raise UsageFault(
            "--with names a playbook of the project, which lies on the server: run it there without --server."
        )
    body: dict[str, object] = {"reason": reason, "despite": list(despite), "emergency": emergency}
    return at_server.back_out(asked, find_to_change(ports_of_home(), deployment), body, as_json=as_json)


def _replacement(
    ports: Ports, d: Deployment, playbook: str, role: str | None, key: Path | None, reason: str
) -> BackoutReplacement:
    from orchestrator.engine.use_cases.replace_backout import replacement

    def sign(digest: str) -> SignedApproval:
        return _signed(ports, d, digest, role or "", key, reason)

    return replacement(ports, d, playbook, sign if role else None)


def _signed(
    ports: Ports, d: Deployment, digest: str, role: str, key: Path | None, reason: str
) -> SignedApproval:
    from orchestrator.adapters.keys.statements import new_nonce
    from orchestrator.cli.options.signing_key import own_signer

    keyring, now = ports.keys.keyring(Path(d.project)), ports.clock.now()
    own = own_signer(keyring, key, role=role)
    trusted = keyring.find(own.key)
    if trusted is None:
        raise UsageFault(f"Key {own.key[:16]} is trusted for nobody here; orch keys list shows which are.")
    statement = noun_given(
        ApprovalStatement,
        {
            "decision": "replace_backout",
            "role": role,
            "person": trusted.person,
            "key": own.key,
            "plan_digest": digest,
            "subject": d.id,
            "reason": reason,
            "made_at": now,
            "expires": now + COUNTS_FOR,
            "nonce": new_nonce(),
        },
        {"role": "--as", "reason": "--reason"},
    )
    return own.approve(statement)
