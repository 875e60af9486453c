"""The results as a picture: how many requests each answers in the time in which Flask answers one."""

import math
from xml.sax.saxutils import escape

from bench.compare import work
from bench.compare.measure import Results
from bench.compare.peers import BARE_ON_WASMTIME, FLASK, NATIVE_SERVER, OURS, SPIN

WIDTH, LABELS, RIGHT = 860, 330, 24
ROW, TOP = 26, 64

# A shape for each, too: not everybody tells colours apart.
SHOWN = [(OURS, "ours"), (NATIVE_SERVER, "native"), (BARE_ON_WASMTIME, "wasmtime"), (SPIN, "spin")]

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 11px; fill: #59636e }
.grid { stroke: #d1d9e0 } .flask { stroke: #59636e; stroke-dasharray: 4 3 } .line { stroke: #d1d9e0 }
.ours { fill: #bc4c00 } .native { fill: #0969da } .wasmtime { fill: #8250df } .spin { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .small { fill: #9198a1 }
.grid, .line { stroke: #3d444d } .flask { stroke: #9198a1 }
.ours { fill: #f0883e } .native { fill: #58a6ff } .wasmtime { fill: #bc8cff } .spin { fill: #3fb950 }
}"""


def svg(results: Results) -> str:
    rows = [(task, _ratios(results, task)) for task in work.TASKS]
    rows = [(task, ratios) for task, ratios in rows if ratios]
    every = [ratio for _, ratios in rows for ratio in ratios.values()] or [1]
    low, high = math.floor(min(0, math.log2(min(every)))), math.ceil(max(1, math.log2(max(every))))
    height = TOP + ROW * len(rows) + 34

    def x(ratio: float) -> float:
        return LABELS + (math.log2(ratio) - low) / (high - low) * (WIDTH - LABELS - RIGHT)

    parts = [f"<style>{STYLE}</style>", *_legend({kind for _, ratios in rows for kind in ratios}), *_grid(x, low, high, height)]
    for index, (task, ratios) in enumerate(rows):
        parts += _row(x, TOP + ROW * index + ROW / 2, task.name, ratios)
    title = "Requests answered in the time in which Flask answers one"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">'
    return "\n".join([head, f"<title>{title}</title>", *parts, "</svg>"]) + "\n"


def _ratios(results: Results, task: work.Task) -> dict[str, float]:
    ratios = {kind: results.ratio(task, peer, FLASK) for peer, kind in SHOWN}
    return {kind: ratio for kind, ratio in ratios.items() if ratio}


def _legend(kinds: set[str]) -> list[str]:
    parts, at = [], LABELS
    for peer, kind in SHOWN:
        if kind not in kinds:
            continue
        parts += [_mark(kind, at, 18), f'<text x="{at + 11}" y="22">{escape(peer.name)}</text>']
        at += 34 + 8 * len(peer.name)
    return parts


def _grid(x, low: int, high: int, height: int) -> list[str]:
    parts = []
    for power in range(low, high + 1):
        at, kind = x(2**power), "flask" if power == 0 else "grid"
        label = "Flask" if power == 0 else f"{2**power} ×" if power > 0 else f"1/{2**-power}"
        parts.append(f'<line class="{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 8}" y2="{height - 26}"/>')
        parts.append(f'<text class="small" x="{at:.1f}" y="{TOP - 14}" text-anchor="middle">{label}</text>')
    return parts


def _row(x, y: float, name: str, ratios: dict[str, float]) -> list[str]:
    ends = [x(ratio) for ratio in ratios.values()]
    parts = [f'<text x="{LABELS - 14}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>']
    parts.append(f'<line class="line" x1="{min(ends):.1f}" x2="{max(ends):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
    # Ours last, so that nothing hides it.
    parts += [_mark(kind, x(ratio), y) for kind, ratio in reversed(ratios.items())]
    return parts


def _mark(kind: str, x: float, y: float) -> str:
    if kind == "native":
        return f'<rect class="{kind}" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>'
    if kind == "wasmtime":
        return f'<path class="{kind}" d="M{x:.1f} {y - 6:.1f}l6 11h-12z"/>'
    if kind == "spin":
        return f'<path class="{kind}" d="M{x:.1f} {y - 7:.1f}l6 7l-6 7l-6 -7z"/>'
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
