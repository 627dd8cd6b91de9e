"""Files that runs read although nobody approved them: a person decides before the next wave (docs/adr/0064)."""

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.opened_file import OpenedFile, opened_words
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.format import counted
from orchestrator.policy.course.steps import Record


def held_for_opened_files(d: Deployment) -> Record | None:
    """Hold before a wave where an earlier one read such files, and no person has spoken since; backouts ask nobody."""
    files = _undecided(d)
    if not files:
        return None
    last = next(attempt for attempt in reversed(d.attempts) if files[-1] in attempt.opened)
    them = "it" if len(files) == 1 else "them"
    reason = (
        f"{last.attempt} read {counted(len(files), 'file')} that nobody approved: {opened_words(files)}; look at {them}, then "
        f"retry: {d.waves[d.rollout.wave].name} begins, and may read {them} too. For the next deployment put what runs read "
        "into the project, or name it in resources.ingredients"
    )
    return Record(e.DeploymentHeld(reason=reason, by="orch"))


def _undecided(d: Deployment) -> tuple[OpenedFile, ...]:
    """What deploy attempts of earlier waves read, without what a person knew of when deciding to go on."""
    earlier = [a for a in d.attempts if a.opened and a.purpose == "deploy" and a.wave < d.rollout.wave]
    known = {file.path for attempt in d.attempts if attempt.answered for file in attempt.opened}
    by_path = {
        file.path: file
        for attempt in earlier
        if _counts(d, attempt)
        for file in attempt.opened
        if file.path not in known
    }
    return tuple(by_path.values())


def _counts(d: Deployment, attempt: Attempted) -> bool:
    return any(d.standings[host].standing != "excluded" for host in attempt.hosts)
