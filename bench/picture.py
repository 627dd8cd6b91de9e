"""The comparison as a picture: one group of bars a fleet, wall seconds, with the ratio to the bare run."""

from collections.abc import Mapping
from html import escape

from bench.compare import Compared

WIDTH, LABELS, BAR, GAP, HEAD = 900, 170, 22, 8, 46
COLOURS = {"orch": "#1a7f5a", "orch-own": "#1a7f5a", "orch-mitogen": "#1a7f5a"}
OTHERS = "#8a94a6"


def picture(compared: Mapping[str, Mapping[str, Compared]]) -> str:
    """An SVG document; `compared` by number of hosts."""
    parts: list[str] = []
    y = 10
    for hosts, contenders in compared.items():
        parts.append(
            f'<text x="10" y="{y + 24}" class="head">{escape(hosts)} hosts, wall seconds (median)</text>'
        )
        y += HEAD
        longest = max((each["median"]["wall"] or 0.0 for each in contenders.values()), default=0.0)
        for name, each in contenders.items():
            parts.append(_bar(name, each, y, longest))
            y += BAR + GAP
        y += GAP
    style = "text{font:13px sans-serif;fill:#222}.head{font-weight:bold;font-size:15px}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}">'
        f'<style>{style}</style><rect width="{WIDTH}" height="{y}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _bar(name: str, each: Compared, y: int, longest: float) -> str:
    wall, ratio = each["median"]["wall"], each["ratio"]["wall"]
    label = f'<text x="{LABELS - 10}" y="{y + 16}" text-anchor="end">{escape(name)}</text>'
    if wall is None:
        return f'{label}<text x="{LABELS}" y="{y + 16}" fill="#777">{escape(each["lacking"] or "not run")}</text>'
    length = max(1.0, (WIDTH - LABELS - 130) * wall / longest) if longest else 1.0
    words = f"{wall:.1f} s" + (f"  ({ratio:.2f})" if ratio is not None else "")
    return (
        f'{label}<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{COLOURS.get(name, OTHERS)}"/>'
        f'<text x="{LABELS + length + 8:.1f}" y="{y + 16}">{words}</text>'
    )
