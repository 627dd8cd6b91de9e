"""What a baseline does not see, in words: from its scope, from what was cut, and from the version that captured it."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.evidence.baseline import BaselineReference, BaselineScope, Cut
from orchestrator.policy.telling.words.host_words import hosts_words

_ALWAYS = "data in databases and what a service keeps in memory, other machines"
_NAMED_AT_MOST = 6


def blind_spots(scope: BaselineScope, references: Iterable[BaselineReference]) -> list[str]:
    """Sentences of one paragraph; none before a baseline was captured. `references` are those before and after."""
    captured = list(references)
    if not captured:
        return []
    return [_of_scope(scope), *_of_cuts(captured), *_of_older(captured)]


def _of_scope(scope: BaselineScope) -> str:
    unseen = [_beyond("files", scope.files), *_switched_off(scope)]
    if scope.exclude:
        unseen.append(f"what is excluded ({_some(scope.exclude)})")
    unseen.append(_beyond("units and what they run", scope.units))
    if scope.commands:
        unseen.append(
            f"anything else that no command prints ({_some([each.name for each in scope.commands])})"
        )
    return f"The baseline does not see: {'; '.join((*unseen, _ALWAYS))}."


def _beyond(what: str, named: Sequence[str]) -> str:
    return f"{what} beyond {_some(named)}" if named else f"any {what}"


def _switched_off(scope: BaselineScope) -> list[str]:
    parts = {
        "packages": scope.packages == "all",
        "listening ports": scope.ports,
        "users and groups": scope.users,
        "the host as a whole (mounts, passwords, set-uid programs, jobs, modes of folders and the like)": scope.system,
        "kernel parameters": scope.system or bool(scope.sysctl),
    }
    return [name for name, captured in parts.items() if not captured]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_AT_MOST
    return ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _of_cuts(captured: Sequence[BaselineReference]) -> list[str]:
    hosts: dict[Cut, dict[str, None]] = {}
    for reference in captured:
        for cut in reference.cuts:
            hosts.setdefault(cut, {})[reference.host] = None
    return [
        f"Left out on {hosts_words(list(names))}: {_cut_words(cut)} ({cut.reason})."
        for cut, names in hosts.items()
    ]


def _cut_words(cut: Cut) -> str:
    if cut.kind == "what runs":
        return f"what runs of {cut.below}"
    return f"{cut.kind} {cut.below}" if cut.below else f"every {cut.kind}"


def _of_older(captured: Sequence[BaselineReference]) -> list[str]:
    hosts = list(dict.fromkeys(reference.host for reference in captured if reference.form < 1))
    if not hosts:
        return []
    return [
        f"An earlier version of orch captured {hosts_words(hosts)}: what units run, passwords and the host as a whole "
        "are not compared there."
    ]
