"""The playbook tree: any change of any file is seen and named, and nothing that could change unseen is taken in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.files.tree.playbook_tree import private_copy, tree_of
from orchestrator.adapters.files.tree.tree_rules import common_rules, project_rules
from orchestrator.errors import Conflict, PlanFault
from tests.worlds.plans import plan_of, plan_tree

FILES = ("playbooks/shop.yml", "rollback/shop.yml", "roles/shop/tasks/main.yml", "ansible.cfg")
HOME = Path("/nowhere/orch")

PLAN = plan_of(plan_tree())


def digests(root: Path) -> dict[str, str]:
    return dict(tree_of(root, common_rules(root, HOME, PLAN)).files)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in FILES:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n")
        file.chmod(0o644)
    (root / "roles/latest").symlink_to("shop")
    return root


def test_every_file_and_link_is_digested_by_its_path(tree: Path) -> None:
    assert sorted(digests(tree)) == sorted((*FILES, "roles/latest"))


@pytest.mark.parametrize("absolute", [False, True])
def test_credentials_of_checks_are_digested_and_copied_nowhere(tree: Path, *, absolute: bool) -> None:
    (tree / "files").mkdir()
    for name in ("monitor", "ca.pem"):
        (tree / "files" / name).write_text("monitor:password\n")
    file = str(tree / "files/monitor") if absolute else "./files/monitor"
    check = {"url": "https://shop/", "basic_auth": {"file": file}, "ca_file": "files/ca.pem"}
    sections = plan_tree()
    sections["validation"]["acceptance"] = [{"http": check}]
    rules = common_rules(tree, HOME, plan_of(sections))
    assert sorted(dict(tree_of(tree, rules).files)) == sorted((*FILES, "roles/latest", "files/ca.pem"))


def test_the_same_tree_elsewhere_has_the_same_digests(tree: Path, tmp_path: Path) -> None:
    copied = private_copy(tree, tmp_path / "copy", common_rules(tree, HOME, PLAN))
    assert copied.files == digests(tmp_path / "copy") == digests(tree)
    assert copied.size == sum(len(f"# {name}\n") for name in FILES)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700


CHANGES: list[tuple[str, Callable[[Path], object], str]] = [
    (
        "one character",
        lambda root: (root / "rollback/shop.yml").write_text("# rollback/shop.ymk\n"),
        "rollback/shop.yml",
    ),
    ("a mode", lambda root: (root / "ansible.cfg").chmod(0o755), "ansible.cfg"),
    ("a file more", lambda root: (root / "roles/shop/new.yml").write_text(""), "roles/shop/new.yml"),
    ("a file less", lambda root: (root / "ansible.cfg").unlink(), "ansible.cfg"),
    ("a hidden file more", lambda root: (root / ".ansible-lint").write_text(""), ".ansible-lint"),
    ("a link elsewhere", lambda root: _relink(root / "roles/latest", "../playbooks"), "roles/latest"),
    ("a link made a file", lambda root: _refile(root / "roles/latest", "shop"), "roles/latest"),
]


@pytest.mark.parametrize(("file_mode", "program_mode"), [(0o664, 0o775), (0o600, 0o700), (0o444, 0o4711)])
def test_another_umask_voids_nothing(tree: Path, file_mode: int, program_mode: int) -> None:
    (tree / "rollback/shop.yml").chmod(0o755)
    before = digests(tree)
    earlier = tree_of(tree, common_rules(tree, HOME, PLAN), every_bit=True).files
    assert earlier == before
    (tree / "ansible.cfg").chmod(file_mode)
    (tree / "rollback/shop.yml").chmod(program_mode)
    assert digests(tree) == before
    now = tree_of(tree, common_rules(tree, HOME, PLAN), every_bit=True).files
    assert {path for path in now if now[path] != earlier[path]} == {"ansible.cfg", "rollback/shop.yml"}


def _relink(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def _refile(link: Path, content: str) -> None:
    link.unlink()
    link.write_text(content)


@pytest.mark.parametrize(("what", "change", "named"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_change_is_named(tree: Path, what: str, change: Callable[[Path], object], named: str) -> None:
    before = digests(tree)
    assert digests(tree) == before
    change(tree)
    now = digests(tree)
    assert [path for path in before.keys() | now.keys() if before.get(path) != now.get(path)] == [named]


UNFIT: list[tuple[str, Callable[[Path], object], str]] = [
    ("a link out of the tree", lambda root: (root / "x").symlink_to("../outside"), "one to ../outside"),
    ("an absolute link", lambda root: (root / "x").symlink_to(root / "ansible.cfg"), "one to "),
    ("a broken link", lambda root: (root / "x").symlink_to("nothing"), "a broken one to nothing"),
    ("a link to itself", lambda root: (root / "x").symlink_to("x"), "a broken one to x"),
    (
        "a link to what is left out",
        lambda root: (root / "x").symlink_to(".git/hooks/run"),
        "one to .git/hooks/run",
    ),
    ("a pipe", lambda root: os.mkfifo(root / "x"), "a device, a pipe or a socket"),
    ("a name that is no UTF-8", lambda root: (root / os.fsdecode(b"\xff")).write_text(""), "another"),
]


@pytest.mark.parametrize(("what", "make", "finding"), UNFIT, ids=[row[0] for row in UNFIT])
def test_what_could_change_unseen_is_refused(
    tree: Path, what: str, make: Callable[[Path], object], finding: str
) -> None:
    (tree.parent / "outside").write_text("")
    (tree / ".git/hooks").mkdir(parents=True)
    (tree / ".git/hooks/run").write_text("")
    make(tree)
    with pytest.raises(PlanFault) as refused:
        digests(tree)
    assert len(refused.value.faults) == 1
    assert refused.value.faults[0].found.startswith(finding)


LINKS = ("../../shared/common", "{}/shared/common")


@pytest.mark.parametrize("leads_to", LINKS)
def test_a_linked_role_is_what_it_leads_to(tree: Path, tmp_path: Path, leads_to: str) -> None:
    shared = tmp_path / "shared/common"
    (shared / "tasks").mkdir(parents=True)
    (shared / "tasks/main.yml").write_text("[]\n")
    (shared / "tasks/also.yml").symlink_to("main.yml")
    (shared / "latest").symlink_to("tasks")
    (shared / ".git").mkdir()
    (shared / ".git/HEAD").write_text("x")
    (tree / "roles/common").symlink_to(leads_to.format(tmp_path))
    (tree / "group_vars").mkdir()
    (tree / "group_vars/all.yml").symlink_to("../../shared/common/tasks/main.yml")
    names = ("tasks/main.yml", "tasks/also.yml", "latest/main.yml", "latest/also.yml")
    linked = {*(f"roles/common/{name}" for name in names), "group_vars/all.yml"}
    copied = private_copy(tree, tmp_path / "copy", common_rules(tree, HOME, PLAN))
    assert set(copied.files) == {*FILES, "roles/latest", *linked}
    assert copied.files == digests(tree) == digests(tmp_path / "copy")
    assert not any((tmp_path / "copy" / name).is_symlink() for name in linked)
    (shared / "tasks/main.yml").write_text("[x]\n")
    changed = {path for path, digest in digests(tree).items() if copied.files[path] != digest}
    assert changed == linked


@pytest.mark.parametrize("leads_to", ["..", "../..", "../../project/roles"])
def test_a_link_that_leads_around_is_refused(tree: Path, leads_to: str) -> None:
    (tree / "roles/shop/around").symlink_to(leads_to)
    (tree / "roles/outer").symlink_to("../..")
    with pytest.raises(PlanFault) as refused:
        digests(tree)
    assert "roles/outer" in str(refused.value)


def test_everything_unfit_is_told_at_once(tree: Path) -> None:
    (tree / "a").symlink_to("/etc/passwd")
    (tree / "b").symlink_to("../..")
    os.mkfifo(tree / "c")
    with pytest.raises(PlanFault) as refused:
        digests(tree)
    assert {Path(fault.file).name for fault in refused.value.faults} == {"a", "b", "c"}


def test_caches_and_what_has_a_place_of_its_own_are_left_out(tree: Path, tmp_path: Path) -> None:
    before = digests(tree)
    plan = plan_of(plan_tree())
    put(tree, "plans/this.yml", "x")
    for name in (".git/config", ".github/x.yml", "roles/shop/__pycache__/x.pyc", "dml/app.tar.gz"):
        put(tree, name)
    put(tree, "venv/pyvenv.cfg")
    (tree / "venv/python").symlink_to("/usr/bin/python3")
    put(tree, "plans/next.yml", "orch: 1\nrelease: {}\nstrategy: {}\nbackout: {}\n")
    put(tree, "plans/this.yml", "orch: 1\nrelease: {}\nstrategy: {}\nbackout: {}\n")
    put(tree, "policies/shop.yml", "orch: 1\npolicy: shop\ntitle: x\n")
    put(tree, "models/own.yml", "orch: 1\nmodel: own\ntitle: x\n")
    put(tree, "policies/shop.yml.approval", '{"document": {}, "signature": {}}')
    put(tree, "models/own.yml.approval", '{"document": {}, "signature": {}}')
    put(tree, "environments/live.yml", "orch: 1\nenvironment: live\nclass: live\n")
    put(tree, "keys/a.json", '{"public": ""}')
    put(tree, "certificates/a.json", '{"certificate": {}, "signature": {}}')
    rules = project_rules(tree, HOME, plan, tree / "plans/this.yml")
    assert tree_of(tree, rules).files == before
    private_copy(tree, tmp_path / "copy", rules)
    assert not (tmp_path / "copy/roles/shop/__pycache__").exists()


PLAN_KEYS = '"release": {}, "strategy": {}, "backout": {"release": 1}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plans/next.yml", f"{{{PLAN_KEYS}}}"),
        ("plans/next.json", f"{{{PLAN_KEYS}}}"),
        ("plans/next.yml", f"# the next one\n---\n{{\n  {PLAN_KEYS}\n}}\n"),
        ("plans/next.yml", "{release: {}, strategy: {}, backout: {}}"),
        ("plans/next.yml", '"release": {}\n"strategy": {}\n\'backout\': {}\n'),
        ("policies/shop.yml", '{"orch": 1, "policy": "shop", "title": "x"}'),
        ("policies/shop.yml", '{"title": "x",\n "policy": "shop"}'),
        ("models/own.yml", '{"orch": 1, "model": "own", "title": "x"}'),
    ],
)
def test_what_is_written_as_json_is_known_as_well(tree: Path, name: str, text: str) -> None:
    put(tree, "plans/this.yml", f"{{{PLAN_KEYS}}}")
    put(tree, name, text)
    rules = project_rules(tree, HOME, plan_of(plan_tree()), tree / "plans/this.yml")
    assert not {name, "plans/this.yml"} & tree_of(tree, rules).files.keys()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plans/vars.yml", '{"x": {"release": 1, "strategy": 2, "backout": 3}}'),
        ("plans/vars.yml", '{{ "release: strategy: backout:" }}'),
        ("plans/vars.yml", "x:\n  release: 1\n  strategy: 2\n  backout: 3\n"),
        ("policies/vars.yml", '{"x": {"policy": "shop", "title": "x"}}'),
        ("models/vars.yml", '["model", "title"]'),
        ("environments/vars.yml", "all: {vars: {environment: live, class: live}}"),
    ],
)
def test_what_only_looks_like_it_is_part_of_the_tree(tree: Path, name: str, text: str) -> None:
    put(tree, name, text)
    rules = project_rules(tree, HOME, plan_of(plan_tree()), tree / "plans/this.yml")
    assert name in tree_of(tree, rules).files


def test_what_only_lies_in_such_a_place_is_part_of_the_tree(tree: Path) -> None:
    named = {
        "keys/id_ed25519",
        "keys/hosts.json",
        "models/vars.yml",
        "plans/vars.yml",
        "dml/other.tar.gz",
        ".vault",
    }
    for name in named | {"plans/this.yml"}:
        put(tree, name, "purpose: none\n")
    files = tree_of(tree, project_rules(tree, HOME, plan_of(plan_tree()), tree / "plans/this.yml")).files
    assert named <= files.keys()


def test_the_user_names_more_that_is_left_out(tree: Path) -> None:
    before = digests(tree)
    put(tree, ".orchignore", "# what runs fetch\nfetched/\n*.log\n!keep.log\n/roles/shop/big.bin\n")
    for name in ("fetched/web1", "roles/fetched/web2", "a.log", "roles/shop/big.bin"):
        put(tree, name)
    put(tree, "keep.log")
    put(tree, "big.bin")
    assert digests(tree).keys() - before.keys() == {".orchignore", "keep.log", "big.bin"}


@pytest.mark.parametrize(
    "inventory", ["inventories/live", "inventories/live/hosts.yml", "./inventories/live/"]
)
@pytest.mark.parametrize("ignored", ["/inventories/*", "inventories/", "hosts.yml"])
def test_the_inventory_of_the_plan_itself_is_never_left_out(tree: Path, inventory: str, ignored: str) -> None:
    put(tree, ".orchignore", f"{ignored}\n")
    for name in (
        "inventories/live/hosts.yml",
        "inventories/live/group_vars/web.yml",
        "inventories/lab/hosts.yml",
    ):
        put(tree, name)
    plan = plan_of(plan_tree() | {"resources": {"environment": "live", "inventory": inventory}})
    files = tree_of(tree, common_rules(tree, HOME, plan)).files
    assert {name for name in files if name.startswith("inventories")} == {
        "inventories/live/hosts.yml", "inventories/live/group_vars/web.yml"}  # fmt: skip


def test_a_private_copy_is_made_in_a_new_folder(tree: Path, tmp_path: Path) -> None:
    private_copy(tree, tmp_path / "copy", common_rules(tree, HOME, PLAN))
    with pytest.raises(Conflict):
        private_copy(tree, tmp_path / "copy", common_rules(tree, HOME, PLAN))


@pytest.mark.parametrize("redirected", [">", "2>"])
def test_the_file_that_the_output_goes_into_is_no_part_of_the_tree(tree: Path, redirected: str) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from orchestrator.adapters.files.tree.tree_rules import project_rules\n"
        "from orchestrator.adapters.files.tree.playbook_tree import tree_of\n"
        "from tests.worlds.plans import plan_with\n"
        "root, answer = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "rules = project_rules(root, Path('/home/of/orch'), plan_with(kind='big-bang'), root / 'plan.yml')\n"
        "answer.write_text(' '.join(tree_of(root, rules).files))\n"
    )
    answer, put_into = tree.parent / "answer", tree / "out.log"
    (tree / "other.log").write_text("")
    command = f'"$0" -c "$1" "$2" "$3" {redirected} "$4"'
    words = [sys.executable, program, str(tree), str(answer), str(put_into)]
    subprocess.run(["sh", "-c", command, *words], check=True, timeout=60, cwd=Path(__file__).parents[4])
    assert put_into.exists()
    files = answer.read_text().split()
    assert "other.log" in files
    assert "out.log" not in files


def test_modes_go_with_the_copy(tree: Path, tmp_path: Path) -> None:
    (tree / "ansible.cfg").chmod(0o600)
    put(tree, "inventory.sh")
    (tree / "inventory.sh").chmod(0o755)
    private_copy(tree, tmp_path / "copy", common_rules(tree, HOME, PLAN))
    assert [oct((tmp_path / "copy" / name).stat().st_mode) for name in ("ansible.cfg", "inventory.sh")] == [
        "0o100600",
        "0o100755",
    ]


def put(root: Path, name: str, content: str = "") -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content)


def test_a_project_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanFault):
        digests(tmp_path / "nothing")


def test_the_home_of_orch_inside_a_project_is_no_part_of_it(tree: Path) -> None:
    before = digests(tree)
    put(tree, "var/orch/journal.sqlite")
    assert dict(tree_of(tree, common_rules(tree, tree / "var/orch", PLAN)).files) == before
    assert "var/orch/journal.sqlite" in digests(tree)


def test_a_project_is_not_the_home_of_orch(tree: Path) -> None:
    with pytest.raises(PlanFault, match=r"project: expected a folder of its own for what orch keeps"):
        common_rules(tree, tree, PLAN)
