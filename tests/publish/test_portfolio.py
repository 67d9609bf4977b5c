"""The page of a portfolio: no rank without its interval, and nothing escapes its markup."""

from __future__ import annotations

import lxml.html
import pandas as pd
import pytest

from schemas.portfolio import PortfolioPlan
from tasks.portfolio import Member, compare
from tasks.publish import charts
from tasks.publish.portfolio import portfolio_files

PLAN = PortfolioPlan(draws=1000)
NAMES = ("employment", "location", "upgrading", "joint_action", "type_of_firms")


def member(name: str, *scores: int, cluster: str = "") -> Member:
    return Member(
        assessment=name,
        cluster=cluster or f"The {name} cluster",
        scores=dict(zip(NAMES, map(float, scores), strict=False)),
        nodes=4,
        nodes_vulnerable=1,
        nodes_likely=0,
        nodes_unknown=2,
        content_hash="c0ffee" * 8,
        data_date="2026-03-02",
    )


def page(members: list[Member]) -> lxml.html.HtmlElement:
    files, _ = portfolio_files(PLAN, members, *compare(members, PLAN), {"duckdb": "1"})
    return lxml.html.document_fromstring(files["portfolio.html"].decode())


def whole(name: str, score: int) -> Member:
    """Return a cluster whose twenty characteristics all have one score."""
    from tasks.catalogue import read

    known = {row["id"]: float(score) for row in read("table_2")["characteristic"]}
    return Member(**{**member(name).__dict__, "scores": known})


@pytest.fixture(scope="module")
def tree() -> lxml.html.HtmlElement:
    return page([member("a", 5, 5), member("b", 1, 1, 1), member("c", 3), member("d")])


def test_every_rank_stands_beside_its_interval(tree):
    rows = tree.xpath("//div[@id='ranking']//tbody/tr")
    assert len(rows) == 3
    for row in rows:
        rank, span = (row.xpath(f"td[{place}]")[0].text_content().strip() for place in (1, 2))
        low, high = span.split(" to ")
        assert float(low) <= float(rank) <= float(high)
    labels = [text for text in tree.xpath("//*[local-name()='text']/text()") if text.startswith("rank ")]
    assert len(labels) == 3
    assert all(" to " in label for label in labels)


def test_what_is_not_told_apart_is_said_first(tree):
    first = tree.xpath("//p[@class='outcome']")[0].text_content()
    assert first.startswith("No cluster can be told apart from any other (3 pairs compared)")
    assert tree.xpath("//div[@id='apart']") == []


def test_clusters_that_are_told_apart_are_listed():
    tree = page([whole("low", 1), whole("high", 5), whole("same", 5)])
    first = tree.xpath("//p[@class='outcome']")[0].text_content()
    assert first.startswith("2 of 3 pairs of clusters can be told apart. For the others")
    cells = [
        [cell.text_content().strip() for cell in row] for row in tree.xpath("//div[@id='apart']//tbody/tr")
    ]
    assert cells == [
        ["The high cluster", "The low cluster", "–", "1"],
        ["The same cluster", "The low cluster", "–", "1"],
        ["The low cluster", "–", "The high cluster and The same cluster", "0"],
    ]
    ranks = [cell.text_content().strip() for cell in tree.xpath("//div[@id='ranking']//tbody/tr/td[1]")]
    assert ranks == ["1.5", "1.5", "3"]


def test_text_stays_text_and_nothing_comes_from_elsewhere():
    wrong = '"><script>alert(1)</script>{{ 7 * 191 }}'
    tree = page([member("a", 5, cluster=wrong), member("b", 1), member("c", cluster=wrong)])
    assert tree.xpath("//script | //img | //link | //iframe") == []
    assert "1337" not in tree.text_content()
    assert tree.text_content().count("alert(1)") >= 3
    assert all(link.startswith("#") for link in tree.xpath("//@href | //@src"))


def test_ids_are_unique_headings_in_order_and_links_lead_somewhere(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for label in " ".join(tree.xpath("//@aria-labelledby")).split():
        assert label in ids
    for link in tree.xpath("//a/@href"):
        assert link.lstrip("#") in ids
    levels = [int(element.tag[1]) for element in tree.iter("h1", "h2", "h3")]
    assert levels[:3] == [1, 2, 3]


def test_many_clusters_stand_in_several_panels_on_one_scale():
    tree = page([member(f"c{number:02}", 1 + number % 5) for number in range(20)])
    pictures = tree.xpath("//*[local-name()='svg']")
    assert len(pictures) == 3
    axes = [[text for text in one.xpath(".//text()") if text.isdigit()] for one in pictures]
    assert axes == [["1", "5", "10", "15", "20"]] * 3


def test_a_span_is_drawn_to_scale():
    scale = charts.Scale(1, 5, ((1, "1"), (5, "5")))
    drawn = charts.span_rows("s", "t", "d", scale, [charts.Span("A", 2, 3, 4, "rank 3 (2 to 4)")])
    assert drawn == charts.span_rows("s", "t", "d", scale, [charts.Span("A", 2, 3, 4, "rank 3 (2 to 4)")])
    assert "rank 3 (2 to 4)" in drawn


def test_the_tables_keep_their_contracts_in_any_order():
    members = [member("a", 5, 5), member("b", 1, 1, 1), member("c")]
    usual, turned = compare(members, PLAN), compare(members[::-1], PLAN)
    for one, other in zip(usual, turned, strict=True):
        pd.testing.assert_frame_equal(one, other)
