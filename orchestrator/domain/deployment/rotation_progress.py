"""Which hosts are out of the rotation of their load balancers, by what was asked and what was seen."""

from typing import TypeGuard, get_args

from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import HostName, Many, Noun


class RotationProgress(Noun):
    """`out`: hosts that are, or may be, out. `seen_out`: those of them that were seen out with no connection left.

    `failed`: why a host was not seen out, `not_back`: why one was not seen in again. `kept_out`: why one was not given back.
    """

    out: Many[HostName] = ()
    seen_out: Many[HostName] = ()
    failed: dict[HostName, str] = {}
    not_back: dict[HostName, str] = {}
    kept_out: dict[HostName, str] = {}


_Moved = e.RotationBegan | e.RotationEnded
RotationEvent = _Moved | e.Retried | e.BackoutBegan | e.AttemptIntended
CHANGED_BY = frozenset(get_args(RotationEvent))


def rotation_after(rotation: RotationProgress, event: e.Event) -> RotationProgress:
    """The rotation after one more event; a person's decision lets what failed be tried again."""
    return _changed(rotation, event) if _changes(event) else rotation


def _changes(event: e.Event) -> TypeGuard[RotationEvent]:
    return type(event) in CHANGED_BY


def _changed(rotation: RotationProgress, event: RotationEvent) -> RotationProgress:
    match event:
        case e.RotationBegan(way=way, hosts=hosts):
            out = _with(rotation.out, hosts) if way == "out" else rotation.out
            return RotationProgress.updated(rotation, out=out, seen_out=_without(rotation.seen_out, hosts))
        case e.RotationEnded():
            return _ended(rotation, event)
        case e.AttemptIntended(hosts=hosts):
            kept = {host: why for host, why in rotation.kept_out.items() if host not in hosts}
            return RotationProgress.updated(rotation, kept_out=kept)
        case e.Retried() | e.BackoutBegan():
            return RotationProgress.updated(rotation, failed={}, not_back={}, kept_out={})


def _ended(rotation: RotationProgress, event: e.RotationEnded) -> RotationProgress:
    kept = rotation.kept_out | event.kept_out
    if event.way == "out":
        seen, failed = _with(rotation.seen_out, event.there), rotation.failed | event.failed
        return RotationProgress.updated(rotation, seen_out=seen, failed=failed, kept_out=kept)
    return RotationProgress.of_valid(
        out=_without(rotation.out, event.there),
        seen_out=_without(rotation.seen_out, event.there),
        failed=rotation.failed,
        not_back={h: why for h, why in rotation.not_back.items() if h not in event.there} | event.failed,
        kept_out=kept,
    )


def _with(before: tuple[str, ...], hosts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *hosts)))


def _without(before: tuple[str, ...], hosts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(host for host in before if host not in hosts)
