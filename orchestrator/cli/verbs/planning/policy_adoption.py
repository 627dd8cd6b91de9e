"""`orch policy adopt` and `orch policy withdraw`: a release policy comes into force, or ends, by a person's word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.adapters.files.policy_file import load_policy
from orchestrator.bootstrap import home_of
from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.option_values import noun_given
from orchestrator.cli.options.rule_files import Shelf, project_option
from orchestrator.cli.options.signing_key import key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.authority.approval import ApprovalStatement, Decision, SignedApproval
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.ports import Ports
from orchestrator.errors import UsageFault

if TYPE_CHECKING:
    from orchestrator.engine.use_cases import house_policies

_reason = click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
_role = click.option("--as", "role", metavar="ROLE", help="Your role, where keys are trusted.")


def policy_shelf(project: Path | None) -> Shelf[ReleasePolicy]:
    """The policies of the project and of the house."""
    folders = ((project or Path()) / "policies", home_of() / "policies", wiring.house().place / "policies")
    return Shelf(
        "release policy", folders, load_policy, lambda policy_noun: (policy_noun.policy, policy_noun.version)
    )


@click.command()
@click.argument("name", metavar="POLICY")
@_reason
@_role
@key_option
@project_option
@by_option
@json_option
def adopt(
    name: str,
    reason: str,
    role: str | None,
    key: Path | None,
    project: Path | None,
    by: str,
    as_json: bool,  # noqa: FBT001 (click calls it)
) -> None:
    """Bring POLICY (a name, NAME@VERSION, or a file) into force, in place of an earlier version.

    The first deployment under a policy does so by itself. Where keys are trusted, it is signed by a person in a role that the
    policy in force names (`changed_by`).
    """
    from orchestrator.engine.use_cases import house_policies

    loaded, ports = policy_shelf(project).named(name), ports_of_home()
    sign = _signing(ports, role, key, reason)
    event = house_policies.adopt(ports, loaded.noun, _folder(project), by=by, reason=reason, sign=sign)
    if as_json:
        click.echo(event.model_dump_json(ensure_ascii=True))
        return
    click.echo(
        f"In force: {loaded.noun.policy} version {loaded.noun.version} ({loaded.file}){_signed(event.signed)}."
    )


@click.command()
@click.argument("name", metavar="POLICY")
@_reason
@_role
@key_option
@project_option
@by_option
@json_option
def withdraw(
    name: str,
    reason: str,
    role: str | None,
    key: Path | None,
    project: Path | None,
    by: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """End POLICY, by its name: what it governed may then go on without it.

    Where keys are trusted, it is signed by a person in a role that the policy names (`changed_by`).
    """
    from orchestrator.engine.use_cases import house_policies

    ports = ports_of_home()
    sign = _signing(ports, role, key, reason)
    event = house_policies.withdraw(ports, name, by=by, reason=reason, sign=sign)
    if as_json:
        click.echo(event.model_dump_json(ensure_ascii=True))
        return
    click.echo(f"No longer in force: {event.policy} version {event.version}{_signed(event.signed)}.")
    for loaded in policy_shelf(project).all()[0]:
        if loaded.noun.policy == event.policy:
            click.echo(
                f"Its file is still there, and the next deployment under it brings it back: {loaded.file}"
            )


def _folder(project: Path | None) -> Path:
    return (project or Path()).resolve()


def _signed(signed: SignedApproval | None) -> str:
    return f", signed by {signed.approval.person} as {signed.approval.role}" if signed is not None else ""


def _signing(ports: Ports, role: str | None, key: Path | None, reason: str) -> house_policies.Sign:
    """Signs with the person's own key. Raises NotFound, UsageFault, Refused."""
    from orchestrator.adapters.keys.statements import new_nonce
    from orchestrator.cli.options.signing_key import own_key
    from orchestrator.engine.use_cases.house_policies import COUNTS_FOR, role_of
    from orchestrator.policy.authority.policy_memory import policy_digest

    def sign(
        decision: Decision, policy: ReleasePolicy, rules: Sequence[ReleasePolicy], ring: Keyring
    ) -> SignedApproval:
        own, now = own_key(key), ports.clock.now()
        trusted = ring.find(own.key)
        if trusted is None:
            raise UsageFault(
                f"Key {own.key[:16]} is trusted for nobody here; orch keys list shows which are."
            )
        fields = {
            "decision": decision,
            "role": role or role_of(trusted, rules),
            "person": trusted.person,
            "key": own.key,
            "plan_digest": policy_digest(policy),
            "subject": policy.policy,
            "reason": reason,
            "made_at": now,
            "expires": now + COUNTS_FOR,
            "nonce": new_nonce(),
        }
        return own.approve(noun_given(ApprovalStatement, fields, {"role": "--as", "reason": "--reason"}))

    return sign
