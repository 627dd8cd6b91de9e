"""Every page fits a desk's screen and a phone's, and breaks no word, whatever hosts are called and however many there are."""

import html
import os
from pathlib import Path

import pytest

from orchestrator.adapters.report.breakable import breakable
from tests.adapters.report.outline import Outline
from tests.worlds.browsed_pages import pages
from tests.worlds.browser import CHROMIUM, misfits
from tests.worlds.read_pages import as_read

LABEL = "node-for-payments-and-settlements-of-the-northern-region-number"


@pytest.fixture(scope="module")
def every_page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return pages(tmp_path_factory.mktemp("pages"))


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_fits_and_breaks_no_word(every_page: dict[str, str], width: int, tmp_path: Path) -> None:
    if CHROMIUM is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed here (Debian: chromium)")
    measured = misfits(every_page, width, tmp_path)
    assert set(measured) == set(every_page)
    assert {name: faults for name, faults in measured.items() if faults} == {}


@pytest.mark.slow
def test_what_does_not_fit_is_seen(tmp_path: Path) -> None:
    if CHROMIUM is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed here (Debian: chromium)")
    wide = f"<!doctype html><p>{'x' * 63}{'.' * 9}{'y' * 63}"
    broken = '<!doctype html><p style="width: 3em; overflow-wrap: anywhere">authentication'
    measured = misfits({"wide": wide, "broken": broken, "good": "<!doctype html><p>good"}, 390, tmp_path)
    assert measured["wide"][0].startswith("the page is ")
    assert measured["broken"] == ["broken: authentication in P authentication"]
    assert measured["good"] == []


@pytest.mark.parametrize(
    ("page", "broken"),
    [
        ("<p>words stay as they are</p>", "<p>words stay as they are</p>"),
        ("<p>web1.example.org</p>", "<p>web1.example.org</p>"),
        ("<p>web1.shop.eu.example.org</p>", "<p>web1.<wbr>shop.<wbr>eu.<wbr>example.<wbr>org</p>"),
        ("<p>/etc/systemd/system/a.service</p>", "<p>/etc/<wbr>systemd/<wbr>system/<wbr>a.<wbr>service</p>"),
        (f"<p>{'ab' * 32}</p>", "<p>" + "<wbr>".join(["ab" * 8] * 4) + "</p>"),
        ("<p>https://x.example/?a=1&amp;b=22</p>", "<p>https://<wbr>x.<wbr>example/?<wbr>a=<wbr>1&amp;<wbr>b=<wbr>22</p>"),
        ("<p>a....................</p>", "<p>a....................</p>"),
        (f'<a title="{LABEL}" href="#{LABEL}">x</a>', f'<a title="{LABEL}" href="#{LABEL}">x</a>'),
        (f"<style>a > b{LABEL} {{}}</style>", f"<style>a > b{LABEL} {{}}</style>"),
        (f"<svg><text>{LABEL}</text></svg>", f"<svg><text>{LABEL}</text></svg>"),
    ],
)  # fmt: skip
def test_only_long_runs_of_text_may_be_broken(page: str, broken: str) -> None:
    assert breakable(page) == broken
    assert breakable(page).replace("<wbr>", "") == page


def test_a_page_says_the_same_with_places_to_break() -> None:
    page = f"<p>{LABEL}.{LABEL} and {'5d' * 32}</p>"
    assert Outline(breakable(page)).text == Outline(page).text


def test_a_long_word_is_found_on_a_page_only_as_it_is_read() -> None:
    word = "a-very-secret-word-of-27&more"
    page = breakable(f"<p>{html.escape(word)}</p>")
    assert word not in page
    assert word in as_read(page)
