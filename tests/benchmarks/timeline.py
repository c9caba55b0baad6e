"""What is on the screen when: moments after a process was started, as a picture."""

import statistics
from collections.abc import Mapping, Sequence

ORDER = ("Python", "window", "pixels", "prediction", "map", "badge")
_COLOURS = ("#9aa4ad", "#4aa3df", "#1f6fa8", "#e0a83a", "#e2663f", "#2fb39a")
_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 900, 70, 70, 74, 34


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each moment, in seconds, in the order in which they come.

    Examples
    --------
    >>> medians([{"badge": 3.0, "window": 1.0}, {"badge": 5.0, "window": 1.2}, {"badge": 4.0, "window": 0.8}])
    {'window': 1.0, 'badge': 4.0}
    """
    found = {name: [run[name] for run in runs if name in run] for name in ORDER}
    return {name: statistics.median(times) for name, times in found.items() if times}


def drawn(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return an SVG with a line for each build, all on one scale from the start of its process."""
    last = max(moment for moments in rows.values() for moment in moments.values())
    scale = (_WIDTH - _LEFT - _RIGHT) / last
    height = _TOP + _ROW * len(rows) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        *_legend(),
    ]
    step = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 1000) if last / s <= 12)
    base = _TOP + _ROW * len(rows) + 6
    for tick in range(int(last / step) + 1):
        x = _LEFT + tick * step * scale
        parts.append(f'<path d="M{x:.1f} {_TOP} V{base}" stroke="#d6dbe0" stroke-dasharray="2 3"/>')
        parts.append(f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle" fill="#5a636c">{tick * step:g} s</text>')
    for number, (name, moments) in enumerate(rows.items()):
        parts += _line(name, moments, _TOP + _ROW * number + 30, scale)
    return "\n".join([*parts, "</svg>\n"])


def _legend() -> list[str]:
    parts = []
    for number, (name, colour) in enumerate(zip(ORDER, _COLOURS, strict=True)):
        x = _LEFT + number * 120
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="18" fill="#171b1f">until {name}</text>')
    return parts


def _line(name: str, moments: Mapping[str, float], y: int, scale: float) -> list[str]:
    parts = [f'<text x="{_LEFT - 10}" y="{y + 17}" text-anchor="end" fill="#171b1f">{name}</text>']
    before = 0.0
    for moment, colour in zip(ORDER, _COLOURS, strict=True):
        if moment not in moments:
            continue
        until = max(before, moments[moment])
        x, width = _LEFT + before * scale, max((until - before) * scale, 0.5)
        parts.append(
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="24" fill="{colour}">'
            f"<title>{moment}: {until:.2f} s</title></rect>"
        )
        before = until
    end = _LEFT + before * scale + 6
    return [*parts, f'<text x="{end:.1f}" y="{y + 17}" fill="#171b1f">{before:.2f} s</text>']
