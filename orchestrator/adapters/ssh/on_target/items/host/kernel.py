"""What the kernel was told: its parameters, its name of the host, and the modules that configuration asks for."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_FOLDERS = (
    "kernel", "kernel/yama", "vm", "fs", "net/core", "net/ipv4", "net/ipv4/conf/all", "net/ipv4/conf/default", "net/ipv6",
    "net/ipv6/conf/all", "net/ipv6/conf/default",
)  # fmt: skip
"""Interfaces come and go, and have no folder here: what is set for all and by default is captured."""
_BY_ITSELF = (
    "kernel.ns_last_pid", "kernel.perf_event_max_sample_rate", "kernel.tainted", "kernel.hung_task_detect_count",
    "kernel.hostname", "kernel.hung_task_warnings", "fs.file-nr", "fs.inode-nr", "fs.inode-state", "fs.dentry-state",
    "fs.aio-nr", "vm.stat_refresh", "vm.drop_caches", "vm.compact_memory", "net.core.netdev_rss_key",
    "net.ipv4.tcp_fastopen_key", "net.ipv4.tcp_available_congestion_control", "net.ipv4.tcp_available_ulp",
    "net.ipv6.conf.all.stable_secret", "net.ipv6.conf.default.stable_secret", "kernel.msg_next_id", "kernel.sem_next_id",
    "kernel.shm_next_id", "net.ipv4.tcp_allowed_congestion_control",
)  # fmt: skip
"""Counters, keys that nobody but root may read, and lists that grow when a module is loaded."""
_MODULE_FOLDERS = ("/etc/modules-load.d", "/usr/lib/modules-load.d", "/run/modules-load.d")


def collect(add: Callable[[str, str, dict[str, Any]], None]) -> None:
    """One item with all parameters, one with the names of the host, and one for each module that a file asks for."""
    add("kernel parameters", "all", parameters())
    names = os.uname()
    add("host", "name", {"hostname": names.nodename, "kernel": names.sysname})
    loaded = _loaded()
    for module in sorted(asked_for()):
        add("kernel module", module, {"loaded": module.replace("-", "_") in loaded})


def parameters(root: str = "/proc/sys") -> dict[str, Any]:
    """Each parameter's value by its name; what cannot be read is left out."""
    values: dict[str, Any] = {}
    for folder in _FOLDERS:
        place = root + "/" + folder
        try:
            names = os.listdir(place)
        except OSError:
            continue
        for name in names:
            key = (folder + "/" + name).replace("/", ".")
            if key in _BY_ITSELF:
                continue
            try:
                descriptor = os.open(place + "/" + name, os.O_RDONLY | os.O_NONBLOCK)
            except OSError:
                continue
            try:
                text = os.read(descriptor, 4096)
            except OSError:
                continue  # a folder, or a parameter that can only be written
            finally:
                os.close(descriptor)
            values[key] = " ".join(text.decode("utf-8", "surrogateescape").split())
    return values


def asked_for(folders: tuple[str, ...] = _MODULE_FOLDERS, file: str = "/etc/modules") -> set[str]:
    """The modules that are to be loaded at each start. Others load by themselves when somebody needs them."""
    files = [file]
    for folder in folders:
        try:
            files += [folder + "/" + name for name in os.listdir(folder) if name.endswith(".conf")]
        except OSError:
            continue
    modules: set[str] = set()
    for path in files:
        try:
            with open(path, encoding="utf-8", errors="replace") as lines:
                modules |= {line.split()[0] for line in lines if line.strip() and line.strip()[0] not in "#;"}
        except OSError:
            continue
    return modules


def _loaded() -> set[str]:
    try:
        with open("/proc/modules", encoding="ascii", errors="replace") as lines:
            return {line.split()[0] for line in lines if line.strip()}
    except OSError:
        return set()
