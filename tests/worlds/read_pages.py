"""What a reader of a page sees, and copies out of it."""

import html


def as_read(text: str) -> str:
    """A page, or a text with pages in it, as its words are read.

    A page breaks long words with `<wbr>` and writes `&` in another way: a value that is sought as it stands is not found there,
    and a test that it is not on the page would hold for every page.
    """
    return html.unescape(text.replace("<wbr>", ""))
