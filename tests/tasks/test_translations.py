"""The catalogues of the summary pages are whole, with the same places, or refused in words."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from schemas.assessment import AssessmentPlan
from tasks import catalogue, page_words, translations
from tasks.languages import Language

ROOT = Path(__file__).parents[2]
TWO = "%(count)s thing went worse"


@pytest.fixture(name="locales")
def locales_fixture(tmp_path) -> Path:
    """Return a copy of the catalogues, to be spoilt."""
    return Path(shutil.copytree(translations.LOCALES, tmp_path / "locales"))


def spoilt(locales: Path, before: str, after: str) -> list[str]:
    path = translations.path_of("fr", locales)
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    return [str(fault) for fault in translations.faults("fr", locales)]


def test_the_template_of_the_catalogues_is_that_of_the_pages():
    """After a change of words: the two commands of docs/languages.md."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"][
        "mappings"
    ]
    methods = [(one["pattern"], one["method"]) for one in mappings]
    options = {
        one["pattern"]: {key: value for key, value in one.items() if key not in ("pattern", "method")}
        for one in mappings
    }
    found = set()
    for folder in ("reports", "data/catalogue"):
        near = [
            (pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if folder in pattern
        ]
        kept = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for _, _, message, _, context in extract_from_dir(ROOT / folder, near, kept):
            found.add((context, message if isinstance(message, str) else tuple(message)))
    with (translations.LOCALES / "psia.pot").open("rb") as file:
        listed = {
            (one.context, one.id if isinstance(one.id, str) else tuple(one.id))
            for one in read_po(file)
            if one.id
        }
    assert len(found) > 150
    assert found == listed


@pytest.mark.parametrize("code", translations.codes())
def test_every_catalogue_that_ships_is_whole(code):
    assert translations.faults(code) == []
    assert translations.locale(code).language == code.partition("-")[0]


def test_english_and_french_ship():
    assert {"en", "fr"} <= set(translations.codes())
    assert (
        translations.words("fr").ngettext(TWO, "%(count)s things went worse", 2)
        == "%(count)s choses vont moins bien"
    )
    assert translations.words("en").gettext("In short") == "In short"


def test_every_indicator_has_plain_words_and_every_unit_too():
    plain = translations.plain("indicator")
    assert list(plain) == list(catalogue.standard_indicators())
    assert len(set(plain.values())) == len(plain)
    units = {one.unit for one in catalogue.standard_indicators().values()}
    assert not [unit for unit in units if page_words.has_own_unit(unit)]
    assert set(translations.plain("unit")) - {"currency", "share"} <= units
    for words in (*plain.values(), *translations.plain("unit").values()):
        assert not any(one in words.lower() for one in ("respondent", "dwelling", "enterprise", "consum"))


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('msgstr "En bref"', 'msgstr ""', "does not translate 'In short'"),
        ('msgid "In short"', 'msgid "In brief"', "lacks the message 'In short'"),
        (
            'msgid "In short"',
            '#, fuzzy\nmsgid "In short"',
            "is not sure (fuzzy) of its translation of 'In short'",
        ),
        (
            'msgstr[1] "%(count)s choses vont moins bien"',
            'msgstr[1] ""',
            "does not translate '%(count)s thing went worse'",
        ),
        (
            'msgstr "Au plus tard le %(due)s"',
            'msgstr "Au plus tard le %(day)s"',
            "has other places to be filled in than %(due)s in 'By %(due)s'",
        ),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused_by_message_file_and_row(locales, before, after, rule):
    (fault,) = spoilt(locales, before, after)
    assert fault.startswith("reports/locales/fr/LC_MESSAGES/psia.po")
    assert rule in fault
    assert "docs/languages.md" in fault
    assert "lacks" in rule or ", row " in fault


def test_a_catalogue_that_cannot_be_read_is_refused(locales):
    path = translations.path_of("fr", locales)
    for content, row in ((b'msgid "a"\nmsgstr "b"\nand so on\n', 3), (b"\xff\xfe", 0)):
        path.write_bytes(content)
        (fault,) = translations.faults("fr", locales)
        assert (fault.rule, fault.row) == ("is not a catalogue that can be read", row)


def test_a_language_is_added_by_adding_a_catalogue(locales):
    shutil.copytree(locales / "fr", locales / "pt_BR")
    assert translations.codes(locales) == ["en", "fr", "pt-BR"]


def plan_in(*codes: str) -> AssessmentPlan:
    raw = tomllib.loads((catalogue.DATA / "demo/block-printing/assessment.toml").read_text(encoding="utf-8"))
    raw = {key: raw[key] for key in ("assessment", "agreement", "scope", "time_frame", "resources")}
    raw["report"] = {"languages": list(codes)}
    group = {"id": "home", "label": "Women at home", "node": "homes", "box4_group": "home_worker"}
    waves = [{"name": "w1", "role": "baseline", "label": "First"}, {"name": "p", "role": "pilot"}]
    return AssessmentPlan.model_validate({**raw, "poverty_group": [group], "wave": waves})


def own(**words: dict[str, str]) -> dict[str, Language]:
    return {"en": Language("en", "en"), "fr": Language("fr", "fr", words)}


def test_what_the_assessment_has_not_said_in_a_further_language_is_asked_for():
    known = {**catalogue.standard_indicators()}
    mine = known["income_month"].model_copy(update={"id": "mine", "label": "Rice in store", "unit": "sacks"})
    indicators = {**known, "mine": mine}
    shown = ["income_month", "mine", "written_contract"]
    faults = page_words.missing(plan_in("en", "fr"), own(), indicators, shown)
    assert [fault.column for fault in faults] == ["group.home", "wave.w1", "indicator.mine", "unit.sacks"]
    assert str(faults[2]) == (
        "design/languages/fr.toml, key indicator.mine: is missing, and the report and the summary pages "
        "are to be in 'fr' too. "
        'Under [indicator] write mine = "…", which says in that language: Rice in store'
    )
    said = own(group={"home": "a"}, wave={"w1": "b"}, indicator={"mine": "c"}, unit={"sacks": "d"})
    assert page_words.missing(plan_in("en", "fr"), said, indicators, shown) == []
    assert page_words.missing(plan_in("en"), own(), indicators, shown) == []


def test_an_indicator_that_an_assessment_words_anew_is_not_the_catalogues():
    known = catalogue.standard_indicators()
    mine = known["income_month"].model_copy(update={"label": "Earnings of the season"})
    (fault,) = [
        one
        for one in page_words.missing(
            plan_in("en", "fr"), own(), {**known, "income_month": mine}, ["income_month"]
        )
        if one.column.startswith("indicator")
    ]
    assert fault.column == "indicator.income_month"


def test_a_language_without_a_catalogue_is_refused_with_the_nearest(tmp_path):
    _, faults = page_words.read(tmp_path, plan_in("en", "fra"))
    assert [str(fault) for fault in faults] == [
        "assessment.toml, key report.languages.2: there is no catalogue of the language 'fra'. "
        "Did you mean 'fr'? There are: en, fr. How to add one: docs/languages.md"
    ]


def test_own_words_in_a_part_that_does_not_exist_are_refused(tmp_path):
    folder = tmp_path / "design" / "languages"
    folder.mkdir(parents=True)
    (folder / "fr.toml").write_text('[indicators]\nmine = "a"\n', encoding="utf-8")
    _, faults = page_words.read(tmp_path, plan_in("en", "fr"))
    assert [fault.column for fault in faults] == ["indicators"]
    assert "Did you mean 'indicator'?" in faults[0].remedy


def test_a_language_is_named_once():
    with pytest.raises(ValueError, match="stands there twice"):
        plan_in("en", "en")
    with pytest.raises(ValueError, match="at least 1"):
        plan_in()
