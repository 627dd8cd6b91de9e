"""An incident, as whoever runs the service wrote it down."""

from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Text


class Incident(Noun):
    """`impact`: what customers noticed of it. `hosts`, `cis` and `service` are what it concerns; `closed`: when it was over."""

    id: Name
    title: Text
    opened: Moment
    severity: Text | None = None
    hosts: Many[Text] = ()
    cis: Many[Text] = ()
    service: Text | None = None
    impact: str = ""
    closed: Moment | None = None
