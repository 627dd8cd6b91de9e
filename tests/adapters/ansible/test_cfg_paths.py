"""A run from a copy is given the paths of ansible.cfg that lead out of the project, or to files that no copy has."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.cfg_paths import from_elsewhere, needs_own_import

# option, value, and what a run from /copy of /src/project is given ("" for nothing); client.sh is in the copy
ROWS = [
    ("roles_path", "roles", ""),
    ("roles_path", "roles:~/r:/srv/r", ""),
    ("roles_path", "../shared", "/src/shared"),
    ("roles_path", "roles: ../shared :a/../../b:~/r", "COPY/roles:/src/shared:/src/b:~/r"),
    ("collections_path", "../c", "/src/c"),
    ("collections_paths", "../c", "/src/c"),
    ("library", "../l", "/src/l"),
    ("filter_plugins", "f:../f", "COPY/f:/src/f"),
    ("vault_password_file", ".vault-pass", "/src/project/.vault-pass"),
    ("vault_password_file", "../x", "/src/x"),
    ("vault_password_file", "/etc/x", ""),
    ("vault_password_file", "client.sh", ""),
    ("vault_identity_list", "a@.p, b@client.sh, c@prompt", "a@/src/project/.p,b@COPY/client.sh,c@prompt"),
    ("become_password_file", ".become", "/src/project/.become"),
    ("forks", "../x", ""),
]


@pytest.mark.parametrize(("option", "value", "expected"), ROWS)
def test_a_run_is_given_what_its_copy_lacks(tmp_path: Path, option: str, value: str, expected: str) -> None:
    (tmp_path / "client.sh").write_text("")
    given = from_elsewhere({("defaults", option): value}, tmp_path, Path("/src/project"))
    name = f"ANSIBLE_{option.upper().replace('PATHS', 'PATH')}"
    assert given == ({name: expected.replace("COPY", str(tmp_path))} if expected else {})
    assert needs_own_import(given) == (bool(given) and option in ("library", "filter_plugins"))


def test_a_run_from_the_project_itself_is_given_nothing(tmp_path: Path) -> None:
    settings = {("defaults", "roles_path"): "../shared"}
    assert from_elsewhere(settings, tmp_path, tmp_path) == from_elsewhere(settings, tmp_path, None) == {}
