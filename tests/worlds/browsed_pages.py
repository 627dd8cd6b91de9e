"""Every kind of page that orch writes, with names as long as they may be and hosts by the hundred."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestrator.adapters.files.capability_file import shipped_criteria
from orchestrator.adapters.report import html_record
from orchestrator.adapters.report.calendar_page import html_calendar
from orchestrator.adapters.report.capability_page import html_assessment
from orchestrator.adapters.report.document_page import html_of
from orchestrator.adapters.report.period_page import html_report
from orchestrator.adapters.report.release_document import release_document
from orchestrator.domain.evidence.baseline import Difference
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.policy.authority.releases.release_story_of import ReleaseFacts, release_story
from orchestrator.policy.calendar.published_schedule import published
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period
from tests.bookings import EVENING, booking
from tests.journals.corpus import NAMES, recorded
from tests.journals.pen import Pen
from tests.worlds import command_line
from tests.worlds.capability import answers_given, assessed, cases_of
from tests.worlds.fleet import Fleet
from tests.worlds.periods import journal_of, moment, set_to
from tests.worlds.plans import plan_tree, shop_plan
from tests.worlds.schedules import POLICY

LABEL = "node-for-payments-and-settlements-of-the-northern-region-number"
"""A label of 63 characters, the longest of a host name."""
LONG = tuple(f"{LABEL}.{'r' * 8}ack{n}.{LABEL}.{LABEL[:50]}.example.org" for n in range(1, 7))
MANY = tuple(f"web{n:03}.shop.example.org" for n in range(1, 301))
UTC = ZoneInfo("UTC")


def pages(folder: Path) -> dict[str, str]:
    """Each page by a name for it; `folder` is for files on the way."""
    return dict(_pages(folder))


def _pages(folder: Path) -> Iterator[tuple[str, str]]:
    for name in NAMES:
        yield f"record-{name}", html_record(recorded(name), recorded(name)[-1].at)
    for name, hosts in {"long-names": LONG, "many-hosts": MANY}.items():
        records = with_residue(hosts).records
        yield f"record-{name}", html_record(records, records[-1].at)
        story = release_story(ReleaseFacts("shop", "2.4.0", [(fold(records), records)]), records[-1].at)
        yield f"release-{name}", html_of(release_document(story, b"{}"))
        yield f"plan-{name}", plan_page(hosts, folder)
        yield f"calendar-{name}", calendar(hosts)
    yield "period", period()
    yield "capability", capability()


def with_residue(hosts: tuple[str, ...]) -> Pen:
    """The second of three waves fails on a host, and the backout leaves a file of a long name on another."""
    pen = Pen(shop_plan(), hosts)
    pen.prepare()
    pen.wave(0)
    second = pen.d.waves[1].hosts
    failed = ("not_done", "task 'Start shop' failed: Unable to start service shop: exit code 1", "Start shop")
    pen.run("deploy", 1, second, {second[-1]: failed})
    reason = f"1 host of {len(second)} down in wave 2, allowed 0; {second[-1]}: {failed[1]}"
    pen.add(e.WaveFailed(wave=1, hosts=second[-1:], reason=reason))
    pen.back_out(reason)
    path = f"/opt/shop/{'releases/' * 12}configuration-of-everything-that-can-be-configured.yml"
    left = Difference(
        host=second[0], kind="file", name=path, attribute="sha256", before=None, after="22" * 32
    )
    pen.compare((left,))
    pen.add(e.ResidueFound(hosts=second[:1]))
    return pen


def plan_page(hosts: tuple[str, ...], folder: Path) -> str:
    """The plan of a fleet of these hosts, as it is shown for sign-off."""
    file = folder / "plan.html"
    assert (
        command_line.orch(Fleet(plan_tree(), hosts), ["plan", "show", "plan.yml", "--html", str(file)]) == 0
    )
    return file.read_text(encoding="utf-8")


def calendar(hosts: tuple[str, ...]) -> str:
    """Three months of deployments to these hosts, under a policy with a window and freezes."""
    machines = {f"m-{n}": host for n, host in enumerate(hosts)}
    begins = EVENING.replace(hour=0)
    bookings = [
        booking("shop-2.4.0-20260606-200000", machines=machines, basis="as its rehearsal measured"),
        booking("payments-and-settlements-9", 1, 3, state="proposed", machines=machines, service="payments"),
        booking("held", 30, None, state="running", by=LONG[0][:60], machines={"m-0": hosts[0]}),
        booking("gone", 900, 903, state="withdrawn"),
    ]
    return html_calendar(published(bookings, [POLICY], begins, begins + timedelta(days=92)), UTC)


def period() -> str:
    """A period of thirty deployments to environments of long names."""
    done = "11-{0:02}T08:00 planned; 11-{0:02}T09:00 begun; 11-{0:02}T10:00 completed"
    begun, failed = (
        done.rpartition("; ")[0],
        "11-{0:02}T10:00 failed deploying; 11-{0:02}T10:00 backout failure",
    )
    bad = f"{begun}; {failed}; 11-{{0:02}}T11:00 restored"
    happened = [(done if n % 4 else bad).format(n % 13 + 1) for n in range(30)]
    usual = {"service": "payments-and-settlements", "environment": "live-northern-region", "model": "rolling"}
    journal, clock = journal_of(
        {f"payments-2.{n}.0-202611{n:02}-080000": {"happened": each} for n, each in enumerate(happened)},
        usual,
    )
    set_to(clock, moment("11-20T00:00"))
    of = Period(begins=moment("11-01T00:00"), ends=moment("11-15T00:00"))
    return html_report(report_of(period_facts(journal, of, clock.now()).deployments, of, clock.now()), UTC)


def capability() -> str:
    """An assessment with criteria in every state."""
    answers = answers_given({"people-competent": "partly", "approaches-controlled": "yes"})
    made = assessed(cases_of([{"times": 6}, {"times": 4, "documents_in_order": False}]), answers)
    return html_assessment(made, shipped_criteria(), UTC)
