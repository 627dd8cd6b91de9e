"""What makes a statement good once."""

import secrets


def new_nonce() -> str:
    """A number that nobody has used, in hexadecimal digits."""
    return secrets.token_hex(16)
