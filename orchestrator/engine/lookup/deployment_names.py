"""How deployments are named: after their release, its version, and when they were planned."""

from datetime import datetime, timedelta

_LONGEST = 90
"""Characters; with what tells apart those of one second, an id still fits the names of files."""

LENGTH_OF_DATE = len("-20260302-220000")


def stem_of(release: str, version: str) -> str:
    """What the ids of all deployments of a release and version begin with."""
    kept = "".join(c if c.isalnum() or c in "._-" else "-" for c in version)
    return f"{release}-{kept}"


def name_at(release: str, version: str, moment: datetime) -> str:
    """The id of a deployment that is planned at this moment."""
    return f"{stem_of(release, version)}-{moment:%Y%m%d-%H%M%S}"[:_LONGEST]


def named_lately(release: str, version: str, name: str, now: datetime) -> bool:
    """Whether this was the id of such a deployment at a moment of the last ten minutes: a word that is signed may be so old."""
    return any(name == name_at(release, version, now - timedelta(seconds=age)) for age in range(601))
