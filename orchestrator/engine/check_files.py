"""Checks, metrics and balancers with the files that they name at the place where they are read."""

from collections.abc import Iterable, Mapping

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.check import Check, HttpCheck
from orchestrator.domain.plan.http_fields import CredentialFile
from orchestrator.domain.plan.load_balancer import HttpBalancer, HttpCall, Rotation
from orchestrator.domain.plan.metric import CommandSource, Dsn, HttpSource, Metric, SqlSource


def in_place(d: Deployment, checks: Iterable[Check]) -> tuple[Check, ...]:
    """The checks of a deployment: a file that its private copy has is read there, any other in the user's project.

    Credentials are never in a private copy.
    """
    return tuple(_in_place(d, check) for check in checks)


def _in_place(d: Deployment, check: Check) -> Check:
    if not isinstance(check, HttpCheck) or not check.files:
        return check
    return check.model_copy(update=_places(d, check))


def rotation_in_place(d: Deployment, rotation: Rotation) -> Rotation:
    """The balancers of a deployment, with the files of their HTTP calls at the place where they are read."""
    balancers = tuple(
        each if each.http is None else each.model_copy(update={"http": _balancer_in_place(d, each.http)})
        for each in rotation.balancers
    )
    return rotation.model_copy(update={"balancers": balancers})


def _balancer_in_place(d: Deployment, balancer: HttpBalancer) -> HttpBalancer:
    calls = balancer.calls.items()
    return balancer.model_copy(
        update={name: call.model_copy(update=_places(d, call)) for name, call in calls}
    )


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
    return source.model_copy(update=_places(d, source))


def _places(
    d: Deployment, asked: HttpCheck | HttpSource | HttpCall
) -> Mapping[str, str | CredentialFile | None]:
    """The three fields that name files, at their places."""
    return {
        "ca_file": None if asked.ca_file is None else d.place_of(asked.ca_file),
        "basic_auth": _placed(d, asked.basic_auth),
        "bearer": _placed(d, asked.bearer),
    }


def _placed(d: Deployment, credentials: CredentialFile | None) -> CredentialFile | None:
    return None if credentials is None else CredentialFile(file=d.place_of(credentials.file))
