"""Checks and metrics with the files that they name at the place where they are read."""

from collections.abc import Iterable

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.check import Check, HttpCheck
from orchestrator.domain.plan.http_fields import CredentialFile
from orchestrator.domain.plan.metric import CommandSource, Dsn, HttpSource, Metric, SqlSource


def in_place(d: Deployment, checks: Iterable[Check]) -> tuple[Check, ...]:
    """The checks of a deployment: a file that its private copy has is read there, any other in the user's project.

    Credentials are never in a private copy.
    """
    return tuple(_in_place(d, check) for check in checks)


def _in_place(d: Deployment, check: Check) -> Check:
    if not isinstance(check, HttpCheck) or not check.files:
        return check
    places = {
        "ca_file": None if check.ca_file is None else d.place_of(check.ca_file),
        "basic_auth": _placed(d, check.basic_auth),
        "bearer": _placed(d, check.bearer),
    }
    return check.model_copy(update=places)


def metric_in_place(d: Deployment, metric: Metric) -> Metric:
    """A metric of a deployment, with the files of its source at the place where they are read."""
    source = metric.source
    if isinstance(source, CommandSource) or not source.files:
        return metric
    return metric.model_copy(update={metric.kind: _source_in_place(d, source)})


def _source_in_place(d: Deployment, source: HttpSource | SqlSource) -> HttpSource | SqlSource:
    if isinstance(source, SqlSource):
        file = source.dsn.file
        return source.model_copy(update={"dsn": Dsn(file=d.place_of(file)) if file else source.dsn})
    places = {
        "ca_file": None if source.ca_file is None else d.place_of(source.ca_file),
        "basic_auth": _placed(d, source.basic_auth),
        "bearer": _placed(d, source.bearer),
    }
    return source.model_copy(update=places)


def _placed(d: Deployment, credentials: CredentialFile | None) -> CredentialFile | None:
    return None if credentials is None else CredentialFile(file=d.place_of(credentials.file))
