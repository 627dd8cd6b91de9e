"""Faults and warnings of a plan check in the forms that forges read: annotations, code quality, SARIF and JUnit."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as Xml

from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault

_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST = 2000
_POSITION = re.compile(r"\[[^]]*\]")


class _Finding(NamedTuple):
    level: str
    """`error` or `warning`."""
    file: str
    """Relative to the folder of the check where it is below it, as a forge knows it."""
    line: int
    rule: str
    """The field of the plan that it is about, without positions in lists."""
    text: str


def in_format(form: str, faults: Sequence[Fault], warnings: Sequence[Fault], folder: Path) -> str:
    """The text of the whole, in one of FORMATS; `folder`: where the check runs, which is the root of the checkout in CI."""
    found_here = [*_findings("error", faults, folder), *_findings("warning", warnings, folder)]
    return _WRITERS[form](found_here)


def _findings(level: str, faults: Iterable[Fault], folder: Path) -> Iterable[_Finding]:
    for fault in faults:
        rule = _POSITION.sub("", fault.path) or "file"
        what = f"{fault.path}: " if fault.path else ""
        text = f"{what}expected {fault.expected}, found {fault.found}; {fault.next_move}"
        yield _Finding(level, _relative(fault.file, folder), fault.line or 1, rule, plain(text, _LONGEST))


def _relative(file: str, folder: Path) -> str:
    path = os.path.normpath(folder / file)
    inside = os.path.relpath(path, folder)
    return plain(path if inside.startswith("..") else inside, 500)


def _github(findings: Sequence[_Finding]) -> str:
    """Workflow commands of GitHub Actions; `%`, line ends, `:` and `,` are escaped as they ask for it."""
    return "".join(
        f"::{each.level} file={_property(each.file)},line={each.line},title={_property(each.rule)}::{_data(each.text)}\n"
        for each in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _gitlab(findings: Sequence[_Finding]) -> str:
    """GitLab's code quality report."""
    listed = [
        {
            "description": each.text,
            "check_name": each.rule,
            "fingerprint": _fingerprint(each),
            "severity": "critical" if each.level == "error" else "minor",
            "location": {"path": each.file, "lines": {"begin": each.line}},
        }
        for each in findings
    ]
    return json.dumps(listed, indent=2) + "\n"


def _fingerprint(finding: _Finding) -> str:
    """Stays as it is when lines move."""
    return hashlib.sha256(f"{finding.file}\0{finding.rule}\0{finding.text}".encode()).hexdigest()


def _sarif(findings: Sequence[_Finding]) -> str:
    """SARIF 2.1.0: one run, a rule for each field of the plan that something is said of."""
    rules = sorted({each.rule for each in findings})
    results: list[dict[str, Any]] = [
        {
            "ruleId": each.rule,
            "ruleIndex": rules.index(each.rule),
            "level": each.level,
            "message": {"text": each.text},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(each.file)},
                        "region": {"startLine": each.line},
                    }
                }
            ],
            "partialFingerprints": {"orch/v1": _fingerprint(each)},
        }
        for each in findings
    ]
    driver = {"name": "orch", "rules": [{"id": rule} for rule in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(file) if not file.startswith("/") else f"file://{quote(file)}"


def _junit(findings: Sequence[_Finding]) -> str:
    """A case for each fault, which fails; warnings are in the suite's output. Without faults one case passes."""
    errors = [each for each in findings if each.level == "error"]
    root = Xml.Element("testsuites", name="orch plan check")
    suite = Xml.SubElement(
        root,
        "testsuite",
        name="orch plan check",
        tests=str(len(errors) or 1),
        failures=str(len(errors)),
        errors="0",
    )
    for each in errors:
        case = Xml.SubElement(
            suite, "testcase", name=each.rule, classname=each.file, file=each.file, line=str(each.line)
        )
        Xml.SubElement(case, "failure", message=each.text).text = f"{each.file}:{each.line} {each.text}"
    if not errors:
        Xml.SubElement(suite, "testcase", name="the plan", classname="orch plan check")
    warned = [f"{each.file}:{each.line} {each.text}" for each in findings if each.level == "warning"]
    if warned:
        Xml.SubElement(suite, "system-out").text = "\n".join(warned)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


_WRITERS: dict[str, Callable[[Sequence[_Finding]], str]] = {
    "github": _github,
    "gitlab": _gitlab,
    "sarif": _sarif,
    "junit": _junit,
}
FORMATS = tuple(_WRITERS)
