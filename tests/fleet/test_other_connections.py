"""Hosts by httpapi and in containers, and secrets by the lookup of a collection: with the real collections."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.appliance import Appliance, appliances
from tests.worlds.execution_images import IN_BOTH_ENGINES, Image
from tests.worlds.other_ways import OtherWay
from tests.worlds.project import write
from tests.worlds.vault_server import vault_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

HTTPAPI = """\
DOCUMENTATION = '''
name: box
short_description: the API of an appliance
description: sends JSON as it is
'''
import json

from ansible_collections.ansible.netcommon.plugins.plugin_utils.httpapi_base import HttpApiBase


class HttpApi(HttpApiBase):
    def login(self, username, password):
        self.connection._auth = {"X-Box-User": username}

    def logout(self):
        pass

    def send_request(self, data, path="/", method="GET"):
        body = None if data is None else json.dumps(data)
        _, answer = self.connection.send(path, body, method=method)
        return answer.read().decode()
"""
MODULE = """\
import json

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.connection import Connection

module = AnsibleModule(argument_spec={"path": {"type": "str"}, "value": {"type": "raw"}})
connection = Connection(module._socket_path)
path, value = module.params["path"], module.params["value"]
if value is None:
    module.exit_json(changed=False, answer=json.loads(connection.send_request(None, path=path, method="GET")))
connection.send_request(value, path=path, method="PUT")
module.exit_json(changed=True)
"""
STATE = {"module": "box_state", "args": {"path": "/state"}}


class Boxes(OtherWay):
    """Appliances by httpapi: a plugin and a module of the project speak their API."""

    def __init__(self, folder: Path, made: list[Appliance]) -> None:
        super().__init__(folder)
        write(folder, "httpapi_plugins/box.py", HTTPAPI)
        write(folder, "library/box_state.py", MODULE)
        write(
            folder,
            "ansible.cfg",
            "[defaults]\nlibrary = library\nhttpapi_plugins = httpapi_plugins\n",
        )
        asks = {"name": "box_state", "args": STATE["args"]}
        version = [{"value": "answer.version", "equals": "2.0"}]
        self.lay(
            hosts={
                f"box{n}": {"ansible_host": f"127.0.0.{n}", "ansible_httpapi_port": each.port}
                for n, each in enumerate(made, 1)
            },
            variables={
                "ansible_connection": "ansible.netcommon.httpapi",
                "ansible_network_os": "box",
                "ansible_user": "deployer",
                "ansible_password": "none",
            },
            identity={"module": "box_state", "args": {"path": "/identity"}, "keep": ["answer.serial"]},
            fact={"name": "state", **STATE, "keep": ["answer.version", "answer.config"]},
            checks={
                "environment": [{**asks, "expect": [{"value": "answer.users", "contains": "admin"}]}],
                "acceptance": [{**asks, "expect": version}],
            },
            tasks={
                place: [{"name": "put the version", "box_state": {"path": "/version", "value": version}}]
                for place, version in (("playbooks", "2.0"), ("rollback", "1.0"))
            },
        )


@pytest.mark.parametrize(
    ("forgets", "code", "words"), [((), 0, "1.0 -> 2.0"), (("version",), 5, "0 differences")]
)
def test_an_appliance_by_httpapi(tmp_path: Path, forgets: tuple[str, ...], code: int, words: str) -> None:
    with appliances("SN-1") as made:
        made[0].forgets = forgets
        ended, record = Boxes(tmp_path, made).deploy()
        assert words in record, record
        assert ended == code, record
        assert made[0].state["version"] == ("2.0" if code == 0 else "1.0")


@pytest.fixture
def container(image: Image, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"orch-test-{os.getpid()}"
    ran = image.asked("run", "--detach", "--network=none", "--name", name, image.name, "sleep", "900")
    assert ran.returncode == 0, ran.stderr
    image.asked("exec", name, "sh", "-c", "echo 1.0 > /etc/shop-version; echo CN-1 > /etc/serial")
    yield name
    image.asked("kill", name)
    image.asked("rm", "--force", name)


CONNECTIONS = {"podman": "containers.podman.podman", "docker": "community.docker.docker"}


@IN_BOTH_ENGINES
@pytest.mark.parametrize(
    ("version", "code", "words"), [("2.0", 0, "1.0 -> 2.0"), ("1.9", 5, "0 differences")]
)
def test_a_container_of_this_machine(
    tmp_path: Path, image: Image, container: str, version: str, code: int, words: str
) -> None:
    """Modules run inside of it, with its own Python. 1.9 is not what the plan accepts, so it is backed out."""
    site = OtherWay(tmp_path, image.environment)
    reads = {"module": "ansible.builtin.slurp", "args": {"src": "/etc/shop-version"}}
    site.lay(
        hosts={"shop": {"ansible_host": container}},
        variables={
            "ansible_connection": CONNECTIONS[image.engine],
            "ansible_python_interpreter": "/usr/bin/python3",
        },
        identity={
            "module": "ansible.builtin.slurp",
            "args": {"src": "/etc/serial"},
            "keep": ["content"],
        },
        fact={
            "name": "version",
            "module": "ansible.builtin.command",
            "args": {"cmd": "cat /etc/shop-version"},
            "reads_only": True,
            "keep": ["stdout"],
        },
        checks={
            "environment": [
                {
                    "name": reads["module"],
                    "args": reads["args"],
                    "expect": [{"value": "encoding", "equals": "base64"}],
                }
            ],
            "acceptance": [
                {
                    "name": "ansible.builtin.command",
                    "args": {"cmd": "cat /etc/shop-version"},
                    "reads_only": True,
                    "expect": [{"value": "stdout", "equals": "2.0"}],
                }
            ],
        },
        tasks={
            place: [
                {
                    "name": "put the version",
                    "ansible.builtin.copy": {"dest": "/etc/shop-version", "content": f"{content}\n"},
                }
            ]
            for place, content in (("playbooks", version), ("rollback", "1.0"))
        },
        resources={"pass_environment": list(image.environment)},
    )
    ended, record = site.deploy()
    assert words in record, record
    assert ended == code, record
    there = image.asked("exec", container, "cat", "/etc/shop-version").stdout.strip()
    assert there == ("2.0" if code == 0 else "1.0")


def test_a_secret_of_a_vault_stands_in_no_file(tmp_path: Path) -> None:
    """By community.hashi_vault's lookup, with the token from the environment: neither is kept anywhere."""
    secret, token = "k3pt-nowhere", "t0ken-of-a-run"
    lookup = "lookup('community.hashi_vault.vault_kv2_get', 'shop/api').secret.key"
    with vault_server(token, "shop/api", {"key": secret}) as server, appliances("SN-1") as made:
        site = OtherWay(tmp_path, {"VAULT_TOKEN": token, "VAULT_ADDR": server.url})
        api = f"http://127.0.0.1:{made[0].port}"
        uri, state = "ansible.builtin.uri", {"args": {"url": f"{api}/state"}}
        put = {"url": f"{api}/version", "method": "PUT", "body_format": "json"}
        site.lay(
            hosts={"box1": {}},
            variables={"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"},
            identity={"module": uri, "args": {"url": f"{api}/identity"}, "keep": ["json.serial"]},
            fact={"name": "state", "module": uri, **state, "keep": ["json.version"]},
            checks={
                "environment": [
                    {"name": uri, **state, "expect": [{"value": "json.version", "equals": "1.0"}]}
                ],
                "acceptance": [
                    {"name": uri, **state, "expect": [{"value": "json.version", "equals": "2.0"}]}
                ],
            },
            tasks={
                place: [
                    {
                        "name": "put the version",
                        uri: {**put, "body": f'"{content}"', "headers": {"X-Key": f"{{{{ {lookup} }}}}"}},
                    }
                ]
                for place, content in (("playbooks", "2.0"), ("rollback", "1.0"))
            },
            resources={"pass_environment": ["VAULT_TOKEN", "VAULT_ADDR"]},
        )
        ended, record = site.deploy()
        assert ended == 0, record
        assert server.given >= 1
        assert [site.files_with(each) for each in (secret, token)] == [[], []]
        assert secret not in record
        assert token not in record
