"""The words of the report, in the language spoken: numbers, dates, verdicts, claims as a reader sees them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce

from tasks.tongue import Words, _, code, decimal_sign, is_known, ngettext, pgettext, recorded, told
from tasks.translations import ENGLISH, N_, NN_, day, locale

THIN_SPACE = "\u202f"
MINUS = "\u2212"
POINTS = NN_("point", "points")
MEANINGFUL_DIGITS = 3
FEWEST_RESPONDENTS = 10
FEWEST_TO_PRINT = 25
FEWEST_WITHOUT_BRACKETS = 50

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Verdict:
    """A direction as the report shows it: words, a symbol, and the style that colours both."""

    english: str
    symbol: str
    style: str

    @property
    def words(self) -> str:
        """Return the words in the language that is spoken."""
        return _(self.english)


GAINS = {
    "better": Verdict(N_("gained"), "▲", "gain"),
    "worse": Verdict(N_("lost"), "▼", "loss"),
    "unchanged": Verdict(N_("unchanged"), "=", "same"),
    "uncertain": Verdict(N_("uncertain"), "?", "unsure"),
    "silent": Verdict(N_("nothing said"), "–", "silent"),
}
"""What a finding says of a group. The arrow tells gain from loss, not up from down."""

SIDES = Words(
    {
        "worse": N_("Losses"),
        "better": N_("Gains"),
        "uncertain": N_("Uncertain"),
        "unchanged": N_("Unchanged"),
        "withheld": N_("Withheld"),
    }
)
"""Headings of the findings, in the order in which they are told."""

VOICES = {
    "better": Verdict(N_("better"), "▲", "gain"),
    "worse": Verdict(N_("worse"), "▼", "loss"),
    "unchanged": Verdict(N_("unchanged"), "=", "same"),
    "uncertain": Verdict(N_("uncertain"), "?", "unsure"),
    "silent": Verdict(N_("silent"), "–", "silent"),
    "withheld": Verdict(N_("withheld"), "", "withheld"),
}
"""What a source (figures, interviews, focus groups) says."""

CLAIMS = Words(
    {
        "causal": N_("where there is a change, caused by the programme, if the assumption printed holds"),
        "associational": N_("goes together with the programme; something else may lie behind it"),
        "descriptive": N_("a description of what was found; it tells nothing of why"),
        "recall": N_("what people remember of the time before; memories can be clouded"),
    }
)
APPROACHES = Words(
    {
        "improving": N_("improving: done to learn what would help poor groups more"),
        "proving": N_("proving: done to show what the programme has brought about"),
    }
)
STUDY_DESIGNS = Words(
    {
        "one-off": N_("one-off study (simple approach)"),
        "repeat": N_("repeat study, before and after (moderate approach)"),
        "longitudinal": N_("longitudinal study (complex approach)"),
    }
)
BOX_7 = {
    "one-off": (
        (
            N_("Least resource intensive"),
            N_("Does not require a counter-factual"),
            N_("Does not have the “dilemma” of the counterfactual"),
            N_("Focus on improving"),
        ),
        (
            N_("Limits the study to those who have experienced the programme over time"),
            N_("Seen as “less scientific” by some analysts"),
            N_("Relies on recall, which may be unreliable"),
        ),
    ),
    "repeat": (
        (
            N_("More rigorous than the simple approach"),
            N_("Does not rely on “recall”"),
            N_("Balances pros and cons of simple and complex approaches"),
            N_("Combines proving and improving"),
        ),
        (
            N_("Lacks the “scientific” credentials of the complex approach"),
            N_("More costly than simple approaches"),
            N_("Encounters the problems of a “counterfactual” control group"),
        ),
    ),
    "longitudinal": (
        (
            N_("Seen as more “scientific”"),
            N_("Can include respondents who have just entered the programme"),
            N_("Does not rely on recall"),
            N_("Focus on proving"),
        ),
        (
            N_("Costly on resources"),
            N_("Use of a “counterfactual” control group is problematic"),
            N_("Questioning of the “objectivity” of results"),
        ),
    ),
}
"""Advantages and disadvantages of each design, from Box 7 of the study; `box_7` says them."""


def box_7(design: str) -> tuple[list[str], list[str]]:
    """Return the advantages and the limits of a study design, in the language that is spoken."""
    advantages, limits = BOX_7[design]
    return [_(one) for one in advantages], [_(one) for one in limits]


ASKED_BY_DESIGN = Words(
    {
        "one-off": N_(
            "Nothing is measured before the programme. What people answer about the time before is the "
            "baseline, so each question of a quantitative indicator is asked twice: of now, and by recall "
            "of before. Memories can be clouded, so focus groups and interviews are laid beside them."
        ),
        "repeat": N_(
            "The first wave is the baseline: it is held before the programme has its effects, and the same "
            "questions are asked again later. A change is the difference of two answers; nobody has to "
            "recall."
        ),
        "longitudinal": N_(
            "The first wave is the baseline, and the same people are asked the same questions over years, "
            "those of a comparison group as well. A change is the difference of two answers; nobody has to "
            "recall."
        ),
    }
)
"""What a study design makes of the baseline, and so of the questions (Box 7 and the text below it)."""
DECIDED_BY = Words({"ranking": N_("the votes"), "team": N_("the team"), "pilot": N_("the pilot")})

SAMPLE_DESIGNS = Words(
    {
        "representative": N_("Respondents were drawn by chance from a list, to stand for everyone on it."),
        "purposive": N_(
            "Respondents were chosen to cover each poverty group, and not drawn by chance. The figures "
            "stand for those who were interviewed; no error can be given."
        ),
        "census": N_("Everyone on the list was to be interviewed."),
        "randomised": N_("Respondents were drawn by chance, and the arms were formed by lot."),
        "undeclared": N_(
            "How respondents were chosen is not declared in the plan. Intervals are computed as if they "
            "had been drawn by chance; if they were not, the figures stand for those who were interviewed "
            "alone, and the intervals mean nothing. Declare [sampling]."
        ),
    }
)
SAMPLE_METHODS = Words(
    {
        "simple": N_("Simple random sample: everyone on the list has the same chance."),
        "systematic": N_(
            "Systematic sample: from a random start every so many-th unit of each stratum’s list."
        ),
        "stratified": N_("Stratified sample: within each stratum everyone has the same chance."),
        "pps": N_(
            "Drawn with probability proportional to size within each stratum; units that are too large for "
            "that are taken with certainty. Small units have small chances and stand for many: the sum of "
            "those they stand for depends on who was drawn, and need not be the number on the list."
        ),
        "two_stage": N_(
            "Two-stage sample: within each stratum first localities (PSUs), then people in them."
        ),
    }
)
DEGREES_OF_FREEDOM = Words(
    {
        "strata": N_(
            "An interval for a part of the sample has as many degrees of freedom as the strata that the part "
            "reaches have units, less the number of these strata."
        ),
        "respondents": N_(
            "An interval for a part of the sample has as many degrees of freedom as units hold a "
            "respondent of it, less the number of their strata."
        ),
    }
)
LONELY_PSU = Words(
    {
        "center": N_("Where a stratum has a single unit, that unit is compared with the whole sample."),
        "certainty": N_(
            "A stratum with a single unit adds nothing to an error, as if it had been taken whole."
        ),
        "refuse": N_("A mean or change that reaches a stratum with a single unit has no error."),
    }
)
SHARE_INTERVALS = Words(
    {
        "logit": N_(
            "Intervals of shares are made on the scale of log odds, so that they never leave 0 to 100 %."
        ),
        "linear": N_("Intervals of shares are symmetric, so that they may leave 0 to 100 %."),
    }
)
FINITE_POPULATION = Words(
    {
        "none": N_(
            "Errors take the sample as drawn from a population without end: where a large part of it was "
            "interviewed, they are a little too large."
        ),
        "units": N_(
            "Errors know which share of each stratum’s list was interviewed: a stratum of which everyone was "
            "interviewed adds nothing. Figures of households are not corrected."
        ),
        "two_stage": N_(
            "Errors know which share of each stratum’s localities (PSUs) was visited, the first stage alone. "
            "Figures of households are not corrected."
        ),
        "pps": N_(
            "Units that were drawn with certainty add nothing to an error; for the others nothing is "
            "corrected. Figures of households are not corrected."
        ),
    }
)
LEVELS = {
    "person": NN_("person", "people"),
    "household": NN_("household", "households"),
    "group": NN_("group", "groups"),
    "firm": NN_("firm", "firms"),
}
ALLOCATIONS = Words(
    {
        "proportional": N_("The {number} are spread over the strata in proportion to their units."),
        "equal": N_(
            "The {number} are spread over the strata in equal parts, so that strata can be compared; a "
            "stratum that has fewer gives all of its units, and the others share the rest."
        ),
        "neyman": N_(
            "The {number} are spread over the strata by size and spread (Neyman), for the smallest error."
        ),
    }
)
CLUSTER_DRAWS = Words(
    {
        "by_size": N_(
            "Localities have chances in proportion to their units; in each, {number} units are drawn, or all "
            "where there are fewer."
        ),
        "simple": N_(
            "All localities of a stratum have the same chance; in each, {number} units are drawn, or all "
            "where there are fewer."
        ),
    }
)
REPLACED_WITHIN = Words({"stratum": N_("stratum"), "cluster": N_("locality"), "quota": N_("quota")})
NOT_SURELY_BY_CHANCE = ("purposive", "undeclared")

ARMS = Words(
    {"programme": N_("programme group"), "comparison": N_("comparison group"), "all": N_("everyone")}
)
WAVE_ROLES = Words(
    {
        "pilot": N_("pilot, not counted"),
        "baseline": N_("baseline"),
        "follow-up": N_("follow-up"),
        "only": N_("the only wave"),
    }
)
TOPICS = Words(
    {
        "background": N_("How the industry developed"),
        "production": N_("Production"),
        "employment": N_("Employment"),
        "trade": N_("Trade"),
        "regulation": N_("Regulation"),
        "services": N_("State services"),
        "infrastructure": N_("Infrastructure"),
        "population": N_("Population"),
        "health": N_("Health"),
        "education": N_("Education"),
        "morbidity": N_("Morbidity"),
        "gender": N_("Gender"),
        "ethnicity": N_("Ethnicity"),
        "religion": N_("Religion"),
        "migration": N_("Migration"),
        "shocks": N_("Shocks"),
    }
)
LOST_BY = Words(
    {
        "arm": N_("between the arms"),
        "poverty_group": N_("between the poverty groups"),
        "gender": N_("between women and men"),
        "enumerator": N_("between the interviewers of the first wave"),
        "joint": N_("by what is known of them from the first wave, taken together"),
        "joint, between the arms": N_("in other ways in the one arm than in the other"),
    }
)
"""Test of attrition -> in what those who were lost differ, or might."""
SCOPES = Words({True: N_("in scope"), False: N_("out of scope")})
LIKELIHOODS = Words(
    {
        "likely": N_("likely poor"),
        "vulnerable": N_("vulnerable to poverty"),
        "none": N_("not classed as poor"),
        "unknown": N_("not known"),
    }
)
ESTIMATORS = Words(
    {
        "difference": N_("difference between the arms"),
        "difference_in_differences": N_("difference in differences"),
        "first_differences": N_("change of each respondent, compared between the arms"),
        "fixed_effects": N_("fixed effects"),
        "ancova": N_("later value, given the earlier one (ancova)"),
        "recall": N_("change as people remember it"),
        "staggered": N_("starts in different waves (Callaway and Sant'Anna)"),
    }
)
AGAINST = Words({"recall": N_("as people remember it"), "staggered": N_("against those not reached")})
"""Estimators whose change is not told against the comparison group -> against whom."""
STARTS_COMPARED_WITH = Words(
    {
        "not_yet": N_("compared with those whom the programme had not reached by then"),
        "never": N_("compared with those whom the programme never reached"),
    }
)
POVERTY_MEASURES = Words(
    {
        "headcount": N_("share of people who are poor"),
        "poverty_gap": N_("mean shortfall, of the line"),
        "squared_poverty_gap": N_("mean squared shortfall"),
        "median_gap": N_("shortfall of the median poor person, of the line"),
        "intensity": N_("mean share of deprivations of the poor (A)"),
        "adjusted_headcount": N_("adjusted headcount (M0)"),
        "quintile_ratio": N_("richest fifth over poorest fifth"),
        "gini": N_("Gini index"),
        "line": N_("poverty line"),
        "uncensored_headcount": N_("deprived"),
        "censored_headcount": N_("deprived and poor"),
        "contribution": N_("part of the adjusted headcount"),
    }
)
REGION_INDICES = Words({"krugman": N_("Krugman, 0 to 2"), "herfindahl": N_("Herfindahl, up to 1")})
ERROR_TYPES = Words(
    {
        "cluster": N_("clustered"),
        "cr2": N_("clustered, corrected for few clusters (CR2, degrees of freedom by Satterthwaite)"),
        "robust": N_("robust"),
        "iid": N_("classical"),
    }
)
ADJUSTMENTS = Words({"holm": N_("Holm"), "benjamini_hochberg": N_("Benjamini and Hochberg")})
EFFECT_VERDICTS = Words(
    {
        "differ": N_("they differ"),
        "not told apart": N_("not told apart"),
        "not tested": N_("not tested"),
    }
)
TREND_VERDICTS = Words(
    {
        "differed": N_("the arms changed differently already"),
        "not told apart": N_("no difference found"),
        "not tested": N_("not tested"),
    }
)
ASSUMPTIONS = Words(
    {
        "difference": N_("It assumes that, without the programme, both arms would stand alike now."),
        "difference_in_differences": (
            N_("It assumes that, without the programme, both arms would have changed alike.")
        ),
        "first_differences": (
            N_(
                "It assumes that nothing else changed people in the way in which the programme, or the "
                "term, did."
            )
        ),
        "fixed_effects": N_(
            "It assumes that nothing but the term came to some and not to others at the same time; what "
            "stays the same within each fixed effect is taken out."
        ),
        "ancova": N_(
            "It assumes that, without the programme, people of both arms who stood alike before would "
            "stand alike now."
        ),
        "recall": N_(
            "It assumes that people remember rightly, and it cannot tell the programme from anything else."
        ),
        "staggered": N_(
            "It assumes that, without the programme, those of each start would have changed as those did with"
            " whom they are compared, and that nobody changed because the programme was still to come."
        ),
    }
)
"""What must be true for an estimate to be the effect of the programme."""
TRIANGULATION = Words(
    {
        "contradict": N_("The sources contradict each other"),
        "agree": N_("The sources agree"),
        "single source": N_("Only one source speaks"),
        "silent": N_("No source speaks"),
    }
)
DIAGRAMS = Words(
    {
        "map": N_("map"),
        "venn": N_("Venn diagram"),
        "flow": N_("flow diagram"),
        "network": N_("network diagram"),
    }
)
ALPHAS = Words(
    {
        "reliable": N_("enough to rely on"),
        "tentative": N_("enough for tentative conclusions only"),
        "unreliable": N_("too little to rely on"),
        "cannot be said": N_("cannot be said"),
    }
)
"""What the agreement of coders allows."""
FEEDBACK = Words({"contested": N_("contested"), "confirmed": N_("confirmed"), "comment": N_("commented on")})
WORKSHOPS = Words(
    {"participants": N_("participants’ workshop"), "stakeholders": N_("stakeholders’ workshop")}
)
PROPOSALS = Words(
    {"supported": N_("supported"), "disputed": N_("disputed"), "noted": N_("noted, neither for nor against")}
)
FOLLOW_UPS = Words(
    {
        "repeat": N_("a repeat study, by the same methods as the baseline"),
        "limited": N_(
            "a limited follow-up by recall and key informants: few data can be compared with the baseline"
        ),
    }
)
HELD = Words(
    {
        "held": N_("held"),
        "reversed": N_("reversed"),
        "not seen any more": N_("not seen any more"),
        "appeared since": N_("changed since, though it had not before"),
        "not asked any more": N_("not asked any more"),
    }
)
MATCHING_METHODS = Words(
    {
        "propensity": N_("nearest propensity score"),
        "mahalanobis": N_("nearest in all characteristics (Mahalanobis)"),
        "entropy_balancing": N_("entropy balancing"),
    }
)
BALANCE = Words(
    {
        "balanced": N_("balanced"),
        "unbalanced": N_("out of balance"),
        "not measurable": N_("cannot be measured"),
    }
)


def clean(value: str) -> str:
    """Return text without control characters, which no page may hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", value)


def plain(identifier: str) -> str:
    """Return an identifier of psia as words: 'women_and_minorities' -> 'women and minorities'."""
    return told(identifier.replace("_", " "))


def named(identifier: str) -> str:
    """Return a name that the folder gives, as words: a model 'by_trade' is 'by trade'."""
    return recorded(identifier.replace("_", " "))


def kind_of_institution(kind: str) -> str:
    """Return the kind of an institution; labour, which also is what a link brings, is a union here."""
    return pgettext("kind of institution", "labour") if kind == "labour" else told(kind)


COLUMNS = ("arm", "difference", "gender", "household", "interview", "poverty_group", "wave")
"""Columns of the interviews that bear the same name in every assessment."""


def column(name: str) -> str:
    """Return a column of the interviews as words; its own name in the folder is not a word of psia."""
    return plain(name) if name in COLUMNS else named(name)


def capital(words: str) -> str:
    """Return the words with a capital first."""
    return words[:1].upper() + words[1:]


def uncapital(words: str) -> str:
    """Return the words with a small letter first."""
    return words[:1].lower() + words[1:]


def sentence(words: str) -> str:
    """Return the words with a capital first and a full stop last."""
    words = words.strip()
    if not words:
        return ""
    return capital(words) + ("" if words[-1] in ".!?" else ".")


def listing(items: Iterable[str]) -> str:
    """Return 'a, b and c'."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    if code() != ENGLISH:
        from babel.lists import format_list

        return format_list(items, locale=locale(code()))
    return f"{', '.join(items[:-1])} and {items[-1]}"


def headed(head: str, *rest: str) -> str:
    """Return 'head: rest', or what there is of them."""
    return _joined(N_("{one}: {other}"), head, *rest)


def in_a_row(*parts: str) -> str:
    """Return 'one; other', of those that say anything."""
    return _joined(N_("{one}; {other}"), *parts)


def each_told(texts: str) -> str:
    """Return 'one; other' as a task has joined them, each in the language that is spoken."""
    return told(texts) if is_known(texts) else in_a_row(*map(told, texts.split("; ")))


def _joined(message: str, *parts: str) -> str:
    said = [part for part in parts if part]
    return reduce(lambda one, other: _(message).format(one=one, other=other), said) if said else ""


def letter(position: int) -> str:
    """Return A, B, …, Z, A1, B1, …"""
    return chr(ord("A") + position % 26) + (str(position // 26) if position >= 26 else "")


def sector(name: str) -> str:
    """Return the name of a sector, with words for all of them together."""
    return _("All sectors") if name == "TOTAL" else recorded(name)


def counted(count: int, one: str, many: str = "") -> str:
    """Return '1 finding', '2 findings'. one, many: messages; many is one with an s where it is not named."""
    return f"{whole(count)} {ngettext(one, many or one + 's', count)}"


def whole(value: float) -> str:
    """Return a count with thin-space thousands."""
    return exact(round(value))


def exact(value: float, beside: Iterable[float] = ()) -> str:
    """Return a printed figure as it is, with thin-space thousands.

    beside: the figures that are read beside it; all of them then bear as many decimals: 14.640 beside 12.765.
    """
    number, *others = (Decimal(repr(one) if isinstance(one, float) else int(one)) for one in (value, *beside))
    places = max((-int(one.normalize().as_tuple().exponent) for one in (number, *others)), default=0)
    return _grouped(number, max(places, 0) if others else None)


def mean(value: float, beside: Iterable[float | None] = ()) -> str:
    """Return a mean with at most MEANINGFUL_DIGITS, one fewer below one: 1.23 and 0.46.

    beside: the figures that are read beside it, such as its interval; all of them then bear as many decimals,
    by the largest: 0.20 beside −0.42 and 0.83.
    """
    return _grouped(as_printed(value, beside), places_beside([value, *beside]))


def as_printed(value: float, beside: Iterable[float | None] = ()) -> Decimal:
    """Return a mean with the digits with which `mean` prints it, to be reckoned with."""
    places = places_beside([value, *beside])
    if places is None:
        return meaningful(value)
    return half_up(meaningful(value) if abs(value) >= 1000 else value, places)


def places_beside(figures: Iterable[float | None]) -> int | None:
    """Return how many decimals figures side by side bear, by the largest; None for one that stands alone."""
    sizes = [abs(one) for one in figures if one is not None]
    if len(sizes) < 2 or not max(sizes):
        return None
    largest = meaningful(max(sizes))
    return max(0, MEANINGFUL_DIGITS - (largest < 1) - 1 - largest.adjusted())


def rounded(value: float | Decimal, places: int = 0) -> str:
    """Return a figure rounded half up to so many decimals."""
    return _grouped(half_up(value, places), places)


def percent(share: float) -> Decimal:
    """Return a share in percent, without the noise of binary fractions."""
    return Decimal(repr(float(share))) * 100


def is_share(unit: str) -> bool:
    """Return whether the unit is a share, which is printed as a percentage."""
    return unit.strip().lower().startswith("share")


BY_CHANCE = "†"
"""Mark of what points one way by itself and does not stand when all tests of its family are counted."""
LEVEL = 0.05


def is_by_chance(direction: str | None, p_adjusted: float | None) -> bool:
    """Return whether a change that is told as one may be found by chance, by its adjusted p-value."""
    return direction in ("better", "worse") and p_adjusted is not None and p_adjusted >= LEVEL


def is_money(unit: str) -> bool:
    """Return whether the unit is money: 'currency', 'currency per month'."""
    return unit.strip().lower().startswith("currency")


def in_currency(unit: str, currency: str) -> str:
    """Return a unit with the plan's currency in place of the word."""
    return re.sub(r"^currency\b", currency or N_("local currency"), unit.strip(), flags=re.IGNORECASE)


def unit(unit: str) -> str:
    """Return the unit in which figures are printed: a share is told in percent."""
    return _("percent ({unit})").format(unit=told(unit)) if is_share(unit) else told(unit)


def quantity(value: float, unit: str, beside: Iterable[float | None] = ()) -> str:
    """Return a mean in its unit's form: a share as a whole percentage. beside: see `mean`."""
    return f"{rounded(percent(value))}{THIN_SPACE}%" if is_share(unit) else mean(value, beside)


def change(value: float, unit: str, beside: Iterable[float | None] = ()) -> str:
    """Return a change with its sign: of a share in percentage points. beside: see `mean`."""
    if is_share(unit):
        return f"{signed(rounded(percent(value)))} {_in_points(value, 0)}"
    return signed(mean(value, beside))


def effect(value: float, unit: str) -> str:
    """Return the size of an effect in either direction: a change without its sign."""
    return change(value, unit).lstrip("+")


def error(value: float, unit: str) -> str:
    """Return a standard error: of a share in percentage points, to one decimal."""
    return f"{rounded(percent(value), 1)} {_in_points(value, 1)}" if is_share(unit) else mean(value)


def _in_points(share: float, places: int) -> str:
    """Return the word behind a share in percentage points, printed with so many decimals."""
    return ngettext(*POINTS, half_up(percent(share), places))


def signed(figure: str) -> str:
    """Return a printed figure with a plus where it is above nought."""
    return figure if figure.startswith(MINUS) or not re.search("[1-9]", figure) else f"+{figure}"


def span(low: str, high: str) -> str:
    """Return the two ends of an interval; the unit is written once."""
    one, many = (f" {ngettext(*POINTS, number)}" for number in (1, 2))
    for unit in (f"{THIN_SPACE}%", many):
        if low.endswith(unit) and high.endswith(unit):
            low = low.removesuffix(unit)
    return _("{low} to {high}").format(low=low.removesuffix(one), high=high)


def points(change: str) -> str:
    """Return a change without the word for percentage points, as an axis bears it."""
    many, one = (f" {ngettext(*POINTS, number)}" for number in (2, 1))
    return change.removesuffix(many).removesuffix(one)


def probability(value: float) -> str:
    """Return a p-value."""
    return _("under {number}").format(number=rounded(0.001, 3)) if value < 0.001 else rounded(value, 3)


def date(value: dt.date | str) -> str:
    """Return '3 March 2026'; a text that is no date is returned as it is."""
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            return value
    if code() != ENGLISH:
        return day(value, code())
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: dt.date) -> str:
    """Return 'March 2026'."""
    if code() != ENGLISH:
        from babel.dates import format_date

        return format_date(value, "MMMM y", locale=locale(code()))
    return f"{_MONTHS[value.month - 1]} {value.year}"


def lost_by(test: str) -> str:
    """Return in what those who were lost differ, or might, by a test of attrition."""
    return LOST_BY.get(test, test)


def period(first: dt.date | str | None, last: dt.date | str | None) -> str:
    """Return 'first to last' in words, or the one that is known."""
    days = [date(day) for day in (first, last) if day]
    if len(set(days)) < 2:
        return "".join(days[:1])
    return _("{first} to {last}").format(first=days[0], last=days[1])


def withheld(rule: str, fewest: int = FEWEST_RESPONDENTS) -> str:
    """Return what stands in place of a hidden figure."""
    if rule == "few":
        return "*"
    why = _WITHHELD[rule].format(fewest=fewest) if rule in _WITHHELD else plain(rule)
    return _("withheld ({why})").format(why=why)


_WITHHELD = Words(
    {
        "threshold": N_("fewer than {fewest}"),
        "few voices": N_("fewer than {fewest}, or one group"),
        "sensitive": N_("sensitive subject"),
        "few degrees of freedom": N_("too few observations for the model"),
        "given away by others": N_("it would give away another"),
    }
)


NO_INTERVAL = Words(
    {
        "within one cluster": N_("no interval: all are of one cluster"),
        "single cluster in a stratum": N_("no interval: a stratum has a single cluster"),
        "all alike": N_("no interval: all answers are alike"),
    }
)
"""Why a figure has no interval -> how a table says it; what holds of a whole study is told once."""


def half_up(value: float | Decimal, places: int) -> Decimal:
    """Return a figure rounded half up, to be reckoned with."""
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def meaningful(value: float) -> Decimal:
    """Return a mean with at most MEANINGFUL_DIGITS, one fewer below one, to be written in any language."""
    number = Decimal(repr(float(value)))
    if not number:
        return Decimal(0)
    digits = MEANINGFUL_DIGITS - (abs(number) < 1)
    return number.quantize(Decimal(1).scaleb(number.adjusted() - digits + 1), rounding=ROUND_HALF_UP)


def _grouped(number: Decimal, places: int | None = None) -> str:
    """Return the number with grouped thousands; without `places`, trailing noughts are left out."""
    text = f"{number:,f}" if places is None else f"{number:,.{places}f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    if not re.search("[1-9]", text):
        text = text.lstrip("-")
    return text.replace(",", THIN_SPACE).replace("-", MINUS).replace(".", decimal_sign())
