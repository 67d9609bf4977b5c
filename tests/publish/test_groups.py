"""The groups' summary pages: only what is released, in whole languages, and no cause that none may claim."""

from __future__ import annotations

import re

import lxml.html
import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan, Specification
from schemas.vocabulary import AT_BASE_PRICES, AT_PRICES_OF_NOW, OF_THE_DAY
from tasks import translations
from tasks.languages import Language
from tasks.publish import groups
from tasks.publish.files import report_files
from tasks.publish.html import TEMPLATES
from tasks.publish.report import RELEASED
from tasks.publish.sections import group_changes
from tests.publish.conftest import GROUPS, HIDDEN_GROUP, WAVES
from tests.publish.test_html import contrast

WOMEN = "stitchers_women"
OWN = Language("fr", "fr", {"group": {WOMEN: "Femmes qui cousent à la maison"}})


def in_languages(plan: AssessmentPlan, *codes: str) -> AssessmentPlan:
    return AssessmentPlan.model_validate({**plan.model_dump(), "report": {"languages": list(codes)}})


def text_of(page: str) -> str:
    tree = lxml.html.document_fromstring(page)
    for style in tree.xpath("//style"):
        style.drop_tree()
    return re.sub(r"\s+", " ", tree.text_content())


@pytest.fixture(name="tables")
def tables_fixture(all_tables) -> dict[str, pd.DataFrame]:
    """Return the tables anew: to copy them is quicker than to make them."""
    return {name: table.copy() for name, table in all_tables.items()}


@pytest.fixture(name="pages", scope="module")
def pages_fixture(plan, all_tables, provenance) -> dict[str, str]:
    return groups.render(in_languages(plan, "en", "fr"), all_tables, provenance, {"fr": OWN})


def test_each_group_has_a_page_in_each_language(pages):
    first = {f"groups/{group}.html" for group in (*GROUPS, "all")}
    assert set(pages) == first | {f"groups/fr/{group}.html" for group in (*GROUPS, "all")}
    english = lxml.html.document_fromstring(pages[f"groups/{WOMEN}.html"])
    french = lxml.html.document_fromstring(pages[f"groups/fr/{WOMEN}.html"])
    assert (english.get("lang"), french.get("lang"), french.get("dir")) == ("en", "fr", "ltr")
    assert english.xpath("//nav/a/@href") == [f"fr/{WOMEN}.html", "all.html", "../report.html"]
    assert french.xpath("//nav/a/@href") == [f"../{WOMEN}.html", "all.html", "../../report.fr.html"]
    assert french.findtext(".//h1") == "Femmes qui cousent à la maison"
    assert "2 mars 2026" in text_of(pages[f"groups/fr/{WOMEN}.html"])


def test_a_french_page_has_no_english_sentence(pages):
    """Each message of the templates that the English page shows is another one on the French page."""
    for group in (*GROUPS, "all"):
        english, french = (text_of(pages[f"groups/{place}{group}.html"]) for place in ("", "fr/"))
        for message in translations._read(translations.LOCALES / "psia.pot"):
            words = message.id if isinstance(message.id, str) else ""
            said = translations.words("fr")
            if len(words) > 12 and "%" not in words and words in english:
                told = said.pgettext(message.context, words) if message.context else said.gettext(words)
                assert words not in french
                assert re.sub(r"\s+", " ", told) in french


def test_figures_are_written_as_the_language_writes_them(pages):
    english, french = (pages[f"groups/{place}{WOMEN}.html"] for place in ("", "fr/"))
    numbers = [
        lxml.html.document_fromstring(page).xpath("//td[@class='figure']/text()")
        for page in (english, french)
    ]
    assert len(numbers[0]) == len(numbers[1]) > 4
    assert any("%" in one for one in numbers[0])
    told = [one.strip().replace(",", "").replace("%", "") for one in numbers[0]]
    written = [re.sub(r"[\s%]", "", one).replace(",", ".") for one in numbers[1]]
    assert told == written
    assert any("," in one for one in numbers[0])


@pytest.mark.parametrize("code", ["en", "fr"])
def test_a_withheld_figure_is_never_told(plan, tables, provenance, pages, code):
    """Even where a figure was left in a row that is withheld."""
    for name, table in tables.items():
        release = RELEASED[name].about().release
        assert release
        hidden = table["withheld_by"] != ""
        for column in (*release.hide, *release.count):
            if str(table[column].dtype) in ("float64", "Int64"):
                table[column] = table[column].mask(hidden, 777777)
            elif column == "direction":
                table[column] = table[column].mask(hidden, "worse")
    told = groups.render(in_languages(plan, "en", "fr"), tables, provenance, {"fr": OWN})
    assert told == pages
    words = {"en": "so that nobody can be recognised", "fr": "pour que personne ne puisse être reconnu"}
    folder = {"en": "groups/", "fr": "groups/fr/"}[code]
    page = lxml.html.document_fromstring(told[f"{folder}{HIDDEN_GROUP}.html"])
    assert words[code] in text_of(told[f"{folder}{HIDDEN_GROUP}.html"])
    assert not page.xpath("//td[@class='figure']")


def test_a_page_tells_of_its_own_group_alone(plan, tables, provenance, pages):
    """Whatever is released of another group changes nothing on a page."""
    for name, table in tables.items():
        if "poverty_group" in table and name not in ("poverty_groups", "committee"):
            tables[name] = table[(table["poverty_group"] == WOMEN).fillna(False).astype(bool)]
    told = groups.render(in_languages(plan, "en", "fr"), tables, provenance, {"fr": OWN})
    assert told[f"groups/{WOMEN}.html"] == pages[f"groups/{WOMEN}.html"]


def test_what_went_worse_comes_first_and_is_counted(plan, tables, provenance, pages):
    page = lxml.html.document_fromstring(pages["groups/casual_cutters.html"])
    table = tables["winners_losers"]
    own = table[(table["poverty_group"] == "casual_cutters") & (table["gender"] == "all")]
    worse = int((own["direction"] == "worse").sum())
    assert worse > 0
    assert f"{worse} things went worse" in page.xpath("//ul[@class='tally']/li[1]")[0].text_content()
    heads = [one.text_content().strip() for one in page.xpath("//tr[starts-with(@class, 'side')]")]
    assert heads[0] == "▼ Worse for you than for the others"


def test_the_programme_is_named_only_where_the_design_allows_it(plan, tables, provenance, pages):
    causal = re.compile(r"the programme brought (these )?differences about, on one condition")
    assert sum(bool(causal.search(text_of(page))) for page in pages.values()) > 2
    assert causal.search(text_of(pages["groups/all.html"]))
    for page in pages.values():
        assert "because of" not in text_of(page)
        assert "signific" not in page
    for claim in ("associational", "descriptive", "recall"):
        tables["winners_losers"]["claim"] = claim
        told = groups.render(in_languages(plan, "en", "fr"), tables, provenance)
        for path, page in told.items():
            assert not causal.search(text_of(page)), path
            assert "le programme a apporté" not in text_of(page), path
            unknown = ("not know", "ne savons pas", "On ne sait pas", "It is not known")
            assert HIDDEN_GROUP in path or any(words in text_of(page) for words in unknown)


def test_what_may_be_chance_is_marked(plan, tables, provenance, pages):
    assert "†" not in pages[f"groups/{WOMEN}.html"]
    tables["winners_losers"]["p_adjusted"] = 0.2
    told = text_of(groups.render(plan, tables, provenance)[f"groups/{WOMEN}.html"])
    assert "† We asked about many things." in told


def test_a_mark_of_chance_stands_also_where_a_thing_is_only_named_and_on_women_or_men_alone(
    plan, tables, provenance, monkeypatch
):
    monkeypatch.setattr(group_changes, "MOST_FIGURES", 0)
    rows = tables["winners_losers"]
    own = (rows["poverty_group"] == WOMEN) & (rows["indicator"] == "income_month")
    women = rows[own].assign(gender="women", direction="worse", p_adjusted=1.0)
    tables["winners_losers"] = pd.concat([rows, women], ignore_index=True)
    told = text_of(groups.render(plan, tables, provenance)[f"groups/{WOMEN}.html"])
    assert "by themselves: ▼ Money earned from work (worse) †" in told
    assert "† We asked about many things." in told
    assert told.count("†") == 2
    tables["winners_losers"] = rows.assign(p_adjusted=rows["p_adjusted"].mask(own, 0.2))
    told = text_of(groups.render(plan, tables, provenance)[f"groups/{WOMEN}.html"])
    assert "Money earned from work †" in told.partition("▲ Better for you than for the others:")[2]
    assert told.count("†") == 2


@pytest.mark.parametrize(
    ("basis", "money", "words"),
    [
        ("impact", AT_BASE_PRICES, "amounts are told in the money of each day."),
        ("recall", AT_PRICES_OF_NOW, "The change is counted in the money of now"),
    ],
)
def test_a_verdict_without_the_rise_of_prices_says_so_beside_amounts_of_the_day(
    plan, tables, provenance, pages, basis, money, words
):
    """Else a page says worse beside amounts that rise more than those of the others."""
    assert not any("‡" in page for page in pages.values())
    rows = tables["winners_losers"].assign(basis=basis)
    rows["money"] = rows["money"].mask(rows["indicator"] == "income_month", money)
    told = groups.render(in_languages(plan, "en", "fr"), {**tables, "winners_losers": rows}, provenance)
    page = text_of(told[f"groups/{WOMEN}.html"])
    assert "Money earned from work ‡" in page
    assert words in page
    assert page.count("‡") == 2
    assert words in text_of(told["groups/all.html"])
    assert "‡ Les prix " in text_of(told[f"groups/fr/{WOMEN}.html"])
    assert "‡" not in told[f"groups/{HIDDEN_GROUP}.html"]
    rows["money"] = rows["money"].mask(rows["money"].notna(), OF_THE_DAY)
    told = groups.render(plan, {**tables, "winners_losers": rows}, provenance)
    assert not any("‡" in page for page in told.values())


def test_a_verdict_on_a_part_of_the_answers_says_so(plan, tables, provenance, pages):
    assert not any("of some answers only" in page for page in pages.values())
    main = Specification(name="main", indicators=["income_month"], estimator="recall", filter="age > 17")
    part = plan.model_copy(update={"specification": [main]})
    told = groups.render(part, tables, provenance)
    for page in (f"groups/{WOMEN}.html", "groups/all.html"):
        assert "Money earned from work of some answers only" in text_of(told[page])
        assert "Amounts are those of all who answered." in text_of(told[page])
    remembered = tables["winners_losers"].assign(basis="recall")
    told = groups.render(part, {**tables, "winners_losers": remembered}, provenance)
    page = text_of(told[f"groups/{WOMEN}.html"])
    assert "judged from a part of the answers." in page
    assert "Amounts are those of all" not in page


def test_contested_findings_actions_and_the_committee_are_told(pages):
    told = text_of(pages[f"groups/{WOMEN}.html"])
    assert (
        "Workers with a written contract" not in told
    )  # the assessment gives the indicator a name of its own
    assert "Work under a written contract not agreed" in told
    assert "“The contracts are kept by the workshop owner, nobody has read one”" in told
    assert (
        "Read every contract aloud in the savings groups. By 30 June 2026 · secretary of the association"
        in told
    )
    assert "Your seat on it is empty" in told
    assert "late" in told
    assert "It keeps no seat for you so far" in text_of(pages["groups/own_account_dyers.html"])


def test_what_only_the_folder_says_keeps_its_language(pages):
    """A screen reader has to know in which language an action stands that nobody has translated."""
    page = lxml.html.document_fromstring(pages[f"groups/fr/{WOMEN}.html"])
    marked = [one.text_content() for one in page.xpath("//main//span[@lang='en']")]
    assert "Read every contract aloud in the savings groups" in marked
    own = Language(
        "fr", "fr", {"said": {"Read every contract aloud in the savings groups": "Lire chaque contrat"}}
    )
    assert own.get("said", "Read every contract aloud in the savings groups") == "Lire chaque contrat"


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_text_stays_text(plan, tables, provenance, payload):
    for name, column in (
        ("actions", "statement"),
        ("actions", "owner"),
        ("feedback", "comment"),
        ("quotes", "words"),
        ("quotes", "label"),
        ("recommendations", "statement"),
        ("committee", "role"),
        ("indicators", "label"),
        ("indicators", "unit"),
    ):
        tables[name][column] = tables[name][column] + payload
    raw = plan.model_dump()
    raw["assessment"]["cluster"] += payload
    raw["poverty_group"][0]["label"] += payload
    raw["instruments"]["contact"] = payload
    raw["report"]["languages"] = ["fr"]
    said = {"Read every contract aloud in the savings groups" + payload: "Lire" + payload}
    own = {"fr": Language("fr", "fr", {"said": said, "group": {WOMEN: "Femmes" + payload}})}
    for page in groups.render(AssessmentPlan.model_validate(raw), tables, provenance, own).values():
        tree = lxml.html.document_fromstring(page)
        assert tree.xpath("//script | //img") == []
        assert "Dites-le à :" in text_of(page)
        assert payload in text_of(page)


def test_a_page_loads_nothing_and_can_be_read_aloud(pages):
    for page in pages.values():
        assert "url(" not in page
        assert "http" not in page.replace("http-equiv", "")
        assert "None" not in text_of(page)
        tree = lxml.html.document_fromstring(page)
        levels = [int(one.tag[1]) for one in tree.iter("h1", "h2", "h3")]
        assert levels[0] == 1
        assert set(levels[1:]) <= {2, 3}
        assert levels[1] == 2
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert set(tree.xpath("//@aria-labelledby")) <= set(ids)
        assert all(one.get("scope") for one in tree.iter("th"))


def test_the_pages_are_files_of_the_report_and_come_in_no_order_but_their_own(
    plan, tables, provenance, pages
):
    turned = {name: table.iloc[::-1] for name, table in reversed(tables.items())}
    assert groups.render(in_languages(plan, "en", "fr"), turned, provenance, {"fr": OWN}) == pages
    small = {name: tables[name] for name in ("winners_losers", "indicators")}
    files, about = report_files(in_languages(plan, "fr"), small, [], {})
    assert {f"groups/{group}.html" for group in GROUPS} <= set(files)
    assert about["content_hash"].encode() in files[f"groups/{WOMEN}.html"]
    assert b'lang="fr"' in files[f"groups/{WOMEN}.html"]


def test_nothing_known_of_a_group_makes_no_page(plan, tables, provenance):
    assert groups.render(plan, {}, provenance) == {}
    ranked = {"indicator_selection": tables["indicator_selection"]}
    page = text_of(groups.render(plan, ranked, provenance)[f"groups/{WOMEN}.html"])
    assert "Nothing can be told yet of what has changed for you." in page
    assert "What you said matters most" in page


def test_a_mean_of_few_people_stands_in_brackets_or_is_left_out(plan, tables, provenance):
    estimates = tables["indicator_estimates"]
    estimates["respondents"] = estimates["respondents"].mask(estimates["withheld_by"] == "", 30)
    told = groups.render(plan, tables, provenance)[f"groups/{WOMEN}.html"]
    figures = lxml.html.document_fromstring(told).xpath("//td[@class='figure']/text()")
    assert figures
    assert all(re.fullmatch(r"\(.+\)", one.strip()) for one in figures)
    assert "A figure in brackets rests on few people." in text_of(told)
    estimates["respondents"] = estimates["respondents"].mask(estimates["withheld_by"] == "", 15)
    told = groups.render(plan, tables, provenance)[f"groups/{WOMEN}.html"]
    figures = lxml.html.document_fromstring(told).xpath("//td[@class='figure']/text()")
    assert {one.strip() for one in figures} == {"*"}
    assert "* Too few answered for a figure." in text_of(told)


def test_without_a_comparison_nobody_is_compared(plan, tables, provenance):
    tables["winners_losers"] = tables["winners_losers"].assign(basis="change", claim="descriptive")
    told = text_of(groups.render(plan, tables, provenance)[f"groups/{WOMEN}.html"])
    assert "Better than before" in told
    assert "January 2026, compared with February 2023:" in told
    assert "Others, now" not in told
    remembered = tables["winners_losers"].assign(basis="recall", claim="recall")
    page = groups.render(plan, {**tables, "winners_losers": remembered}, provenance)[f"groups/{WOMEN}.html"]
    assert "Better than you remember from before" in text_of(page)
    assert "This is what people remember." in text_of(page)
    heads = lxml.html.document_fromstring(page).xpath("//thead//th/text()")
    assert heads == ["What we asked about", "You, now", "Change"]
    own = remembered[(remembered["poverty_group"] == WOMEN) & (remembered["indicator"] == "written_contract")]
    points = round(100 * float(own["estimate"].iloc[0]))
    assert f"{points:+d} in 100" in page


@pytest.mark.parametrize("start", ["none", WAVES[0]])
def test_how_arms_that_no_lot_formed_stand_apart_is_told_as_worse_or_better_than_for_the_others(
    plan, tables, provenance, start
):
    rows = tables["winners_losers"]
    rows["basis"] = rows["basis"].mask(rows["poverty_group"] == WOMEN, "levels")
    rows["from_wave"] = rows["from_wave"].mask(rows["poverty_group"] == WOMEN, start)
    of_women = rows[(rows["poverty_group"] == WOMEN) & (rows["indicator"] == "income_month")]
    women = of_women.assign(gender="women", direction="better")
    tables["winners_losers"] = pd.concat([rows, women], ignore_index=True)
    pages = groups.render(plan, tables, provenance)
    told = text_of(pages[f"groups/{WOMEN}.html"])
    assert "▲ Better for you than for the others" in told
    assert "The women among you, by themselves: ▲ Money earned from work (better)" in told
    assert ("How you live, January 2026" in told) == (start == "none")
    assert ("How you live, February 2023 to January 2026" in told) == (start != "none")
    assert "What changed" not in told
    assert "things are better" in told
    assert "went better" not in told
    assert "▲ better than for the others: " in text_of(pages["groups/all.html"])


def test_what_is_only_written_in_pandas_is_not_told(plan, tables, provenance):
    """A missing cell is nothing, and never the word for it."""
    tables["actions"]["finding"] = pd.Series([pd.NA] * len(tables["actions"]), dtype="string")
    tables["feedback"]["comment"] = pd.Series([pd.NA] * len(tables["feedback"]), dtype="string")
    for page in groups.render(plan, tables, provenance).values():
        for word in ("None", "nan", "NaN", "<NA>"):
            assert word not in text_of(page)


def test_women_and_men_of_a_group_are_told_of_by_themselves_as_less_sure(plan, tables, provenance, pages):
    rows = tables["winners_losers"]
    less_sure = "so it is less sure: now and then it comes out so by chance."
    assert less_sure not in text_of(pages["groups/own_account_dyers.html"])
    own = rows[(rows["poverty_group"] == "own_account_dyers") & (rows["indicator"] == "income_month")]
    parts = [
        own.assign(gender=gender, direction=direction, withheld_by=rule)
        for gender, direction, rule in (
            ("women", "worse", ""),
            ("men", "uncertain", ""),
            ("mixed", "worse", ""),
        )
    ]
    hidden = own.assign(
        indicator="written_contract", gender="men", direction="worse", withheld_by="threshold"
    )
    tables["winners_losers"] = pd.concat([rows, *parts, hidden], ignore_index=True)
    told = text_of(groups.render(plan, tables, provenance)["groups/own_account_dyers.html"])
    assert "The women among you, by themselves: ▼ Money earned from work (worse)" in told
    assert "The men among you" not in told
    assert less_sure in told


def leaning(tables: dict[str, pd.DataFrame], **more: object) -> dict[str, pd.DataFrame]:
    """Return the tables with a loss of money of the women that may be too small to count."""
    rows = tables["winners_losers"].copy()
    own = (rows["poverty_group"] == WOMEN) & (rows["indicator"] == "income_month")
    loss = {"direction": "uncertain", "estimate": -150.0, "ci_low": -290.0, "ci_high": -10.0}
    rows.loc[own, list(loss)] = list(loss.values())
    return {**tables, "winners_losers": rows.assign(**more)}


def test_a_loss_that_may_be_too_small_to_count_is_told_with_its_figures(plan, tables, provenance, pages):
    assert "robably a little" not in pages[f"groups/{WOMEN}.html"]
    told = groups.render(in_languages(plan, "en", "fr"), leaning(tables), provenance, {"fr": OWN})
    page = lxml.html.document_fromstring(told[f"groups/{WOMEN}.html"])
    (head,) = page.xpath("//tr[@class='side slightly worse']")
    assert head.text_content().strip() == "▽ Probably a little worse for you than for the others"
    (row,) = head.xpath("following-sibling::tr")
    figures = [one.text_content() for one in row.xpath("td")]
    assert "Money earned from work" in row.xpath("string(th)")
    assert len(figures) == 4
    assert all(re.fullmatch(r"[\d,]+", one) for one in figures)
    words = text_of(told[f"groups/{WOMEN}.html"])
    assert "▽ 1 thing probably went a little worse" in words
    assert "It is not sure that the difference is large enough to matter." in words
    before, now, theirs, theirs_now = figures
    together = text_of(told["groups/all.html"])
    assert (
        "▽ probably a little worse than for the others: Money earned from work "
        f"(from {before} to {now} local money a month; the others from {theirs} to {theirs_now})"
    ) in together
    assert "It is not sure that the difference is large enough to matter." in together
    assert "▽ 1 chose va probablement un peu moins bien" in text_of(told[f"groups/fr/{WOMEN}.html"])
    assert "probablement un peu moins bien que pour les autres" in text_of(told["groups/fr/all.html"])


def test_what_leans_rests_on_an_interval_beside_zero_and_on_no_prices(plan, tables, provenance):
    def told(**more: object) -> str:
        changed = leaning(tables, **more)
        return text_of(groups.render(plan, changed, provenance)[f"groups/{WOMEN}.html"])

    assert "Probably a little worse for you" in told()
    assert "Money earned from work †" in told(p_adjusted=0.2)
    for cannot in (
        {"ci_high": 10.0},
        {"ci_low": None, "ci_high": None},
        {"direction": None},
        {"withheld_by": "threshold"},
        {"basis": "change"},
        {"basis": "recall", "money": OF_THE_DAY},
    ):
        assert "robably a little" not in told(**cannot), cannot
    assert "Probably a little worse than you remember" in told(basis="recall", money=AT_PRICES_OF_NOW)
    contracts = tables["winners_losers"]["indicator"] == "written_contract"
    tables["winners_losers"].loc[contracts, "direction"] = "uncertain"
    assert "Probably a little better than before Workers" not in told(basis="change")
    assert "Probably a little better than before" in told(basis="change")


def test_things_of_which_nothing_can_be_told_are_counted_in_whole_sentences(plan, tables, provenance):
    tables["winners_losers"] = tables["winners_losers"].assign(direction=None)
    told = groups.render(plan, tables, provenance)
    assert "? we cannot tell about 4 things" in text_of(told[f"groups/{WOMEN}.html"])
    assert "For 4 things it is not clear which way they went." in text_of(told["groups/all.html"])


def test_all_groups_stand_side_by_side(plan, tables, provenance, pages):
    page = lxml.html.document_fromstring(pages["groups/all.html"])
    assert page.xpath("//article//h3/a/@href") == [f"{group}.html" for group in GROUPS]
    told = {
        one.xpath("string(.//h3)"): text_of(str(lxml.html.tostring(one, encoding="unicode")))
        for one in page.iter("article")
    }
    assert "▼ worse than for the others: " in told["Casual day labourers in cutting"]
    assert "▲" not in told["Casual day labourers in cutting"]
    hidden = told[GROUPS[HIDDEN_GROUP][0]]
    assert "4 things are not told, so that nobody can be recognised." in hidden
    assert "▼" not in hidden
    assert "▲" not in hidden
    whole = text_of(pages["groups/all.html"])
    assert "Women who stitch at home: empty" in whole
    assert "Own-account dyers of the river quarter: none is kept" in whole
    assert "Hang the piece rates in each lane" in whole
    remembered = tables["winners_losers"].assign(basis="recall", claim="recall")
    page = text_of(
        groups.render(plan, {**tables, "winners_losers": remembered}, provenance)["groups/all.html"]
    )
    assert "worse than before: " in page
    assert "as its people remember it." in page


def test_what_a_page_has_no_room_for_is_named_all_the_same(plan, tables, provenance, monkeypatch):
    monkeypatch.setattr(group_changes, "MOST_FIGURES", 1)
    page = groups.render(plan, tables, provenance)["groups/casual_cutters.html"]
    rows = lxml.html.document_fromstring(page).xpath("//tbody/tr[not(@class)]")
    assert len(rows) == 1
    own = tables["winners_losers"]
    own = own[(own["poverty_group"] == "casual_cutters") & (own["direction"] == "worse")]
    assert len(own) > 1
    assert "▼ Worse for you than for the others: " in text_of(page)


def test_contrast_of_text_is_enough():
    """Each colour of text against what it stands on, at least 4.5 to 1 (WCAG AA), light and dark."""
    style = (TEMPLATES / "groups" / "group.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    assert set(light) == set(dark)
    for colours in (light, dark):
        for ink in ("ink", "muted", "better", "worse"):
            assert min(contrast(colours[ink], colours[ground]) for ground in ("paper", "soft")) >= 4.5, ink
        assert contrast(colours["warn-ink"], colours["warn"]) >= 4.5
