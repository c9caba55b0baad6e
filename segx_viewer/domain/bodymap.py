"""The body map: outlines of a person from the front and from the back, drawn by us, and the names of their parts.

Positions are (x, y), each 0..1 from the top left of a drawing half as wide as high. Left and right are the patient's.
"""

from collections.abc import Callable

from segx_viewer.domain.lesion import Site

ASPECT = 0.5
"""Width of a drawing over its height."""
Curve = tuple[float, ...]
"""One pair (x, y): a straight line to it; three pairs: a cubic curve by two control points to the third."""

_HALF: tuple[
    Curve, ...
] = (  # the drawing's right half, from the top of the head down and back up the middle of the legs
    (0.565, 0.012, 0.600, 0.045, 0.592, 0.085),
    (0.588, 0.110, 0.570, 0.128, 0.550, 0.142),
    (0.552, 0.158, 0.560, 0.168, 0.585, 0.176),
    (0.640, 0.190, 0.690, 0.200, 0.705, 0.245),
    (0.720, 0.300, 0.755, 0.370, 0.790, 0.440),
    (0.805, 0.475, 0.840, 0.500, 0.852, 0.535),
    (0.850, 0.560, 0.825, 0.565, 0.808, 0.545),
    (0.780, 0.510, 0.755, 0.490, 0.745, 0.462),
    (0.720, 0.405, 0.690, 0.350, 0.668, 0.305),
    (0.662, 0.350, 0.640, 0.395, 0.648, 0.430),
    (0.662, 0.480, 0.680, 0.520, 0.672, 0.580),
    (0.664, 0.650, 0.640, 0.700, 0.640, 0.740),
    (0.648, 0.800, 0.618, 0.860, 0.602, 0.920),
    (0.612, 0.945, 0.650, 0.962, 0.640, 0.978),
    (0.615, 0.988, 0.560, 0.985, 0.548, 0.962),
    (0.540, 0.900, 0.552, 0.830, 0.545, 0.770),
    (0.542, 0.700, 0.530, 0.620, 0.512, 0.555),
)
_CROTCH = (0.5, 0.545)


def outline() -> tuple[Curve, ...]:
    """Return the outline of a body: a start, then lines and curves around it; the same from the front and the back."""
    right = ((0.5, 0.012), *_HALF, _CROTCH)
    points: list[tuple[float, float]] = [(0.5, 0.012)]
    for curve in right[1:]:
        points += zip(curve[::2], curve[1::2], strict=True)
    mirrored = [(1 - x, y) for x, y in reversed(points[:-1])]
    # From the crotch up the other half: the same curves the other way round.
    left: list[Curve] = [mirrored[0]]
    rest = mirrored[1:]
    left += [tuple(value for point in rest[n : n + 3] for value in point) for n in range(0, len(rest) // 3 * 3, 3)]
    return (*right, *left)


def polygon(steps: int = 8) -> tuple[tuple[float, float], ...]:
    """Return the outline as corners (x, y), `steps` for each curve."""
    start, *curves = outline()
    corners = [(start[0], start[1])]
    for curve in curves:
        if len(curve) == 2:
            corners.append((curve[0], curve[1]))
            continue
        (x0, y0), (x1, y1, x2, y2, x3, y3) = corners[-1], curve
        for n in range(1, steps + 1):
            t = n / steps
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
            corners.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return tuple(corners)


# Lowest x, y, highest x, y on the right half of the drawing, name from the front and from the back; inner ones first.
_PARTS = (
    (0.50, 0.000, 0.62, 0.075, "forehead", "back of the head"),
    (0.50, 0.075, 0.62, 0.128, "face", "back of the head"),
    (0.50, 0.128, 0.60, 0.178, "neck", "nape"),
    (0.50, 0.178, 0.662, 0.320, "chest", "upper back"),
    (0.50, 0.320, 0.668, 0.440, "abdomen", "lower back"),
    (0.50, 0.440, 0.700, 0.545, "groin", "buttock"),
    (0.66, 0.178, 0.76, 0.370, "upper arm", "upper arm"),
    (0.66, 0.370, 0.82, 0.490, "forearm", "forearm"),
    (0.74, 0.480, 0.90, 0.600, "hand", "hand"),
    (0.50, 0.545, 0.720, 0.725, "thigh", "thigh"),
    (0.50, 0.725, 0.720, 0.790, "front of the knee", "back of the knee"),
    (0.50, 0.790, 0.720, 0.940, "shin", "calf"),
    (0.50, 0.940, 0.720, 1.000, "foot", "heel"),
)
PART_NAMES = tuple(dict.fromkeys(name for *_, front, back in _PARTS for name in (front, back)))
_MIDDLE = 0.03


def part_of(site: Site) -> tuple[str, str]:
    """Return the part that a place lies in and the patient's side of it: "left", "right", or "" for the middle.

    Examples
    --------
    >>> part_of(Site("front", 0.60, 0.25)), part_of(Site("back", 0.60, 0.25)), part_of(Site("back", 0.5, 0.40))
    (('chest', 'left'), ('upper back', 'right'), ('lower back', ''))
    """
    x = 0.5 + abs(site.x - 0.5)
    name = ""
    for x0, y0, x1, y1, front, back in _PARTS:
        if x0 <= x <= x1 and y0 <= site.y <= y1:
            name = front if site.side == "front" else back
            break
    if not name:
        return "", ""
    if x - 0.5 <= _MIDDLE:
        return name, ""
    drawn_right = site.x > 0.5
    return name, "left" if drawn_right == (site.side == "front") else "right"


def words_of(site: Site, say: Callable[[str], str] = str) -> str:
    """Return a place in words; `say` translates them.

    Examples
    --------
    >>> words_of(Site("back", 0.60, 0.25))
    'right upper back (body map, back)'
    """
    name, side = part_of(site)
    where = f"{say(side) if side else ''} {say(name) if name else ''}".strip() or say("beside the drawing")
    return f"{where} ({say('body map')}, {say(site.side)})"
