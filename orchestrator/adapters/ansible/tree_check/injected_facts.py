"""Facts that the files of a tree read as variables of their own, which no run makes of them unless the plan allows it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestrator.adapters.ansible.tree_check.playbook_files import Item, PlaybookFiles
from orchestrator.domain.evidence.fact_names import INJECTED, plain_form
from orchestrator.domain.plan.inspection import PlaybookFinding, Severity

_LARGEST = 1_000_000
_NAMED = 3
_PARTS = ("tasks", "handlers", "defaults", "vars", "meta", "templates")
_SETTERS = re.compile(r"""(?:^|[\s{,])["']?(ansible_\w+)["']?(?:\s*:(?=\s|$)|=)""", re.MULTILINE)
_COMMENT = re.compile(r"^\s*#.*$|(?<=\s)#\s.*$", re.MULTILINE)
_NO_VARIABLE = re.compile(r"^.*\b(?:filter|gather_subset)\s*[:=].*$", re.MULTILINE)
_ASKS_FIRST = re.compile(
    r"\s*\|\s*(?:ansible\.builtin\.)?d(?:efault)?\s*\(|\s+is\s+(?:not\s+)?(?:un)?defined"
)
_OTHERWISE = re.compile(r"ansible_facts(?:\.|\[\s*[\"'])$")


def injected_facts(
    plays: list[tuple[Item, list[Item]]], files: PlaybookFiles, project: Path
) -> Iterator[PlaybookFinding]:
    """A finding for each file with such facts, at the first, with their number.

    Refused in playbooks and tasks that are read by their names; a warning in files that may be read or not: templates,
    variables, tasks of roles that a template chooses. What is asked for with `default` or `is defined` does not fail.
    """
    read = set(files.files)
    certain = [path for path in files.files if path.suffix in (".yml", ".yaml")]
    beside = [play.file.parent for play, _ in plays]
    folders = [folder / name for folder in (project, *beside) for name in ("group_vars", "host_vars")]
    folders += [role / part for role in files.roles for part in _PARTS]
    others = [path for folder in folders for path in _below(folder) if path.resolve() not in read]
    texts = {path.resolve(): text for path in (*certain, *others) for text in _text(path)}
    own = {
        match[1] for path, text in texts.items() for match in _SETTERS.finditer(text) if path.suffix != ".j2"
    }
    for path, text in texts.items():
        yield from _of_file(path, text, own, "refuse" if path in read else "warn")


def _of_file(path: Path, text: str, own: set[str], severity: Severity) -> Iterator[PlaybookFinding]:
    plain = path.suffix in (".yml", ".yaml")
    looked_at = _NO_VARIABLE.sub(_blank, _COMMENT.sub(_blank, text)) if plain else text
    uses = [match for match in INJECTED.finditer(looked_at) if _is_read(match, looked_at, own)]
    if uses:
        names = Counter(match[0] for match in uses)
        shown = ", ".join([*names][:_NAMED]) + (
            f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        )
        times = "once" if len(uses) == 1 else f"{len(uses)} times"
        yield PlaybookFinding(
            file=str(path),
            line=text.count("\n", 0, uses[0].start()) + 1,
            kind=uses[0][0],
            what=f"reads facts as variables of their own, {times} ({shown}), and they are none, so they are undefined",
            severity=severity,
            next_move=f"write {plain_form(uses[0][0])}",
            allowed_by="injected_facts",
        )


def _is_read(match: re.Match[str], text: str, own: set[str]) -> bool:
    before = text[max(0, match.start() - 20) : match.start()]
    return match[0] not in own and not _ASKS_FIRST.match(text, match.end()) and not _OTHERWISE.search(before)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _below(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _text(path: Path) -> Iterator[str]:
    try:
        if path.is_file() and path.stat().st_size <= _LARGEST:
            content = path.read_bytes()
            if not content.startswith(b"$ANSIBLE_VAULT") and b"\0" not in content:
                yield content.decode("utf-8", "replace")
    except OSError:
        return
