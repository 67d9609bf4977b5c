"""The cluster report and the design page in other languages than English, with no English left in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tasks import translations
from tasks.languages import Language
from tasks.publish import design, files, html, own, wording
from tasks.publish.cells import cell_of
from tasks.publish.report import RELEASED, Report
from tasks.tongue import speaking, told
from tasks.translations import REPORT

ROOT = Path(__file__).parents[2]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "NN_": (1, 2),
    "counted": (2, 3),
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
"""How messages are marked; docs/languages.md names them to the command that lists them."""
MARKED = "eo"
"""A language of which no catalogue ships: Esperanto."""
WRITTEN_BY_BABEL = ["kaj", *translations.locale(MARKED).months["format"]["wide"].values()]
"""Its "and", and its months."""


def messages() -> set[tuple[str | None, str | tuple[str, ...]]]:
    """Return context and message of all that the report may say."""
    mappings = tomllib.loads((translations.LOCALES / "report.toml").read_text(encoding="utf-8"))["mappings"]
    found = set()
    for folder in ("tasks", "reports", "data/catalogue"):
        near = [one for one in mappings if one["pattern"].startswith(f"{folder}/")]
        names = [(one["pattern"].removeprefix(f"{folder}/"), one["method"]) for one in near]
        options = {
            one["pattern"].removeprefix(f"{folder}/"): {
                key: value for key, value in one.items() if key not in ("pattern", "method")
            }
            for one in near
        }
        for _, _, words, _, context in extract_from_dir(ROOT / folder, names, options, keywords=KEYWORDS):
            if words and all(words):
                found.add((context, words if isinstance(words, str) else tuple(words)))
    return found


def catalogue_of(listed: Iterator[tuple[str | None, Any]], path: Path) -> None:
    """Write a catalogue that says each message as it is, between brackets."""
    catalogue = Catalog(locale=MARKED)
    for context, words in sorted(listed, key=lambda one: (isinstance(one[1], str), str(one))):
        if isinstance(words, tuple):
            catalogue.add(words, tuple(f"⟦{one}⟧" for one in words), context=context)
        elif not catalogue.get(words, context):
            catalogue.add(words, f"⟦{words}⟧", context=context)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue)


@pytest.fixture(name="locales", scope="module")
def locales_fixture(tmp_path_factory) -> Path:
    """Return where the catalogues of a language lie in which each message stands between brackets."""
    locales = tmp_path_factory.mktemp("locales")
    catalogue_of(iter(messages()), translations.path_of(MARKED, locales, REPORT))
    with (translations.LOCALES / "psia.pot").open("rb") as file:
        plain = [(one.context, one.id) for one in read_po(file) if one.id]
    catalogue_of(iter(plain), translations.path_of(MARKED, locales))
    return locales


@pytest.fixture(name="marked")
def marked_fixture(locales) -> Iterator[str]:
    """Return a language in which each message stands between brackets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translations, "LOCALES", locales)
        translations.words.cache_clear()
        yield MARKED
    translations.words.cache_clear()


def texts(page: str) -> Iterator[str]:
    """Yield what a page says, also to those who hear it."""
    root = lxml.html.fromstring(page)
    for one in root.xpath("//style | //script | //code"):
        one.drop_tree()
    pictures = root.xpath("//svg")
    for one in pictures:
        words = " ".join(" ".join(one.itertext()).split())
        yield words.replace("- ", "")  # a long word is parted at the end of its line
    held = [one for picture in pictures for one in picture.iterdescendants()]  # keeps their ids
    inside = {id(one) for one in held}
    for element in root.iter():
        if isinstance(element.tag, str) and id(element) not in inside:
            yield from (element.get(one) or "" for one in ("alt", "aria-label", "title"))
            yield from (text or "" for text in (element.text, element.tail))


def own_strings(value: Any) -> Iterator[str]:
    """Yield each text within a plan."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from own_strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from own_strings(one)


MADE = {"problem", "untested", "withheld_by", "no_interval"}
"""Columns that hold sentences of tasks: of these nothing may stay as it is."""


def recorded(plan, tables) -> list[str]:
    """Return what the folder says, which stays as it is: the plan, and texts that are no vocabulary."""
    told = {*own_strings(plan.model_dump(mode="json")), *WRITTEN_BY_BABEL, "psia", "English"}
    for name, frame in tables.items():
        fields = RELEASED[name].to_schema().columns if name in RELEASED else {}
        for column in frame.select_dtypes(["object", "string"]):
            closed = (
                any(check.name == "isin" for check in fields[column].checks) if column in fields else False
            )
            if column not in MADE and not closed:
                told |= set(frame[column].dropna().astype(str))
    words = {*told, *(one.replace("_", " ") for one in told), *(one.partition(",")[0] for one in told)}
    return sorted((one for one in words if re.search("[A-Za-z]{2}", one)), key=lambda one: (-len(one), one))


def left(page: str, own_words: list[str]) -> list[str]:
    """Return the texts of a page of which something is neither between brackets nor the folder's own."""
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in own_words), re.IGNORECASE)
    found = {}
    for text in texts(page):
        rest, before = text, ""
        while rest != before:
            before, rest = rest, re.sub(r"⟦[^⟦⟧]*⟧", " ", rest)
        if re.search("[A-Za-z]{2}", rest) and re.search("[A-Za-z]{2}", pattern.sub(" ", rest)):
            found[" ".join(text.split())] = None
    return list(found)


@pytest.mark.parametrize("make", [html.render, design.render], ids=["report", "design"])
def test_nothing_that_is_said_is_outside_the_catalogue(make, plan, all_tables, provenance, marked):
    provenance = replace(provenance, inputs=(), libraries=())
    with speaking(marked, own.own_words(Report(plan, all_tables), marked, Language(marked, marked))):
        page = make(plan, all_tables, provenance)
    assert f'<html lang="{marked}"' in page
    rest = left(page, recorded(plan, all_tables))
    assert not rest, "\n".join(rest)


def test_a_word_that_is_left_is_found():
    assert left("<p>⟦The {⟦women⟧} of⟧ Sialkot</p><p>earned</p>", ["Sialkot"]) == ["earned"]


def test_the_catalogue_of_the_report_lists_what_it_says():
    """After a change of words: the commands of docs/languages.md."""
    with (translations.LOCALES / "report.pot").open("rb") as file:
        listed = {
            (one.context, one.id if isinstance(one.id, str) else tuple(one.id))
            for one in read_po(file)
            if one.id
        }
    plural = {(context, words[0]) for context, words in listed if isinstance(words, tuple)}
    assert messages() - plural == listed - plural


def test_the_report_is_made_in_each_language_that_has_a_catalogue(plan, all_tables):
    asked = plan.model_copy(update={"report": plan.report.model_copy(update={"languages": ["fr", "en"]})})
    made, _ = files.report_files(asked, all_tables, [], {})
    french, english = (made[name].decode() for name in ("report.html", "report.en.html"))
    assert '<html lang="fr"' in french
    assert '<html lang="en"' in english
    assert made["design.html"] != made["design.en.html"]
    alone = files.report_files(plan, all_tables, [], {})[0]["report.html"].decode()
    for page, other, name in ((french, "report.en.html", "English"), (english, "report.html", "français")):
        (link,) = lxml.html.fromstring(page).xpath("//header/nav/a")
        assert (link.get("href"), link.text) == (other, name)
    without = re.sub(r'<nav class="languages".*?</nav>\n', "", english, flags=re.DOTALL)
    assert without.replace("value-chain.en.svg", "value-chain.svg") == alone


def test_what_the_folder_calls_something_is_not_said_by_the_catalogue(plan, tables):
    group = plan.poverty_group[0].model_copy(update={"label": "bar"})
    nodes = tables["poverty_nodes"].assign(label="trade")
    named = plan.model_copy(update={"poverty_group": [group, *plan.poverty_group[1:]]})
    others = {name: frame for name, frame in tables.items() if name not in ("poverty_groups", "actors")}
    report = Report(named, {**others, "poverty_nodes": nodes})
    actor = nodes["actor"].iloc[0]
    with speaking("fr", own.own_words(report, "fr", Language("fr", "fr"))):
        assert report.label("poverty_group", group.id) == "bar"
        assert report.label("poverty_group", "all") == "Tous les groupes ensemble"
        assert report.label("actor", actor) == "trade"
        assert cell_of(report, "poverty_nodes", {**report.rows("poverty_nodes")[0]}, "label").text == "trade"
        assert (wording.column("trade"), wording.column("gender")) == ("trade", "sexe")
        assert (told("bar"), told("trade")) == ("barre verticale", "commerce")
        assert (wording.kind_of_institution("labour"), told("labour")) == ("syndicat", "travail")


def test_what_a_word_file_says_of_itself_has_the_date_in_words(provenance):
    with speaking("fr"):
        said = replace(provenance, data_date="2026-09-01").in_words()
    assert said == [*provenance.pairs()[:1], ("Data as of", "1er septembre 2026"), *provenance.pairs()[2:]]


def test_a_wave_without_a_label_has_the_words_of_the_language_in_the_report_too(plan, tables):
    unlabelled = [plan.wave[0].model_copy(update={"label": ""}), *plan.wave[1:]]
    report = Report(plan.model_copy(update={"wave": unlabelled}), tables)
    name = unlabelled[0].name
    assert report.label("wave", name) == name
    said = Language("fr", "français", own={"wave": {name: "avant"}}, words={"wave": {name: "avant"}})
    with speaking("fr", own.own_words(report, "fr", said)):
        assert report.label("wave", name) == "avant"
