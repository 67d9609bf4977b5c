"""The map of a portfolio: where a cluster stands on it, and what is told of one that has no position."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest

from tasks.publish.portfolio_map import Frame, degrees, frame_of
from tests.publish.test_portfolio import member, site


def tree_of(positions: list[tuple[float, float] | None], **more) -> lxml.html.HtmlElement:
    members = [
        replace(
            member(f"m{number:02}", 3, cluster=more.get("cluster", "")),
            latitude=place and place[0],
            longitude=place and place[1],
            status=more.get("status", "draft"),
        )
        for number, place in enumerate(positions)
    ]
    return lxml.html.document_fromstring(site(members)["map.html"].decode())


def test_a_cluster_stands_where_it_lies_and_leads_to_its_report():
    tree = tree_of([(27.2, 78.0), (-12.1, -77.0), None])
    dots = {
        dot.xpath("string(title)").partition(":")[0]: (*dot.xpath("circle/@cx"), *dot.xpath("circle/@cy"))
        for dot in tree.xpath("//svg[@class='atlas']/a")
    }
    assert dots == {"The m00 cluster, Peru": ("156.0", "-54.4"), "The m01 cluster, Peru": ("-154.0", "24.2")}
    assert tree.xpath("//svg/a/@href") == [f"../../m0{one}/results/current/report.html" for one in (0, 1)]
    assert "1 cluster has no position in the plan" in tree.xpath("//figcaption")[0].text_content()
    cells = [cell.text_content().strip() for cell in tree.xpath("//div[@id='positions']//tbody/tr[1]/*")]
    assert cells[:5] == ["The m00 cluster", "Peru", "Garments", "27.2° N", "78.0° E"]


def test_without_any_position_there_is_no_map():
    files = site([member("a", 5), member("b", 1)])
    assert "map.html" not in files
    assert b"map.html" not in files["index.html"]


def test_names_stand_inside_and_cover_no_other_and_no_marker():
    tree = tree_of([(20, 78.0), (20, 78.1), (21, 79.0), (-12.1, -77.0)])
    left, _, width, _ = (float(one) for one in tree.xpath("//svg[@class='atlas']/@viewbox")[0].split())
    names = tree.xpath("//svg[@class='atlas']/text")
    assert len(names) >= 3
    for name in names:
        long = len(name.text) * width / 170 * 1.35 * 1.15
        start = float(name.get("x")) - (long if name.get("text-anchor") == "end" else 0)
        assert left <= start <= start + long <= left + width
    assert len({(name.get("x"), name.get("y")) for name in names}) == len(names)


def test_many_clusters_are_not_named_and_all_are_drawn():
    tree = tree_of([(number / 4, number) for number in range(31)])
    assert len(tree.xpath("//svg[@class='atlas']//circle")) == 31
    assert tree.xpath("//svg[@class='atlas']/text") == []


def test_names_of_clusters_stay_text():
    wrong = '</title><script>alert("1")</script>'
    tree = tree_of([(1, 1), (2, 50)], cluster=wrong)
    assert len(tree.xpath("//script")) == 1
    assert tree.text_content().count('alert("1")') >= 4


@pytest.mark.parametrize(
    ("positions", "frame"),
    [
        ([(0.0, 0.0)], Frame(-40.0, -18.0, 80.0, 36.0)),
        ([(-179.0, 0.0), (179.0, 0.0)], Frame(-360.0, -162.0, 720.0, 324.0)),
        ([(0.0, 83.0), (40.0, -83.0)], Frame(-12.0, -168.0, 104.0, 336.0)),
    ],
)
def test_the_frame_holds_all_and_stays_on_the_earth(positions, frame):
    assert frame_of(positions) == frame


def test_degrees_are_written_with_their_side():
    written = [degrees(value, "N", "S") for value in (27.2, -7.0, 0.0)]
    assert written == ["27.2° N", "7.0° S", "0.0°"]
