"""Text about hosts that are out of rotation: at which balancer, why, and what brings them back."""

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.rotation_progress import HostRotation
from orchestrator.domain.plan.load_balancer import Balancer, CommandBalancer, HaproxyBalancer, for_host
from orchestrator.domain.plan.target import Target
from orchestrator.policy.telling.words.host_words import NAMED, STANDING_WORDS, hosts_words


class StillOut(NamedTuple):
    """A host that is, or may be, out; `give_back` says for each of its balancers what a person does there."""

    host: str
    wave: str
    balancers: tuple[str, ...]
    why: str
    give_back: tuple[str, ...]


def still_out(d: Deployment) -> tuple[StillOut, ...]:
    """Every host that is out by what orch asked and saw; nobody looks at a balancer once the deployment is over."""
    return tuple(_still_out(d, each) for each in d.rotation.hosts if each.out)


def out_sentences(d: Deployment) -> list[str]:
    """Who is out: at the end with what a person does at the balancer, before it in one sentence."""
    out = still_out(d)
    if not out or d.over:
        more = [f"The record names the other {len(out) - NAMED} that stay out."] if len(out) > NAMED else []
        return [_stays_out(each) for each in out[:NAMED]] + more
    known = [each for each in d.rotation.hosts if each.not_back or each.kept_out]
    why = [
        f"{each.host} is not back in rotation: {each.not_back or each.kept_out}." for each in known[:NAMED]
    ]
    return [f"Out of rotation now: {hosts_words(d.rotation.out)}.", *why]


def _stays_out(each: StillOut) -> str:
    return (
        f"{each.host} stays out of rotation at {' and '.join(each.balancers)}: {each.why}. "
        f"Nothing gives it back by itself; once it is in order: {'; '.join(each.give_back)}."
    )


def _still_out(d: Deployment, each: HostRotation) -> StillOut:
    wave, target = d.waves[each.wave], d.target(each.host)
    rotation = d.plan.stage_of(wave).load_balancer
    balancers = rotation.balancers if rotation is not None else ()
    return StillOut(
        each.host,
        wave.name,
        tuple(balancer.title for balancer in balancers),
        _why(d, each),
        tuple(give_back_words(balancer, target) for balancer in balancers),
    )


def _why(d: Deployment, each: HostRotation) -> str:
    if each.not_back:
        return f"it was not seen in again ({each.not_back})"
    if each.kept_out:
        return f"it does not equal its baseline ({each.kept_out})"
    standing = d.standings[each.host]
    words = STANDING_WORDS[standing.standing]
    return f"it is {words} ({standing.reason})" if standing.reason else f"it is {words}"


def give_back_words(balancer: Balancer, target: Target) -> str:
    """What brings a host back at a balancer, such as "`set server shop/web1 state ready` at /run/haproxy.sock on lb1"."""
    return " and ".join(_give_back(balancer, target))


def _give_back(balancer: Balancer, target: Target) -> Iterator[str]:
    if balancer.haproxy is not None:
        yield _haproxy_words(balancer.haproxy, target)
    if balancer.nginx is not None:
        kind = balancer.nginx
        yield f"take `down` from the line of {for_host(kind.server, target)} in {kind.file} on {kind.on}"
        yield f"run `{shlex.join(kind.reload)}` there"
    if balancer.command is not None:
        yield _command_words(balancer.command, target)
    if balancer.http is not None:
        call = balancer.http.give_back
        yield f"{call.method} {for_host(call.url, target)}"


def _haproxy_words(kind: HaproxyBalancer, target: Target) -> str:
    place = f"{kind.socket} on {kind.on}" if kind.socket is not None else f"{kind.address}"
    return f"`set server {kind.backend}/{for_host(kind.server, target)} state ready` at {place}"


def _command_words(kind: CommandBalancer, target: Target) -> str:
    place = f"on {kind.on}" if kind.on is not None else "on this machine"
    return f"`{shlex.join(for_host(each, target) for each in kind.give_back)}` {place}"
