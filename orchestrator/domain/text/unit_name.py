"""The full names of systemd's units: a name without a type is that of a service (systemctl(1))."""

_TYPES = (
    *(
        ".service",
        ".socket",
        ".timer",
        ".target",
        ".mount",
        ".automount",
        ".path",
        ".slice",
        ".scope",
        ".swap",
    ),
    ".device",
)


def unit_name(name: str) -> str:
    """The name with its type; a pattern of names too."""
    return name if name.endswith(_TYPES) else f"{name}.service"
