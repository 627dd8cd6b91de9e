"""Evidence of verification, execution and backout (ISO/IEC 20000-1 9.1, 9.3; ITIL 4 deployment management 3.1.2)."""

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS, State
from orchestrator.domain.text.format import counted
from orchestrator.policy.clauses.case import NOT_YET, NOTHING, Case, Found, gap, held
from orchestrator.policy.telling.criteria_not_met import criteria_not_met


def components_verified(case: Case) -> Found:
    """Every release unit matched its digest before a host was touched."""
    verified = case.events(e.ComponentsVerified)
    if not case.d.plan.release.units:
        return NOTHING
    if not verified:
        return _before(case)
    return held(
        verified, *(f"{unit.name} {unit.version}, digest {unit.sha256}" for unit in case.d.plan.release.units)
    )


def components_signed(case: Case) -> Found:
    """Each release unit bears a good signature, or a build record that a trusted key signed."""
    if not case.d.plan.release.units:
        return NOTHING
    if not case.events(e.ComponentsVerified):
        return _before(case)
    seen = {unit.name: unit for unit in case.d.preparation.units}
    lacking, vouched = [], []
    for unit in case.d.plan.release.units:
        known = seen.get(unit.name)
        record = known.build_record if known is not None else None
        signer = (known.signer if known is not None else None) or (
            record.signer if record is not None else None
        )
        if signer is None:
            lacking.append(f"{unit.name} {unit.version}")
        else:
            vouched.append(f"{unit.name} {unit.version} by {signer.person or signer.key}")
    return gap(*lacking) if lacking else held(case.events(e.ComponentsVerified), *vouched)


def tested_before_live(case: Case) -> Found:
    """It was rehearsed as it is, or each release unit has a test report."""
    rehearsed = _rehearsal_grounds(case)
    units = case.d.preparation.units
    tested = bool(units) and all(unit.test_report is not None for unit in units)
    if rehearsed:
        return held(rehearsed, "rehearsed")
    if tested:
        return held(case.events(e.ComponentsVerified), "test report of each release unit")
    if case.rehearsal:
        return NOTHING
    return _before(case) if case.ahead or case.never_touched else gap()


def backout_tested(case: Case) -> Found:
    """A rehearsal whose certificate admitted it took the release back, and proved that."""
    rehearsed = _rehearsal_grounds(case)
    if rehearsed:
        return held(rehearsed)
    if case.rehearsal:
        return NOTHING
    return _before(case) if case.ahead or case.never_touched else gap()


def environment_verified(case: Case) -> Found:
    """Every check of the environment passed on every host before one was touched."""
    verified = case.events(e.EnvironmentVerified)
    if not verified:
        return _before(case)
    return held(verified, counted(sum(record.counts.answers for record in verified), "answer"))


def baseline_before_deployment(case: Case) -> Found:
    """The configuration baseline of every host was captured before it was touched."""
    captured, kept = case.events(e.BaselineCaptured), case.d.preparation.baselines
    if not captured:
        return _before(case)
    touched = set(case.d.touched_hosts)
    never = [each.host for each in case.d.standings.values() if each.standing == "unreached"]
    untouched = {host for host in never if host not in touched}
    lacking = [host for host in case.d.hosts if host not in kept and host not in untouched]
    if lacking:
        return gap(*lacking)
    items = sum(reference.items for reference in kept.values())
    return held(captured, counted(len(kept), "host"), counted(items, "configuration item"))


def acceptance_criteria_verified(case: Case) -> Found:
    """The acceptance checks of each wave that was deployed were asked afterwards; whether they passed is said."""
    if case.ahead or case.never_touched:
        return _before(case)
    deployed = {_wave(record) for record in case.events(e.WaveDeployed)}
    checked = case.events(e.WaveChecked)
    asked = {_wave(record) for record in checked}
    if not deployed:
        return NOTHING if case.d.over else NOT_YET
    lacking = sorted(deployed - asked)
    if lacking:
        names = [case.d.waves[wave].name for wave in lacking]
        return gap(*names) if case.d.over else NOT_YET
    answers = sum(record.counts.answers for record in checked)
    failing = sum(len(record.event.failing) for record in checked if isinstance(record.event, e.WaveChecked))
    return held(checked, f"{counted(answers, 'answer')}, {failing} not passed")


def unmet_criteria_decided(case: Case) -> Found:
    """Each criterion that was not met has a decision on it."""
    missed = criteria_not_met(case.d, case.records)
    if not missed:
        return NOTHING
    open_ones = [each.what for each in missed if not each.settled]
    if open_ones:
        return gap(*open_ones) if case.d.over else NOT_YET
    return held((), *(f"{each.what}: {each.decision}" for each in missed))


def configuration_compared_after(case: Case) -> Found:
    """The configuration was captured again after success and compared with the baseline, on every host that was touched."""
    if case.ahead or case.never_touched:
        return _before(case)
    if case.taken_back or case.rehearsal or case.d.state is State.BACKING_OUT:
        return NOTHING
    compared = case.events(e.ChangesCompared)
    seen = {host for group in case.d.changes.groups for host in group.hosts}
    lacking = [host for host in case.d.touched_hosts if host not in seen]
    if lacking:
        return gap(*lacking) if case.d.over else NOT_YET
    return held(compared, counted(len(seen), "host"))


def cmdb_updated(case: Case) -> Found:
    """The CMDB has what each end of it proved of the hosts that it touched (ISO/IEC 20000-1 9.1, 9.2)."""
    if case.ahead or case.never_touched:
        return _before(case)
    if not case.d.over:
        return NOT_YET
    if case.not_in_cmdb:
        return gap(*(f"event {number}" for number in sorted(case.not_in_cmdb)), command="orch cmdb rebuild")
    return held(
        [record for record in case.records if record.event.kind in ENDS_ON_HOSTS],
        counted(len(case.d.touched_hosts), "host"),
    )


def restoration_proved(case: Case) -> Found:
    """What was backed out was compared with its baseline, and nothing differs."""
    if case.d.state is State.BACKING_OUT:
        return NOT_YET
    if not case.taken_back:
        return NOTHING
    compared = case.events(e.RestorationCompared, e.BackoutCompared)
    if case.d.state is State.BACKED_OUT and not case.d.unrestored_hosts:
        return held(compared, counted(len(case.d.touched_hosts), "host"))
    command = f"orch rollback {case.id_word} --reason WHY"
    return gap(*case.d.unrestored_hosts, command=command, records=compared)


def _before(case: Case) -> Found:
    """What is verified before the first touch: to come, or of no matter where no host was touched; else it is missing."""
    if case.ahead:
        return NOT_YET
    return NOTHING if case.never_touched else gap()


def _rehearsal_grounds(case: Case) -> list[Condensed]:
    return [
        record
        for record in case.records
        if isinstance(record.event, e.WindowOpened)
        and any(ground.code == "rehearsal.covers" for ground in record.event.reasons)
    ]


def _wave(record: Condensed) -> int:
    event = record.event
    return event.wave if isinstance(event, e.WaveDeployed | e.WaveChecked) else -1
