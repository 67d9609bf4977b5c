"""The folder's own words in another language: as they stand in the folder -> as they are said."""

from __future__ import annotations

from tasks import catalogue, languages, translations
from tasks.languages import Language
from tasks.publish import wording
from tasks.publish.report import Report
from tasks.translations import ENGLISH


def own_words(report: Report, code: str, own: Language) -> dict[str, str]:
    """Return what the folder calls groups, waves, indicators, units and what was said, in a language.

    own: design/languages/<code>.toml. Indicators and units of the catalogue have the plain words of the
    groups' pages where the folder has none; what neither has is not in it.
    """
    words: dict[str, str] = {**own.words.get("said", {})}
    for group in report.plan.poverty_group:
        words |= {group.label: said} if (said := own.get("group", group.id)) else {}
    for wave in report.plan.wave:
        words |= {wave.label or wave.name: said} if (said := own.get("wave", wave.name)) else {}
    plain, say = translations.plain("indicator"), translations.words(code).pgettext
    for ident, known in catalogue.standard_indicators().items() if code != ENGLISH else ():
        words |= {known.label: say("indicator", plain[ident])}
    for row in (*report.rows("indicator_selection"), *report.rows("indicators")):
        words |= {row["label"]: said} if (said := own.get("indicator", row["indicator"])) else {}
    return words | _units(report, code, own) | _questions(report, code, own)


def _questions(report: Report, code: str, own: Language) -> dict[str, str]:
    """Return the questions of the forms, their headings and answers, as the forms say them in a language."""
    forms, words = languages.shipped(code), dict[str, str]()
    for part in ("text", "heading"):  # the frame of the forms; what has {places} is filled in before
        for key, english in languages.english().words[part].items():
            said = own.get(part, key) or forms.get(part, key)
            words |= {english: said} if said and "{" not in english else {}
    yes_no = [own.get("text", one) or forms.get("text", one) for one in ("yes", "no")]
    words |= {"Yes; No": "; ".join(yes_no)} if all(yes_no) else {}
    known = {**catalogue.questions(), **catalogue.form_questions()}
    for row in report.rows("instruments"):
        ident, question = row["question"], known.get(row["question"])
        if said := own.get("question", ident) or (question and forms.get("question", ident)):
            words[row["wording"]] = said
        if said := own.get("heading", row["section"]):
            words[row["section"]] = said
        if question and question.choices:
            answers = {
                one.label: own.choice(ident, one.name) or forms.choice(ident, one.name) or one.label
                for one in question.choices
            }
            words["; ".join(answers)] = "; ".join(answers.values())
        if unit := row["unit"]:
            said = own.get("unit", unit) or forms.get("unit", unit)
            words |= {unit: said} if said else {}
    return words


def _units(report: Report, code: str, own: Language) -> dict[str, str]:
    """Return each unit of the indicators, with the plan's currency, in a language."""
    words: dict[str, str] = {}
    plain = translations.plain("unit")
    say = translations.words(code).pgettext
    currency = report.plan.instruments.currency
    for unit in sorted({row["unit"] for row in report.rows("indicators")}):
        said = own.get("unit", unit)
        if not said and code != ENGLISH and unit in plain and not wording.is_share(unit):
            said = say("unit", plain[unit]).replace("{currency}", currency or say("unit", plain["currency"]))
        words |= {report.in_currency(unit): said} if said else {}
    return words
