"""How deployments are named: after their release, its version, and when they were planned."""

from datetime import datetime

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
