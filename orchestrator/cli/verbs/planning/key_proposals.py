"""What `orch keys` proposes where stewards sign the keyring: a key more, or a key revoked."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from orchestrator.adapters.keys.trust_files import HouseTrust
from orchestrator.cli.options import keyring_proposals as proposals
from orchestrator.domain.authority.keyring_document import KeyringDocument
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.errors import Conflict
from orchestrator.policy.authority.keyring_changes import with_key, with_revoked

SHORT = 16
"""Digits of a key's number that are shown."""


def propose_key(trust_now: HouseTrust, before: KeyringDocument, key: TrustedKey, *, as_json: bool) -> None:
    """Propose a version of the keyring that trusts this key too; stewards bring it into force."""
    pending = trust_now.proposal()
    keys = with_key(pending.keyring if pending is not None else before, key)
    because = f"trust {key.person} as {', '.join(key.roles)}"
    file = proposals.propose(trust_now, before, because, keys=keys)
    _proposed(f"to trust {key.person} as {', '.join(key.roles)}", file, as_json=as_json)


def propose_revocation(
    trust_now: HouseTrust,
    before: KeyringDocument,
    key: TrustedKey,
    now: datetime,
    by: str,
    reason: str,
    *,
    as_json: bool,
) -> None:
    """Propose a version of the keyring in which this key is revoked. Raises Conflict if it is already."""
    if key.revoked_at is not None:
        raise Conflict(f"Key {key.key[:SHORT]} of {key.person} is revoked already.")
    pending = trust_now.proposal()
    keys = with_revoked(pending.keyring if pending is not None else before, key.key, now, by, reason)
    file = proposals.propose(trust_now, before, reason, keys=keys)
    _proposed(f"to revoke key {key.key[:SHORT]} of {key.person}", file, as_json=as_json)


def _proposed(what: str, file: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"proposed": what, "file": str(file)}))
        return
    click.echo(f"Proposed {what}, in {file}; nothing has changed yet.")
    click.echo(f"It takes effect when enough stewards have run: {proposals.SIGN} {file}")
