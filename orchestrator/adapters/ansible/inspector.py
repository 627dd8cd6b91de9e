"""The program that asks Ansible itself, in a process of its own: `guest/entry.py inspector ANSWER < question.json`.

Importing Ansible costs a second and leaves global state, so nothing else of orch does it. The answer is JSON in the file
ANSWER; whatever a user's plugins print does not get into it. Nothing is run on any host.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.ansible_words import lacking_collection, warnings_into, words_of
from orchestrator.adapters.ansible.guest.core.choice import core
from orchestrator.adapters.ansible.in_run.host_variables import OVER_SSH, address_variables
from orchestrator.adapters.ansible.inventory_patterns import absent_parts, no_pattern_ignored
from orchestrator.adapters.ansible.vaulted_files import other_vaulted_files, vaulted_files
from orchestrator.domain.text.redaction import too_short

# The first that is set counts, as it does for Ansible's ssh connection.
_CONNECTION = {
    "address": ("ansible_ssh_host", "ansible_host"),
    "port": ("ansible_ssh_port", "ansible_port"),
    "user": ("ansible_ssh_user", "ansible_user"),
    "private_key": ("ansible_ssh_private_key_file", "ansible_private_key_file"),
    "python": ("ansible_python_interpreter",),
    "zone": ("orch_zone",),
    "connection": ("ansible_connection",),
    "ssh_args": ("ansible_ssh_args",),
    "common_args": ("ansible_ssh_common_args",),
    "extra_args": ("ansible_ssh_extra_args",),
    "ssh_executable": ("ansible_ssh_executable",),
    "sftp_executable": ("ansible_sftp_executable",),
    "scp_executable": ("ansible_scp_executable",),
    "become_exe": ("ansible_become_exe",),
    "become_flags": ("ansible_become_flags",),
    "shell_executable": ("ansible_shell_executable",),
    "become_method": ("ansible_become_method",),
    # Of several Ansible takes the last in its own list (plugins/connection/ssh.py).
    "ssh_password": ("ansible_ssh_password", "ansible_ssh_pass", "ansible_password"),
    "become_password": (
        "ansible_become_password",
        "ansible_become_pass",
        "ansible_sudo_pass",
        "ansible_su_pass",
    ),
}


_USERS = (
    "ansible_user",
    "ansible_ssh_user",
    "ansible_become_user",
    "ansible_sudo_user",
    "ansible_su_user",
)


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Everything asked for, in one start of Ansible; what cannot be read is said, never raised."""
    from ansible import constants
    from ansible.cli.playbook import PlaybookCLI

    opened = _seen_opens(question)
    arguments = ["ansible-playbook", "--syntax-check", "--inventory", question["inventory"]]
    if question["vault_password_file"] is not None:
        arguments += ["--vault-password-file", question["vault_password_file"]]
    # It wants to be given a playbook; ours are loaded below, each with its own variables.
    cli = PlaybookCLI([*arguments, "playbook.yml"])
    cli.parse()
    # Each play's pattern is held to the inventory part by part, below.
    constants.HOST_PATTERN_MISMATCH = "ignore"
    super(PlaybookCLI, cli).run()
    answered = _Inspection(cli, question).answer()
    return {**answered, "opened": list(dict.fromkeys(line["path"] for line in opened))}


def _seen_opens(question: dict[str, Any]) -> list[dict[str, str]]:
    """What Ansible opens from now on outside of the project and of what the plan names, as it comes."""
    from orchestrator.adapters.ansible.in_run.opens import Opens

    opened: list[dict[str, str]] = []
    opens = Opens(None, question["may_read"], opened.append)
    sys.addaudithook(opens.hook())
    return opened


class _Inspection:
    def __init__(self, cli: Any, question: dict[str, Any]) -> None:
        self.question = question
        self.inventory_faults: list[str] = []
        self.vaulted: list[dict[str, Any]] = []
        self.warned: list[str] = []
        self.secrets: list[Any] = []
        self.no_passwords = ""
        given = question.get("become_password")
        self.become_password = given or _password_in(cli, "BECOME_PASSWORD_FILE")
        self.ssh_password = _password_in(cli, "CONNECTION_PASSWORD_FILE")
        self.loader, self.inventory, self.variables = self._prerequisites(cli)

    def _prerequisites(self, cli: Any) -> Any:
        """With an inventory that cannot be read, an empty one: the playbooks are looked at all the same."""
        try:
            with warnings_into(self.warned):
                return self._with_vault(cli)
        except Exception as wrong:
            self.inventory_faults.append(words_of(wrong))
        from ansible.inventory.manager import InventoryManager
        from ansible.parsing.dataloader import DataLoader
        from ansible.vars.manager import VariableManager

        loader = DataLoader()
        loader.set_vault_secrets(self.secrets)
        inventory = InventoryManager(loader=loader, sources=["localhost,"])
        return loader, inventory, VariableManager(loader=loader, inventory=inventory)

    def _with_vault(self, cli: Any) -> Any:
        """Without the passwords where they cannot be had, which is told as that and not as a fault of the inventory."""
        from ansible.cli import CLI
        from ansible.parsing.vault import ClientScriptVaultSecret, ScriptVaultSecret

        original = CLI.setup_vault_secrets
        # Ansible leaves the standard error of plain programs to a terminal, and says `None` of it.
        ScriptVaultSecret._run = ClientScriptVaultSecret._run

        def keep(*arguments: Any, **named: Any) -> Any:
            try:
                self.secrets = original(*arguments, **named)
            except Exception as wrong:
                self.no_passwords = words_of(wrong)
            return self.secrets

        CLI.setup_vault_secrets = staticmethod(keep)
        try:
            return cli._play_prereqs()
        finally:
            CLI.setup_vault_secrets = staticmethod(original)

    def answer(self) -> dict[str, Any]:
        vault_faults = list(self._vault_faults())
        secrets = self.loader._vault.secrets or []
        hosts = [] if self.inventory_faults else list(self._hosts(vault_unreadable=bool(vault_faults)))
        beside = [] if self.inventory_faults else list(self._hosts_beside({each["host"] for each in hosts}))
        playbooks = [self._playbook(asked) for asked in self.question["playbooks"]]
        return {
            "hosts": hosts,
            "hosts_beside": beside,
            "groups": self._groups(),
            "inventory_faults": self.inventory_faults,
            "playbooks": playbooks,
            "vault_faults": vault_faults,
            "vaulted": self.vaulted,
            "vault_passwords": [secret.bytes.decode("utf-8", "surrogateescape") for _, secret in secrets],
            "no_callback": _no_callback(),
            "warned": self.warned,
            "no_passwords": self.no_passwords,
        }

    def _groups(self) -> dict[str, list[str]]:
        if self.inventory_faults:
            return {}
        return {
            name: [host.name for host in group.get_hosts()] for name, group in self.inventory.groups.items()
        }

    def _hosts(self, *, vault_unreadable: bool) -> Iterator[dict[str, Any]]:
        # A run takes the variables beside its playbook too.
        self.loader.set_basedir(self.question["beside"])
        try:
            with no_pattern_ignored():
                names = [host.name for host in self.inventory.get_hosts(self.question["pattern"])]
        except Exception as wrong:
            self.inventory_faults.append(words_of(wrong))
            return
        for name in names:
            host = self.inventory.get_host(name)
            try:
                yield {
                    "host": name,
                    "groups": sorted(group.name for group in host.get_groups()),
                    **self._connection(host),
                }
            except Exception as wrong:
                if not vault_unreadable:
                    self.inventory_faults.append(f"host {name}: {words_of(wrong)}")

    def _hosts_beside(self, hosts: set[str]) -> Iterator[dict[str, Any]]:
        """Hosts that the plan names and that are none of its own; one that the inventory does not have is left out."""
        for name in self.question.get("hosts_beside", []):
            host = None if name in hosts else self.inventory.get_host(name)
            if host is not None:
                groups = sorted(group.name for group in host.get_groups())
                yield {"host": name, "groups": groups, **self._connection(host)}

    def _connection(self, host: Any) -> dict[str, Any]:
        from ansible import constants
        from ansible.template import Templar

        host_variables = self.variables.get_vars(host=host, include_hostvars=False)
        templar = Templar(loader=self.loader, variables=host_variables)
        host_facts: dict[str, Any] = {}
        for name, variables in _CONNECTION.items():
            value = next(
                (host_variables[variable] for variable in variables if variable in host_variables), None
            )
            host_facts[name] = None if value is None else str(templar.template(value))
        if str(host_facts["connection"] or "ssh").rpartition(".")[2] not in OVER_SSH:
            names = address_variables(host_facts["connection"])
            address = [host_variables[name] for name in names if name in host_variables][-1:]
            host_facts["address"] = next((str(templar.template(value)) for value in address), None)
        host_facts["empty_users"] = [
            name
            for name in _USERS
            if name in host_variables and not str(templar.template(host_variables[name]) or "").strip()
        ]
        defaults = {
            "become_method": constants.DEFAULT_BECOME_METHOD,
            "become_password": self.become_password,
            "ssh_password": self.ssh_password,
            "user": constants.DEFAULT_REMOTE_USER,
            "port": constants.DEFAULT_REMOTE_PORT,
            "private_key": constants.DEFAULT_PRIVATE_KEY_FILE,
        }
        for name, value in defaults.items():
            host_facts[name] = host_facts[name] or (None if value is None else str(value))
        return host_facts

    def _playbook(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Loaded as ansible-playbook loads it, with the roles and static includes of every play."""
        from ansible.playbook import Playbook
        from ansible.plugins.loader import add_all_plugin_dirs
        from ansible.utils.collection_loader import AnsibleCollectionConfig

        path = asked["path"]
        folder = str(Path(path).parent)
        add_all_plugin_dirs(folder)
        AnsibleCollectionConfig.playbook_paths = [folder]
        self.variables._extra_vars = dict(asked["variables"])
        self.inventory.clear_pattern_cache()
        try:
            book = Playbook.load(path, variable_manager=self.variables, loader=self.loader)
            return {
                "path": path,
                "fault": None,
                "plays": [self._play(book, play) for play in book.get_plays()],
            }
        except Exception as wrong:
            words = words_of(wrong)
            return {"path": path, "fault": words, "plays": [], "lacks": lacking_collection(words)}

    def _play(self, book: Any, play: Any) -> dict[str, Any]:
        from ansible.template import Templar

        self.loader.set_basedir(play._included_path or book._basedir)
        templar = Templar(loader=self.loader, variables=self.variables.get_vars(play=play))
        play.post_validate(templar)
        _refuse_empty_users(play, templar)
        play.compile()
        absent = [] if self.inventory_faults else absent_parts(self.inventory, play.hosts)
        hosts = [] if self.inventory_faults else [host.name for host in self.inventory.get_hosts(play.hosts)]
        _, line = core().place_of(play.get_ds())
        return {"name": play.get_name(), "line": line, "hosts": hosts, "absent": absent}

    def _vault_faults(self) -> Iterator[dict[str, Any]]:
        from ansible import constants

        playbooks = [Path(asked["path"]) for asked in self.question["playbooks"]]
        roles_path = [Path(folder) for folder in constants.DEFAULT_ROLES_PATH]
        project, inventory = Path(self.question["project"]), Path(self.question["inventory"])
        loadable = list(vaulted_files(project, playbooks, inventory, roles_path))
        for path in loadable:
            faults = list(self._decrypted(path))
            if faults and self._is_of_the_plan(path):
                yield from faults
        before = len(self.vaulted)
        for path in other_vaulted_files(project, loadable) if self.loader._vault.secrets else ():
            list(self._decrypted(path))  # nobody says that a run needs them
        self.vaulted[before:] = [item for item in self.vaulted[before:] if not too_short(item["value"])]

    def _is_of_the_plan(self, path: Path) -> bool:
        """Whether a run can need a file: variables of a group or a host that has no host of the plan are loaded by none."""
        parts = path.parts
        beside = next(
            (n for n in range(len(parts) - 1, 0, -1) if parts[n - 1] in ("group_vars", "host_vars")), None
        )
        if beside is None or self.inventory_faults:
            return True
        name = parts[beside] if beside + 1 < len(parts) else Path(parts[beside]).stem
        hosts = {host.name for host in self.inventory.get_hosts(self.question["pattern"])}
        hosts |= set(self.question.get("hosts_beside", []))
        if parts[beside - 1] == "host_vars":
            return name in hosts
        group = self.inventory.groups.get(name)
        return group is not None and (name == "all" or any(host.name in hosts for host in group.get_hosts()))

    def _decrypted(self, path: Path) -> Iterator[dict[str, Any]]:
        """Keep the values in a file; each that does not decrypt."""
        try:
            content = path.read_bytes()
            if content.startswith(b"$ANSIBLE_VAULT"):
                plaintext = self.loader._vault.decrypt(content).decode("utf-8", "surrogateescape")
                self._keep(path, "", plaintext)
            else:
                values = core().load_file(self.loader, str(path))
                yield from self._undecryptable(path, "", values)
        except Exception as wrong:
            yield {"file": str(path), "line": None, "message": words_of(wrong)}

    def _undecryptable(self, path: Path, name: str, value: Any) -> Iterator[dict[str, Any]]:
        from orchestrator.adapters.ansible.in_run.kept_text import items_of

        if isinstance(value, core().Encrypted):
            try:
                self._keep(path, name, str(value))
            except Exception as wrong:
                _, line = core().place_of(value)
                yield {"file": str(path), "line": line, "message": words_of(wrong)}
        for key, item in items_of(name, value):
            yield from self._undecryptable(path, key, item)

    def _keep(self, path: Path, name: str, plaintext: str) -> None:
        from orchestrator.adapters.ansible.in_run.kept_text import named_values

        self.vaulted += [
            {"file": str(path), "name": name or within, "value": value}
            for within, value in named_values(plaintext)
        ]


def _resolved(templar: Any, value: Any) -> Any:
    """None where the value cannot be told without a host."""
    try:
        return templar.template(value)
    except Exception:
        return None


def _password_in(cli: Any, setting: str) -> str | None:
    """The password in the file that ansible.cfg names, read or run as Ansible does it; None for none."""
    from ansible import constants

    path = getattr(constants, setting, None)
    return None if not path else str(cli.get_password_from_file(path))


def _refuse_empty_users(play: Any, templar: Any) -> None:
    """With an empty user, Ansible takes that of the controller, or root. What rests on a host's variables is not known here."""
    for name in ("remote_user", "become_user"):
        value = _resolved(templar, getattr(play, name))
        if value is not None and not str(value).strip():
            raise ValueError(
                f"play `{play.get_name()}` has an empty {name}, so it would be another user's or root's"
            )


def _no_callback() -> str | None:
    """The callback for the output that the settings name and no run could load; with it, nothing would be run at all."""
    from ansible import constants
    from ansible.plugins.loader import callback_loader

    name = str(constants.DEFAULT_STDOUT_CALLBACK)
    try:
        return None if callback_loader.get(name, class_only=True) else name
    except Exception:
        return name


def main() -> None:
    """Answer the question on standard input into the file that the first argument names; `-`: to standard output.

    Nothing else gets there: what programs and plugins print goes to the errors.
    """
    to_output = sys.argv[1] == "-"
    kept = os.dup(1) if to_output else -1
    if to_output:
        os.dup2(2, 1)
    content = json.dumps(answer(json.load(sys.stdin)))
    if not to_output:
        Path(sys.argv[1]).write_text(content, encoding="utf-8")
        return
    with os.fdopen(kept, "w", encoding="utf-8") as file:
        file.write(content)
