"""What reaches hosts reaches them from an image too: an agent, jump hosts, passwords, vaults; so do visits without ssh."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab
from tests.fleet import asked_password, hosts_by_ways, rehearsal_site
from tests.fleet.appliance_site import Site as Appliances
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import SmallSite
from tests.worlds.appliance import appliances
from tests.worlds.execution_images import IN_BOTH_ENGINES, Image
from tests.worlds.project import write
from tests.worlds.ssh_agent import ssh_agent, ssh_keygen

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), IN_BOTH_ENGINES]


def site_of(lab: Lab, folder: Path, image: Image, *places: tuple[str, str]) -> SmallSite:
    """The project of tests/cases/ways, whose runs are in the image."""
    site = SmallSite(lab, folder, "ways", dict(places))
    (site.project / "orch.toml").write_text(f'execution_environment = "{image.name}"\n')
    return site


def deployed_and_back(site: SmallSite, *password: str) -> str:
    """The name of a deployment that completed, each run in a container, and that was taken back by another process."""
    ended = site.orch("deploy", "plans/app.yml", *password)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    name = str(re.findall(r"app-2-\d{8}-\d{6}", ended.stdout)[-1])
    back = site.orch("rollback", name, "--reason", "end of the test", *password)
    assert back.returncode == 5, back.stdout + back.stderr
    record = site.orch("record", "show", name, "--json").stdout
    assert set(re.findall(r'"isolation": ?"(\w+)"', record)) == {"container"}
    return name


def test_a_key_with_a_passphrase_is_used_by_the_agent_that_has_it(
    new_lab: NewLab, tmp_path: Path, image: Image
) -> None:
    lab = new_lab(1, light=True)
    site, key = site_of(lab, tmp_path, image), tmp_path / "keys/li"
    public = ssh_keygen(key, passphrase="a passphrase of Li's").read_text().strip()
    assert lab.ssh("web1", f"echo '{public}' > ~/.ssh/authorized_keys").code == 0
    hosts = site.project / "inventories/hosts.yml"
    hosts.write_text(hosts.read_text().replace(str(lab.key), str(key)))
    with ssh_agent(tmp_path) as agent:
        asked = tmp_path / "asked"
        asked.write_text('#!/bin/sh\necho "a passphrase of Li\'s"\n')
        asked.chmod(0o700)
        site.environment["SSH_AUTH_SOCK"] = str(agent)
        without = site.orch("deploy", "plans/app.yml")
        assert without.returncode != 0, "the agent has no key yet"
        askpass = {**site.environment, "SSH_ASKPASS": str(asked), "SSH_ASKPASS_REQUIRE": "force"}
        subprocess.run(["ssh-add", "-q", str(key)], check=True, env=askpass, capture_output=True)
        deployed_and_back(site)


def test_hosts_behind_jump_hosts(new_lab: NewLab, tmp_path: Path, image: Image) -> None:
    lab = new_lab(3, light=True)
    site = site_of(lab, tmp_path, image)
    hosts_by_ways.chained(lab, site, tmp_path / "ssh_config")
    deployed_and_back(site)


def test_root_by_vaulted_passwords_of_sudo_and_su(new_lab: NewLab, tmp_path: Path, image: Image) -> None:
    lab = new_lab(2, light=True)
    site = site_of(lab, tmp_path, image)
    hosts_by_ways.guarded(lab, site, hosts_by_ways.PASSWORDS["web1"])
    deployed_and_back(site)


def test_root_by_a_password_that_a_person_gives(new_lab: NewLab, tmp_path: Path, image: Image) -> None:
    lab = new_lab(2, light=True)
    site, file = site_of(lab, tmp_path, image), tmp_path / "password"
    asked_password.guarded(lab)
    file.write_text(asked_password.PASSWORD + "\n")
    deployed_and_back(site, "--become-password-file", str(file))
    assert asked_password.holding(tmp_path / "orch") == []
    terminal = asked_password.Terminal(site, "deploy", "plans/app.yml", "-K")
    terminal.read_until("Password to become root")
    terminal.type(asked_password.PASSWORD)
    terminal.read_until("1 wave|deployed and verified|Completed|completed")
    assert asked_password.PASSWORD not in terminal.seen
    terminal.kill()


CLIENT = """\
#!/bin/sh
# As ansible-vault calls a client: --vault-id NAME.
[ "$1" = --vault-id ] && [ "$2" = live ] && cat "$(dirname "$0")/secret"
"""


def test_a_vault_client_script_runs_in_the_image(new_lab: NewLab, tmp_path: Path, image: Image) -> None:
    lab = new_lab(1, light=True)
    site = site_of(lab, tmp_path, image)
    write(site.project, "secret", "a password of the vault\n")
    values = json.dumps({"token": "a value of the vault"})
    variables = write(site.project, "inventories/group_vars/all.yml", values)
    vault = [str(Path(sys.executable).with_name("ansible-vault")), "encrypt", "--vault-id", "live@secret"]
    subprocess.run([*vault, str(variables)], cwd=site.project, check=True, capture_output=True)
    write(site.project, "live-client", CLIENT).chmod(0o755)
    write(site.project, "ansible.cfg", "[defaults]\nvault_identity_list = live@live-client\n")
    playbook = site.project / "playbooks/app.yml"
    playbook.write_text(playbook.read_text().replace('content: "2\\n"', 'content: "{{ token }}\\n"'))
    ended = site.orch("deploy", "plans/app.yml")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert lab.ssh("web1", "cat /srv/app").out.strip() == "a value of the vault"
    record = site.orch("record", "show", "--json").stdout
    assert "a value of the vault" not in record
    assert '"container"' in record


@pytest.mark.parametrize("accelerate", ["orch", "mitogen"])
def test_acceleration_is_refused(light_lab: Lab, tmp_path: Path, image: Image, accelerate: str) -> None:
    site = site_of(light_lab, tmp_path, image)
    plan = site.project / "plans/app.yml"
    plan.write_text(plan.read_text().replace("kind: big-bang,", f"kind: big-bang, accelerate: {accelerate},"))
    checked = site.orch("plan", "check", "plans/app.yml")
    assert checked.returncode == 3
    assert "accelerate" in checked.stdout + checked.stderr


def test_visits_without_ssh_are_in_the_image_and_shut_off(tmp_path: Path, image: Image) -> None:
    """The module of a question and of a check is in the image alone; what it sees of orch's home is its own visit."""
    with appliances("SN-1") as made:
        site = Appliances(tmp_path, made)
        (site.folder / "orch.toml").write_text(f'execution_environment = "{image.name}"\n')
        (site.folder / ".orch").mkdir(mode=0o700)
        (site.folder / ".orch/secret").write_text("what only orch knows")
        of_image = {"args": {"folder": str(site.folder / ".orch")}}
        tree = YAML(typ="safe", pure=True).load(site.plan)
        tree["validation"]["acceptance"].append(
            {
                "module": {
                    "name": "lab.here.place",
                    **of_image,
                    "expect": [{"value": "container", "equals": True}],
                }
            }
        )
        tree["backout"]["baseline"]["facts"].append(
            {"name": "place", "module": "lab.here.place", **of_image, "keep": ["container", "seen"]}
        )
        site.plan.write_text(json.dumps(tree))
        code, record = site.deploy()
        assert code == 0, record
        name = re.findall(r"^deployment +(\S+)", record, re.MULTILINE)[0]
        shown = site.orch("baseline", "show", name, "--json").stdout
        facts = json.loads(shown.splitlines()[0])["items"]
        [place] = [each["attributes"] for each in facts if each["name"] == "place"]
        assert place == {"container": True, "seen": '["frozen","visits"]'}
        assert image.containers() == []


@pytest.mark.timeout(900)
def test_a_certificate_of_a_rehearsal_in_an_image_counts_for_that_image_alone(
    new_lab: NewLab, tmp_path: Path, image: Image
) -> None:
    site = rehearsal_site.Site(new_lab(4, light=True), tmp_path)
    settings = site.project / "orch.toml"
    settings.write_text(f'execution_environment = "{image.name}"\n')
    rehearsed = site.orch(*rehearsal_site.REHEARSE)
    assert "changed nothing" in rehearsed
    settings.unlink()
    refused = site.orch("deploy", rehearsal_site.PLAN, expect=4)
    assert "no rehearsal certificate counts" in refused
    assert site.pages(*rehearsal_site.LIVE) == ["", ""]
    settings.write_text(f'execution_environment = "{image.name}"\n')
    site.orch("deploy", rehearsal_site.PLAN)
    assert site.pages(*rehearsal_site.LIVE) == ["hello\n", "hello\n"]
    assert image.containers() == []
