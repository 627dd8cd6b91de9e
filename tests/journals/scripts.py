"""The journals of the corpus: one function for each way in which a deployment can go."""

from collections.abc import Callable
from datetime import timedelta

from orchestrator.domain.evidence.baseline import Difference
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.journal import events as e
from tests.journals.pen import Pen, check
from tests.worlds.plans import SIX, shop_plan

NOT_SERVED = (
    "1 host of 1 down in {}, allowed 0; "
    'web1: shop answers with its version: expected status 200 with "2.4.0", found {}'
)
WRONG = 'status 500 with "database is locked"'


def completed_phased() -> Pen:
    """Three waves over six hosts, all well."""
    pen = Pen(shop_plan(), SIX)
    pen.prepare()
    for number in range(3):
        pen.wave(number, last=number == 2)
    pen.add(e.Completed())
    return pen


def pilot_backed_out() -> Pen:
    """The pilot starts but does not meet its acceptance criteria; the restoration is proved."""
    pen = Pen(
        shop_plan(
            kind="pilot",
            waves=["50%", "rest"],
            pilot={"hosts": ["web1"], "objective": "One host serves real customers for half a minute."},
        ),
        SIX,
    )
    pen.prepare()
    pen.run("deploy", 0, ("web1",))
    pen.add(e.WaveDeployed(wave=0))
    pen.checks("verification", 0, ("web1",), {"web1": WRONG})
    reason = NOT_SERVED.format("pilot", WRONG)
    pen.add(e.WaveRejected(wave=0, hosts=("web1",), reason=reason))
    pen.back_out(reason)
    pen.compare()
    pen.add(e.Restored())
    return pen


def residue() -> Pen:
    """The second wave fails and the backout playbook forgets two files."""
    pen = _second_wave_fails()
    pen.compare(
        (
            Difference(
                host="web2",
                kind="file",
                name="/etc/shop.conf",
                attribute="content",
                before="threads = 4\nlog = info\n",
                after="threads = 8\nlog = info\n",
            ),
            Difference(
                host="web2",
                kind="file",
                name="/etc/shop.conf",
                attribute="sha256",
                before="11" * 32,
                after="22" * 32,
            ),
            Difference(
                host="web2",
                kind="file",
                name="/etc/cron.d/shop-report",
                attribute="exists",
                before=False,
                after=True,
            ),
            Difference(
                host="web3", kind="file", name="/etc/shop.conf", attribute="mode", before="0640", after="0644"
            ),
        )
    )
    pen.add(e.ResidueFound(hosts=("web2", "web3")))
    return pen


def backout_failed() -> Pen:
    """A host is cut off in the second wave and cannot be backed out."""
    gone = (
        "unknown",
        "the host became unreachable in task 'Unpack the release': Connection timed out during banner exchange",
        "Unpack the release",
    )
    pen = Pen(shop_plan(), SIX)
    pen.prepare()
    pen.wave(0)
    pen.run("deploy", 1, ("web2", "web3"), {"web3": gone}, took=48.0)
    name = pen.d.attempts[-1].attempt
    pen.add(e.Quiesced(attempt=name, unreachable=("web3",)), 31.0)
    reason = f"1 host of 2 down in wave 2, allowed 0; web3: {gone[1]}"
    pen.add(e.WaveFailed(wave=1, hosts=("web3",), reason=reason))
    unreachable = (
        "the host became unreachable in task 'Point current at the release before': Connection timed out"
    )
    pen.back_out(reason, {"web3": ("unknown", unreachable, "Point current at the release before")})
    pen.compare(not_compared={"web3": "no answer on 192.0.2.3 port 22 within 10 s"})
    pen.add(e.DeploymentBackoutFailed(hosts={"web3": "no answer on 192.0.2.3 port 22 within 10 s"}))
    return pen


def held() -> Pen:
    """The plan holds on failure: a person is waited for."""
    plan = shop_plan()
    holding = plan.model_copy(update={"backout": plan.backout.model_copy(update={"on_failure": "hold"})})
    pen = _second_wave_fails(Pen(holding, SIX), back_out=False)
    failure = pen.d.rollout.failure
    pen.add(e.DeploymentHeld(reason=failure.reason if failure else "", by="orch"))
    return pen


def excluded_then_completed() -> Pen:
    """Held, one host excluded by a person, one retried host well the second time; confirmed by the service owner."""
    pen = held()
    pen.add(e.Paused(by="ann", reason="lunch"), 20.0)
    pen.add(e.Resumed(by="ann", reason="back again"), 600.0)
    pen.add(e.Excluded(hosts=("web3",), by="ann", reason="its disk is being replaced, RFC-1043"), 240.0)
    pen.add(e.DriverTook(driver="ops1:5120", by="ann"))
    pen.add(e.WaveDeployed(wave=1))
    pen.checks("verification", 1, ("web2",))
    pen.add(e.WaveVerified(wave=1))
    pen.soak(1)
    pen.add(e.GatePassed(wave=1))
    pen.wave(2, last=True)
    pen.add(e.CompletedWithExceptions(exceptions={"web3": "its disk is being replaced, RFC-1043"}))
    return pen


def refused_environment() -> Pen:
    """One host has no space and one does not answer: nothing is touched."""
    pen = Pen(shop_plan(), SIX)
    pen.begin()
    units = {unit.artefact: unit.sha256 for unit in pen.plan.release.units}
    pen.add(e.ComponentsVerified(digests=units), 0.2)
    results = pen.environment(
        {
            "web4": ("failed", "212.4 MiB"),
            "web5": ("inconclusive", "no answer on 192.0.2.5 port 22 within 10 s"),
        }
    )
    reasons = tuple(
        f"{r.host}: {r.title}: expected {r.expected}, found {r.found}"
        for r in results
        if r.answer != "passed"
    )
    pen.add(e.DeploymentRefused(stage="environment", reasons=reasons, results=results), 10.2)
    return pen


def soak_failure() -> Pen:
    """A healthy start that dies while it soaks."""
    pen = Pen(shop_plan(), SIX)
    pen.prepare()
    pen.run("deploy", 0, ("web1",))
    pen.add(e.WaveDeployed(wave=0))
    pen.checks("verification", 0, ("web1",))
    pen.add(e.WaveVerified(wave=0))
    pen.add(e.GateReached(wave=0, soak_until=pen.now + timedelta(seconds=30)))
    pen.checks("soak", 0, ("web1",), final=False, took=10.0)
    pen.checks("soak", 0, ("web1",), {"web1": "connection refused"}, final=False, took=10.0)
    reason = NOT_SERVED.format("wave 1", "connection refused")
    pen.add(e.WaveRejected(wave=0, hosts=("web1",), reason=reason))
    pen.back_out(reason)
    pen.compare()
    pen.add(e.Restored())
    return pen


def big_bang_60() -> Pen:
    """Sixty hosts at once, three of them down within the limit, and named."""
    hosts = tuple(f"node{n:02}" for n in range(1, 61))
    pen = Pen(shop_plan(kind="big-bang", waves=[], failure_limit={"wave": 3, "overall": 3}), hosts)
    pen.prepare()
    trouble = {
        "node17": (
            "not_done",
            "task 'Unpack the release' failed: No space left on device",
            "Unpack the release",
        ),
        "node42": (
            "unknown",
            "the host became unreachable in task 'Restart shop': Connection reset by peer",
            "Restart shop",
        ),
    }
    pen.run("deploy", 0, hosts, trouble, took=74.0)
    pen.add(e.Quiesced(attempt=pen.d.attempts[-1].attempt, unreachable=("node42",)), 30.0)
    pen.add(e.WaveDeployed(wave=0))
    deployed = pen.d.hosts_standing("deployed")
    pen.checks("verification", 0, deployed, {"node33": WRONG}, took=6.0)
    pen.add(e.WaveVerified(wave=0))
    pen.soak(0)
    exceptions = {h: s.reason for h, s in pen.d.standings.items() if s.standing != "verified"}
    pen.add(e.CompletedWithExceptions(exceptions=exceptions))
    return pen


def rolled_back() -> Pen:
    """A completed deployment is taken back on a person's word."""
    pen = completed_phased()
    pen.add(e.BackoutBegan(hosts=SIX, reason="customers report wrong prices, INC-311", by="cleo"), 5400.0)
    pen.add(e.DriverTook(driver="ops1:9001", by="cleo"))
    for wave in reversed(pen.d.waves):
        pen.run("backout", wave.number, wave.hosts, took=8.0)
    pen.compare()
    pen.add(e.Restored())
    return pen


def killed_and_adopted() -> Pen:
    """The driver dies in the second wave; the next one adopts the attempt, and a lost one is run again."""
    pen = Pen(shop_plan(), SIX)
    pen.prepare()
    pen.wave(0)
    name = f"{pen.id}.2-deploy"
    pen.add(e.AttemptIntended(attempt=name, purpose="deploy", wave=1, hosts=("web2", "web3")))
    pen.add(e.DriverTook(driver="ops1:6006", by="ann"), 140.0)
    pen.add(e.AttemptAdopted(attempt=name, found="dead"))
    pen.add(e.AttemptLost(attempt=name, reason="its worker ended without an outcome"), 0.1)
    pen.add(e.Quiesced(attempt=name), 1.2)
    pen.run("deploy", 1, ("web2", "web3"))
    pen.add(e.WaveDeployed(wave=1))
    pen.checks("verification", 1, ("web2", "web3"))
    pen.add(e.WaveVerified(wave=1))
    pen.soak(1)
    pen.add(e.GatePassed(wave=1))
    pen.add(
        e.AttemptIntended(
            attempt=f"{pen.id}.4-deploy", purpose="deploy", wave=2, hosts=("web4", "web5", "web6")
        )
    )
    return pen


def thousand_hosts() -> Pen:
    """A thousand hosts at once, with nine thousand answers; what each host says of itself is another text."""
    hosts = tuple(f"node{n:04}.example" for n in range(1, 1001))
    pen = Pen(shop_plan(kind="big-bang", waves=[], failure_limit={"wave": 3, "overall": 3}), hosts)
    pen.prepare()
    pen.run("deploy", 0, hosts)
    pen.add(e.WaveDeployed(wave=0))
    pen.checks("verification", 0, hosts)
    own = tuple(
        check(host, "command", "shop says who it is", "its name", f"own finding of {host}") for host in hosts
    )
    pen.add(e.WaveChecked(stage="verification", wave=0, final=True, asked=len(own), results=own))
    pen.add(e.WaveVerified(wave=0))
    return pen


def hostile_text() -> Pen:
    """A host answers with markup, terminal codes and reversed text."""
    return hostile(HOSTILE)


LONGEST_REASON = 3000
"""A journal takes longer findings, but no longer reasons."""


def hostile(text: str) -> Pen:
    """A host says this wherever a host is asked: as the finding of a check, in a reason, and as the content of a file."""
    # No journal has half of a surrogate pair: its bodies are UTF-8.
    text = text.encode("utf-8", "replace").decode()
    pen = Pen(shop_plan(), SIX)
    pen.prepare()
    pen.run("deploy", 0, ("web1",))
    pen.add(e.WaveDeployed(wave=0))
    pen.checks("verification", 0, ("web1",), {"web1": text})
    reason = f"web1: {text[:LONGEST_REASON]}"
    pen.add(e.WaveRejected(wave=0, hosts=("web1",), reason=reason))
    pen.back_out(reason)
    pen.compare(
        (
            Difference(
                host="web1",
                kind="file",
                name="/etc/shop.conf",
                attribute="content",
                before=None,
                after=text,
            ),
        )
    )
    pen.add(e.ResidueFound(hosts=("web1",)))
    return pen


HOSTILE = (
    '</td><script>alert(1)</script> [bold red]x[/] \x1b[2J\x1b]0;owned\x07 \u202egnp.exe & "q" '
    + "long " * 60
)


def _second_wave_fails(pen: Pen | None = None, *, back_out: bool = True) -> Pen:
    pen = pen or Pen(shop_plan(), SIX)
    pen.prepare()
    pen.wave(0)
    failed = ("not_done", "task 'Start shop' failed: Unable to start service shop: exit code 1", "Start shop")
    pen.run("deploy", 1, ("web2", "web3"), {"web3": failed})
    reason = f"1 host of 2 down in wave 2, allowed 0; web3: {failed[1]}"
    pen.add(e.WaveFailed(wave=1, hosts=("web3",), reason=reason))
    if back_out:
        pen.back_out(reason)
    return pen


def rebooted_and_outrun() -> Pen:
    """A host reboots in the second wave and is waited for; its next try finds that a run of others has been there."""
    gone = (
        "unknown",
        "the host became unreachable in task 'Unpack the release': closed by remote host",
        "Unpack",
    )
    refused = ("not_done", "refused by the host: a newer run (epoch 1772488800) was here", "orch fence")
    pen = Pen(shop_plan(), SIX)
    pen.prepare()
    pen.wave(0)
    pen.run("deploy", 1, ("web2", "web3"), {"web3": gone}, took=9.0)
    name = pen.d.attempts[-1].attempt
    pen.add(e.QuietAwaited(attempt=name, hosts=("web3",), until=pen.now + timedelta(seconds=120)), 1.0)
    pen.add(e.Quiesced(attempt=name, ended=("web3",)), 24.0)
    reason = f"1 host of 2 down in wave 2, allowed 0; web3: {gone[1]}"
    pen.add(e.WaveFailed(wave=1, hosts=("web3",), reason=reason))
    pen.add(e.DeploymentHeld(reason=reason, by="orch"))
    pen.add(e.Retried(by="ann", reason="it is back"), 60.0)
    pen.run("deploy", 1, ("web3",), {"web3": refused}, took=3.0)
    again = f"1 host of 2 down in wave 2, allowed 0; web3: {refused[1]}"
    pen.add(e.WaveFailed(wave=1, hosts=("web3",), reason=again))
    why = f"a run that is not of this deployment was on web3 after {pen.d.attempts[-1].attempt} began"
    pen.add(e.DeploymentHeld(reason=f"{why}; see what it did there", by="orch"))
    return pen


def slept_through_others() -> Pen:
    """It stands still while others deploy to its second wave; the lost run is tried again, refused, and taken back."""
    pen = Pen(shop_plan(), SIX)
    pen.epoch = 1772480000
    pen.prepare()
    pen.wave(0)
    lost = f"{pen.id}.2-deploy"
    hosts = ("web2", "web3")
    pen.add(
        e.AttemptIntended(attempt=lost, purpose="deploy", wave=1, hosts=hosts, epoch=int(pen.now.timestamp()))
    )
    pen.add(e.AttemptLost(attempt=lost, reason="no worker claimed it in time"), 900.0)
    pen.add(e.Quiesced(attempt=lost), 1.2)
    again, theirs = f"{pen.id}.3-deploy", int(pen.now.timestamp()) - 600
    pen.add(
        e.AttemptIntended(
            attempt=again, purpose="deploy", wave=1, hosts=hosts, epoch=int(pen.now.timestamp())
        )
    )
    reason = (
        f"refused by the host: another run (epoch {theirs}) has been here since the baseline was captured"
    )
    outcome = AttemptOutcome(
        attempt=again,
        hosts=tuple(
            HostOutcome(host=host, result="not_done", reason=reason, found_epoch=theirs) for host in hosts
        ),
        exit_code=2,
        started_at=pen.now,
        ended_at=pen.now + timedelta(seconds=3),
        evidence_sha256="e1" * 32,
        outrun_on=hosts,
    )
    pen.add(e.AttemptEnded(outcome=outcome), 3.1)
    pen.add(
        e.WaveFailed(wave=1, hosts=hosts, reason=f"2 hosts of 2 down in wave 2, allowed 0; web2: {reason}")
    )
    why = "a run that is not of this deployment has been on web2, web3 in between; see what it did there"
    pen.add(e.DeploymentHeld(reason=why, by="orch"))
    pen.add(
        e.BackoutBegan(hosts=("web1", *hosts), reason="theirs is to stay", by="ann", restored=(theirs + 1,)),
        60.0,
    )
    return pen


def copy_changed() -> Pen:
    """Its private copy changes while runs are at work: a person tries again, then backs out, and that meets a change too."""
    changed = ("playbook tree (playbooks/shop.yml changed; playbooks/extra.yml added)",)
    pen = Pen(shop_plan(), SIX)
    pen.prepare()
    pen.run("deploy", 0, ("web1",), changed_in_copy=changed)
    why = f"what ran may not be what was approved: {changed[0]}"
    pen.add(e.DeploymentHeld(reason=why, by="orch"))
    pen.add(e.Retried(by="ann", reason="an editor had saved it; what it did is undone"), 240.0)
    pen.wave(0)
    lost = f"{pen.id}.3-deploy"
    pen.add(e.AttemptIntended(attempt=lost, purpose="deploy", wave=1, hosts=("web2", "web3")))
    reason = "its worker ended without an outcome"
    pen.add(e.AttemptLost(attempt=lost, reason=reason, changed_in_copy=changed), 9.0)
    pen.add(e.Quiesced(attempt=lost), 1.2)
    pen.add(e.DeploymentHeld(reason=why, by="orch"))
    pen.add(e.BackoutBegan(hosts=("web1", "web2", "web3"), reason="twice is once too often", by="ann"), 60.0)
    pen.run("backout", 1, ("web2", "web3"), took=8.0)
    pen.run("backout", 0, ("web1",), took=8.0, changed_in_copy=("playbook tree (rollback/shop.yml changed)",))
    pen.compare()
    pen.add(e.Restored())
    return pen


SCRIPTS: dict[str, Callable[[], Pen]] = {
    script.__name__: script
    for script in (
        completed_phased,
        pilot_backed_out,
        residue,
        backout_failed,
        held,
        excluded_then_completed,
        refused_environment,
        soak_failure,
        big_bang_60,
        rolled_back,
        killed_and_adopted,
        rebooted_and_outrun,
        slept_through_others,
        copy_changed,
        hostile_text,
    )
}
