"""A name that misleads its reader is a fault with its line, in whatever file a person writes it, and in options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.adapters.files.noun_file import noun_of
from orchestrator.adapters.files.policy_file import policy_of
from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.adapters.keys.key_folder import KeyFolder, card_of, make_key
from orchestrator.cli.main import run
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.engine.planning.plan_check import check_files
from orchestrator.errors import ExitCode, PlanFault
from tests.worlds.fleet import Fleet
from tests.worlds.people import TRUSTED_AT
from tests.worlds.plans import plan_tree

CYRILLIC_A = "\u0430"
ODD = [(CYRILLIC_A, "CYRILLIC SMALL LETTER A"), ("a\ufe0f", "U+FE0F"), ("a\u3164", "U+3164")]
FREEZE = "freezes: [{name: x, zone: UTC, starts: 2026-01-01T00:00, lasts: 1h, reason: x, override: [m%sn]}]"
HEAD = "orch: 1\npolicy: house\nversion: 1\ntitle: House rules\n"


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ("approvals: {before: [change m%snager]}", "approvals.before[0]"),
        ("approvals: {after: [{role: change m%snager, people: 2}]}", "approvals.after[0].role"),
        ("roles: [d%stabase administrator]", "roles[0]"),
        ("separation: {apart: [[service owner, change m%snager]]}", "separation.apart[0][1]"),
        ("window_override: [change m%snager]", "window_override[0]"),
        ("changed_by: [change m%snager]", "changed_by[0]"),
        ("verification: {roles: [change m%snager]}", "verification.roles[0]"),
        ("verification: {gate: {confirm: change m%snager}}", "verification.gate.confirm"),
        (FREEZE, "freezes[0].override[0]"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("odd", "says"), ODD)
def test_in_a_policy(section: str, path: str, odd: str, says: str) -> None:
    with pytest.raises(PlanFault) as unfit:
        policy_of("house.yml", (HEAD + section % odd).encode())
    words = "\n".join(map(str, unfit.value.faults))
    assert f"house.yml:5 {path}: expected a name in" in words
    assert says in words


@pytest.mark.parametrize("role", ["change rnanager", "change manager.", "cust0mer"])
def test_a_role_that_a_policy_adds_looks_like_no_other(role: str) -> None:
    with pytest.raises(PlanFault, match=r"house.yml:5 roles\[0\]: expected a role that does not look like"):
        policy_of("house.yml", f"{HEAD}roles: [{role}]\n".encode())


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("roles", {"change m\u0430nager": "Bo Lind"}),
        ("roles", {"change manager": "B\u043e Lind"}),
        ("approval", {"required": ["change m\u0430nager"]}),
        ("approval", {"sign_off": ["customer\u3164"]}),
    ],
)
def test_in_a_plan(section: str, words: dict[str, object]) -> None:
    tree = plan_tree()
    tree[section] = words
    with pytest.raises(PlanFault, match="expected a name in"):
        noun_of("plan.yml", json.dumps(tree).encode(), ReleasePlan)


@pytest.mark.parametrize(
    ("section", "words", "says"),
    [
        (
            "roles",
            {"change rnanager": "Bo Lind"},
            "roles.change rnanager: expected a role that does not look like",
        ),
        (
            "roles",
            {"Change Manager": "Bo", "change manager": "Cy"},
            "roles.change manager: expected each role once",
        ),
        (
            "approval",
            {"required": ["change rnanager"]},
            "approval.required[0]: expected a role that does not",
        ),
    ],
)
def test_a_role_of_a_plan_looks_like_no_other(section: str, words: dict[str, object], says: str) -> None:
    fleet = Fleet()
    fleet.tree[section] = words
    checked = check_files(fleet.ports, fleet.planning.load(Path("plan.yml")))
    assert says in "\n".join(map(str, checked.faults))


def test_people_of_every_alphabet_are_in_plans() -> None:
    tree = plan_tree()
    people = ("Иван Петров", "Γιώργος", "李伟", "محمد علي", "राजेश शर्मा", "Bo O\u2019Hara-Smith", "Jose\u0301")
    tree["roles"] = {f"role {n}": person for n, person in enumerate(people)}
    assert tuple(noun_of("plan.yml", json.dumps(tree).encode(), ReleasePlan).noun.roles.values()) == people


def _key(folder: Path, person: str, *, role: str = "change manager", **changes: str) -> TrustedKey:
    card = card_of(make_key(folder / f"{person!a}.pem".replace("/", ""), None), None, ())
    fields = {
        "person": person,
        "roles": (role,),
        "trusted_at": TRUSTED_AT,
        "trusted_by": "Ada",
        **changes,
    }
    return TrustedKey.model_validate({"key": card.key, "public": card.public, **fields})


def test_in_a_file_of_a_key(tmp_path: Path) -> None:
    KeyFolder(tmp_path / "keys").trust(_key(tmp_path, "Ad\u0430 Berg"))
    with pytest.raises(PlanFault, match=r"person: expected a file that orch wrote.*CYRILLIC SMALL LETTER A"):
        FolderKeys(tmp_path / "home").keyring(tmp_path)


def test_keys_of_two_people_whose_names_look_alike_count_for_nobody(tmp_path: Path) -> None:
    home, project = KeyFolder(tmp_path / "home/keys"), KeyFolder(tmp_path / "project/keys")
    home.trust(_key(tmp_path, "Al Berg"))
    home.trust(_key(tmp_path, "Ian Berg"))
    keys = FolderKeys(tmp_path / "home")
    assert len(keys.keyring(tmp_path / "project").keys) == 2
    # In a role that nobody has in the home: else it would be set aside already.
    other = _key(tmp_path, "AI Berg", role="customer")
    project.trust(other)
    with pytest.raises(
        PlanFault, match=f"`AI Berg`, which looks like `Al Berg`; .*orch keys revoke {other.key[:16]}"
    ):
        keys.keyring(tmp_path / "project")
    project.revoke(other.key, TRUSTED_AT, "Ada", "not theirs")
    assert len(keys.keyring(tmp_path / "project").keys) == 3


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--person", "Ad\u0430 Berg", "--role", "customer"], ExitCode.USAGE, "--person: expected a name in letters of one"),
        (["--person", "Ada", "--role", "custom\u0435r"], ExitCode.USAGE, "--role: expected a name in letters of one"),
        (["--person", "Ada", "--role", "customer", "--also", "ad\u0430"], ExitCode.USAGE, "--also: expected a name in"),
        (["--person", "Al Berg", "--role", "customer", "--by", "\u0410da"], ExitCode.USAGE, "--by: expected a name in"),
        (["--person", "AI Berg", "--role", "customer"], ExitCode.REFUSED, "`AI Berg` looks like `Al Berg`"),
        (["--person", "Bo", "--role", "customer", "--also", "AI Berg"], ExitCode.REFUSED, "looks like `Al Berg`"),
        (["--person", "AL BERG", "--role", "customer"], ExitCode.COMPLETED, ""),
        (["--person", "Ольга", "--role", "customer"], ExitCode.COMPLETED, ""),
    ],
)  # fmt: skip
def test_in_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    words: list[str], code: ExitCode, says: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    KeyFolder(tmp_path / "home/keys").trust(_key(tmp_path, "Al Berg"))
    assert run(["keys", "new", "--file", "k.pem", "--no-passphrase"]) == 0
    assert run(["keys", "trust", "k.pub.json", "--yes", *words]) == code
    assert says in capfd.readouterr().err
