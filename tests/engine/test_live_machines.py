"""A machine that is known as live is deployed to only as live: over the real engine, with a journal that remembers."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.domain.rules.environment import EnvironmentFile
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.planning.static_check import check_statically
from orchestrator.engine.stop_in_force import standing_stop
from orchestrator.engine.use_cases import emergency_stop
from orchestrator.engine.use_cases.rehearse import RehearsalRequest, ready, rehearse_part
from orchestrator.engine.use_cases.release_machine import release_machine
from orchestrator.engine.use_cases.signed_words import open_session, take_in
from orchestrator.errors import Refused
from tests.fakes.voice import FakeVoice
from tests.worlds.environments import file
from tests.worlds.fleet import PEOPLE, Fleet, quiet
from tests.worlds.people import approval, key_in, keyring_of
from tests.worlds.plans import plan_tree

KEY = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
FREEZE = {
    "name": "year-end",
    "zone": "UTC",
    "starts": "2026-03-01T00:00",
    "ends": "2026-03-31T00:00",
    "reason": "no plums",
}


class Site:
    """A fleet whose one plan is deployed under the name of one environment after the other."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet

    def know(self, *files: EnvironmentFile) -> None:
        self.fleet.authority.places = files

    def deploy_to(self, environment: str) -> Deployment:
        self.fleet.tree["resources"]["environment"] = environment
        self.fleet.clock.sleep(60)
        return self.fleet.deploy()

    def asked(self) -> int:
        return len(self.fleet.targets.asked)


@pytest.fixture
def site() -> Site:
    return Site(Fleet(plan_tree()))


def refusals(d: Deployment) -> str:
    assert d.state is State.REFUSED, d.state
    assert not d.touched_hosts
    return "\n".join(d.preparation.refusals)


def test_without_files_and_policies_names_are_only_names(site: Site) -> None:
    assert site.deploy_to("live").state is State.COMPLETED
    d = site.deploy_to("test")
    assert d.state is State.COMPLETED
    assert (d.authority.environment, d.authority.environment_class) == (None, None)


def test_what_was_deployed_to_as_live_is_not_test(site: Site) -> None:
    site.know(file())
    first = site.deploy_to("live")
    assert (first.state, first.authority.environment_class) == (State.COMPLETED, "live")
    asked = site.asked()
    site.fleet.targets.pins = {"h1": [f"SHA256:{site.fleet.targets.machine('h1').machine_id}"]}
    words = refusals(site.deploy_to("test"))
    assert f"h1: known as a live machine of live by what {first.id} deployed there" in words
    assert site.asked() == asked, "the pinned key says it before any host is asked"


def test_where_no_key_is_pinned_the_hosts_say_it(site: Site) -> None:
    site.know(file())
    site.deploy_to("live")
    began = len(site.fleet.playbooks.started)
    words = refusals(site.deploy_to("test"))
    assert "h1, h2, h3: known as a live machine of live" in words
    assert len(site.fleet.playbooks.started) == began
    assert site.fleet.ports.locks.held() == []


def test_other_names_for_the_same_machines_hide_nothing(site: Site) -> None:
    site.know(file())
    site.deploy_to("live")
    machines = site.fleet.targets.machines
    for old, new in (("h1", "x1"), ("h2", "x2"), ("h3", "x3")):
        machines[new] = machines.pop(old)
    fleet = site.fleet
    fleet.hosts = tuple(
        target.model_copy(update={"host": name, "address": "127.0.0.1", "port": 2200 + n})
        for n, (target, name) in enumerate(zip(fleet.hosts, ("x1", "x2", "x3"), strict=True))
    )
    assert "x1, x2, x3: known as a live machine of live" in refusals(site.deploy_to("test"))


def test_an_environment_that_a_policy_names_is_remembered_too(site: Site) -> None:
    site.fleet.rule(applies_to={"environments": ["live"]}, approvals={"before": []})
    first = site.deploy_to("live")
    assert first.state is State.COMPLETED
    site.fleet.authority.policy = None
    assert f"known as a machine of live by what {first.id} deployed there" in refusals(site.deploy_to("test"))
    # Its policy binds until somebody withdraws it, whatever became of its file.
    assert "house version 1: is in force since" in refusals(site.deploy_to("live"))


def test_what_was_deployed_before_there_were_files_counts(site: Site) -> None:
    first = site.deploy_to("live")
    assert next(b for b in briefs(site.fleet.ports.journal)).machines == ()
    site.know(file())
    assert first.id in refusals(site.deploy_to("test"))


def test_a_live_deployment_that_never_reached_a_machine_binds_none(site: Site) -> None:
    site.know(file(freezes=[FREEZE]))
    assert "year-end: frozen until" in refusals(site.deploy_to("live"))
    assert site.deploy_to("test").state is State.COMPLETED


def test_the_freeze_of_an_environment_binds_without_a_policy(site: Site) -> None:
    site.know(file(freezes=[FREEZE]), file("test"))
    assert "no plums" in refusals(site.deploy_to("live"))
    assert site.deploy_to("test").state is State.COMPLETED


def test_live_in_a_freeze_is_not_reached_under_another_name(site: Site) -> None:
    site.know(file(), file("test"))
    site.deploy_to("live")
    site.know(file(freezes=[FREEZE]), file("test"))
    for name in ("live", "test", "LIVE", "live.", "prod"):
        began = len(site.fleet.playbooks.started)
        refusals(site.deploy_to(name))
        assert len(site.fleet.playbooks.started) == began


def test_a_lost_file_frees_nothing(site: Site) -> None:
    site.know(file())
    site.deploy_to("live")
    site.know()
    assert "was known as live when" in refusals(site.deploy_to("live"))
    assert "known as a live machine" in refusals(site.deploy_to("test"))


def test_a_released_machine_is_anybodys_until_live_is_deployed_there_again(site: Site) -> None:
    site.know(file())
    site.deploy_to("live")
    fleet = site.fleet
    fleet.clock.sleep(1)
    for host in ("h1", "h2", "h3"):
        event = release_machine(fleet.ports, host, fleet.authority.places, by="ann", reason="for tests now")
        assert (event.environments, event.owners) == (("live",), ("service owner",))
    assert site.deploy_to("test").state is State.COMPLETED
    assert site.deploy_to("live").state is State.COMPLETED
    assert "known as a live machine" in refusals(site.deploy_to("test"))


def test_a_release_is_of_one_machine(site: Site) -> None:
    site.know(file())
    site.deploy_to("live")
    fleet = site.fleet
    fleet.clock.sleep(1)
    release_machine(fleet.ports, "machine-of-h2", fleet.authority.places, by="ann", reason="moved")
    assert "h1, h3: known as a live machine" in refusals(site.deploy_to("test"))


MALLORY = keyring_of({"service owner": "Mallory"}).keys[0].model_copy(update={"key": "e" * 64})


@pytest.mark.parametrize("own", [(), (MALLORY,)], ids=["no keys", "own keys"])
def test_no_folder_of_ones_own_releases_a_machine_from_a_project_with_keys(
    site: Site, own: tuple[TrustedKey, ...]
) -> None:
    fleet, voice = site.fleet, site.fleet.ports.voice
    assert isinstance(voice, FakeVoice)
    fleet.keys.in_project = {Path("/project"): keyring_of(PEOPLE), Path("/own"): Keyring(keys=own)}
    site.know(file())
    assert site.deploy_to("live").state is State.COMPLETED
    fleet.clock.sleep(1)
    voice.own = MALLORY.key
    with pytest.raises(Refused, match="not trusted here"):
        release_machine(
            fleet.ports, "h1", fleet.authority.places, by="Mallory", reason="x", project=Path("/own")
        )


def test_whoever_answers_for_an_environment_does_so_too_when_its_file_is_gone(site: Site) -> None:
    fleet, voice = site.fleet, site.fleet.ports.voice
    assert isinstance(voice, FakeVoice)
    fleet.keys.ring = keyring_of(PEOPLE)
    site.know(file())
    assert site.deploy_to("live").state is State.COMPLETED
    fleet.clock.sleep(1)
    voice.own = key_in("change manager")
    with pytest.raises(Refused, match="ask service owner to release the machine"):
        release_machine(fleet.ports, "h1", (), by="Bo Lind", reason="x", project=Path("/project"))


def test_what_nothing_binds_cannot_be_released(site: Site) -> None:
    site.know(file())
    with pytest.raises(Refused, match="nothing to release"):
        release_machine(site.fleet.ports, "h1", site.fleet.authority.places, by="ann", reason="x")


def test_a_machine_of_an_open_deployment_is_not_released(site: Site) -> None:
    site.know(file())
    site.fleet.tree["strategy"]["gate"] = {"confirm": "service owner"}
    d = site.deploy_to("live")
    assert d.state is State.AT_GATE
    with pytest.raises(Refused, match=f"{d.id} is not over: end it first: orch status {d.id}"):
        release_machine(site.fleet.ports, "h1", site.fleet.authority.places, by="ann", reason="x")


@pytest.mark.parametrize("by", ["file", "policy"])
def test_no_machine_leaves_in_a_freeze(site: Site, by: str) -> None:
    later = {**FREEZE, "starts": "2026-03-03T00:00"}
    if by == "policy":
        site.fleet.rule(applies_to={"environments": ["live"]}, approvals={"before": []}, freezes=[later])
    site.know(file(freezes=[later] if by == "file" else []))
    assert site.deploy_to("live").state is State.COMPLETED
    site.fleet.clock.sleep(12 * 3600)
    with pytest.raises(Refused, match=r"live is frozen .year-end: no plums.: no machine leaves it now"):
        release_machine(site.fleet.ports, "h1", site.fleet.authority.places, by="ann", reason="x")


def test_a_release_ends_no_emergency_stop(site: Site) -> None:
    site.know(file())
    site.deploy_to("live")
    ports = site.fleet.ports
    site.fleet.clock.sleep(1)
    emergency_stop.stop_all(ports, by="ann", reason="fire")
    release_machine(ports, "h1", site.fleet.authority.places, by="ann", reason="x")
    standing = standing_stop(ports.journal)
    assert standing is not None
    assert (standing.by, standing.reason) == ("ann", "fire")


def test_a_machine_of_a_file_is_known_before_anything_was_deployed(site: Site) -> None:
    machine = site.fleet.targets.machine("h2")
    machine.machine_id, machine.host_key = ID, KEY
    site.know(file(machines=[{"machine_id": ID}]), file("test"))
    words = refusals(site.deploy_to("test"))
    assert "h2: known as a live machine of live by environments/live.yml, and the plan calls it test" in words
    assert "orch environment release" not in words


def test_a_file_of_the_house_lets_a_machine_leave(site: Site) -> None:
    machine = site.fleet.targets.machine("h2")
    machine.machine_id = ID
    site.know(file())
    site.deploy_to("live")
    moved = file("test", house=True, machines=[{"machine_id": ID}])
    site.know(file(), moved)
    assert "h1, h3: known as a live machine" in refusals(site.deploy_to("test"))


def test_an_unknown_environment_is_said_on_the_plan_and_on_record(site: Site) -> None:
    site.know(file())
    site.fleet.tree["resources"]["environment"] = "sandbox"
    checked = site.fleet.prepared()
    assert [str(w) for w in checked.warnings if "which no file knows" in str(w)]
    d = site.deploy_to("sandbox")
    assert (d.state, d.authority.environment_class) == (State.COMPLETED, "unknown")


def test_a_check_of_the_plan_says_it_from_files_alone(site: Site) -> None:
    site.know(file(machines=[{"host": "h*"}]))
    loaded = site.fleet.planning.load(Path("plan.yml"))
    faults = [str(fault) for fault in check_plan(site.fleet.ports, loaded).faults]
    assert any("resources.environment: expected the environment of its machines" in fault for fault in faults)


def test_a_check_without_hosts_sees_names(site: Site) -> None:
    site.know(file("test", policy="house-test"))
    loaded = site.fleet.planning.load(Path("plan.yml"))
    faults = [str(fault) for fault in check_statically(site.fleet.ports, loaded).checked.faults]
    assert any("is governed by policy house-test, and no policy binds" in fault for fault in faults)


def test_files_that_cannot_be_read_when_hosts_are_asked_refuse(site: Site) -> None:
    site.know(file("test"))
    authority = site.fleet.authority

    def broken(question: str) -> None:
        if question == "verify":
            authority.unreadable_places = True

    site.fleet.targets.on_question = broken
    assert "what is known of environments cannot be read" in refusals(site.deploy_to("test"))


def test_the_approved_plan_covers_class_and_policy_and_no_freeze(site: Site) -> None:
    def digest(*files: EnvironmentFile) -> str:
        site.know(*files)
        effective = site.fleet.prepared().effective
        assert effective is not None
        return effective.digest

    none, plain = digest(), digest(file("test"))
    assert none == digest(file("live")), "a file of another environment changes nothing"
    assert plain != none
    assert plain == digest(file("test", freezes=[FREEZE], machines=[{"host": "a"}], title="Another"))
    assert plain != digest(file("test", policy="house-test"))
    assert plain != digest(file("test", owner="somebody else"))


def test_who_may_override_a_freeze_of_an_environment_is_heard(site: Site) -> None:
    fleet = site.fleet
    site.know(file("test", freezes=[{**FREEZE, "override": ["service owner"]}]))
    fleet.rule()
    d = fleet.schedule(fleet.clock.now() + timedelta(hours=1))

    def objections(**words: str) -> tuple[str, ...]:
        people = {"person": PEOPLE["service owner"], "decision": "override", **words}
        signed = approval(d, "service owner", fleet.clock.now(), **people)
        session = take_in(fleet.ports, open_session(fleet.ports, d), [signed])
        return session.objections([signed]).get(signed, ())

    assert objections(overrides="year-end") == ()
    assert "no freeze that binds is called easter" in "".join(objections(overrides="easter"))


def test_a_scheduled_start_of_test_on_live_machines_does_not_begin(site: Site) -> None:
    site.know(file())
    site.deploy_to("live")
    fleet = site.fleet
    fleet.tree["resources"]["environment"] = "test"
    entry = fleet.add(Path("plan.yml"), fleet.clock.now() + timedelta(hours=1))
    assert entry.deployment.authority.unadmitted is not None
    [reason] = entry.deployment.authority.unadmitted.reasons
    assert reason.code == "environment.machine", "scheduling has asked the hosts which machines they are"
    began = len(fleet.playbooks.started)
    fleet.clock.sleep(3700)
    fleet.run_due()
    assert len(fleet.playbooks.started) == began


def test_a_schedule_knows_the_freezes_of_an_environment(site: Site) -> None:
    site.know(file("test", freezes=[FREEZE]))
    with pytest.raises(Refused, match="the freeze year-end binds then"):
        site.fleet.add(Path("plan.yml"), site.fleet.clock.now() + timedelta(hours=1))


def test_a_rehearsal_on_live_machines_is_refused(site: Site) -> None:
    site.know(file(), file("staging"))
    site.deploy_to("live")
    fleet = site.fleet
    fleet.tree["resources"]["environment"] = "emea"
    for place, words in (("staging", "known as a live machine of live"), ("live", "a rehearsal takes back")):
        asked = RehearsalRequest(
            Path("plan.yml"), RehearsalPlace(environment=place, inventory=f"inventories/{place}")
        )
        prepared = ready(fleet.ports, asked)
        d = rehearse_part(fleet.ports, prepared, prepared.parts[0], by="ann", watch=quiet)
        assert words in refusals(d)


def test_a_deployment_that_cannot_be_read_hides_no_live_machine(tmp_path: Path) -> None:
    site = Site(Fleet(plan_tree(), home=tmp_path))
    site.know(file())
    first = site.deploy_to("live")
    with sqlite3.connect(tmp_path / "journal.sqlite") as database:
        database.execute(
            "UPDATE events SET body = substr(body, 1, 20) WHERE deployment = ? AND seq = 3", (first.id,)
        )
        database.execute("DELETE FROM folds")
    database.close()
    words = refusals(site.deploy_to("test"))
    assert f"known as a live machine of live by what {first.id} deployed there" in words
    assert f"restore the journal of {first.id}, which cannot be read" in words
