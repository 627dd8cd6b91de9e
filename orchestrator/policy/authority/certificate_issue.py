"""From the parts of a rehearsal to its certificate, and the certificate in sentences."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.authority.rehearsal import Certificate, MeasuredWave, RehearsedSoftware
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.effective_plan import REHEARSED, changes_between
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.errors import Refused
from orchestrator.policy.authority.software_cover import differing_words, rehearsed_software
from orchestrator.policy.evidence.coverage_words import change_words
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part, repeats_of
from orchestrator.policy.measures.wave_durations import slowest

MOST_NAMED = 50
"""Changes that a certificate names."""


def certificate_of(
    parts: Sequence[Deployment],
    measured: Sequence[MeasuredWave],
    *,
    key: str,
    nonce: str,
    home: str | None = None,
) -> Certificate:
    """The certificate of a rehearsal in which every part succeeded. Raises Refused with every fault.

    It is dated by the end of its oldest part. `home`: the id of the home whose journal has the parts.
    """
    against = [f"{d.id}: {fault}" for d in parts for fault in faults_of_part(d)]
    rehearsals = [d.rehearsing.rehearsal for d in parts if d.rehearsing.rehearsal is not None]
    for d in parts[1:]:
        if (
            rehearsals
            and d.rehearsing.rehearsal is not None
            and d.rehearsing.rehearsal.of != rehearsals[0].of
        ):
            changes = "; ".join(map(str, changes_between(rehearsals[0].of, d.rehearsing.rehearsal.of)))
            against.append(f"{d.id}: rehearses another state of the project: {changes}")
    if not any(rehearsal.part == "backout" for rehearsal in rehearsals):
        against.append("a backout of a good deployment is not among the parts")
    against += software_faults(parts)
    if against:
        raise Refused("No certificate: " + "; ".join(against) + ".")
    first, digests = parts[0], rehearsals[0].of.digests
    return Certificate(
        release=first.plan.release.name,
        version=first.plan.release.version,
        environment=first.plan.resources.environment,
        deployments=tuple(d.id for d in parts),
        covers={name: digests[name] for name in REHEARSED},
        rehearsed_at=min(d.last_at for d in parts),
        restored=True,
        failure_in=tuple(
            rehearsal.failure_in for rehearsal in rehearsals if rehearsal.failure_in is not None
        ),
        idempotent=tuple(dict.fromkeys(repeat.playbook for d in parts for repeat in repeats_of(d))),
        uncovered=uncovered_of(parts),
        waves=slowest(measured),
        key=key,
        nonce=nonce,
        home=home,
        software=rehearsed_software(first.driving.software[-1]) if first.driving.software else None,
    )


def software_faults(parts: Sequence[Deployment]) -> list[str]:
    """Why the parts certify nothing where they did not all run with the same software, from beginning to end."""
    ran = [(d.id, rehearsed_software(software)) for d in parts for software in d.driving.software]
    first = next((software for _, software in ran), None)
    lines = [
        f"{name}: it was not all run with the same software: "
        f"{'; '.join(differing_words(first, software)) if first and software else 'not all of it is known'}; "
        "rehearse again, and what ran with other software is run anew"
        for name, software in ran
        if software != first
    ]
    return list(dict.fromkeys(lines))


def uncovered_of(parts: Sequence[Deployment]) -> tuple[str, ...]:
    """What the parts changed and no item of the baseline covers, in words; each once, the last of very many counted."""
    words = {
        change_words(change)
        for d in parts
        if d.backout is not None
        for group in d.backout.uncovered
        for change in group.changes
    }
    unnamed = sum(group.more for d in parts if d.backout is not None for group in d.backout.uncovered)
    named = sorted(words)
    more = len(named[MOST_NAMED:]) + unnamed
    return (*named[:MOST_NAMED], *([f"{more} more"] if more else []))


def certificate_words(certificate: Certificate) -> tuple[str, ...]:
    """The content of a certificate, in whole sentences."""
    return tuple(_sentences(certificate))


def _sentences(c: Certificate) -> Iterator[str]:
    at = f"{c.rehearsed_at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"{c.release} {c.version} was rehearsed in {c.environment} at {at} ({', '.join(c.deployments)})."
    if c.restored and c.uncovered:
        yield "It was deployed, verified and backed out, and every host was proved equal in what was captured."
        yield f"Changed and not captured, so nothing is proved of it: {'; '.join(c.uncovered)}."
    elif c.restored:
        yield "It was deployed, verified and backed out, and every host was proved equal to its baseline."
    for wave in c.failure_in:
        yield f"A failure was injected in wave {wave + 1}: orch stopped, backed out every touched host, and proved it."
    if c.idempotent:
        yield f"Run a second time, {' and '.join(c.idempotent)} changed nothing."
    for measured in c.waves:
        yield (
            f"Wave {measured.wave + 1}, {counted(measured.hosts, 'host')}: {seconds_words(measured.deploy)} to deploy, "
            f"{seconds_words(measured.verify)} to verify, {seconds_words(measured.back_out)} to back out and prove."
        )
    if c.software is not None:
        yield f"It was run with {'; '.join(_versions(c.software))}."
    yield "It covers " + ", ".join(f"{name} {digest[:16]}" for name, digest in c.covers.items()) + "."


def _versions(software: RehearsedSoftware) -> Iterator[str]:
    yield f"ansible-core {software.core} under Python {software.python}"
    if software.collections:
        named = (f"{name} {version or 'without a version'}" for name, version in software.collections.items())
        yield f"collections {', '.join(named)}"
