"""A module as its parts: which files it is made of, by digest, instead of a program with all of them in it.

What Ansible builds for each task holds the same files again and again. Here each is known by the digest of its name and text,
and sent to a host once. Where Ansible would build anything but a Python module of the new style, it builds it.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import threading
import warnings
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.adapters.ansible.accelerator import channel
from orchestrator.adapters.ansible.accelerator.files_of_module import FilesOfModule
from orchestrator.adapters.ansible.accelerator.looking_once import looked_for_once
from orchestrator.adapters.ansible.accelerator.modules_named import modules_named
from orchestrator.adapters.ansible.accelerator.own_bytecode import code_beside
from orchestrator.adapters.ansible.accelerator.plugin_locks import ALONE

PRELOAD = (
    "ansible.module_utils.basic",
    "ansible.module_utils._internal._ansiballz._loader",
    "ansible.module_utils.common.json",
    "ansible.module_utils._internal._json._profiles._module_legacy_m2c",
    "ansible.module_utils._internal._json._profiles._module_legacy_c2m",
)
"""What nearly every module imports: an interpreter on a host imports it before it forks."""


USUAL = (
    "setup",
    "command",
    "copy",
    "file",
    "stat",
    "systemd_service",
    "systemd",
    "service",
    "user",
    "group",
    "lineinfile",
    "ping",
    "slurp",
    "unarchive",
    "get_url",
    "uri",
    "wait_for",
    "apt",
)
"""Modules that are looked into ahead of runs where it cannot be seen which ones a project names."""


class Parts(NamedTuple):
    """What a module is made of: its name, how its arguments are written, and its files."""

    name: str
    profile: str
    names: Mapping[str, str]


class Payload(bytes):
    """Stands for what Ansible would have built; `whole` builds that, for whoever needs the program itself."""

    module: Any
    whole: Callable[[], bytes]


class Library:
    """The files of modules that this process knows, and of which files each module is made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, tuple[str, Any]] = {}
        self._parts: dict[tuple[Any, ...], Parts] = {}
        self._sources: dict[str, tuple[tuple[int, int, int], bytes]] = {}

    def codes(self, digests: Collection[str]) -> dict[str, Any]:
        """The files of these digests, compiled for this Python too. Raises KeyError where one is not known."""
        return {digest: self._compiled(digest) for digest in digests}

    def source(self, path: str) -> bytes:
        """The text of a module, read again where the file is another than it was."""
        state = Path(path).stat()
        mark = (state.st_mtime_ns, state.st_size, state.st_ino)
        known = self._sources.get(path)
        if known is None or known[0] != mark:
            known = self._sources[path] = (mark, Path(path).read_bytes())
        return known[1]

    def parts(self, name: str, path: str, source: bytes) -> Parts:
        """What a module is made of, looked into once for each text and each set of folders with `module_utils`."""
        with ALONE:
            key = (path, hashlib.sha256(source).digest(), _others())
            if key not in self._parts:
                self._parts[key] = self._looked_into(name, path, source)
            return self._parts[key]

    def _looked_into(self, name: str, path: str, source: bytes) -> Parts:
        common: Any = import_module("ansible.executor.module_common")
        origin: Any = import_module("ansible._internal._datatag._tags").Origin
        builder: Any = import_module("ansible._internal._ansiballz._builder")
        try:
            full_name = common._get_ansible_module_fqn(path)
        except ValueError:
            full_name = f"ansible.legacy.{name}"
        extensions = builder.ExtensionManager.create(task_vars={})
        now = datetime.now(timezone.utc)  # noqa: UP017 - Python 3.10 has no other name
        module, kept = FilesOfModule(), origin(path=path).tag(source)
        metadata = common.recursive_finder(name, full_name, kept, module, now, extensions)
        common._add_module_to_zip(module, now, full_name, source, path, extensions)
        others = [entry for entry in module.files if not entry.endswith(".py")]
        if others:
            raise NotMadeOfPython(others[0])
        names = dict(self._kept(entry, text) for entry, text in module.files.items())
        return Parts(full_name, metadata.serialization_profile, names)

    def _kept(self, entry: str, text: bytes) -> tuple[str, str]:
        package = entry.endswith("/__init__.py")
        name = entry.removesuffix("/__init__.py" if package else ".py").replace("/", ".")
        digest = hashlib.sha256(b"%d %s\0%s" % (package, name.encode(), text)).hexdigest()
        if digest not in self._codes:
            code = channel.Code(package, text.decode("utf-8"), None)
            with self._lock:
                self._codes.setdefault(digest, (entry, code))
        return name, digest

    def _compiled(self, digest: str) -> Any:
        entry, code = self._codes[digest]
        if code.compiled is None:
            code = code._replace(compiled=_bytecode(entry, code.text))
            self._codes[digest] = entry, code
        return code


def work_ahead(project: Path | None = None, library: Library | None = None) -> None:
    """Look into the modules that a project names, or else that most runs use, and compile what they are made of."""
    library = library or LIBRARY
    folder = Path(str(import_module("ansible").__file__)).parent / "modules"
    named = None if project is None else modules_named(project, folder)
    with ALONE, looked_for_once():
        for name in USUAL if named is None else named:
            path = folder / f"{name}.py"
            if path.is_file():
                parts = library.parts(name, str(path), library.source(str(path)))
                library.codes(parts.names.values())


class NotMadeOfPython(Exception):
    """A module carries something that is no Python file: Ansible builds it."""


LIBRARY = Library()
"""That of this process, and of what is forked from it."""


def _others() -> tuple[str, ...]:
    """The folders with `module_utils` of others than Ansible: what is in them can stand for Ansible's own."""
    loaders: Any = import_module("ansible.plugins.loader")
    own = str(Path(str(import_module("ansible").__file__)).parent)
    paths = [path for path in loaders.module_utils_loader._get_paths() if not path.startswith(f"{own}/")]
    return tuple(path for path in paths if any(Path(path).glob("*.py")))


def _bytecode(entry: str, text: str) -> bytes | None:
    """None where this Python cannot compile a text, which the host's may be able to."""
    try:
        with ALONE, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = code_beside(entry, text) or compile(text, entry, "exec", dont_inherit=True)
            return marshal.dumps(code)
    except (SyntaxError, ValueError):
        return None


def put_in(core: Any, library: Library = LIBRARY) -> None:
    """From now on actions get a `Payload` for each Python module of the new style."""
    common: Any = import_module("ansible.executor.module_common")
    action: Any = import_module("ansible.plugins.action")
    build = common.modify_module

    def modify_module(**given: Any) -> Any:
        parts = _parts(library, common, given)
        if parts is None:
            return build(**given)
        return _built(core, common, given, parts, lambda: bytes(build(**given).b_module_data))

    action.modify_module = modify_module


def _parts(library: Library, common: Any, given: Mapping[str, Any]) -> Parts | None:
    """The parts of a module; None where Ansible has to build it."""
    path = str(given["module_path"])
    source = library.source(path)
    if common._is_binary(source) or common.REPLACER in source:
        return None
    if not common.NEW_STYLE_PYTHON_MODULE_RE.search(source) or _extended(given):
        return None
    try:
        parts = library.parts(str(given["module_name"]), path, source)
    except NotMadeOfPython:
        return None
    return parts


def _extended(given: Mapping[str, Any]) -> bool:
    """Whether Ansible puts more into modules: a debugger, a measurement of coverage."""
    builder: Any = import_module("ansible._internal._ansiballz._builder")
    return bool(builder.ExtensionManager.create(task_vars=given.get("task_vars") or {}).extension_names)


def _built(core: Any, common: Any, given: Mapping[str, Any], parts: Parts, whole: Callable[[], bytes]) -> Any:
    """As Ansible's `modify_module` does it, but for the program. Raises AnsibleError, and what asks for an interpreter."""
    source, variables = LIBRARY.source(str(given["module_path"])), given.get("task_vars") or {}
    interpreter, arguments = common._extract_interpreter(source)
    local = bool(given.get("remote_is_local"))
    shebang, _ = common._get_shebang(
        interpreter or "/usr/bin/python", variables, given["templar"], arguments, remote_is_local=local
    )
    payload, written = Payload(b"#"), _written(given, parts.profile)
    payload.module = channel.Module(
        name=parts.name,
        names=parts.names,
        params=written,
        profile=parts.profile,
        preload=PRELOAD,
        rlimit=_most_files(given, variables),
        given=core.given_to_module(written.decode()),
    )
    payload.whole = whole
    return common._BuiltModule(
        b_module_data=payload,
        module_style="new",
        shebang=shebang,
        serialization_profile=parts.profile,
    )


def _written(given: Mapping[str, Any], profile: str) -> bytes:
    encoders: Any = import_module("ansible.module_utils.common.json")
    errors: Any = import_module("ansible.errors")
    encoder = encoders.get_module_encoder(profile, encoders.Direction.CONTROLLER_TO_MODULE)
    try:
        return json.dumps({"ANSIBLE_MODULE_ARGS": given["module_args"]}, cls=encoder).encode()
    except TypeError as wrong:
        name = given["module_name"]
        raise errors.AnsibleError(f"Failed to serialize arguments for the {name!r} module.") from wrong


def _most_files(given: Mapping[str, Any], variables: Mapping[str, Any]) -> int:
    constants: Any = import_module("ansible.constants")
    limit = constants.config.get_config_value("PYTHON_MODULE_RLIMIT_NOFILE", variables=variables)
    if isinstance(limit, int):
        return int(limit)  # of a plain kind, and not one that knows its origin
    engine: Any = import_module("ansible._internal._templating._engine")
    options = engine.TemplateOptions(value_for_omit=0)
    return int(given["templar"]._engine.template(limit, options=options))
