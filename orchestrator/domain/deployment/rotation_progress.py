"""Which hosts are out of the rotation of their load balancers, by what was asked and what was seen."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeGuard, get_args

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.text.model_base import HostName, Many, Noun


class HostRotation(Noun):
    """A host before the balancers of one wave's stage: a host of several stages has several of these.

    `out`: it is, or may be, out. `since`: how many attempts there were when it left. `seen_out`: it was seen out with no
    connection left. `failed`: why it was not seen out, `not_back`: why it was not seen in again, `kept_out`: why it was not
    given back.
    """

    host: HostName
    wave: int
    out: bool = False
    since: int = 0
    seen_out: bool = False
    failed: str = ""
    not_back: str = ""
    kept_out: str = ""


class RotationProgress(Noun):
    """Every host that orch asked a balancer to take out, until it is seen in again."""

    hosts: Many[HostRotation] = ()

    @cached_property
    def out(self) -> tuple[HostName, ...]:
        """Hosts that are, or may be, out of the rotation of some balancer."""
        return tuple(dict.fromkeys(each.host for each in self.hosts if each.out))

    def of(self, wave: int) -> Mapping[HostName, HostRotation]:
        """The hosts of a wave, by name."""
        return {each.host: each for each in self.hosts if each.wave == wave}


_Moved = e.RotationBegan | e.RotationEnded
_Word = (
    e.Retried
    | e.Excluded
    | e.BackoutBegan
    | e.AbortRequested
    | e.Resumed
    | e.EmergencyStopped
    | e.EmergencyLifted
)
RotationEvent = _Moved | _Word | e.DriverTook | e.AttemptIntended
CHANGED_BY = frozenset(get_args(RotationEvent))


def rotation_after(rotation: RotationProgress, event: e.Event, attempts: int) -> RotationProgress:
    """The rotation after one more event; `attempts` is the number of attempts before it.

    After a word of a person, and for a process that takes over, nothing that was seen counts any more: time has passed, and
    people may have been at the balancer.
    """
    return _changed(rotation, event, attempts) if _changes(event) else rotation


def _changes(event: e.Event) -> TypeGuard[RotationEvent]:
    return type(event) in CHANGED_BY


def _changed(rotation: RotationProgress, event: RotationEvent, attempts: int) -> RotationProgress:
    match event:
        case e.RotationBegan(wave=wave, way=way, hosts=hosts):
            here = rotation.of(wave)
            asked = (here.get(host) or HostRotation.of_valid(host=host, wave=wave) for host in hosts)
            return _with(rotation, [_asked(each, way, attempts) for each in asked])
        case e.RotationEnded():
            return _ended(rotation, event)
        case e.AttemptIntended(hosts=hosts):
            again = (each for each in rotation.hosts if each.host in hosts)
            return _with(rotation, [each.model_copy(update={"kept_out": ""}) for each in again])
        case e.BackoutBegan(by_a_person=False):
            # Orch's own decision: what was seen a moment ago still counts, and what failed is asked again.
            return _with(
                rotation, [_new(each, seen_out=each.seen_out, kept_out="") for each in rotation.hosts]
            )
        case e.Retried() | e.BackoutBegan():
            return _with(rotation, [_new(each, kept_out="") for each in rotation.hosts])
        case _:
            return _with(rotation, [_new(each, kept_out=each.kept_out) for each in rotation.hosts])


def _new(each: HostRotation, *, kept_out: str, seen_out: bool = False) -> HostRotation:
    """The host as one to look at anew."""
    return HostRotation.of_valid(
        host=each.host, wave=each.wave, out=each.out, since=each.since, seen_out=seen_out, kept_out=kept_out
    )


def _asked(each: HostRotation, way: Way, attempts: int) -> HostRotation:
    if way == "in":
        return each.model_copy(update={"seen_out": False, "not_back": ""})
    since = each.since if each.out else attempts
    return each.model_copy(update={"out": True, "since": since, "seen_out": False, "failed": ""})


def _ended(rotation: RotationProgress, event: e.RotationEnded) -> RotationProgress:
    here, changed = rotation.of(event.wave), []
    for host in dict.fromkeys((*event.there, *event.failed, *event.kept_out)):
        each = here.get(host) or HostRotation.of_valid(host=host, wave=event.wave)
        failed, kept = event.failed.get(host, ""), event.kept_out.get(host, "")
        if event.way == "out":
            update = {"seen_out": not failed, "failed": failed}
        else:
            update = {"out": each.out and bool(failed or kept), "not_back": failed, "kept_out": kept}
        changed.append(each.model_copy(update=update))
    return _with(rotation, changed)


def _with(rotation: RotationProgress, changed: Iterable[HostRotation]) -> RotationProgress:
    """The hosts that changed in their places; one that is in rotation, and of which nothing is to be told, is forgotten."""
    hosts = {(each.host, each.wave): each for each in rotation.hosts}
    hosts |= {(each.host, each.wave): each for each in changed}
    return RotationProgress.of_valid(hosts=tuple(each for each in hosts.values() if each.out or each.failed))
