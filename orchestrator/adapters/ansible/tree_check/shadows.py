"""Files of a project that bear the name of a plugin which orch's own plays need, and so may take its place."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestrator.adapters.ansible.settings import configuration
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.inspection import PlaybookFinding

# By the kind of the plugin: it names the folders beside a playbook, a role and the setting of ansible.cfg alike.
_NAMES = {
    "callback_plugins": ("orch_evidence",),
    "action_plugins": ("raw",),
    "library": ("raw",),
    "connection_plugins": ("ssh",),
    "strategy_plugins": ("linear", "mitogen_linear"),
    "shell_plugins": ("sh",),
}
_EVIDENCE = "bears the name of orch's evidence, which orch itself puts into each run and no file replaces"
_NEEDED = "bears the name of what orch's own plays use; what it does decides whether a run can be told apart from none"


def shadows(playbook: Path, project: Path, roles: Iterable[Path]) -> Iterator[PlaybookFinding]:
    """A warning for each such file beside the playbook, in its roles and where ansible.cfg has plugins looked for."""
    beside = dict.fromkeys([playbook.parent, project, *roles])
    for kind, names in _NAMES.items():
        for folder in [*(place / kind for place in beside), *_configured(project, kind)]:
            for path in (folder / f"{name}.py" for name in names):
                if path.is_file():
                    yield _named(path, kind)


def _configured(project: Path, kind: str) -> Iterator[Path]:
    for folder in configuration(project).get(("defaults", kind), "").split(":"):
        if folder.strip():
            yield project / expanded(folder.strip())


def _named(path: Path, kind: str) -> PlaybookFinding:
    return PlaybookFinding(
        file=str(path),
        kind=kind,
        what=_EVIDENCE if kind == "callback_plugins" else _NEEDED,
        severity="warn",
        next_move="give the file another name",
    )
