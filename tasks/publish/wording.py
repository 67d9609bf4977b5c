"""The words of the report: numbers, dates, verdicts and claims as a reader sees them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

THIN_SPACE = "\u202f"
MINUS = "\u2212"
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

    words: str
    symbol: str
    style: str


GAINS = {
    "better": Verdict("gained", "▲", "gain"),
    "worse": Verdict("lost", "▼", "loss"),
    "unchanged": Verdict("unchanged", "=", "same"),
    "uncertain": Verdict("uncertain", "?", "unsure"),
    "silent": Verdict("nothing said", "–", "silent"),
}
"""What a finding says of a group. The arrow tells gain from loss, not up from down."""

SIDES = {
    "worse": "Losses",
    "better": "Gains",
    "uncertain": "Uncertain",
    "unchanged": "Unchanged",
    "withheld": "Withheld",
}
"""Headings of the findings, in the order in which they are told."""

VOICES = {
    "better": Verdict("better", "▲", "gain"),
    "worse": Verdict("worse", "▼", "loss"),
    "unchanged": Verdict("unchanged", "=", "same"),
    "uncertain": Verdict("uncertain", "?", "unsure"),
    "silent": Verdict("silent", "–", "silent"),
    "withheld": Verdict("withheld", "", "withheld"),
}
"""What a source (figures, interviews, focus groups) says."""

CLAIMS = {
    "causal": "where there is a change, caused by the programme, if the assumption printed holds",
    "associational": "goes together with the programme; something else may lie behind it",
    "descriptive": "a description of what was found; it tells nothing of why",
    "recall": "what people remember of the time before; memories can be clouded",
}
APPROACHES = {
    "improving": "improving: done to learn what would help poor groups more",
    "proving": "proving: done to show what the programme has brought about",
}
STUDY_DESIGNS = {
    "one-off": "one-off study (simple approach)",
    "repeat": "repeat study, before and after (moderate approach)",
    "longitudinal": "longitudinal study (complex approach)",
}
BOX_7 = {
    "one-off": (
        (
            "Least resource intensive",
            "Does not require a counter-factual",
            "Does not have the “dilemma” of the counterfactual",
            "Focus on improving",
        ),
        (
            "Limits the study to those who have experienced the programme over time",
            "Seen as “less scientific” by some analysts",
            "Relies on recall, which may be unreliable",
        ),
    ),
    "repeat": (
        (
            "More rigorous than the simple approach",
            "Does not rely on “recall”",
            "Balances pros and cons of simple and complex approaches",
            "Combines proving and improving",
        ),
        (
            "Lacks the “scientific” credentials of the complex approach",
            "More costly than simple approaches",
            "Encounters the problems of a “counterfactual” control group",
        ),
    ),
    "longitudinal": (
        (
            "Seen as more “scientific”",
            "Can include respondents who have just entered the programme",
            "Does not rely on recall",
            "Focus on proving",
        ),
        (
            "Costly on resources",
            "Use of a “counterfactual” control group is problematic",
            "Questioning of the “objectivity” of results",
        ),
    ),
}
"""Advantages and disadvantages of each design, from Box 7 of the study."""

ASKED_BY_DESIGN = {
    "one-off": (
        "Nothing is measured before the programme. What people answer about the time before is the baseline, "
        "so each question of a quantitative indicator is asked twice: of now, and by recall of before. "
        "Memories can be clouded, so focus groups and interviews are laid beside them."
    ),
    "repeat": (
        "The first wave is the baseline: it is held before the programme has its effects, and the same "
        "questions are asked again later. A change is the difference of two answers; nobody has to recall."
    ),
    "longitudinal": (
        "The first wave is the baseline, and the same people are asked the same questions over years, those "
        "of a comparison group as well. A change is the difference of two answers; nobody has to recall."
    ),
}
"""What a study design makes of the baseline, and so of the questions (Box 7 and the text below it)."""
DECIDED_BY = {"ranking": "the votes", "team": "the team", "pilot": "the pilot"}

SAMPLE_DESIGNS = {
    "representative": "Respondents were drawn by chance from a list, to stand for everyone on it.",
    "purposive": (
        "Respondents were chosen to cover each poverty group, and not drawn by chance. The figures stand for "
        "those who were interviewed; no error can be given."
    ),
    "census": "Everyone on the list was to be interviewed.",
    "randomised": "Respondents were drawn by chance, and the arms were formed by lot.",
    "undeclared": (
        "How respondents were chosen is not declared in the plan. Intervals are computed as if they had been "
        "drawn by chance; if they were not, the figures stand for those who were interviewed alone, and "
        "the intervals mean nothing. Declare [sampling]."
    ),
}
SAMPLE_METHODS = {
    "simple": "Simple random sample: everyone on the list has the same chance.",
    "systematic": "Systematic sample: from a random start every so many-th unit of each stratum’s list.",
    "stratified": "Stratified sample: within each stratum everyone has the same chance.",
    "pps": (
        "Drawn with probability proportional to size within each stratum; units that are too large for that "
        "are taken with certainty. Small units have small chances and stand for many: the sum of those they "
        "stand for depends on who was drawn, and need not be the number on the list."
    ),
    "two_stage": "Two-stage sample: within each stratum first localities (PSUs), then people in them.",
}
DEGREES_OF_FREEDOM = {
    "strata": (
        "An interval for a part of the sample has as many degrees of freedom as the strata that the part "
        "reaches have units, less the number of these strata."
    ),
    "respondents": (
        "An interval for a part of the sample has as many degrees of freedom as units hold a respondent of "
        "it, less the number of their strata."
    ),
}
LONELY_PSU = {
    "center": "Where a stratum has a single unit, that unit is compared with the whole sample.",
    "certainty": "A stratum with a single unit adds nothing to an error, as if it had been taken whole.",
    "refuse": "A mean or change that reaches a stratum with a single unit has no error.",
}
SHARE_INTERVALS = {
    "logit": "Intervals of shares are made on the scale of log odds, so that they never leave 0 to 100 %.",
    "linear": "Intervals of shares are symmetric, so that they may leave 0 to 100 %.",
}
FINITE_POPULATION = {
    "none": (
        "Errors take the sample as drawn from a population without end: where a large part of it was "
        "interviewed, they are a little too large."
    ),
    "units": (
        "Errors know which share of each stratum’s list was interviewed: a stratum of which everyone was "
        "interviewed adds nothing. Figures of households are not corrected."
    ),
    "two_stage": (
        "Errors know which share of each stratum’s localities (PSUs) was visited, the first stage alone. "
        "Figures of households are not corrected."
    ),
    "pps": (
        "Units that were drawn with certainty add nothing to an error; for the others nothing is corrected. "
        "Figures of households are not corrected."
    ),
}
LEVELS = {
    "person": ("person", "people"),
    "household": ("household", "households"),
    "group": ("group", "groups"),
    "firm": ("firm", "firms"),
}
ALLOCATIONS = {
    "proportional": "The {number} are spread over the strata in proportion to their units.",
    "equal": (
        "The {number} are spread over the strata in equal parts, so that strata can be compared; a stratum "
        "that has fewer gives all of its units, and the others share the rest."
    ),
    "neyman": "The {number} are spread over the strata by size and spread (Neyman), for the smallest error.",
}
CLUSTER_DRAWS = {
    "by_size": (
        "Localities have chances in proportion to their units; in each, {number} units are drawn, or all "
        "where there are fewer."
    ),
    "simple": (
        "All localities of a stratum have the same chance; in each, {number} units are drawn, or all where "
        "there are fewer."
    ),
}
REPLACED_WITHIN = {"stratum": "stratum", "cluster": "locality", "quota": "quota"}
NOT_SURELY_BY_CHANCE = ("purposive", "undeclared")

ARMS = {"programme": "programme group", "comparison": "comparison group", "all": "everyone"}
WAVE_ROLES = {
    "pilot": "pilot, not counted",
    "baseline": "baseline",
    "follow-up": "follow-up",
    "only": "the only wave",
}
TOPICS = {
    "background": "How the industry developed",
    "production": "Production",
    "employment": "Employment",
    "trade": "Trade",
    "regulation": "Regulation",
    "services": "State services",
    "infrastructure": "Infrastructure",
    "population": "Population",
    "health": "Health",
    "education": "Education",
    "morbidity": "Morbidity",
    "gender": "Gender",
    "ethnicity": "Ethnicity",
    "religion": "Religion",
    "migration": "Migration",
    "shocks": "Shocks",
}
LOST_BY = {
    "arm": "between the arms",
    "poverty_group": "between the poverty groups",
    "gender": "between women and men",
    "enumerator": "between the interviewers of the first wave",
    "joint": "by what is known of them from the first wave, taken together",
    "joint, between the arms": "in other ways in the one arm than in the other",
}
"""Test of attrition -> in what those who were lost differ, or might."""
SCOPES = {True: "in scope", False: "out of scope"}
LIKELIHOODS = {
    "likely": "likely poor",
    "vulnerable": "vulnerable to poverty",
    "none": "not classed as poor",
    "unknown": "not known",
}
ESTIMATORS = {
    "difference": "difference between the arms",
    "difference_in_differences": "difference in differences",
    "first_differences": "change of each respondent, compared between the arms",
    "fixed_effects": "fixed effects",
    "ancova": "later value, given the earlier one (ancova)",
    "recall": "change as people remember it",
    "staggered": "starts in different waves (Callaway and Sant'Anna)",
}
AGAINST = {"recall": "as people remember it", "staggered": "against those not reached"}
"""Estimators whose change is not told against the comparison group -> against whom."""
STARTS_COMPARED_WITH = {
    "not_yet": "compared with those whom the programme had not reached by then",
    "never": "compared with those whom the programme never reached",
}
POVERTY_MEASURES = {
    "headcount": "share of people who are poor",
    "poverty_gap": "mean shortfall, of the line",
    "squared_poverty_gap": "mean squared shortfall",
    "median_gap": "shortfall of the median poor person, of the line",
    "intensity": "mean share of deprivations of the poor (A)",
    "adjusted_headcount": "adjusted headcount (M0)",
    "quintile_ratio": "richest fifth over poorest fifth",
    "gini": "Gini index",
    "line": "poverty line",
    "uncensored_headcount": "deprived",
    "censored_headcount": "deprived and poor",
    "contribution": "part of the adjusted headcount",
}
ERROR_TYPES = {
    "cluster": "clustered",
    "cr2": "clustered, corrected for few clusters (CR2, degrees of freedom by Satterthwaite)",
    "robust": "robust",
    "iid": "classical",
}
ADJUSTMENTS = {"holm": "Holm", "benjamini_hochberg": "Benjamini and Hochberg"}
EFFECT_VERDICTS = {
    "differ": "they differ",
    "not told apart": "not told apart",
    "not tested": "not tested",
}
TREND_VERDICTS = {
    "differed": "the arms changed differently already",
    "not told apart": "no difference found",
    "not tested": "not tested",
}
ASSUMPTIONS = {
    "difference": "It assumes that, without the programme, both arms would stand alike now.",
    "difference_in_differences": (
        "It assumes that, without the programme, both arms would have changed alike."
    ),
    "first_differences": (
        "It assumes that nothing else changed people in the way in which the programme, or the term, did."
    ),
    "fixed_effects": (
        "It assumes that nothing but the term came to some and not to others at the same time; what stays the"
        " same within each fixed effect is taken out."
    ),
    "ancova": (
        "It assumes that, without the programme, people of both arms who stood alike before would stand alike"
        " now."
    ),
    "recall": "It assumes that people remember rightly, and it cannot tell the programme from anything else.",
    "staggered": (
        "It assumes that, without the programme, those of each start would have changed as those did with"
        " whom they are compared, and that nobody changed because the programme was still to come."
    ),
}
"""What must be true for an estimate to be the effect of the programme."""
TRIANGULATION = {
    "contradict": "The sources contradict each other",
    "agree": "The sources agree",
    "single source": "Only one source speaks",
    "silent": "No source speaks",
}
DIAGRAMS = {"map": "map", "venn": "Venn diagram", "flow": "flow diagram", "network": "network diagram"}
ALPHAS = {
    "reliable": "enough to rely on",
    "tentative": "enough for tentative conclusions only",
    "unreliable": "too little to rely on",
    "cannot be said": "cannot be said",
}
"""What the agreement of coders allows."""
FEEDBACK = {"contested": "contested", "confirmed": "confirmed", "comment": "commented on"}
WORKSHOPS = {"participants": "participants’ workshop", "stakeholders": "stakeholders’ workshop"}
PROPOSALS = {"supported": "supported", "disputed": "disputed", "noted": "noted, neither for nor against"}
FOLLOW_UPS = {
    "repeat": "a repeat study, by the same methods as the baseline",
    "limited": "a limited follow-up by recall and key informants: few data can be compared with the baseline",
}
HELD = {
    "held": "held",
    "reversed": "reversed",
    "not seen any more": "not seen any more",
    "appeared since": "changed since, though it had not before",
    "not asked any more": "not asked any more",
}
MATCHING_METHODS = {
    "propensity": "nearest propensity score",
    "mahalanobis": "nearest in all characteristics (Mahalanobis)",
    "entropy_balancing": "entropy balancing",
}
BALANCE = {
    "balanced": "balanced",
    "unbalanced": "out of balance",
    "not measurable": "cannot be measured",
}


def clean(value: str) -> str:
    """Return text without control characters, which no page may hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", value)


def plain(identifier: str) -> str:
    """Return an identifier as words: 'women_and_minorities' -> 'women and minorities'."""
    return identifier.replace("_", " ")


def capital(words: str) -> str:
    """Return the words with a capital first."""
    return words[:1].upper() + words[1:]


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
    return f"{', '.join(items[:-1])} and {items[-1]}"


def letter(position: int) -> str:
    """Return A, B, …, Z, A1, B1, …"""
    return chr(ord("A") + position % 26) + (str(position // 26) if position >= 26 else "")


def sector(name: str) -> str:
    """Return the name of a sector, with words for all of them together."""
    return "All sectors" if name == "TOTAL" else name


def counted(count: int, one: str, many: str = "") -> str:
    """Return '1 finding', '2 findings'."""
    return f"{whole(count)} {one if count == 1 else many or one + 's'}"


def whole(value: float) -> str:
    """Return a count with thin-space thousands."""
    return exact(round(value))


def exact(value: float) -> str:
    """Return a printed figure as it is, with thin-space thousands."""
    return _grouped(Decimal(repr(value)) if isinstance(value, float) else Decimal(int(value)))


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
    return re.sub(r"^currency\b", currency or "local currency", unit.strip(), flags=re.IGNORECASE)


def unit(unit: str) -> str:
    """Return the unit in which figures are printed: a share is told in percent."""
    return f"percent ({unit})" if is_share(unit) else unit


def quantity(value: float, unit: str, beside: Iterable[float | None] = ()) -> str:
    """Return a mean in its unit's form: a share as a whole percentage. beside: see `mean`."""
    return f"{rounded(percent(value))}{THIN_SPACE}%" if is_share(unit) else mean(value, beside)


def change(value: float, unit: str, beside: Iterable[float | None] = ()) -> str:
    """Return a change with its sign: of a share in percentage points. beside: see `mean`."""
    if is_share(unit):
        points = signed(rounded(percent(value)))
        return f"{points} {'point' if points[1:] == '1' else 'points'}"
    return signed(mean(value, beside))


def effect(value: float, unit: str) -> str:
    """Return the size of an effect in either direction: a change without its sign."""
    return change(value, unit).lstrip("+")


def error(value: float, unit: str) -> str:
    """Return a standard error: of a share in percentage points, to one decimal."""
    return f"{rounded(percent(value), 1)} points" if is_share(unit) else mean(value)


def signed(figure: str) -> str:
    """Return a printed figure with a plus where it is above nought."""
    return figure if figure.startswith(MINUS) or not re.search("[1-9]", figure) else f"+{figure}"


def span(low: str, high: str) -> str:
    """Return the two ends of an interval; the unit is written once."""
    for unit in (f"{THIN_SPACE}%", " points"):
        if low.endswith(unit) and high.endswith(unit):
            low = low.removesuffix(unit)
    return f"{low.removesuffix(' point')} to {high}"


def probability(value: float) -> str:
    """Return a p-value."""
    return "under 0.001" if value < 0.001 else rounded(value, 3)


def date(value: dt.date | str) -> str:
    """Return '3 March 2026'; a text that is no date is returned as it is."""
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            return value
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def lost_by(test: str) -> str:
    """Return in what those who were lost differ, or might, by a test of attrition."""
    return LOST_BY.get(test, test)


def period(first: dt.date | str | None, last: dt.date | str | None) -> str:
    """Return 'first to last' in words, or the one that is known."""
    days = [date(day) for day in (first, last) if day]
    return days[0] if len(set(days)) == 1 else " to ".join(days)


def withheld(rule: str, fewest: int = FEWEST_RESPONDENTS) -> str:
    """Return what stands in place of a hidden figure."""
    if rule == "few":
        return "*"
    return f"withheld ({_WITHHELD.get(rule, plain(rule)).format(fewest=fewest)})"


_WITHHELD = {
    "threshold": "fewer than {fewest}",
    "few voices": "fewer than {fewest}, or one group",
    "sensitive": "sensitive subject",
    "few degrees of freedom": "too few observations for the model",
    "given away by others": "it would give away another",
}


NO_INTERVAL = {
    "within one cluster": "no interval: all are of one cluster",
    "single cluster in a stratum": "no interval: a stratum has a single cluster",
    "all alike": "no interval: all answers are alike",
}
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
    return text.replace(",", THIN_SPACE).replace("-", MINUS)
