"""Which facts a tree reads as plain variables, as roles did before `ansible_facts`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

_NAMED = re.compile(r"(?<![\w.'\"])ansible_([a-z][a-z0-9_]*)\b(?!\s*[:=](?!=))")
_NO_FACTS = re.compile(
    r"^(?:facts|failed_result|failed_task|check_mode|config_file|dependent_role_names|diff_mode|forks|index_var|inventory_sources|limit|loop\w*|"
    r"managed|parent_role_\w+|play_\w+|play|role_name\w*|role_names|run_tags|search_path|skip_tags|verbosity|version|"
    r"host|user|port|password|connection|become\w*|ssh_\w+|sudo\w*|su_\w+|python_interpreter|shell_\w+|private_key_file|"
    r"winrm\w*|collection_name|playbook_python|vault\w*|async_dir|remote_tmp|scp_\w+|sftp_\w+|common_remote_group|"
    r"pipelining|network_os|job_\w+|tower\w*|galaxy\w*|lint|core|builtin|test|galaxy|runner|role\w*|posix|windows)$"
)
_LARGEST = 500_000


def injected_facts_in(files: Iterable[Path], known: Collection[str]) -> Iterator[str]:
    """Names such as `ansible_os_family`, each once, that no file of the tree sets."""
    seen: dict[str, None] = {}
    for path in files:
        for name in _names(path):
            if f"ansible_{name}" not in known and not _NO_FACTS.match(name):
                seen[f"ansible_{name}"] = None
    yield from seen


def _names(path: Path) -> list[str]:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return []
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = (line.split(" #")[0] for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [match[1] for line in lines for match in _NAMED.finditer(line)]
