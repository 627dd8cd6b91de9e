"""What a reader sees of a page in Chromium: what does not fit, and words that are broken inside."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path

CHROMIUM = shutil.which("chromium")
LONGEST_WORD = 20
"""Letters and digits in a row that stand on one line; longer ones are digests and labels, and may be broken."""
_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_MEASURE = """
const wordless = new Set(["STYLE", "SCRIPT", "TITLE"]);
const start = text => text.trim().replace(/\\s+/g, " ").slice(0, 60);
function faults(frame) {
  const page = frame.contentDocument, root = page.documentElement, seen = new Set();
  for (const each of page.querySelectorAll("details")) each.open = true;
  if (root.scrollWidth > root.clientWidth) {
    seen.add(`the page is ${root.scrollWidth} wide`);
    for (const each of page.querySelectorAll("body *"))
      if (!each.closest(".scroll") && each.getBoundingClientRect().right > root.clientWidth + 1)
        seen.add(`too wide: ${each.tagName} ${each.className} ${start(each.textContent)}`);
  }
  if (root.clientWidth > 1000)
    for (const each of page.querySelectorAll(".scroll"))
      if (each.scrollWidth > each.clientWidth + 1)
        seen.add(`scrolls: ${each.scrollWidth} in ${each.clientWidth}: ${start(each.textContent)}`);
  for (const each of page.querySelectorAll("svg text")) {
    const own = each.getBoundingClientRect(), whole = each.ownerSVGElement.getBoundingClientRect();
    if (own.left < whole.left - 1 || own.right > whole.right + 1) seen.add(`cut off: ${each.textContent}`);
  }
  const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT), range = page.createRange();
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const parent = node.parentElement;
    if (wordless.has(parent.tagName) || parent.closest("svg")) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}]{2,}/gu)) {
      if (word[0].length > LONGEST) continue;
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(each => Math.round(each.top)));
      if (lines.size > 1) seen.add(`broken: ${word[0]} in ${parent.tagName} ${start(node.data)}`);
    }
  }
  return [...seen];
}
onload = () => {
  const all = {};
  for (const frame of document.querySelectorAll("iframe")) all[frame.name] = faults(frame);
  const answer = document.createElement("output");
  answer.textContent = JSON.stringify(all);
  document.body.replaceChildren(answer);
};
"""


def misfits(pages: Mapping[str, str], width: int, folder: Path) -> dict[str, list[str]]:
    """Of each page at this width in pixels, by its name: what is wider than the page, cut off, or broken inside a word."""
    frames = "".join(
        f'<iframe name="{escape(name)}" width="{width}" height="900" frameborder="0" srcdoc="{escape(page)}"></iframe>'
        for name, page in pages.items()
    )
    script = _MEASURE.replace("LONGEST", str(LONGEST_WORD))
    file = folder / f"measured-{width}.html"
    file.write_text(f'<!doctype html><meta charset="utf-8"><script>{script}</script><body>{frames}')
    shown = subprocess.run(
        [
            CHROMIUM or "chromium",
            *_SWITCHES,
            f"--user-data-dir={folder / 'profile'}",
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        check=True,
        text=True,
        timeout=240,
    )
    answer = re.search(r"<output>(.*)</output>", shown.stdout, re.DOTALL)
    assert answer is not None, shown.stdout[:2000] + shown.stderr[-2000:]
    measured: dict[str, list[str]] = json.loads(unescape(answer.group(1)))
    return measured
