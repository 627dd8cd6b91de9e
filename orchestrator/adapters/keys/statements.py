"""Nonces, which make a statement valid only once."""

import secrets


def new_nonce() -> str:
    """A random number that was never used, in hexadecimal digits."""
    return secrets.token_hex(16)
