"""Pictures: what is drawn stands where its scale says, the same each time, and only as text and shapes."""

from __future__ import annotations

import re
from dataclasses import replace

import lxml.html
import pytest

from tasks.publish import charts


@pytest.fixture(name="panel")
def panel_fixture() -> charts.Panel:
    return charts.Panel(
        heading="Home workers",
        verdict="▲ gained: +20",
        style="gain",
        details=("against the comparison group", "95 % interval +10 to +30"),
        points=(
            charts.Point(0, "programme", 40.0, 35.0, 45.0, "40"),
            charts.Point(1, "programme", 60.0, 55.0, 65.0, "60"),
            charts.Point(0, "comparison", 40.0, None, None, "40"),
            charts.Point(1, "comparison", 41.0, None, None, "41"),
        ),
        description="Gained 20.",
    )


def scale_of(*values: float) -> charts.Scale:
    return charts.scale(values, lambda value: f"{value:g}")


def drawn(panel: charts.Panel) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(
        charts.wave_panels("f", ["Before", "After"], scale_of(35, 65), [panel])[0]
    )


def test_scale_has_round_ticks_and_holds_all_values():
    scale = scale_of(3450, 11500)
    assert [tick for tick, _ in scale.ticks] == [2500, 5000, 7500, 10000, 12500]
    assert (scale.low, scale.high) == (2500, 12500)


def test_scale_of_one_value_and_of_nought():
    for value in (0.0, 5.0, -5.0):
        scale = scale_of(value)
        assert scale.low < value < scale.high


def test_scale_does_not_go_below_its_least():
    assert charts.scale([0.01, 0.9], str, least=0).low == 0


def test_a_panel_is_drawn_to_scale(panel):
    """60 lies as far above 40 as two of the steps of ten between the grid lines."""
    svg = drawn(panel)
    grid = sorted(
        float(re.findall(r"translate\(.*?,(.*?)\)", line.get("transform"))[0])
        for line in svg.iter("line")
        if line.get("stroke") == charts.GRID
    )
    step = grid[1] - grid[0]
    circles = [path for path in svg.iter("path") if "A3.61" in path.get("d")]
    heights = [float(re.findall(r",(.*?)\)", path.get("transform"))[0]) for path in circles]
    assert heights[0] - heights[1] == pytest.approx(2 * step, abs=0.1)


def test_arms_differ_by_dash_and_marker(panel):
    svg = str(lxml.html.tostring(drawn(panel), encoding="unicode"))
    assert 'stroke-dasharray="1,0"' in svg
    assert 'stroke-dasharray="5,3"' in svg
    assert f'fill="{charts.PAPER}" stroke="{charts.MUTED}"' in svg


def test_labels_at_the_ends_of_lines_do_not_touch(panel):
    close = replace(
        panel,
        points=(
            *panel.points[:1],
            panel.points[1],
            panel.points[2],
            charts.Point(1, "comparison", 60.5, None, None, "60.5"),
        ),
    )
    places = [
        float(re.findall(r",(.*?)\)", text.get("transform"))[0])
        for text in drawn(close).iter("text")
        if (text.text or "").startswith(("programme", "comparison"))
    ]
    assert len(places) == 2
    assert abs(places[0] - places[1]) >= 12


def test_text_is_text_and_is_escaped(panel):
    svg = charts.wave_panels("f", ["<b>", "&"], scale_of(35, 65), [replace(panel, heading='<i>"&')])[0]
    tree = lxml.html.fragment_fromstring(svg)
    texts = [text.text or "" for text in tree.iter("text", "tspan", "title")]
    assert {'<i>"&', "<b>", "&"} <= set(texts)
    assert not list(tree.iter("i"))


def test_panels_of_a_figure_have_one_size_and_ids_of_their_own(panel):
    svgs = charts.wave_panels("f", ["Before", "After"], scale_of(35, 65), [panel, panel])
    assert len(set(re.findall(r'viewBox="(.*?)"', "".join(svgs)))) == 1
    ids = re.findall(r' id="(.*?)"', "".join(svgs))
    assert len(ids) == len(set(ids)) == 4


def test_a_panel_without_points_has_only_its_words(panel):
    svg = drawn(replace(panel, points=(), verdict="withheld (fewer than 10)"))
    assert not list(svg.iter("line"))
    assert "withheld (fewer than 10)" in "".join(svg.itertext())


def test_rows_join_before_and_after():
    rows = [
        charts.Row("Home workers", (charts.Pair("▲ better +8", "gain", 40.0, 48.0),)),
        charts.Row("Cutters", (charts.Pair("withheld (fewer than 10)", "", None, None),)),
    ]
    svg = charts.pair_rows("r", "Contracts", "Home workers: better.", scale_of(40, 48), rows)
    tree = lxml.html.fragment_fromstring(svg)
    fills = [path.get("fill") for path in tree.iter("path") if "A3.61" in path.get("d")]
    assert fills == [charts.PAPER, charts.GAIN]


def test_the_same_input_gives_the_same_bytes(panel):
    first = charts.wave_panels("f", ["Before", "After"], scale_of(35, 65), [panel])
    assert charts.wave_panels("f", ["Before", "After"], scale_of(35, 65), [panel]) == first
    assert "font-family" in first[0]
    assert set(re.findall(r'font-family="(.*?)"', first[0])) == {"sans-serif"}


def test_a_tight_scale_ends_at_the_values_and_has_ticks_inside():
    scale = charts.scale([-20.1, 16.6], str, tight=True)
    assert (scale.low, scale.high) == (-20.1, 16.6)
    assert [tick for tick, _ in scale.ticks] == [-20, 0]


def test_ticks_that_would_read_alike_get_the_decimals_that_tell_them_apart():
    told = charts.scale([0.981, 0.998], lambda value: f"{value:.1f}")
    labels = [label for _, label in told.ticks]
    assert len(set(labels)) == len(labels) > 2
    shares = charts.scale([0.001, 0.004], lambda value: f"{value * 100:.0f} %", least=0)
    assert [label for _, label in shares.ticks][:2] == ["0.1 %", "0.2 %"]
    assert [label for _, label in charts.scale([0, 100], lambda value: f"{value:.0f}").ticks][-1] == "100"


def test_a_long_label_of_a_row_is_told_in_full():
    label = "Workers with a rash or hard breathing from dyes in the last month"
    row = charts.Row(label, (charts.Pair("2 to 4", "gain", 2, 4),))
    span = charts.Span(label, 1, 2, 3, "1 to 3")
    scale = charts.scale([0, 5], str)
    for drawn in (
        charts.pair_rows("x", "title", "told", scale, [row]),
        charts.span_rows("x", "title", "told", scale, [span]),
    ):
        texts = re.findall(r">([^<>]+)</text>", drawn)
        assert label in " ".join(texts)
