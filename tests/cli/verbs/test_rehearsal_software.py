"""A rehearsal certifies what it ran with, and all of its parts ran with the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.keys.certificate_files import certificate_files
from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.domain.authority.rehearsal import RehearsedSoftware
from orchestrator.domain.authority.signing import ISSUER, Keyring, TrustedKey
from orchestrator.domain.evidence.run_software import CollectionUsed, RunSoftware
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.engine.use_cases import rehearse as rehearsals
from orchestrator.errors import ExitCode, Refused
from orchestrator.policy.authority.certificate_issue import certificate_of
from tests.fakes.clock import START
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, quiet, shop_fleet


def software(core: str, collection: str = "8.1.0") -> RunSoftware:
    named = (CollectionUsed(name="community.general", version=collection, place="/srv"),)
    return RunSoftware(versions={"orch": "7.0", "python": "3.11.2", "ansible-core": core}, collections=named)


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A fleet whose owner may issue certificates."""
    key = SigningKey.new()
    (tmp_path / "key.pem").write_bytes(key.pem())
    (tmp_path / "key.pem").chmod(0o600)
    monkeypatch.setenv("ORCH_KEY", str(tmp_path / "key.pem"))
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    made = shop_fleet(tmp_path / "home")
    fields = {"key": key.key, "public": key.public, "person": "Rae Ortiz", "roles": (ISSUER,), "also": ("rae", "ann"),
            "trusted_at": START, "trusted_by": "ann"}  # fmt: skip
    made.keys.ring = Keyring(keys=(TrustedKey.model_validate(fields),))
    made.playbooks.present = software("2.19.4")
    return made


def test_the_certificate_says_what_ran(
    fleet: Fleet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert orch(fleet, ["rehearse", "plan.yml", "--in", "rehearsal", "--by", "rae"]) == ExitCode.COMPLETED
    [signed] = certificate_files([tmp_path / "home"]).values()
    assert signed.certificate.software == RehearsedSoftware(
        core="2.19.4", python="3.11.2", collections={"community.general": "8.1.0"}
    )
    sentence = "It was run with ansible-core 2.19.4 under Python 3.11.2; collections community.general 8.1.0."
    assert sentence in capsys.readouterr().out


@pytest.mark.parametrize(
    "later", [software("2.19.5"), software("2.19.4", "8.1.1")], ids=["core", "collection"]
)
def test_a_part_that_ran_with_other_software_is_run_again(fleet: Fleet, later: RunSoftware) -> None:
    place = RehearsalPlace(environment="rehearsal", inventory="inventories/rehearsal")
    ready = rehearsals.ready(fleet.ports, rehearsals.RehearsalRequest(Path("plan.yml"), place))
    first, second = ready.parts
    first_run = rehearsals.rehearse_part(fleet.ports, ready, first, by="ann", watch=quiet)
    again = rehearsals.find_part(fleet.ports, ready, first)
    assert again is not None
    assert again.id == first_run.id
    fleet.playbooks.present = later
    assert rehearsals.find_part(fleet.ports, ready, first) is None
    other = rehearsals.rehearse_part(fleet.ports, ready, second, by="ann", watch=quiet)
    with pytest.raises(Refused, match=r"not all run with the same software: .*, rehearsed with"):
        certificate_of(
            (first_run, other),
            rehearsals.measured(fleet.ports, (first_run, other)),
            key="0" * 64,
            nonce="0" * 32,
        )
