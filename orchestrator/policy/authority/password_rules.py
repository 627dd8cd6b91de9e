"""What a password must be (NIST SP 800-63B-4, 3.1.1.2: length, no rules of composition, nothing of the person's own names)."""

import unicodedata

SHORTEST, LONGEST = 15, 256
FEWEST_DIFFERENT = 5


def normal(password: str) -> str:
    """The password as it is digested: keyboards write one letter in several ways (NIST, NFKC)."""
    return unicodedata.normalize("NFKC", password)


def password_faults(password: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Every reason against a new password; `names` are those of the person."""
    faults = []
    if not SHORTEST <= len(password) <= LONGEST:
        faults.append(
            f"expected {SHORTEST} to {LONGEST} characters, such as four words, found {len(password)}"
        )
    if len(set(password)) < FEWEST_DIFFERENT:
        faults.append(f"expected at least {FEWEST_DIFFERENT} different characters")
    bare = password.casefold()
    for name in sorted({*names, *" ".join(names).split()}, key=len, reverse=True):
        if len(name) > 2:
            bare = bare.replace(name.casefold(), "")
    if len(bare) < len(password) // 2:
        faults.append("expected something else than your own name")
    return tuple(faults)
