"""The house that /etc/orch names, in a mount namespace, for two real users: root who keeps it, and a deployer."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOYER = 4242
POLICY = json.dumps(
    {
        "orch": 1,
        "policy": "live",
        "version": 1,
        "title": "Live",
        "applies_to": {"environments": ["live"]},
        "approvals": {"before": ["change manager"]},
    }
)
SETUP = """
set -eu
cp -a /etc {place}/etc
mkdir -p {place}/etc/orch
echo "house: {place}/house" >{place}/etc/orch/house.yml
echo "deployer:x:{deployer}:{deployer}::{place}/deployer:/bin/sh" >>{place}/etc/passwd
mount --bind {place}/etc /etc
exec "$@"
"""


def can_unshare() -> bool:
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "mount"))):
        return False
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return tried.returncode == 0


pytestmark = pytest.mark.skipif(not can_unshare(), reason="needs root, and mount namespaces")


@pytest.fixture
def place() -> Iterator[Path]:
    """A house that belongs to root, and a folder of the deployer; both users can go there."""
    folder = Path(mkdtemp(prefix="orch-house-"))
    folder.chmod(0o755)
    (folder / "house/policies").mkdir(parents=True)
    (folder / "house/policies/live.yml").write_text(POLICY)
    (folder / "deployer/project").mkdir(parents=True)
    for path in (folder / "deployer", folder / "deployer/project"):
        os.chown(path, DEPLOYER, DEPLOYER)
    yield folder
    shutil.rmtree(folder)


def session(place: Path, *commands: str) -> str:
    """What these commands print, one after the other, in a namespace in which /etc/orch names the house."""
    script = place / "session.sh"
    orch = f"{sys.executable} -m orchestrator"
    script.write_text("\n".join(commands).replace("orch ", f"{orch} "))
    setup = SETUP.format(place=place, deployer=DEPLOYER)
    ended = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", setup, "sh", "sh", str(script)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return ended.stdout + ended.stderr


def as_deployer(place: Path, commands: str) -> str:
    home = place / "deployer"
    user = f"setpriv --reuid {DEPLOYER} --regid {DEPLOYER} --clear-groups"
    settings = (
        f"env HOME={home} LOGNAME=deployer ORCH_HOME={home}/fresh ORCH_HOUSE={home} XDG_CONFIG_HOME={home}"
    )
    return f"cd {home}/project\n{user} {settings} sh -c '{commands}'"


@pytest.mark.long
def test_a_deployer_with_a_fresh_home_has_the_keys_and_policies_of_the_house(place: Path) -> None:
    house = place / "house"
    trust_li = 'orch keys trust li.pub.json --person "Li Wei" --role "change manager"'
    output = session(
        place,
        f"cd {place}; export HOME={place} ORCH_HOME={place}/roots-home",
        "orch keys new --file li.pem --no-passphrase >/dev/null",
        trust_li,
        as_deployer(
            place,
            "echo mine >/etc/orch/house.yml; echo mine >"
            + f"{house}/policies/mine.yml; rm {house}/policies/live.yml\n"
            "orch trust show; orch policy list; orch keys list\n"
            "orch keys new --file m.pem --no-passphrase >/dev/null\n"
            "orch keys trust m.pub.json --person Mallory --role customer; echo ended $?\n"
            'orch keys trust m.pub.json --person Mallory --role "change manager" --in-project; echo ended $?\n'
            "orch keys list --json",
        ),
    )
    assert f"House: {house}" in output, output
    assert "the home is the house" not in output
    assert f"{house}/policies/live.yml" in output
    assert "Li Wei" in output
    assert output.count("ermission denied") >= 4, output
    assert f"{house}/keys" in output
    assert "ended 13" in output, "a deployer trusts nobody in the house"
    assert (
        "warning: this key does not count as change manager: the house decides who is change manager"
        in output
    )
    assert [json.loads(line)["person"] for line in output.splitlines() if line.startswith("{")] == ["Li Wei"]
    assert (house / "policies/live.yml").exists()


def test_a_house_that_the_deployer_can_write_to_is_refused(place: Path) -> None:
    os.chown(place / "house", DEPLOYER, DEPLOYER)
    output = session(place, as_deployer(place, "orch trust show; echo ended $?"))
    assert f"run as root: chown root {place}/house" in output
    assert "ended 3" in output
