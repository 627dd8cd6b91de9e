"""Where a release unit comes from: its media library, who built and tested it, and who signed it (ISO/IEC 20000-1 9.3)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from orchestrator.domain.text.model_base import Moment, Noun, Sha256, Text
from orchestrator.domain.text.validation_error import wrong


def below_its_library(path: str, at: str = "") -> str:
    """The path, if its words mean one place below a library. Raises NotInForm."""
    if {"", ".", ".."} & set(path.split("/")) or not path.isprintable():
        expected, move = "a path below the library, without `.` and `..`", "write it as it is in the library"
        raise wrong(expected, move, finding=f"`{path}`", at=at)
    return path


MediaPath = Annotated[Text, AfterValidator(below_its_library)]
"""A path in words that mean one place below a library."""
SignatureKind = Literal["ed25519", "sigstore", "gpg"]
PROJECT = "project"
"""The name under which rules allow the files of the project itself, which are the library of a unit that names none."""
MEDIA = ".orch-media"
"""The folder of a private copy with the units of media libraries; a name that no tree of a project has a part in."""


class LibraryFile(Noun):
    """A file beside the unit, by its path in the unit's library, and what `sha256sum` prints for it."""

    path: MediaPath
    sha256: Sha256


class Provenance(Noun):
    """Where the unit was built and tested: the records by digest; builder, moment and source revision as the plan states them.

    A build record that is an in-toto statement (SLSA provenance) must name the unit's digest among its subjects, and the
    builder that the plan names.
    """

    build_record: LibraryFile | None = None
    test_report: LibraryFile | None = None
    builder: Text | None = None
    built_at: Moment | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _rests_on_a_record(self) -> "Provenance":
        if self.build_record is None and self.test_report is None:
            raise wrong("build_record or test_report", "name the file that shows it", finding="neither")
        return self


class UnitSignature(Noun):
    """A detached signature in the unit's library. `keyring`: for gpg, the file of the project with the public keys."""

    kind: SignatureKind
    file: LibraryFile
    keyring: Text | None = None

    @model_validator(mode="after")
    def _keyring_for_gpg(self) -> "UnitSignature":
        if (self.kind == "gpg") != (self.keyring is not None):
            move = (
                "name the keyring file"
                if self.kind == "gpg"
                else "remove it; trusted keys are listed by orch keys list"
            )
            raise wrong("keyring, with kind gpg only", move, at="keyring")
        return self
