"""The figures as a table for a terminal, with ratios to the bare run."""

from collections.abc import Mapping, Sequence

from bench.compare import Compared
from bench.contenders import BASE

MEBI = 1 << 20
COLUMNS = (
    ("wall", "wall s", 1.0),
    ("cpu", "cpu s", 1.0),
    ("fleet_cpu", "fleet cpu s", 1.0),
    ("all_cpu", "all cpu s", 1.0),
    ("memory", "memory MiB", MEBI),
    ("written", "written MiB", MEBI),
)


def table(hosts: int, compared: Mapping[str, Compared]) -> str:
    """One line for each contender: medians, and behind each its ratio to the bare run with defaults."""
    rounds = max((len(each["rounds"]) for each in compared.values()), default=0)
    heads = ["", *(head for _, head, _ in COLUMNS)]
    rows = [[name, *_cells(each)] for name, each in compared.items()]
    title = f"{hosts} light hosts, medians of {rounds} interleaved rounds, in brackets the ratio to `{BASE}`"
    return "\n".join([f"{title}\n{aligned([heads, *rows])}", *_pairs(compared)])


def _pairs(compared: Mapping[str, Compared]) -> list[str]:
    """What acceleration is measured by besides: the same accelerator without orch, and the same waves without Ansible."""
    pairs = (("orch-mitogen", "mitogen"), ("orch-own", "pyinfra-waves"))
    return [
        line
        for ours, other in pairs
        if {ours, other} <= compared.keys()
        for line in _pair(compared, ours, other)
    ]


def _pair(compared: Mapping[str, Compared], name_of_ours: str, other: str) -> list[str]:
    ours, bare = compared[name_of_ours]["median"], compared[other]["median"]
    ratios = [
        f"{head.removesuffix(' s')} {value / base:.2f}"
        for name, head, _ in COLUMNS
        if (value := ours[name]) is not None and (base := bare[name])
    ]
    return [f"{name_of_ours} to {other}: {', '.join(ratios)}"] if ratios else []


def _cells(each: Compared) -> list[str]:
    if each["lacking"] is not None:
        return [each["lacking"]]
    return [_cell(each["median"][name], each["ratio"][name], unit) for name, _, unit in COLUMNS]


def _cell(value: float | None, ratio: float | None, unit: float) -> str:
    if value is None:
        return "not measured"
    return f"{value / unit:.1f}" + (f" ({ratio:.2f})" if ratio is not None else "")


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of one width; the last cell of a short row runs on."""
    full = [row for row in rows if len(row) == len(rows[0])]
    widths = [max(len(row[n]) for row in full) for n in range(len(rows[0]))]
    widths[0] = max(len(row[0]) for row in rows)
    return "\n".join(
        "  ".join(cell.ljust(widths[0]) if n == 0 else cell.rjust(widths[n]) for n, cell in enumerate(row))
        if len(row) == len(rows[0])
        else f"{row[0]:<{widths[0]}}  {row[1]}"
        for row in rows
    )


def figures(title: str, by_column: Mapping[str, Mapping[str, float]]) -> str:
    """Figures by name, with a column for each fleet or scenario."""
    names = dict.fromkeys(name for column in by_column.values() for name in column)
    rows = [["", *by_column]]
    rows += [
        [name.replace("_", " "), *(_number(column.get(name)) for column in by_column.values())]
        for name in names
    ]
    return f"{title}\n{aligned(rows)}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
