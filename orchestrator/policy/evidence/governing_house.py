"""What is said of a machine that another house governs than the one that a deployment is of."""

SHOWN = 16
"""Digits of a house's id that people compare."""


def other_house_words(governed_by: str, house: str) -> str:
    """Whose machine it is, and whose the deployment."""
    own = f"of house {house[:SHOWN]}" if house else "of a home without a signed keyring"
    return f"house {governed_by[:SHOWN]} governs this machine, and the deployment is {own}"


def release_words(host: str) -> str:
    """The ways forward."""
    return f"deploy it from there, or have a steward release it there: orch trust release {host} --reason WHY"
