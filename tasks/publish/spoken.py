"""A language in which a page speaks: its messages, and how it writes figures and dates.

Figures are rounded as in the cluster report; only the signs differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from schemas.assessment import AssessmentPlan
from tasks import catalogue, translations
from tasks.languages import Language
from tasks.publish import wording
from tasks.publish.report import Report
from tasks.translations import ENGLISH, has_report


@dataclass(frozen=True)
class Spoken:
    """A language of the pages. own: the assessment's own words in it; first: it is that of the folder."""

    code: str
    first: bool = True
    own: Language = field(default_factory=lambda: Language(ENGLISH, ENGLISH))

    @property
    def direction(self) -> str:
        """Return 'ltr' or 'rtl', as HTML names where a line begins."""
        return translations.locale(self.code).text_direction

    @property
    def name(self) -> str:
        """Return what the language calls itself: English, français."""
        return translations.locale(self.code).get_language_name(self.code.partition("-")[0]) or self.code

    def messages(self) -> dict[str, Any]:
        """Return what a template calls to speak this language."""
        said = translations.words(self.code)
        return {
            "_": said.gettext,
            "gettext": said.gettext,
            "ngettext": said.ngettext,
            "pgettext": said.pgettext,
            "npgettext": said.npgettext,
        }

    def number(self, value: float) -> str:
        """Return a mean, as the cluster report rounds it."""
        return self._written(wording.meaningful(value))

    def quantity(self, value: float, unit: str) -> str:
        """Return a mean in its unit's form: a share in whole percent."""
        if wording.is_share(unit):
            share = wording.half_up(wording.percent(value), 0) / 100
            return format_percent(share, locale=translations.locale(self.code))
        return self.number(value)

    def change(self, value: float, unit: str) -> str:
        """Return a change with its sign: of a share in people of a hundred."""
        share = wording.is_share(unit)
        number = wording.half_up(wording.percent(value), 0) if share else wording.meaningful(value)
        written = f"{'+' if number > 0 else ''}{self._written(number)}"
        said = translations.words(self.code).pgettext("unit", translations.plain("unit")["share"])
        return said.replace("{points}", written) if share else written

    def whole(self, value: float) -> str:
        """Return a count."""
        return self._written(Decimal(round(value)))

    def date(self, value: dt.date | str) -> str:
        """Return a day with its month in words."""
        return translations.day(_day(value), self.code)

    def month(self, value: dt.date | str) -> str:
        """Return a month in words, with its year."""
        return format_date(_day(value), "MMMM y", locale=translations.locale(self.code))

    def listing(self, items: Iterable[str]) -> str:
        """Return 'a, b and c'."""
        return format_list(list(items), locale=translations.locale(self.code))

    def group(self, plan: AssessmentPlan, ident: str) -> str:
        """Return the label of a poverty group; the id of what is none."""
        labels = {one.id: one.label for one in plan.poverty_group}
        return self.own.get("group", ident) or labels.get(ident, ident)

    def wave(self, plan: AssessmentPlan, name: str) -> str:
        """Return when a wave began, by month; its label where the plan has no date."""
        wave = next((one for one in plan.wave if one.name == name), None)
        if wave and wave.starts_on:
            return self.month(wave.starts_on)
        return self.own.get("wave", name) or (wave.label if wave else "") or name

    def indicator(self, report: Report, ident: str) -> str:
        """Return an indicator in plain words: the assessment's own, the catalogue's, or else its label."""
        if own := self.own.get("indicator", ident):
            return own
        label = report.label("indicator", ident)
        standard = catalogue.standard_indicators().get(ident)
        if standard and standard.label == label:
            return translations.words(self.code).pgettext("indicator", translations.plain("indicator")[ident])
        return label

    def unit(self, report: Report, ident: str) -> str:
        """Return the unit of an indicator in plain words; nothing of a share, which is told in percent."""
        rows = report.rows("indicators", {"indicator": ident})
        unit = rows[0]["unit"] if rows else ""
        if wording.is_share(unit):
            return ""
        plain = translations.plain("unit")
        say = translations.words(self.code).pgettext
        currency = report.plan.instruments.currency or say("unit", plain["currency"])
        if unit in plain:
            return say("unit", plain[unit]).replace("{currency}", currency)
        return wording.in_currency(self.own.get("unit", unit) or unit, currency)

    def said(self, words: str | None) -> str:
        """Return what was written or said by itself, in this language where the assessment has it so."""
        return self.own.get("said", words or "") or words or ""

    def is_foreign(self, words: str | None) -> bool:
        """Return whether a text can be told only in the language in which the folder is written."""
        return bool(words) and not self.first and not self.own.get("said", words or "")

    def _written(self, number: Decimal) -> str:
        number = number or Decimal(0)  # nought has no sign, whatever it was rounded from
        return format_decimal(number, locale=translations.locale(self.code), decimal_quantization=False)


def _day(value: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def spoken_by(plan: AssessmentPlan) -> dict[str, str]:
    """Return the languages of the cluster report -> what its files bear before the point of their ending.

    The first of the plan's bears nothing. A language in which the report has no catalogue is left out; where
    it is the first, the report is in English.
    """
    first, *others = plan.report.languages
    codes = [first if has_report(first) else ENGLISH, *filter(has_report, others)]
    return {code: f".{code}" if position else "" for position, code in enumerate(dict.fromkeys(codes))}
