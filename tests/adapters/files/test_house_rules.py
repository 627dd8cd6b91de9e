"""House over project in files: which policy binds, which keys count, and which model a name means."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.files.house_rules import roles_of_house
from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.adapters.keys.key_folder import KeyFolder
from orchestrator.engine.ports import Governing
from tests.worlds.plans import plan_of, plan_tree
from tests.worlds.trust import DAY_ONE, house_of_words, trusted

ENVIRONMENT = plan_of(plan_tree()).resources.environment


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A project, a home and a house, each with a folder of policies, models and keys."""
    for place in ("project", "home", "house"):
        for name in ("policies", "models", "keys"):
            (tmp_path / place / name).mkdir(parents=True)
    return tmp_path


def policy(place: Path, name: str, **words: Any) -> Path:
    file = place / "policies" / f"{name}.yml"
    usual = {"orch": 1, "policy": name, "version": 1, "title": name}
    file.write_text(json.dumps({**usual, "applies_to": {"environments": [ENVIRONMENT]}, **words}))
    return file


def model(place: Path, name: str, **words: Any) -> str:
    usual = {"orch": 1, "model": name, "version": 1, "title": name, "purpose": name, "requires": {}}
    steps = [{"step": "Deploy.", "role": "deployment practitioner", "seen_by": "the waves"}]
    (place / "models" / f"{name}.yml").write_text(json.dumps({**usual, "steps": steps, **words}))
    return f"models/{name}.yml"


def environment(place: Path, **words: Any) -> None:
    usual = {"orch": 1, "environment": "live", "title": "live", "class": "live", "owner": "shop owner"}
    (place / "environments").mkdir()
    (place / "environments/live.yml").write_text(json.dumps({**usual, **words}))


def governing(places: Path, house: str = "house", **sections: Any) -> Governing:
    tree = plan_tree()
    for section, words in sections.items():
        tree[section] = {**tree.get(section, {}), **words}
    authority = ProjectAuthority(places / "home", places / house)
    return authority.governing(plan_of(tree), places / "project")


def bound(answer: Governing) -> str | None:
    return answer.policy.policy if answer.policy is not None else None


@pytest.mark.parametrize("lower", ["project", "home"])
def test_a_policy_of_the_house_binds_alone_and_others_are_set_aside_loudly(places: Path, lower: str) -> None:
    policy(places / "house", "strict")
    weak = policy(places / lower, "weak")
    answer = governing(places)
    assert bound(answer) == "strict"
    assert answer.objections == ()
    (warning,) = answer.warnings
    assert f"{weak} as well, which is set aside" in warning.found


def test_the_home_is_the_house_where_there_is_no_other(places: Path) -> None:
    policy(places / "home", "strict")
    policy(places / "project", "weak")
    assert bound(governing(places, house="home")) == "strict"


def test_a_plan_that_names_the_projects_policy_is_refused(places: Path) -> None:
    strict = policy(places / "house", "strict")
    policy(places / "project", "weak")
    answer = governing(places, approval={"policy": "policies/weak.yml"})
    assert bound(answer) is None
    (objection,) = answer.objections
    assert str(strict) in objection.expected


def test_a_plan_may_name_the_policy_of_the_house(places: Path) -> None:
    strict = policy(places / "house", "strict")
    policy(places / "house", "other")
    assert bound(governing(places, approval={"policy": str(strict)})) == "strict"
    assert bound(governing(places)) is None, "of two of the house the plan names one"


def test_what_the_house_does_not_cover_the_project_governs(places: Path) -> None:
    policy(places / "house", "elsewhere", applies_to={"environments": ["elsewhere"]})
    policy(places / "project", "own")
    answer = governing(places)
    assert (bound(answer), answer.warnings) == ("own", ())


@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_a_link_to_the_policy_of_the_house_does_not_make_it_the_projects(places: Path, name: str) -> None:
    strict = policy(places / "house", "strict")
    policy(places / "project", "weak")
    (places / "project/policies" / f"{name}.yml").symlink_to(strict)
    assert bound(governing(places, approval={"policy": "policies/weak.yml"})) is None
    assert bound(governing(places)) == "strict"


def test_the_roles_of_the_house_are_all_that_its_policies_ask_for(places: Path) -> None:
    policy(
        places / "house",
        "strict",
        approvals={"before": ["change manager"], "after": ["customer"]},
        standard=[{"model": "m", "version": 1, "before": ["service owner"]}],
        emergency={
            "definition": "x",
            "before": ["service owner"],
            "review_within": "1d",
            "reviewers": ["auditor"],
        },
        roles=["auditor"],
        change_types=["normal", "standard", "emergency"],
        rehearsal={"environments": ["staging"], "max_age": "30d"},
        window_override=["deployment manager"],
    )
    assert set(roles_of_house(places / "house")) == {
        "change manager",
        "customer",
        "service owner",
        "auditor",
        "deployment manager",
        "rehearsal issuer",
    }


FREEZE = {"name": "x", "zone": "UTC", "starts": "2026-12-24T00:00", "lasts": "1d", "reason": "x"}
EMERGENCY = {"definition": "x", "before": ["service owner"], "review_within": "1d", "reviewers": ["customer"]}


@pytest.mark.parametrize(
    "words",
    [
        {"late_backout": {"before": ["change manager"]}},
        {
            "change_types": ["normal", "emergency"],
            "emergency": EMERGENCY,
            "late_backout": {"emergency": ["change manager"]},
        },
        {"concessions": {"roles": ["change manager"]}},
        {"changed_by": ["change manager"]},
        {"verification": {"gate": {"confirm": "change manager"}}},
    ],
    ids=["late_backout", "late_backout in an emergency", "concessions", "changed_by", "gate"],
)
def test_a_project_adds_nobody_to_a_role_of_any_section_of_the_houses_policies(
    places: Path, words: dict[str, Any]
) -> None:
    policy(places / "house", "strict", **words)
    trust(places, "project", "Mallory", "change manager", "tester")
    assert ring(places, named_roles=lambda: roles_of_house(places / "house"))["Mallory"] == ("tester",)


@pytest.mark.parametrize(
    "words", [{"owner": "change manager"}, {"freezes": [{**FREEZE, "override": ["change manager"]}]}]
)
def test_a_project_adds_nobody_who_answers_for_an_environment_of_the_house(
    places: Path, words: dict[str, Any]
) -> None:
    environment(places / "house", **words)
    trust(places, "project", "Mallory", "change manager", "tester")
    assert ring(places, named_roles=lambda: roles_of_house(places / "house"))["Mallory"] == ("tester",)


def test_a_project_names_nobody_who_answers_by_name_for_an_environment_of_the_house(places: Path) -> None:
    environment(places / "house", owner="Nadia Costa")
    trust(places, "project", "Nadia Costa", "tester")
    assert ring(places, named_roles=lambda: roles_of_house(places / "house")) == {}


@pytest.mark.parametrize(("words", "objections"), [({}, 0), ({"title": "weaker"}, 1), ({"version": 2}, 1)])
def test_a_model_of_a_name_of_the_house_is_the_houses(
    places: Path, words: dict[str, Any], objections: int
) -> None:
    model(places / "house", "rolling")
    path = model(places / "project", "rolling", **words)
    answer = governing(places, strategy={"model": path})
    assert len(answer.objections) == objections
    assert all("as the house has it" in objection.expected for objection in answer.objections)


def test_a_model_of_a_name_of_its_own_is_the_projects(places: Path) -> None:
    model(places / "house", "rolling")
    path = model(places / "project", "ours")
    assert governing(places, strategy={"model": path}).objections == ()


def ring(places: Path, **more: Any) -> dict[str, tuple[str, ...]]:
    keys = FolderKeys(places / "home", places / "house", now=lambda: DAY_ONE, **more)
    return {key.person: key.roles for key in keys.keyring(places / "project").keys}


def trust(places: Path, place: str, name: str, *roles: str) -> None:
    KeyFolder(places / place / "keys").trust(trusted(name, roles))


def test_with_write_access_to_the_project_nobody_becomes_change_manager_or_issuer(places: Path) -> None:
    trust(places, "house", "Li", "change manager")
    for place in ("project", "home"):
        trust(places, place, "Mallory", "change manager", "rehearsal issuer", "tester")
    assert ring(places) == {"Li": ("change manager",), "Mallory": ("tester",)}
    aside = FolderKeys(places / "home", places / "house").keyring(places / "project").set_aside
    assert {each.because for each in aside} == {"role_of_the_house"}


def test_keys_of_the_project_alone_count_as_they_did(places: Path) -> None:
    trust(places, "project", "Li", "change manager")
    trust(places, "home", "Bo", "rehearsal issuer")
    assert ring(places) == {"Li": ("change manager",), "Bo": ("rehearsal issuer",)}
    assert ring(places, named_roles=lambda: ("change manager",)) == {"Bo": ("rehearsal issuer",)}


def test_under_a_signed_keyring_the_folder_of_the_house_adds_nobody_to_its_roles(places: Path) -> None:
    row = {"chain": [{"keys": {"Li": {"roles": ["change manager"]}}, "made": 0}]}
    house_of_words(places / "house", places / "home", row)
    trust(places, "house", "Mallory", "change manager")
    trust(places, "house", "Mia", "tester")
    assert ring(places) == {"Li": ("change manager",), "Mia": ("tester",)}


def test_the_id_of_a_home_stays_and_is_its_own(places: Path) -> None:
    first = FolderKeys(places / "home").home
    assert FolderKeys(places / "home").home == first
    assert FolderKeys(places / "other").home != first
    assert not list((places / "home").glob(".*"))


def test_what_binds_is_known_as_documents_with_the_digest_of_each_file(places: Path) -> None:
    control = {"author": "Ada Berg", "status": "approved"}
    file = policy(places / "house", "live", document=control)
    path = model(places / "project", "web")
    documents = governing(places, strategy={"model": path}).documents
    assert [(each.what, each.name, each.control is not None) for each in documents] == [
        ("policy", "live", True),
        ("model", "web", False),
    ]
    assert documents[0].sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_project_adds_nobody_to_the_roles_that_approve_documents_and_oversee_first_uses(
    places: Path,
) -> None:
    policy(
        places / "house",
        "live",
        roles=["standards", "overseer"],
        documents={"approved_by": ["standards"], "overseers": ["overseer"]},
    )
    assert {"standards", "overseer"} <= set(roles_of_house(places / "house"))
    policy(places / "house", "live", documents={"approved_by": ["customer"], "overseers": ["service owner"]})
    assert {"customer", "service owner"} <= set(roles_of_house(places / "house"))
