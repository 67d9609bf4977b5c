"""The report: nothing escapes its markup or leaves the file, nothing hidden is told, and it can be read."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import lxml.html
import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan
from schemas.base import column_types
from schemas.vocabulary import ALL
from tasks.publish import chain_drawing, charts, svg
from tasks.publish.html import TEMPLATES, render
from tasks.publish.report import RELEASED, Report
from tasks.publish.sections import figures
from tasks.publish.sections.figures import chosen, other_estimates
from tasks.publish.sections.summary import summary

SECTIONS = [
    "summary",
    "plan",
    "map",
    "design",
    "fieldwork",
    "findings",
    "feedback",
    "recommendations",
    "follow_up",
    "method",
]
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></desc></svg></style><b>bold</b>",
    "{{ 7 * 191 }}{% raw %}",
)


@pytest.fixture(name="page", scope="module")
def page_fixture(plan, provenance, all_tables) -> str:
    return render(plan, all_tables, provenance)


@pytest.fixture(name="without_pictures")
def without_pictures_fixture(monkeypatch):
    """Leave out the drawing itself, for tests that render many pages."""
    monkeypatch.setattr(svg, "draw", lambda *_: "")


@pytest.fixture(name="tree")
def tree_fixture(page) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(page)


def text_of(page: str) -> str:
    """Return what a reader sees: no style, no markup."""
    tree = lxml.html.document_fromstring(page)
    for style in tree.xpath("//style"):
        style.drop_tree()
    return re.sub(r"\s+", " ", tree.text_content())


def free_text_columns(name: str) -> list[str]:
    """Return the text columns of a released table that hold no word of a closed list and no date."""
    columns = RELEASED[name].to_schema().columns
    return [
        column
        for column, kind in column_types(RELEASED[name]).items()
        if kind.startswith("string")
        and not any(check.name in ("isin", "str_matches") for check in columns[column].checks)
    ]


def poisoned(tables: dict[str, pd.DataFrame], payload: str, *, ids: bool) -> dict[str, pd.DataFrame]:
    """Return the tables with the payload at the end of every free text, ids as well if asked."""
    out = {}
    for name, table in tables.items():
        refers = RELEASED[name].about().refers
        known = {"actor", "indicator", "poverty_group", "wave", "arm", "finding", "institution", "source"}
        kept = set() if ids else {*RELEASED[name].about().key, *refers, *known}
        columns = [column for column in free_text_columns(name) if column not in kept]
        out[name] = table.assign(**{column: table[column] + payload for column in columns})
    return out


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("ids", [False, True])
def test_text_stays_text(plan, tables, provenance, payload, ids):
    page = render(plan, poisoned(tables, payload, ids=ids), provenance)
    tree = lxml.html.document_fromstring(page)
    assert tree.xpath("//script | //img | //b") == []
    assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)
    assert payload not in page or payload.startswith("{{")
    assert re.sub(r"\s+", " ", payload) in text_of(page)
    assert "1337" not in text_of(page)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_plan_stays_text(plan, provenance, payload):
    def infect(value):
        if isinstance(value, dict):
            names = ("id", "name", "node", "approach", "study_design", "role", "design", "box4_group")
            fixed = (
                *names,
                "assessors_first",
                "gender",
                "estimator",
                "from_wave",
                "to_wave",
                "error_type",
                "assignment",
                "degrees_of_freedom",
                "lonely_psu",
                "share_intervals",
                "method",
                "allocation",
                "draw_clusters",
                "languages",
                "unit",
            )
            return {key: one if key in fixed else infect(one) for key, one in value.items()}
        if isinstance(value, list):
            return [infect(one) for one in value]
        return value + payload if isinstance(value, str) and value else value

    raw = plan.model_dump()
    raw["specification"] = []
    page = render(AssessmentPlan.model_validate(infect(raw)), {}, provenance)
    tree = lxml.html.document_fromstring(page)
    assert tree.xpath("//script | //img | //b") == []
    assert "1337" not in text_of(page)


def test_nothing_comes_from_elsewhere(tree, page):
    for element in tree.iter():
        for name in ("src", "href", "srcset", "data", "poster", "action", "background"):
            assert element.get(name, "#").startswith("#"), element.get(name)
    assert tree.xpath("//link | //iframe | //object | //embed | //script | //img | //form") == []
    style = "".join(tree.xpath("//style/text()"))
    assert "@import" not in style
    assert "url(" not in style
    assert "url(" not in page
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy[0]


def test_headings_are_in_order(tree):
    levels = [int(element.tag[1]) for element in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_landmarks_and_language(tree):
    assert tree.get("lang") == "en"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(tree.xpath(f"//{landmark}")) == 1
    target = tree.xpath("//a[@class='skip']/@href")[0]
    assert tree.get_element_by_id(target.lstrip("#")).tag == "main"
    for link in tree.xpath("//a/@href"):
        assert tree.get_element_by_id(link.lstrip("#")) is not None


def test_ids_are_unique_and_labels_point_somewhere(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for labels in tree.xpath("//@aria-labelledby"):
        assert set(labels.split()) <= set(ids)


def test_every_table_has_a_caption_and_scopes(tree):
    tables = tree.xpath("//table")
    assert len(tables) > 20
    for table in tables:
        assert table.find("caption").text_content().strip()
        assert all(cell.get("scope") for cell in table.iter("th"))
        width = len(table.xpath("thead/tr/th"))
        for row in table.xpath("tbody/tr"):
            assert sum(int(cell.get("colspan", 1)) for cell in row) == width


def test_every_picture_says_what_it_shows(tree):
    pictures = tree.xpath("//*[local-name()='svg']")
    assert len(pictures) > 10
    for picture in pictures:
        assert picture.get("role") == "img"
        title, description = picture[0], picture[1]
        assert picture.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text_content().strip()
        assert description.text_content().strip()
    for figure in tree.xpath("//figure"):
        assert figure[-1].tag == "figcaption"


def test_sections_stand_in_order(tree):
    assert tree.xpath("//main/section/@id") == SECTIONS


def test_an_assessment_without_tables_has_every_section(plan, provenance):
    page = render(plan, {}, provenance)
    tree = lxml.html.document_fromstring(page)
    assert tree.xpath("//main/section/@id") == SECTIONS
    for section in tree.xpath("//main/section"):
        if section.get("id") != "plan":
            assert "This assessment has no " in section.text_content()
    for word in ("None", "nan", "TODO", "NaN", "<NA>"):
        assert word not in text_of(page)


@pytest.mark.parametrize("name", sorted(RELEASED))
def test_any_table_may_be_empty(plan, tables, provenance, without_pictures, name):
    page = render(plan, {**tables, name: tables[name].iloc[:0]}, provenance)
    assert lxml.html.document_fromstring(page).xpath("//main/section/@id") == SECTIONS


def test_a_table_that_is_empty_is_as_one_that_is_not_there(plan, tables, provenance, without_pictures):
    empty = {name: table.iloc[:0] for name, table in tables.items()}
    assert render(plan, empty, provenance) == render(plan, {}, provenance)
    for name, table in empty.items():
        assert vars(Report(plan, {name: table})) == vars(Report(plan, {}))


def test_the_invented_assessment_has_every_released_table(tables):
    assert set(tables) == set(RELEASED)


def test_a_withheld_figure_is_never_printed(plan, tables, provenance, page):
    """Even where a figure was left in a row that is withheld."""
    leaky = {}
    for name, table in tables.items():
        release = RELEASED[name].about().release
        assert release
        hidden = table["withheld_by"] != ""
        for column in (*release.hide, *release.count):
            if str(table[column].dtype) in ("float64", "Int64"):
                table[column] = table[column].mask(hidden, 777777)
            elif column == "direction":
                table[column] = table[column].mask(hidden, "worse")
            elif column == "statement":
                table[column] = table[column].mask(hidden, "a hidden sentence 777777")
        leaky[name] = table
    told = render(plan, leaky, provenance)
    assert "777" not in told.replace("\u202f", "")
    assert "hidden sentence" not in told
    assert told == page
    assert page.count("withheld (fewer than 10)") > 10
    assert page.count("withheld (fewer than 3)") == 1
    assert page.count("so that nobody can be recognised") == 1


def test_a_contested_finding_says_so_beside_it(tree):
    contested = [
        item.text_content()
        for item in tree.xpath("//ol[contains(@class, 'findings')]/li")
        if item.xpath(".//*[@class='contested']")
    ]
    assert len(contested) == 1
    assert "women who stitch at home" in contested[0].lower()
    assert "(contested)" in tree.get_element_by_id("summary").text_content()


def test_causes_are_named_only_for_a_causal_claim(plan, tables, provenance, without_pictures, page):
    words = ("caused by", "because of", "causal")
    assert "caused by the programme, if the assumption printed holds" in page.lower()
    for claim in ("associational", "descriptive", "recall"):
        for name in ("findings", "impact_estimates", "impact_differences"):
            tables[name]["claim"] = claim
        told = text_of(render(plan, tables, provenance)).lower()
        assert not any(word in told for word in words)
        assert "no finding may be put down to the programme alone" in told


def test_the_word_significant_is_never_used(plan, tables, provenance, page):
    assert "significan" not in page.lower()
    assert "significan" not in render(plan, {}, provenance).lower()


def test_a_purposive_sample_has_no_error(plan, tables, provenance):
    # the bounds of randomised arms are never computed for a purposive sample
    tables["attrition_bounds"] = tables["attrition_bounds"].iloc[:0]
    estimated = ("indicator_estimates", "impact_estimates", "wave_changes", "impact_differences")
    for name in (*estimated, "pre_trends", "poverty_measures", "poverty_changes"):
        for column in ("standard_error", "ci_low", "ci_high", "degrees_of_freedom", "p_value"):
            if column in tables[name]:
                tables[name][column] = float("nan")
    raw = {**plan.model_dump(), "sampling": {"design": "purposive"}}
    page = render(AssessmentPlan.model_validate(raw), tables, provenance)
    told = text_of(page)
    assert told.count("o error can be given") > 5
    assert "95 %" not in told
    assert "Standard error" not in told.replace("Standard errors are shown only where", "")


def test_limits_that_differ_in_their_figures_alone_are_one_in_the_summary(plan, tables):
    apart = "The arms differed before the programme by up to {size} standard deviations, more than 0.25."
    priced = "Amounts are at base prices, by the price index of 'earnings'."
    said = [apart.format(size="0.27"), f"{apart.format(size='0.36')} {priced}", apart.format(size="0.27")]
    rows = tables["findings"].index
    assert len(rows) > len(said)
    tables["findings"]["limits"] = pd.array([*said, *[""] * (len(rows) - len(said))], dtype="string")
    limits = summary(Report(plan, tables))["limits"]
    assert limits[-1] == f"{apart.format(size='0.36')} (3 findings)"
    assert not any("Amounts" in one or "0.27" in one for one in limits)


def test_one_wave_without_arms(plan, tables, provenance):
    estimates = tables["indicator_estimates"]
    estimates = estimates[(estimates["wave"] == "baseline") & (estimates["arm"] == "programme")]
    raw = plan.model_dump()
    raw["assessment"]["study_design"] = "one-off"
    page = render(
        AssessmentPlan.model_validate(raw),
        {
            "indicators": tables["indicators"],
            "indicator_estimates": estimates.assign(
                arm=pd.Series(ALL, index=estimates.index, dtype="string")
            ),
        },
        provenance,
    )
    assert "The cluster was visited once" in page
    assert "Relies on recall, which may be unreliable" in page
    assert "Where the indicators stand" in page
    assert not lxml.html.document_fromstring(page).xpath("//figure")  # one point of each series is no picture


def test_the_same_tables_give_the_same_bytes_in_any_order(plan, tables, provenance, page):
    assert render(plan, tables, provenance) == page
    turned = {name: table.iloc[::-1] for name, table in reversed(tables.items())}
    assert render(plan, turned, provenance) == page


def test_panels_run_from_loss_to_gain(tree):
    headings = tree.xpath("//figure[@id='figure-1']//*[local-name()='title']/text()")
    assert headings == [
        "Casual day labourers in cutting",
        "Small soling subcontractors",
        "Own-account dyers of the river quarter",
        "Women who stitch at home",
        "Apprentices in family workshops",
    ]
    described = tree.xpath("//figure[@id='figure-1']//*[local-name()='desc']/text()")
    assert described[0].startswith("▼ lost: −589")
    assert described[-1] == "Withheld (fewer than 10)."
    caption = tree.xpath("//figure[@id='figure-1']/figcaption")[0].text_content()
    assert "All panels share one scale, 1\u202f500 to 3\u202f000, which does not start at zero" in caption


def test_each_indicator_with_an_estimate_is_told_with_a_picture_or_in_a_table(plan, tables, monkeypatch):
    monkeypatch.setattr(figures, "MOST_FIGURES", 1)
    report = Report(plan, tables)
    estimated = {
        row["indicator"] for row in report.rows("indicator_estimates") if row["estimate"] is not None
    }
    told = {row[0].text for row in other_estimates(report).rows}
    drawn = {report.label("indicator", one) for one in chosen(report)}
    assert told
    assert told | drawn >= {report.label("indicator", one) for one in estimated}
    assert not told & drawn


def test_table_2_without_a_score_is_one_sentence(plan, tables, provenance, without_pictures):
    tables["characteristic_scores"]["score"] = float("nan")
    page = text_of(render(plan, tables, provenance))
    assert "No characteristic of Table 2 has been scored." in page
    assert "What the scores mean" not in page


def test_a_picture_of_everyone_alone_ranks_nothing(plan, tables, provenance, without_pictures):
    for name in ("findings", "impact_estimates", "wave_changes"):
        tables[name] = tables[name].iloc[:0]
    estimates = tables["indicator_estimates"]
    whole = estimates[(estimates["poverty_group"] == "casual_cutters") & (estimates["gender"] == ALL)]
    tables["indicator_estimates"] = whole.assign(poverty_group=pd.Series(ALL, whole.index, dtype="string"))
    page = text_of(render(plan, tables, provenance))
    assert "The scale runs from" in page
    assert "Panels run from" not in page
    assert "group compared" not in page


def test_a_loss_is_a_loss_where_lower_is_better(tree):
    """Weeks without work rose for the cutters: the arrow tells the loss, the figure its own sign."""
    heading = next(one for one in tree.iter("h4") if one.text_content().startswith("Weeks without work"))
    described = heading.getnext().xpath(".//*[local-name()='desc']/text()")
    assert described[0].startswith("▼ lost: +2.95")


def test_contradictions_come_first(tree):
    table = next(one for one in tree.xpath("//table") if "What the figures" in one.find("caption").text)
    parts = [row.text_content().strip() for row in table.xpath("tbody/tr[@class='part']")]
    assert parts[0] == "The sources contradict each other"


def test_every_colour_of_a_picture_has_one_for_a_dark_screen(page):
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    dark = style[style.index("prefers-color-scheme: dark") :]
    for colour in charts.PALETTE:
        assert f'.chart [fill="{colour}"]' in dark
        assert f'.chart [stroke="{colour}"]' in dark
    for colour in chain_drawing.PALETTE:
        assert f'.chain [fill="{colour}"]' in dark
        assert f'.chain [stroke="{colour}"]' in dark
    for name, palette in (("chart", charts.PALETTE), ("chain", chain_drawing.PALETTE)):
        pictures = re.findall(rf'<svg [^>]*class="{name}".*?</svg>', page, re.DOTALL)
        drawn = set(re.findall(r' (?:fill|stroke)="(#[0-9a-f]{6})"', "".join(pictures)))
        assert drawn
        assert drawn <= set(palette)


def test_whatever_scrolls_can_be_reached_by_keyboard_and_has_a_name(tree):
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    scrolls = re.findall(r"\.([a-z]+) \{[^}]*overflow-x: auto", style)
    assert set(scrolls) == {"table", "signs"}
    for name in scrolls:
        assert tree.find_class(name)
        for element in tree.find_class(name):
            assert element.get("tabindex") == "0"
            assert element.get("role") == "region"
            assert tree.get_element_by_id(element.get("aria-labelledby")).text_content().strip()


def test_each_heading_and_each_link_says_something(tree):
    for element in tree.xpath("//title | //h1 | //h2 | //h3 | //h4 | //a"):
        assert element.text_content().strip()


def test_what_is_drawn_stands_out_from_its_ground():
    """Marks and letters of charts, at least 3 to 1 (WCAG 1.4.11), light and dark; the grid is no mark."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    grounds = re.findall(r"--card: (#[0-9a-f]{6})", style)[:2]
    dark = dict(re.findall(r'\.chart \[fill="(#[0-9a-f]{6})"\] \{ fill: (#[0-9a-f]{6})', style))
    marks = set(charts.PALETTE) - {charts.GRID, charts.PAPER}
    assert len(marks) >= 4
    for colour in marks:
        assert contrast(colour, grounds[0]) >= 3, colour
        assert contrast(dark[colour], grounds[1]) >= 3, colour


def test_contrast_of_text_is_enough():
    """Each colour of text against what it stands on, at least 4.5 to 1 (WCAG AA), light and dark."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks[:2])
    for colours in (light, {**light, **dark}):
        for ink in ("ink", "muted", "gain", "loss", "link"):
            for ground in ("paper", "card", "soft"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert contrast(colours["warn-ink"], colours["warn"]) >= 4.5


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.1)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_it_is_quick(plan, tables, provenance):
    """Under three seconds of work after the imports."""
    import altair
    import vl_convert

    assert altair
    assert vl_convert
    started = time.process_time()
    render(plan, tables, provenance)
    assert time.process_time() - started < 3
