"""How long each form of a record takes, of a deployment to 3 and to 1,000 hosts; the PDF with its sealed record inside.

The journals are those of the tests. The large one has ten thousand answers, a thousand of them different on each host.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.compare import Say
from bench.journal_times import Times
from orchestrator.adapters.report import csv_checks, html_record, junit_record, text_record
from orchestrator.adapters.report.attached_record import attached_of, record_in
from orchestrator.adapters.report.pdf import pdf_of
from orchestrator.adapters.report.record_document import record_document
from orchestrator.bootstrap import ports_to_look
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.use_cases.sealed_records import MOST_BYTES, enveloped, sealed_statement, verified
from tests.journals.scripts import completed_phased, thousand_hosts

JOURNALS = {"6 hosts": completed_phased, "1000 hosts": thousand_hosts}


def measured_forms(rounds: int, say: Say) -> dict[str, Times]:
    """Seconds of the wall, by journal and form: medians of the rounds; sizes in MB."""
    results = {}
    for name, script in JOURNALS.items():
        records = script().records
        results[name] = _measured(records, rounds)
        answers = sum(len(getattr(record.event, "results", ())) for record in records)
        say(f"  {name}: {len(records)} events, {answers} answers")
    return results


def _measured(records: Sequence[Recorded], rounds: int) -> Times:
    at = records[-1].at
    with tempfile.TemporaryDirectory(prefix="forms-") as folder:
        sealed = _sealed(records, Path(folder))
        attached = attached_of(records[0].deployment, sealed())
        pdf = pdf_of(record_document(records, at, sealed=attached))
        ports = ports_to_look(Path(folder))
        forms: dict[str, Callable[[], object]] = {
            "text": lambda: text_record(records, at),
            "page": lambda: html_record(records, at),
            "csv": lambda: csv_checks(records),
            "junit": lambda: junit_record(records),
            "seal": sealed,
            "pdf": lambda: pdf_of(record_document(records, at, sealed=attached)),
            "verify pdf": lambda: verified(ports, record_in(pdf, MOST_BYTES), in_pdf=True),
        }
        times = {name: median(_seconds(make) for _ in range(rounds)) for name, make in forms.items()}
    return times | {"pdf MB": len(pdf) / 1e6, "sealed MB": len(attached.content) / 1e6}


def _sealed(records: Sequence[Recorded], home: Path) -> Callable[[], bytes]:
    """Makes the sealed record of this journal, which is written to a store first."""
    ports, name = ports_to_look(home), records[0].deployment
    journal = ports.journal
    for record in records:
        journal.append(name, record.seq - 1, [record.event])
    return lambda: enveloped(ports, sealed_statement(ports, find(ports, name), journal.read(name), ()))


def _seconds(make: Callable[[], object]) -> float:
    began = time.perf_counter()
    make()
    return time.perf_counter() - began
