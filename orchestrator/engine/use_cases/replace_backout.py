"""Another backout playbook for a deployment whose approved one does not do: checked, copied, and signed by a person."""

from collections.abc import Callable, Mapping
from pathlib import Path

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.planning.replacement_check import check_replacement, plan_with, replaced
from orchestrator.engine.ports import Ports
from orchestrator.engine.private_copies import BESIDE
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.authority.replacement_word import against

Sign = Callable[[str], SignedApproval]
"""A person signs this digest."""


def replacement(ports: Ports, d: Deployment, playbook: str, sign: Sign | None) -> BackoutReplacement:
    """The replacement, its tree copied beside the deployment's own copy. Raises PlanFault, NotFound, Refused.

    Where keys are trusted it counts only as signed with one of them.
    """
    if d.private_copy.folder is None:
        raise Refused(f"{d.id} runs from no private copy, so its backout playbook can be corrected in place.")
    if d.rehearsing.rehearsal is not None:
        raise Refused(
            f"{d.id} is a rehearsal: it is there to prove the backout playbook of its plan. Correct that one, and "
            "rehearse again."
        )
    keyring = ports.keys.keyring(Path(d.project))
    if keyring.keys and sign is None:
        raise Refused(
            "Keys are trusted here, so whoever replaces a backout playbook signs for it: add --as ROLE. Nothing was "
            "started."
        )
    check_replacement(ports, d, playbook)
    name = _free_name(ports, d)
    try:
        copy = ports.authority.freeze(name, plan_with(d, playbook), Path(d.project), Path(d.plan_file))
        made = _replacement(d, playbook, copy.place, copy.tree.files)
        if made.playbook not in made.files:
            raise NotFound(
                f"{made.playbook} is no file of the playbook tree of {d.project}: .orchignore may name it."
            )
        return _signed(ports, d, made, sign) if sign is not None else made
    except BaseException:
        ports.authority.discard(name)
        raise


def planned_replacement(ports: Ports, d: Deployment, playbook: str) -> BackoutReplacement:
    """What the replacement would be now, with nothing copied: people agree to its digest. Raises PlanFault, NotFound."""
    check_replacement(ports, d, playbook)
    tree = ports.authority.tree(plan_with(d, playbook), Path(d.project), Path(d.plan_file))
    planned = _replacement(d, playbook, d.project, tree.files)
    if planned.playbook not in planned.files:
        raise NotFound(
            f"{planned.playbook} is no file of the playbook tree of {d.project}: .orchignore may name it."
        )
    return planned


def _replacement(d: Deployment, written: str, folder: str, files: Mapping[str, str]) -> BackoutReplacement:
    stage, playbook = replaced(d, written)
    return BackoutReplacement(playbook=playbook, folder=folder, files=dict(files), stage=stage)


def _signed(ports: Ports, d: Deployment, made: BackoutReplacement, sign: Sign) -> BackoutReplacement:
    keyring = ports.keys.keyring(Path(d.project))
    word = sign(made.digest)
    presented = ports.keys.present([word], keyring)[0]
    reasons = against(d, made.digest, presented, keyring, ports.clock.now())
    if reasons:
        raise Refused("\n".join([*reasons, "Nothing was started."]))
    return made.model_copy(update={"signed": word})


def _free_name(ports: Ports, d: Deployment) -> str:
    taken = set(ports.authority.copies())
    return next(name for n in range(1, 10_000) if (name := f"{d.id}{BESIDE}{n}") not in taken)
