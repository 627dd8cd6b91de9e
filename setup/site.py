"""Hold the site that zensical built from docs/ to what it promises: each link and anchor leads somewhere, and
nothing is loaded from another host.

    python setup/site.py [FOLDER]

FOLDER is `site` where none is named. The exit code is 1 where a promise is broken. setup/site.sh builds it first.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
SHIM = re.compile(r'<script src="https://unpkg.com/iframe-worker/shim"[^>]*></script>')
"""A script of another host, for browsers that search in pages of a file system only by it."""

DRAWN_ELSEWHERE = {"mermaid", "glightbox", "pyodide"}
"""Classes of elements for which the theme's own script fetches more from another host."""

OUT = re.compile(r'<a href="((?:\.\./)+[^"#]*)">(.*?)</a>', re.DOTALL)


class Page(HTMLParser):
    """The anchors of one page, where its links lead, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.drawn: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each element."""
        known = {name: value or "" for name, value in attrs}
        self.anchors |= {known[name] for name in ("id", "name") if name in known}
        self.drawn |= DRAWN_ELSEWHERE & set(known.get("class", "").split())
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        if tag in ("script", "img", "iframe", "source") and "src" in known:
            self.loaded.append(known["src"])
        if tag == "link" and {"stylesheet", "preload", "icon", "preconnect"} & set(
            known.get("rel", "").split()
        ):
            self.loaded.append(known.get("href", ""))


def broken(site: Path) -> Iterator[str]:
    """Each promise that does not hold, with its page."""
    pages = {path.resolve(): Page(path) for path in sorted(site.rglob("*.html"))}
    if len(pages) < 2:
        yield f"{site} is no site"
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        yield from (f"{name} {fault}" for fault in _from_elsewhere(page))
        if path.name != "404.html":
            for link in page.links:
                if not _leads_somewhere(link, path, pages):
                    yield f"{name}: {link} leads nowhere"


def _from_elsewhere(page: Page) -> Iterator[str]:
    for address in page.loaded:
        if urlsplit(address).netloc:
            yield f"loads {address} from another host"
    for kind in sorted(page.drawn):
        yield f"has something of the class {kind}, which the site's script fetches from another host"


def _leads_somewhere(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        return False
    return not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].anchors


def strip(site: Path, docs: Path = ROOT / "docs") -> None:
    """Take away what would be loaded from another host, and links to what only a checkout has: their words stay."""
    for path in site.rglob("*.html"):
        folder = docs / path.parent.relative_to(site)
        text = SHIM.sub("", path.read_text(encoding="utf-8"))

        def kept(link: re.Match[str], folder: Path = folder, path: Path = path) -> str:
            leads_out = not (path.parent / link[1]).resolve().is_relative_to(site.resolve())
            outside = leads_out and (folder / link[1]).exists()
            return link[2] if outside else link[0]

        path.write_text(OUT.sub(kept, text), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Strip it, then look at every page."""
    site = Path(arguments[0]) if arguments else ROOT / "site"
    strip(site)
    faults = list(dict.fromkeys(broken(site)))
    print(
        "\n".join(faults)
        if faults
        else f"{site}: every link and anchor leads somewhere, nothing is from another host"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
