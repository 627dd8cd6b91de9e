"""Files that system programs write beside those that they change, as the copy of before: they say nothing new.

Each is made whole by its program from a file that is compared itself, and no program reads it to decide anything:
- `passwd-` and the like: shadow-utils' copy of an account file before its newest change (vipw(8), FILES).
- `...-old` below dpkg and debconf: their copies of the state before the newest change (dpkg(1), FILES; debconf(7)).
- apt's caches of its lists (apt-cache(8), FILES), and the cache of ldconfig about files that it has seen (ldconfig(8), FILES).
Not `/etc/ld.so.cache`: it decides which libraries programs load.
"""

from collections.abc import Mapping

from orchestrator.domain.evidence.baseline import AttributeValue

_READ_BY_ROOT = ("/etc/shadow-", "/etc/gshadow-", "/var/cache/debconf/passwords.dat-old")
BY_PRODUCTS = frozenset(
    {
        *("/etc/passwd-", "/etc/group-", "/etc/subuid-", "/etc/subgid-", *_READ_BY_ROOT),
        *(f"/var/lib/dpkg/{name}-old" for name in ("status", "available", "diversions", "statoverride")),
        *("/var/cache/debconf/config.dat-old", "/var/cache/debconf/templates.dat-old"),
        *("/var/cache/apt/pkgcache.bin", "/var/cache/apt/srcpkgcache.bin", "/var/cache/ldconfig/aux-cache"),
    }
)
_OF_CONTENT = frozenset({"exists", "sha256", "size", "content", "hard_links"})


def is_by_product(
    kind: str,
    name: str,
    attribute: str,
    was: Mapping[str, AttributeValue] | None,
    now: Mapping[str, AttributeValue] | None,
) -> bool:
    """Whether this attribute of a file is a program's copy of before, or that there is one; its mode and owner still count.

    Another file by that name counts wholly: one that others can write, or that shows them what only root may read.
    """
    if kind != "file" or name not in BY_PRODUCTS or attribute not in _OF_CONTENT:
        return False
    return all(_is_usual(name, each) for each in (was, now) if each is not None)


def _is_usual(name: str, attributes: Mapping[str, AttributeValue]) -> bool:
    mode = str(attributes.get("mode", ""))
    if not mode or not set(mode) <= set("01234567"):
        return False
    most = 0o640 if name in _READ_BY_ROOT else 0o644
    owner = str(attributes.get("owner", "")).partition(":")[0]
    return attributes.get("type") == "file" and owner == "root" and int(mode, 8) & ~most == 0
