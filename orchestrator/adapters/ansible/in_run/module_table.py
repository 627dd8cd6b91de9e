"""What the result of a changed task says it changed, module by module: every module of ansible.builtin, and a few others.

A thing that was changed is a kind with a name. `tree` is a directory with all in it, `link` a path of which only the
link itself counts. A module that is not here, and one whose name does not say what it does, changed something `unnamed`.
This file imports nothing of orch or Ansible: it runs in the process of every task.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from orchestrator.domain.text.unit_name import unit_name

Thing = tuple[str, str]
_NO_HOME = ("", "/", "/nonexistent", "/dev/null", "/bin", "/sbin")
"""What a home is set to so that there is none."""

NEVER = frozenset(
    {
        *("add_host", "assert", "async_wrapper", "debug", "fail", "fetch", "find", "gather_facts", "getent"),
        *("group_by", "import_playbook", "import_role", "import_tasks", "include_role", "include_tasks"),
        *(
            "include_vars",
            "meta",
            "mount_facts",
            "package_facts",
            "pause",
            "ping",
            "service_facts",
            "set_fact",
        ),
        *("set_stats", "setup", "slurp", "stat", "validate_argument_spec", "wait_for", "wait_for_connection"),
    }
)
"""Modules that change nothing on the host, whatever they answer; `fetch` writes on the controller."""
SETTLES = "async_status"
"""Says how a task ended that was left in the background; what that changed is known since its start."""
UNNAMED = frozenset({"command", "shell", "raw", "script", "expect"})
"""Programs of the user's: `creates` and `removes` say when they run, not what they change."""


class Given:
    """What a task was given and what its module answered, read without trust in either."""

    def __init__(self, arguments: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        invocation = answer.get("invocation")
        module = invocation.get("module_args") if isinstance(invocation, Mapping) else None
        self.answer = answer
        self._arguments = arguments
        self._module: Mapping[str, Any] = module if isinstance(module, Mapping) else {}

    def argument(self, *names: str) -> Any:
        """The first of these arguments that is set, as the task gave it; as the module took it, where only the host knows."""
        of_task, of_module = (_first_set(source, names) for source in (self._arguments, self._module))
        is_open = isinstance(of_task, str) and (of_task.startswith("~") or "$" in of_task)
        return of_module if of_task is None or (is_open and of_module is not None) else of_task

    def text(self, *names: str) -> str:
        """The same as text, empty where none is set."""
        value = self.argument(*names)
        return "" if value is None else str(value)

    def names(self, *names: str) -> list[str]:
        """The same as a list; a text with commas is several."""
        value = self.argument(*names)
        values = (
            value.split(",")
            if isinstance(value, str)
            else value
            if isinstance(value, list | tuple)
            else [value]
        )
        return [str(each).strip() for each in values if each is not None and str(each).strip()]

    def truth(self, *names: str) -> bool:
        """Whether such an argument is set to yes."""
        return str(self.argument(*names)).lower() in ("true", "yes", "on", "1", "y", "t")

    def answered(self, *names: str) -> str:
        """A path of the answer, where it is the one of the arguments or lies below it; else that of the arguments."""
        asked = self.text(*names)
        value = next((self.answer[name] for name in names if isinstance(self.answer.get(name), str)), "")
        if not asked.startswith("/"):
            return value or asked
        below = posixpath.normpath(value).startswith(f"{posixpath.normpath(asked).rstrip('/')}/")
        return value if value and below else asked


def _first_set(source: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((source[name] for name in names if source.get(name) not in (None, "", [])), None)


Rule = Callable[[Given], Iterable[Thing]]


def things_changed(
    module: str, arguments: Mapping[str, Any], answer: Mapping[str, Any], *, changed: bool = True
) -> list[Thing]:
    """What a changed task changed: never empty, but for modules that change nothing.

    `changed` False: it failed, and may have changed what it names; a module that names nothing then has not begun.
    """
    if module in NEVER or (not changed and module == "uri" and not arguments.get("dest")):
        return []
    given = Given(arguments, answer)
    rule = RULES.get(module)
    try:
        things = [thing for thing in rule(given) if thing[1]] if rule is not None else []
    except (TypeError, ValueError, AttributeError, LookupError):
        things = []
    if not things and (changed or rule is None):
        things = [("unnamed", module)]
    backups = (answer.get(key) for key in ("backup_file", "backup"))
    return [*things, *(("file", path) for path in backups if isinstance(path, str) and path)]


def _path(*names: str) -> Rule:
    def rule(given: Given) -> Iterator[Thing]:
        yield "file", given.answered(*names)

    return rule


def _tree(*names: str) -> Rule:
    def rule(given: Given) -> Iterator[Thing]:
        yield "tree", given.answered(*names)

    return rule


def _named(kind: str, *names: str) -> Rule:
    def rule(given: Given) -> Iterator[Thing]:
        yield from ((kind, name) for name in given.names(*names))

    return rule


def _file(given: Given) -> Iterator[Thing]:
    state, path = given.text("state"), given.answered("path", "dest", "name")
    whole = state == "absent" or (state == "directory" and given.truth("recurse"))
    yield ("tree" if whole else "link" if state in ("link", "hard") else "file"), path


def _copy(given: Given) -> Iterator[Thing]:
    """A directory has no checksum; without a slash at its end it is copied by its own name."""
    path, source = given.answered("dest", "path"), given.text("src")
    if given.answer.get("checksum") or given.argument("content") is not None or not source:
        yield "file", path
    elif given.answer.get("failed"):
        yield "tree", path
    else:
        yield "tree", path if source.endswith("/") else posixpath.join(path, posixpath.basename(source))


def _tempfile(given: Given) -> Iterator[Thing]:
    yield ("tree" if given.text("state") == "directory" else "file"), given.answered("path")


def _uri(given: Given) -> Iterator[Thing]:
    yield "file", given.answered("path") if given.text("dest") else ""


def _git(given: Given) -> Iterator[Thing]:
    yield "tree", given.text("dest")
    yield "tree", given.text("separate_git_dir")
    yield "file", given.text("archive")


def _unit(given: Given) -> Iterator[Thing]:
    kind = "user_unit" if given.text("scope") in ("user", "global") else "unit"
    for name in given.names("name", "service", "unit"):
        yield kind, unit_name(name)


def _package_name(name: str) -> str:
    """`shop=1.2`, `shop:amd64`, `shop/bookworm`, `shop >= 1` are the package `shop`."""
    if "/" in name and (name.startswith("/") or "://" in name):
        return posixpath.basename(name)
    return re.split(r"[=:/<> ]", name, maxsplit=1)[0] or name


def _packages(given: Given) -> Iterator[Thing]:
    yield from (("package", _package_name(name)) for name in given.names("name", "pkg", "package"))
    everything = [
        given.truth("autoremove"),
        given.text("upgrade").lower() in ("yes", "true", "dist", "full", "safe"),
    ]
    if any(everything):
        yield "package", "*"


def _apt(given: Given) -> Iterator[Thing]:
    yield from _packages(given)
    yield "package", _package_name(posixpath.basename(given.text("deb")))
    if given.truth("clean") or given.truth("autoclean"):
        yield "tree", "/var/cache/apt/archives"
    named = given.names("name", "pkg", "package", "deb")
    if given.answer.get("cache_updated") or (given.truth("update_cache") and not named):
        yield "package_index", "apt"


def _pip(given: Given) -> Iterator[Thing]:
    if given.text("virtualenv"):
        yield "tree", given.text("virtualenv")
        return
    yield from (("python_package", re.split(r"[=<>!~\[; @]", name)[0]) for name in given.names("name"))
    yield "python_package", given.text("requirements") and f"-r {given.text('requirements')}"


def _apt_repository(given: Given) -> Iterator[Thing]:
    folder = "/etc/apt/sources.list.d"
    named = given.text("filename")
    for key in ("sources_added", "sources_removed"):
        paths = given.answer.get(key)
        yield from (("file", str(path)) for path in (paths if isinstance(paths, list) else []))
    if named:
        yield "file", posixpath.join(folder, named if named.endswith(".list") else f"{named}.list")
    elif not given.answer.get("sources_added"):
        yield from (("file", "/etc/apt/sources.list"), ("tree", folder))
    if given.argument("update_cache") is None or given.truth("update_cache"):
        yield "package_index", "apt"


def _deb822(given: Given) -> Iterator[Thing]:
    name = given.text("name").replace(" ", "-").lower()
    yield "file", given.answered("dest") or f"/etc/apt/sources.list.d/{name}.sources"
    yield "file", given.answered("key_filename")


def _apt_key(given: Given) -> Iterator[Thing]:
    yield "file", given.text("keyring") or "/etc/apt/trusted.gpg"


def _yum_repository(given: Given) -> Iterator[Thing]:
    name = given.text("file") or given.text("name")
    yield "file", posixpath.join(given.text("reposdir") or "/etc/yum.repos.d", f"{name}.repo") if name else ""


def _user(given: Given) -> Iterator[Thing]:
    name = given.text("name", "user")
    yield "user", name
    if given.text("password") or given.truth("password_lock"):
        yield "password", name
    home = given.answered("home") or (f"/home/{name}" if name else "")
    gone = given.text("state") == "absent"
    if given.truth("remove") if gone else given.answer.get("create_home") or given.truth("move_home"):
        yield "tree", "" if home in _NO_HOME else home
    yield "file", given.answered("ssh_key_file") if given.truth("generate_ssh_key") else ""


def _cron(given: Given) -> Iterator[Thing]:
    file = given.text("cron_file")
    if file:
        yield "file", file if file.startswith("/") else f"/etc/cron.d/{file}"
    else:
        yield "crontab", given.text("user") or "root"


def _firewall(given: Given) -> Iterator[Thing]:
    yield "firewall", given.text("chain", "table", "zone", "rule") or "rules"


def _mount(given: Given) -> Iterator[Thing]:
    yield "mount", given.text("path", "name")
    if given.text("state") not in ("ephemeral", "remounted"):
        yield "file", given.text("fstab") or "/etc/fstab"


def _sysctl(given: Given) -> Iterator[Thing]:
    yield "sysctl", given.text("name", "key")
    yield "file", given.text("sysctl_file") or "/etc/sysctl.conf"


def _synchronize(given: Given) -> Iterator[Thing]:
    if given.text("mode") != "pull":
        yield "tree", given.text("dest").rpartition(":")[2]


def _alternatives(given: Given) -> Iterator[Thing]:
    name = given.text("name")
    yield "link", f"/etc/alternatives/{name}" if name else ""
    yield "link", given.text("link")


def _key_pair(given: Given) -> Iterator[Thing]:
    path = given.text("path")
    yield from (("file", path), ("file", path and f"{path}.pub"))


def _pamd(given: Given) -> Iterator[Thing]:
    name = given.text("name")
    yield "file", posixpath.join(given.text("path") or "/etc/pam.d", name) if name else ""


def _locale_gen(_given: Given) -> Iterator[Thing]:
    yield from (("file", "/etc/locale.gen"), ("file", "/usr/lib/locale/locale-archive"))


def _timezone(_given: Given) -> Iterator[Thing]:
    yield from (("link", "/etc/localtime"), ("file", "/etc/timezone"))


def _hostname(given: Given) -> Iterator[Thing]:
    yield "hostname", given.text("name")
    yield "file", "/etc/hostname"


def _reboot(_given: Given) -> Iterator[Thing]:
    yield "reboot", "reboot"


RULES: dict[str, Rule] = {
    "apt": _apt,
    "apt_key": _apt_key,
    "apt_repository": _apt_repository,
    "assemble": _path("dest", "path"),
    "blockinfile": _path("path", "dest", "destfile", "name"),
    "copy": _copy,
    "cron": _cron,
    "deb822_repository": _deb822,
    "debconf": lambda _given: [("tree", "/var/cache/debconf")],
    "dnf": _packages,
    "dnf5": _packages,
    "dpkg_selections": _named("package_selection", "name"),
    "file": _file,
    "get_url": _path("dest", "path"),
    "git": _git,
    "group": _named("group", "name"),
    "hostname": _hostname,
    "iptables": _firewall,
    "known_hosts": _path("path"),
    "lineinfile": _path("path", "dest", "destfile", "name"),
    "package": _packages,
    "pip": _pip,
    "reboot": _reboot,
    "replace": _path("path", "dest", "destfile", "name"),
    "rpm_key": _named("package_key", "key"),
    "service": _unit,
    "subversion": _tree("dest"),
    "systemd": _unit,
    "systemd_service": _unit,
    "sysvinit": _unit,
    "tempfile": _tempfile,
    "template": _path("dest", "path"),
    "unarchive": _tree("dest"),
    "uri": _uri,
    "user": _user,
    "yum_repository": _yum_repository,
    "ansible.posix.acl": _path("path"),
    "ansible.posix.authorized_key": _path("keyfile", "path"),
    "ansible.posix.firewalld": _firewall,
    "ansible.posix.mount": _mount,
    "ansible.posix.synchronize": _synchronize,
    "ansible.posix.sysctl": _sysctl,
    "community.crypto.openssh_keypair": _key_pair,
    "community.crypto.openssl_csr": _path("path"),
    "community.crypto.openssl_privatekey": _path("path"),
    "community.crypto.x509_certificate": _path("path"),
    "community.general.alternatives": _alternatives,
    "community.general.archive": _path("dest"),
    "community.general.htpasswd": _path("path"),
    "community.general.ini_file": _path("path", "dest"),
    "community.general.locale_gen": _locale_gen,
    "community.general.modprobe": _named("kernel_module", "name"),
    "community.general.pam_limits": _path("dest"),
    "community.general.pamd": _pamd,
    "community.general.timezone": _timezone,
    "community.general.ufw": _firewall,
    "community.general.xml": _path("path"),
}
