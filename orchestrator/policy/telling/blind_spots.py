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
    over_ssh = [each for each in captured if not each.visit]
    return [
        *([_of_scope(scope)] if over_ssh else []),
        *_of_visits(scope, captured),
        *_of_cuts(captured),
        *_of_older(captured),
    ]


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


def _of_visits(scope: BaselineScope, captured: Sequence[BaselineReference]) -> list[str]:
    """Hosts without ssh: what a module answers is all that anybody sees of them."""
    hosts = list(dict.fromkeys(each.host for each in captured if each.visit))
    if not hosts:
        return []
    return [
        f"Of {hosts_words(hosts)}, without ssh, the facts {_some([fact.name for fact in scope.facts])} are seen as Ansible's "
        "modules answer them, and nothing else: no files, packages, units, ports, accounts or processes. Such a host keeps no "
        "epoch: it refuses no run that is late, and only orch's own locks kept others away.",
        *(f"Visit of {each.host}: {each.visit}." for each in _first_visits(captured)),
    ]


def _first_visits(captured: Sequence[BaselineReference]) -> list[BaselineReference]:
    """One of each visit: it asked many hosts."""
    return list({each.visit: each for each in reversed(captured) if each.visit}.values())[::-1][
        :_NAMED_AT_MOST
    ]


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
