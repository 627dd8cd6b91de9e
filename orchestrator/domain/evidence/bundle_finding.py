"""Why a sigstore bundle does not show who signed a release unit, as codes."""

from typing import Literal

BundleCode = Literal[
    "bundle.not_read",
    "bundle.other_format",
    "bundle.keyless",
    "bundle.no_key",
    "bundle.not_one_content",
    "bundle.not_one_signature",
    "bundle.other_algorithm",
    "bundle.other_file",
    "bundle.key_not_trusted",
    "bundle.key_revoked",
    "bundle.key_expired",
    "bundle.bad_signature",
    "bundle.too_large",
    "bundle.not_a_statement",
    "bundle.other_subjects",
    "bundle.other_predicate",
]


class BundleError(Exception):
    """What was seen instead of a good signature: its code, and the value that belongs to it, empty for most."""

    def __init__(self, code: BundleCode, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value
