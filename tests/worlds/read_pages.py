"""What a reader of a page sees, and copies out of it."""

import html
import re

import httpx


def as_read(text: str) -> str:
    """A page, or a text with pages in it, as its words are read.

    A page breaks long words with `<wbr>` and writes `&` in another way: a value that is sought as it stands is not found there,
    and a test that it is not on the page would hold for every page.
    """
    return html.unescape(text.replace("<wbr>", ""))


def match_of(page: httpx.Response, pattern: str) -> str:
    """What the first group of the pattern matches on the page, as it is read."""
    match = re.search(pattern, page.text.replace("<wbr>", ""), re.DOTALL)
    assert match is not None, page.text
    return html.unescape(match[1])


def payload_of(page: httpx.Response) -> bytes:
    """What a page of a signature asks to sign."""
    return match_of(page, r'<pre[^>]*id="payload">(.*?)</pre>').encode()
