"""Finds the deployments of a release, whichever environments they were for."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.text.names import same_name
from orchestrator.engine.lookup.snapshots import Survey, each_of, survey
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.errors import NotFound, OrchError, StoreFault
from orchestrator.policy.authority.releases.release_story_of import ReleaseFacts


class KnownRelease(NamedTuple):
    """A version of a release with its deployments in short, the newest first."""

    release: str
    version: str
    deployments: Sequence[Brief]


def known_releases(known: Survey) -> list[KnownRelease]:
    """Every version of every release on record, the one with the newest deployment first."""
    versions: dict[tuple[str, str], list[Brief]] = {}
    for brief in known.briefs:
        versions.setdefault((brief.release, brief.version), []).append(brief)
    return [KnownRelease(*name, briefs) for name, briefs in versions.items()]


def release_facts(ports: Ports, name: str, version: str | None) -> ReleaseFacts:
    """All deployments of a version of a release [None: the version that was deployed last]. Raises NotFound."""
    surveyed = survey(ports.journal)
    named = [brief for brief in surveyed.briefs if same_name(brief.release, name)]
    if not named:
        raise NotFound(f"No release {name} is on record; `orch release list` names those there are.")
    chosen = version if version is not None else _newest(named)
    briefs = [brief for brief in named if brief.version == chosen]
    others = tuple(dict.fromkeys(brief.version for brief in named if brief.version != chosen))
    if not briefs:
        raise NotFound(f"Of {name} no version {chosen} is on record; there are: {', '.join(others[:10])}.")
    unreadable = dict(surveyed.unreadable)
    deployments = list(_read(ports, [brief.id for brief in briefs], unreadable))
    presented, unread = _certificates(ports, [d for d, _ in deployments])
    return ReleaseFacts(
        release=briefs[0].release,
        version=chosen,
        deployments=deployments,
        certificates=presented,
        certificates_unread=unread,
        other_versions=others,
        unreadable=unreadable,
    )


def _newest(named: Sequence[Brief]) -> str:
    """A rehearsal says less of which version is meant than a deployment."""
    return next((brief.version for brief in named if not brief.rehearsal), named[0].version)


def _read(
    ports: Ports, names: Sequence[str], unreadable: dict[str, str]
) -> Iterator[tuple[Deployment, Sequence[Recorded]]]:
    for name, d in each_of(ports.journal, names):
        if isinstance(d, StoreFault):
            unreadable[name] = str(d)
        else:
            yield d, ports.journal.read(name)


def _certificates(
    ports: Ports, deployments: Sequence[Deployment]
) -> tuple[list[PresentedCertificate], list[str]]:
    """Those of this version that its projects hold, and why those of a project cannot be read."""
    names = {(d.plan.release.name, d.plan.release.version) for d in deployments}
    presented: list[PresentedCertificate] = []
    unread: list[str] = []
    for project in sorted({d.project for d in deployments}):
        try:
            place = folder(project)
            held = ports.keys.certificates(place, ports.keys.keyring(place))
        except OrchError as why:
            unread.append(f"{project}: {why}")
            continue
        presented += (
            each
            for each in held
            if (each.signed.certificate.release, each.signed.certificate.version) in names
        )
    return presented, unread
