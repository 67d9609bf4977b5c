"""The site of a portfolio: no rank without its interval, nothing escapes its markup, links lead somewhere."""

from __future__ import annotations

import base64
import hashlib
import io
import posixpath
import re
from dataclasses import replace
from itertools import pairwise

import lxml.html
import pandas as pd
import pytest

from schemas.portfolio import PortfolioPlan
from schemas.vocabulary import AT_BASE_PRICES, OF_THE_DAY
from tasks.catalogue import standard_indicators
from tasks.portfolio import Member, compare, compared
from tasks.publish import charts
from tasks.publish.portfolio import portfolio_files

PLAN = PortfolioPlan(draws=1000)
NAMES = ("employment", "location", "upgrading", "joint_action", "type_of_firms")


def member(name: str, *scores: int, cluster: str = "") -> Member:
    return Member(
        assessment=name,
        cluster=cluster or f"The {name} cluster",
        scores=dict(zip(NAMES, map(float, scores), strict=False)),
        title=f"The report of {name}",
        country="Peru",
        sector="Garments",
        language="en",
        status="draft",
        latitude=None,
        longitude=None,
        folder=name,
        nodes=4,
        nodes_vulnerable=1,
        nodes_likely=0,
        nodes_unknown=2,
        content_hash="c0ffee" * 8,
        data_date="2026-03-02",
    )


def site(members: list[Member], left_out: list[str] | None = None) -> dict[str, bytes]:
    return portfolio_files(PLAN, compared(members, PLAN), left_out or [], {"duckdb": "1"})[0]


def page(members: list[Member], left_out: list[str] | None = None) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(site(members, left_out)["index.html"].decode())


def column(tree: lxml.html.HtmlElement, number: int) -> list[str]:
    """Return the words of a column of the list."""
    return [
        " ".join(row[number].text_content().split()) for row in tree.xpath("//div[@id='ranking']//tbody/tr")
    ]


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
    assert len(rows) == 4
    for row, rank, drawn in zip(rows[:3], column(tree, 2), column(tree, 3), strict=False):
        middle, low, high = (float(one) for one in re.findall(r"[\d.]+", drawn))
        first, last = (float(one) for one in rank.split("–"))
        assert first <= low <= middle <= high <= last
        assert len(row.xpath(".//*[local-name()='circle']")) == 1
    assert column(tree, 2)[3] == "not scored"
    assert column(tree, 3)[3] == "–"
    assert "1 cluster is without any score of Table 2" in tree.text_content()


def test_each_row_leads_to_its_report_and_says_where_it_stands():
    tree = page([member("a", 5), replace(member("b", 1), folder="b #1", status="released")])
    links = tree.xpath("//div[@id='ranking']//tbody/tr/th/a/@href")
    assert links == ["../../a/results/current/report.html", "../../b%20%231/results/current/report.html"]
    assert column(tree, 0)[0] == "The a cluster Garments"
    assert column(tree, 1) == ["Peru", "Peru"]
    assert column(tree, 7) == ["2 March 2026"] * 2
    assert column(tree, 8) == ["draft", "released"]


def test_each_row_leads_to_its_report_in_every_language_that_it_has():
    tree = page([replace(member("a", 5), other_languages="fr,sw"), member("b", 1)])
    links = tree.xpath("//div[@id='ranking']//tbody/tr/th/a[@hreflang]")
    assert [(one.get("href"), one.get("hreflang"), one.text) for one in links] == [
        ("../../a/results/current/report.fr.html", "fr", "français"),
        ("../../a/results/current/report.sw.html", "sw", "Kiswahili"),
    ]


def test_what_is_not_told_apart_is_said_first(tree):
    first = tree.xpath("//p[@class='outcome']")[0].text_content()
    assert first == "No cluster can be told apart from any other (3 pairs compared). All are tied."
    assert tree.xpath("//div[@id='apart']") == []
    assert column(tree, 2)[:3] == ["1–3"] * 3
    assert [one.partition(" Gar")[0] for one in column(tree, 0)] == [f"The {one} cluster" for one in "abcd"]


def test_clusters_that_are_told_apart_are_listed():
    tree = page([whole("low", 1), whole("high", 5), whole("same", 5)])
    first = tree.xpath("//p[@class='outcome']")[0].text_content()
    assert first == ("2 of 3 pairs of clusters can be told apart. The clusters of any other pair are tied.")
    cells = [
        [cell.text_content().strip() for cell in row] for row in tree.xpath("//div[@id='apart']//tbody/tr")
    ]
    assert cells == [
        ["The high cluster", "The low cluster", "–", "1"],
        ["The same cluster", "The low cluster", "–", "1"],
        ["The low cluster", "–", "The high cluster and The same cluster", "0"],
    ]
    assert column(tree, 2) == ["1–2", "1–2", "3"]


def test_of_many_clusters_only_the_number_is_told():
    members = [whole(f"low{number:02}", 1) for number in range(13)]
    tree = page([*members, whole("high", 5)])
    cells = [cell.text_content().strip() for cell in tree.xpath("//div[@id='apart']//tbody/tr[1]/*")]
    assert cells == ["The high cluster", "13 clusters", "–", "0"]


def test_text_stays_text_and_nothing_comes_from_elsewhere():
    wrong = '"><script>alert(1)</script>{{ 7 * 191 }}'
    files = site([member("a", 5, cluster=wrong), member("b", 1), member("c", cluster=wrong)], [f"d: {wrong}"])
    for name in (name for name in files if name.endswith(".html")):
        tree = lxml.html.document_fromstring(files[name].decode())
        assert len(tree.xpath("//script")) == 1
        assert tree.xpath("//img | //link | //iframe | //@onclick") == []
        assert "1337" not in tree.text_content()
        assert all(not re.match("[a-z]+:|//", link) for link in tree.xpath("//@href | //@src"))
    assert files["index.html"].decode().count("&lt;script&gt;alert(1)") >= 3


def test_only_the_script_that_is_named_by_its_hash_may_run():
    for name, content in site([member("a", 5), member("b", 1)]).items():
        if name.endswith(".html"):
            tree = lxml.html.document_fromstring(content.decode())
            (script,) = re.findall("<script>(.*?)</script>", content.decode(), re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
            assert f"script-src 'sha256-{digest}'" in policy
            assert "default-src 'none'" in policy


def test_what_could_not_be_read_is_listed():
    tree = page([member("a", 5), member("b", 1)], ["pots: has not been run"])
    assert tree.xpath("//h3[.='Left out']/following-sibling::ul[1]/li/text()") == ["pots: has not been run"]
    assert "Left out" not in page([member("a", 5), member("b", 1)]).text_content()


def test_ids_are_unique_headings_in_order_and_links_lead_somewhere():
    files = site([member("a", 5, 5), member("b", 1, 1, 1), member("d")])
    for name in (name for name in files if name.endswith(".html")):
        tree = lxml.html.document_fromstring(files[name].decode())
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert set(" ".join(tree.xpath("//@aria-labelledby")).split()) <= set(ids)
        levels = [int(element.tag[1]) for element in tree.iter("h1", "h2", "h3", "h4")]
        assert levels[:2] == [1, 2]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        for link in tree.xpath("//a/@href"):
            target, _, place = link.partition("#")
            found = posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) if target else name
            if found.startswith("../../"):
                assert re.fullmatch(r"../../[abd]/results/current/report.html", found)
            else:
                assert found in files
                assert not place or f'id="{place}"' in files[found].decode()


def test_all_intervals_of_a_list_stand_on_one_scale():
    """The last of 20 ranks is the right end, whatever row it stands in."""
    tree = page([whole("first", 5), *(whole(f"c{number:02}", 3) for number in range(18)), whole("last", 1)])
    dots = tree.xpath("//div[@id='ranking']//tbody//*[local-name()='circle']/@cx")
    assert (dots[0], dots[-1]) == ("6", "170")
    assert set(dots[1:-1]) == {"88"}
    assert tree.xpath("//thead//*[local-name()='text']/text()") == ["1", "20"]


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


def indicator(assessment: str, **more) -> dict:
    """Return what one assessment has released of an indicator."""
    row = {
        "indicator": "association_member",
        "assessment": assessment,
        "label": "Members <of> an association",
        "unit": "share of respondents",
        "is_money": False,
        "level": None,
        "better": "higher",
        "value": "member",
        "alone": False,
        "wave": "After",
        "mean": 0.5,
        "mean_low": 0.4,
        "mean_high": 0.6,
        "mean_respondents": 200,
        "mean_withheld_by": None,
    }
    finding = {
        "from_wave": "Before",
        "to_wave": "After",
        "change": 0.1,
        "change_low": 0.02,
        "change_high": 0.18,
        "change_respondents": 190,
        "change_withheld_by": None,
        "estimator": "difference_in_differences",
        "direction": "better",
        "claim": "causal",
        "limits": "Parallel trends.",
        "by_chance": True,
    }
    if more.get("mean"):
        row |= {"mean_low": more["mean"] - 0.1, "mean_high": more["mean"] + 0.1}
    return {**row, **(finding if more.pop("found", False) else {}), **more}


def with_indicators(name: str, *rows: dict) -> Member:
    return replace(member(name, 3), indicators=rows)


@pytest.fixture(scope="module")
def compared_site() -> dict[str, bytes]:
    hours = {"indicator": "hours", "label": "Hours", "unit": "hours", "better": "lower"}
    open_ends = {"mean_low": None, "mean_high": None}
    return site(
        [
            with_indicators("a", indicator("a", mean=0.25, mean_respondents=30, **open_ends)),
            with_indicators("b", indicator("b", mean=0.75, found=True), indicator("b", mean=40, **hours)),
            with_indicators("c", indicator("c", mean=None, mean_withheld_by="threshold")),
            with_indicators("d", indicator("d", unit="share of firms"), indicator("d", mean=30, **hours)),
        ]
    )


def test_indicators_are_compared_where_nothing_is_ranked():
    members = [
        replace(with_indicators("a", indicator("a")), scores={}),
        with_indicators("b", indicator("b", mean=0.25)),
    ]
    files = site(members)
    tree = lxml.html.document_fromstring(files["index.html"].decode())
    assert tree.xpath("//p[@class='outcome']/text()") == [
        "Fewer than two clusters have a score of Table 2: none is ranked."
    ]
    assert [column(tree, 2), column(tree, 3)] == [["not scored", "not ranked"], ["–", "–"]]
    assert [row[1:3] for row in cells(files["indicators/association_member.html"], "clusters-1")] == [
        ["1", "50 % After"],
        ["2", "25 % After"],
    ]
    assert files["tables/cluster_pairs.csv"] == b"above,below,share_above,told_apart\n"


def cells(content: bytes, table: str) -> list[list[str]]:
    rows = lxml.html.document_fromstring(content.decode()).xpath(f"//div[@id='{table}']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


def test_an_indicator_stands_across_clusters_with_interval_and_claim(compared_site):
    content = compared_site["indicators/association_member.html"]
    rows = cells(content, "clusters-1")
    assert [row[0] for row in rows] == [f"The {one} cluster Peru · draft" for one in "abc"]
    assert rows[1][1:] == [
        "75 % After",
        "65 to 85 %",
        "+10 points Before to After",
        "+2 to +18 points",
        "▲ gained †",
        "causal Difference in differences. Parallel trends.",
    ]
    assert rows[0][1:] == ["(25 %) After", "no interval", "–", "–", "no finding", "–"]
    assert rows[2][1] == "withheld (fewer than 10) After"
    tree = lxml.html.document_fromstring(content.decode())
    assert tree.xpath("//h1/text()") == ["Members <of> an association"]
    assert tree.xpath("//dl[@class='claims']//dt/text()") == ["causal"]
    dots = tree.xpath("//div[@id='clusters-1']//tbody//td[2]//*[local-name()='circle']/@cx")
    assert dots == ["47", "129"]


def test_what_is_measured_in_another_way_stands_apart(compared_site):
    content = compared_site["indicators/association_member.html"]
    assert [row[0] for row in cells(content, "clusters-2")] == ["The d cluster Peru · draft"]
    tree = lxml.html.document_fromstring(content.decode())
    headings = [heading.text_content() for heading in tree.xpath("//h2")]
    assert headings[:2] == ["In percent (share of respondents)", "In percent (share of firms)"]
    assert "measure it in 2 ways" in tree.text_content()


def test_a_page_says_at_which_prices_the_changes_of_money_are():
    money = {"indicator": "income", "label": "Income", "unit": "INR per month", "is_money": True}
    prices = {"b": AT_BASE_PRICES, "c": AT_BASE_PRICES, "d": OF_THE_DAY, "e": None}
    files = site(
        [
            with_indicators(name, indicator(name, **money, found=bool(told), change_money=told))
            for name, told in prices.items()
        ]
    )
    tree = lxml.html.document_fromstring(files["indicators/income.html"].decode())
    parts = {one.findtext("h2"): one.findtext("p") for one in tree.xpath("//section")[:2]}
    base, day = (parts[f"In INR per month{end}"] for end in (", changes at base prices", ""))
    assert "Changes are at base prices" in base
    assert "Amounts are in money of their day" not in base
    assert "Amounts are in money of their day: prices may have moved" in day


def test_the_better_end_stands_first(compared_site):
    rows = cells(compared_site["indicators/hours.html"], "clusters-1")
    assert [row[1:3] for row in rows] == [["1", "30 After"], ["2", "40 After"]]
    assert b"Less is better: rank 1 is the least." in compared_site["indicators/hours.html"]


def test_means_that_are_not_told_apart_are_tied_and_stand_by_name():
    """Half-widths of 10 points: 10 points apart is chance, 40 is not; without an interval no rank."""
    means = {"a": 0.5, "b": 0.6, "c": 0.9, "d": 0.7}
    files = site(
        [with_indicators(name, indicator(name, mean=mean)) for name, mean in means.items()]
        + [with_indicators("e", indicator("e", mean=0.1, mean_low=None, mean_high=None))]
    )
    rows = cells(files["indicators/association_member.html"], "clusters-1")
    assert [(row[0][4], row[1]) for row in rows] == [
        ("c", "1"),
        ("d", "2–3"),
        ("b", "2–4"),
        ("a", "3–4"),
        ("e", "not ranked"),
    ]
    page = lxml.html.document_fromstring(files["indicators/association_member.html"].decode())
    assert "A rank of 2–4 means: one cluster is told to stand above" in page.text_content()
    assert page.xpath("//th[@aria-sort]//text()") == ["Rank"]
    told = pd.read_csv(io.BytesIO(files["tables/indicators.csv"])).set_index("assessment")
    assert told["rank_first"].dropna().to_dict() == {"a": 3, "b": 2, "c": 1, "d": 2}
    tied = site([with_indicators(name, indicator(name, mean=means[name])) for name in "ab"])
    rows = cells(tied["indicators/association_member.html"], "clusters-1")
    assert [(row[0][4], row[1]) for row in rows] == [("a", "1–2"), ("b", "1–2")]


def test_an_end_that_was_rounded_past_its_mean_breaks_nothing():
    files = site(
        [
            with_indicators("a", indicator("a", mean=0.5, mean_low=0.51)),
            with_indicators("b", indicator("b", mean=0.9)),
        ]
    )
    rows = cells(files["indicators/association_member.html"], "clusters-1")
    assert [row[1] for row in rows] == ["1", "2"]


def test_words_of_an_assessment_bear_its_language_where_it_is_not_that_of_the_page():
    """A screen reader reads a French name as French; what the catalogue calls an indicator is English."""
    label = standard_indicators()["written_contract"].label
    french = replace(
        with_indicators(
            "f",
            indicator("f", label="Adhérents"),
            indicator("f", indicator="written_contract", label=label),
        ),
        language="fr",
        sector="Habillement",
        latitude=1.0,
        longitude=2.0,
    )
    files = site([french, with_indicators("e")])
    trees = {
        name: lxml.html.document_fromstring(content.decode())
        for name, content in files.items()
        if name.endswith(".html")
    }
    assert {tree.get("lang") for tree in trees.values()} == {"en"}
    marked = {name: tree.xpath("//*[@lang='fr']/text()") for name, tree in trees.items()}
    assert marked["index.html"] == ["The f cluster", "Habillement", "Peru"]
    assert marked["map.html"] == ["The f cluster", "Peru", "Habillement"]
    assert marked["indicators.html"] == ["Adhérents"]
    assert marked["indicators/association_member.html"] == ["Adhérents", "The f cluster", "After"]
    assert marked["indicators/written_contract.html"] == ["The f cluster", "After"]


def test_the_list_of_indicators_counts_what_moved(compared_site):
    assert cells(compared_site["indicators.html"], "indicators") == [
        ["Hours", "hours", "2", "–", "–", "–", "–"],
        [
            "Members <of> an association",
            "percent (share of respondents); percent (share of firms)",
            "4",
            "1",
            "–",
            "–",
            "–",
        ],
    ]


def test_pages_of_indicators_lead_to_reports_and_back(compared_site):
    tree = lxml.html.document_fromstring(compared_site["indicators/hours.html"].decode())
    assert tree.xpath("//nav//a/@href") == ["../index.html", "../indicators.html"]
    reports = tree.xpath("//tbody//a/@href")
    assert reports == ["../../../d/results/current/report.html", "../../../b/results/current/report.html"]
    pages = {name for name in compared_site if name.startswith("indicators")}
    assert pages == {"indicators.html", "indicators/association_member.html", "indicators/hours.html"}
