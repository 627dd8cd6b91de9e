"""The site of docs/: each page has its place in it, and what checks the built pages finds what is broken."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest


def checker(root: Path) -> Any:
    spec = importlib.util.spec_from_file_location("site_check", root / "setup/site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_has_its_place(root: Path) -> None:
    nav = tomllib.loads((root / "zensical.toml").read_text())["project"]["nav"]
    placed = re.findall(r"'([a-z/A-Z-]+\.md)'", str(nav))
    assert len(placed) == len(set(placed))
    pages = {path.name for path in (root / "docs").glob("*.md")}
    pages |= {f"reference/{path.name}" for path in (root / "docs/reference").glob("*.md")}
    assert {*pages, "adr/README.md"} == set(placed)


def test_links_into_the_checkout_become_words(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="../models">the models</a>, <a href="../nowhere">nowhere</a>')
    (tmp_path / "b.html").write_text("")
    module = checker(root)
    module.strip(tmp_path)
    assert (tmp_path / "a.html").read_text() == 'the models, <a href="../nowhere">nowhere</a>'
    assert list(module.broken(tmp_path)) == ["a.html: ../nowhere leads nowhere"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="b.html#here">b</a>', None),
        ('<a href="https://elsewhere.example">b</a>', None),
        ('<a href="c.html">c</a>', "a.html: c.html leads nowhere"),
        ('<a href="b.html#gone">b</a>', "a.html: b.html#gone leads nowhere"),
        (
            '<script src="//elsewhere.example/x.js"></script>',
            "a.html loads //elsewhere.example/x.js from another host",
        ),
        (
            '<pre class="mermaid">graph</pre>',
            "a.html has something of the class mermaid, which the site's script fetches from another host",
        ),
        ('<script src="https://unpkg.com/iframe-worker/shim" type="x"></script>', None),
    ],
)
def test_what_is_broken_is_found(root: Path, tmp_path: Path, body: str, fault: str | None) -> None:
    (tmp_path / "a.html").write_text(body)
    (tmp_path / "b.html").write_text('<p id="here">b</p>')
    module = checker(root)
    module.strip(tmp_path)
    assert list(module.broken(tmp_path)) == ([] if fault is None else [fault])
