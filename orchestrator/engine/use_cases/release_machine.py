"""A machine leaves a live or governed environment, by a person's word on the house's journal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import HOUSE, EnvironmentLeft
from orchestrator.domain.plan.machines import BY_HOST_KEY, marks_of
from orchestrator.domain.rules.environment import EnvironmentFile
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.place import deployed_there
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.engine.speaking import speak_about
from orchestrator.errors import Refused
from orchestrator.policy.authority.admission_question import NO_POLICY
from orchestrator.policy.authority.known_machines import Place
from orchestrator.policy.calendar.bookings import own_machines
from orchestrator.policy.calendar.windows import calendar_of, freezes_at


def release_machine(
    ports: Ports,
    machine: str,
    files: Sequence[EnvironmentFile],
    *,
    by: str,
    reason: str,
    project: Path = Path(),
) -> EnvironmentLeft:
    """Release a machine: a machine-id, the SHA-256 of a host key, or the name of a host as it was deployed to.

    What files say of the machine stays. Where keys are trusted, in the house or in the project that deployed there (else in
    this `project`), it is signed by whoever answers for the environments, as files of the house or of that project say.
    Raises Refused where nothing binds it, where a deployment there is not over, in a freeze of its environment, where one
    name stands for several machines, and where the word does not count.
    """
    known = briefs(ports.journal)
    binding = {there.deployment: there for there in deployed_there(ports.journal, known, files)}
    by_id = [brief for brief in known if brief.id in binding]
    places = [
        (brief, d, host)
        for brief in by_id
        for d in [folded(ports.journal, brief.id)]
        for host in _hosts(d, machine)
    ]
    identities = [_identity(d, host) for _, d, host in places]
    ids = tuple(dict.fromkeys(machine_id for machine_id, _ in identities if machine_id))
    keys = tuple(dict.fromkeys(key for _, key in identities if key))
    bound = [brief for brief in by_id if binding[brief.id].marks & marks_of(ids, keys)]
    if not bound:
        raise Refused(
            f"No earlier deployment binds {machine} to an environment: there is nothing to release. "
            "What a file says of it is changed in that file: orch environment list."
        )
    if len(ids) > 1:
        raise Refused(f"{machine} stands for several machines: {', '.join(ids)}. Name one of them.")
    _refuse_open(bound)
    newest = {brief.environment: folded(ports.journal, brief.id) for brief in reversed(bound)}
    projects = tuple(dict.fromkeys(folder(d.project) for d in newest.values()))
    there = [file for file in files if file.house or project in projects]
    _refuse_frozen(ports, newest, there)
    environments = tuple(dict.fromkeys(brief.environment for brief in bound))
    owners = dict.fromkeys(_owners(newest, there))
    event = EnvironmentLeft(
        machine=machine,
        machine_ids=ids,
        host_keys=keys,
        environments=environments,
        owners=tuple(owners),
        by=by,
        reason=reason,
    )
    keyed = (place for place in projects if ports.keys.keyring(place).keys)
    event = speak_about(ports, event, "release", HOUSE, next(keyed, project))
    append_to_house(ports.journal, event)
    return event


def _refuse_open(bound: Sequence[Brief]) -> None:
    running = [brief.id for brief in bound if not brief.over]
    if running:
        raise Refused(f"{running[0]} is not over: end it first: orch status {running[0]}.")


def _owners(newest: Mapping[str, Deployment], files: Sequence[EnvironmentFile]) -> Iterator[str]:
    """Who answers for the environments: as their files say, else as it was known when the last deployment was planned."""
    for environment, d in newest.items():
        owners = [file.noun.owner for file in files if file.noun.environment == environment]
        recorded = d.authority.environment
        yield from owners or ([recorded.owner] if recorded is not None else [])


def _refuse_frozen(ports: Ports, newest: Mapping[str, Deployment], files: Sequence[EnvironmentFile]) -> None:
    """Raises Refused in a freeze: a machine that left live in it could be deployed to in it."""
    for environment, d in newest.items():
        noun = Place(tuple(files), recorded=d.authority.environment).binding(environment)
        for freeze in freezes_at(calendar_of(d.authority.policy or NO_POLICY, noun), ports.clock.now()):
            raise Refused(
                f"{environment} is frozen ({freeze.name}: {freeze.reason}): no machine leaves it now; "
                "release it when the freeze is over."
            )


def _hosts(d: Deployment, machine: str) -> Iterator[str]:
    for host in own_machines(d):
        machine_id, key = _identity(d, host)
        if machine in (host, machine_id, key, f"{BY_HOST_KEY}{key}"):
            yield host


def _identity(d: Deployment, host: str) -> tuple[str, str]:
    return own_machines(d).get(host, ""), d.preparation.host_keys.get(host, "")
