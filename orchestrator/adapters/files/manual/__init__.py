"""The manual of plans, policies, models and environments: annotated YAML files, whose comments editors show."""

from pathlib import Path

HERE = Path(__file__).parent


def sections() -> list[Path]:
    """The files of the twelve sections in order; concatenated they are a plan."""
    return sorted(path for path in HERE.glob("*.yml") if path.name[0].isdigit())


def minimal() -> Path:
    """A plan with all twelve sections and nothing optional."""
    return HERE / "minimal.yml"


def stages() -> Path:
    """A plan with stages, and with every key that says which hosts something is on."""
    return HERE / "stages.yml"


def policy() -> Path:
    """A release policy with every section."""
    return HERE / "policy.yml"


def environment() -> Path:
    """An environment with every section."""
    return HERE / "environment.yml"


def library() -> Path:
    """A media library with every field."""
    return HERE / "library.yml"


def anchors() -> Path:
    """A file of anchors with every field."""
    return HERE / "anchors.yml"


def channels() -> Path:
    """A file of channels with every field."""
    return HERE / "channels.yml"


def cmdb() -> Path:
    """A file of CMDBs outside with every field."""
    return HERE / "cmdb.yml"


def service() -> Path:
    """A file of the service with every field."""
    return HERE / "service.yml"


def model() -> Path:
    """A deployment model with every section."""
    return HERE / "model.yml"
