"""What a study's design allows to be said, and which way an estimate points."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf, isnan

LARGEST_STANDARDIZED_DIFFERENCE = 0.25
LEVEL = 0.05
PARALLEL_TRENDS = (
    "It is assumed that, without the programme, both arms would have changed alike (parallel trends)."
)
DIFFERED_BEFORE = (
    "Before the programme the arms changed differently already, so that it cannot be assumed that they would"
    " have changed alike without it (parallel trends)."
)
DIFFERED_THOUGH_RANDOMISED = (
    "Before the programme the arms changed differently already, though a lot had formed them: by chance, or"
    " the lot was not kept to."
)
NOT_TOLD_APART_BEFORE = (
    "In the waves before the programme no difference of the arms' changes was found, which makes this"
    " likelier and does not prove it."
)
BEFORE_ITS_START = (
    "Before its start the programme can have had no effect: this tests whether those of different starts"
    " changed alike until then."
)
RANDOMISED = (
    "A lot formed the arms, so that nothing but chance and the programme can tell them apart (randomisation)."
)
BEFORE_THE_PROGRAMME = (
    "What is compared is of the time before the programme, which can have had no effect: this tests"
    " whether the arms were alike, or changed alike, until then."
)
LIMITED = (
    "The follow-up was limited: it rests on recall and key informants and repeats the study in part only, so"
    " that few of its data can be compared with earlier ones."
)
_COMPARE_CHANGES = ("difference_in_differences", "first_differences", "fixed_effects", "staggered")
_KNOWN = {
    "study_design": ("one-off", "repeat", "longitudinal"),
    "sample_design": ("representative", "purposive", "census", "randomised", "undeclared"),
    "assignment": ("randomised", "not randomised"),
    "earlier_trends": ("differed", "not told apart", "not tested"),
    "estimator": (*_COMPARE_CHANGES, "difference", "ancova", "recall"),
}


def decide_claim(
    *,
    study_design: str,
    sample_design: str,
    assignment: str,
    waves: int,
    largest_standardized_difference: float | None,
    spill_over: bool,
    estimator: str,
    limit: float = LARGEST_STANDARDIZED_DIFFERENCE,
    programme_term: bool = True,
    before_start: bool = False,
    before_programme: bool = False,
    compares_changes: bool | None = None,
    matched: bool = False,
    shared: Sequence[str] = (),
    earlier_trends: str = "not tested",
    unmeasured: Sequence[str] = (),
    limited: bool = False,
) -> tuple[str, list[str]]:
    """Decide how strongly an estimate may be worded.

    Returns the claim and the sentences that say why no more may be claimed, or on which
    assumption the claim rests. In this order:

    - "recall": the estimator is recall, or a wave that enters was a limited follow-up (`limited`): one by
      recall and key informants, few of whose data can be compared; whatever else holds.
    - "descriptive": the sample is purposive; it speaks of those interviewed alone.
    - "associational": the term is not the programme's effect (`programme_term` False), or is of
      the time before the programme's start (`before_start`), or the later wave is one before the programme
      (`before_programme`): a test of the design, and no effect.
    - "causal": the arms were randomised; the reasons hold `RANDOMISED`. A declared spill-over is then told as
      a limit. Of "staggered" it says nothing: a lot that formed the arms has not drawn who started when.
    - "causal": the arms were not randomised, but all of these hold: the study follows at least
      two waves (and is no one-off study), the balance of the arms was measured in every covariate and no
      standardized difference exceeds `limit` (0.25), no spill-over is declared, and the estimator
      compares changes (difference_in_differences, first_differences, fixed_effects, staggered;
      `compares_changes` says so where the estimator alone does not). The reasons
      then hold the assumption of parallel trends, `PARALLEL_TRENDS`. Matching makes the arms alike, but
      takes the place of no second wave: levels that are compared are never causal. Where waves before the
      programme show that the arms changed differently already (`earlier_trends` "differed"), the
      assumption does not hold, and the claim is "associational"; with randomised arms it is told as a limit.
    - "associational": anything else; the reasons name each condition that is not met.

    largest_standardized_difference is the largest absolute one, in standard deviations, after matching
    where the estimate is of matched arms (`matched`); infinite where neither arm varies and they differ;
    None or NaN where none was measured. unmeasured: covariates in which it could not be. shared: what some of
    the comparison arm share with the programme arm ("a locality"); it decides nothing, for who lives nearby
    need not be reached, and is told with a causal claim. earlier_trends: "differed", "not told apart" (which
    proves nothing, and is told beside the assumption) or "not tested". Raises ValueError where a word is not
    known or waves is below 1.

    Sources: the project's design, section 7; Imbens and Rubin (2015), Causal Inference, ch. 14
    (limit of balance); Angrist and Pischke (2009), Mostly Harmless Econometrics, section 5.2
    (parallel trends); Nadvi and Barrientos (2004), Annex II, phase seven (limited follow-up).

    >>> decide_claim(
    ...     study_design="one-off", sample_design="purposive", assignment="not randomised", waves=1,
    ...     largest_standardized_difference=None, spill_over=False, estimator="difference",
    ... )[0]
    'descriptive'
    """
    _require_known(
        study_design=study_design,
        sample_design=sample_design,
        assignment=assignment,
        estimator=estimator,
        earlier_trends=earlier_trends,
    )
    if waves < 1:
        raise ValueError("A study has at least one wave")
    reasons = []
    if sample_design == "purposive":
        reasons.append("The sample was chosen on purpose and speaks only of those interviewed.")
    if estimator == "recall":
        return "recall", ["The earlier state is what people recall, not what was measured.", *reasons]
    if limited:
        return "recall", [LIMITED, *reasons]
    if reasons:
        return "descriptive", reasons
    if not programme_term:
        return "associational", ["The term is not the programme's effect but another part of the model."]
    if before_start:
        return "associational", [BEFORE_ITS_START]
    if before_programme:
        return "associational", [BEFORE_THE_PROGRAMME]
    risks = [
        f"Some of the comparison arm share {one} with the programme arm: it may have reached them."
        for one in shared
    ]
    if assignment == "randomised" and estimator != "staggered":
        limits = ["The programme may have reached the comparison arm (spill-over)."]
        apart = [DIFFERED_THOUGH_RANDOMISED] if earlier_trends == "differed" else []
        return "causal", [RANDOMISED, *(limits if spill_over else []), *apart, *risks]
    lacking = _lacking(
        two_waves=waves >= 2 and study_design != "one-off",
        difference=largest_standardized_difference,
        spill_over=spill_over,
        compares_changes=estimator in _COMPARE_CHANGES if compares_changes is None else compares_changes,
        limit=limit,
        matched=matched,
        unmeasured=unmeasured,
    )
    if earlier_trends == "differed":
        lacking.append(DIFFERED_BEFORE)
    if lacking:
        return "associational", lacking
    tested = [NOT_TOLD_APART_BEFORE] if earlier_trends == "not told apart" else []
    among = ["It holds for those who were matched."] if matched else []
    return "causal", [PARALLEL_TRENDS, *tested, *among, *risks]


def direction(
    change: float,
    low: float | None,
    high: float | None,
    smallest_change: float | None,
    better: str,
) -> str:
    """Say which way an estimated change points: better, worse, unchanged or uncertain.

    change and its interval [low, high] are in the unit of the indicator, as is smallest_change,
    the least that counts as a change at all; None or NaN where none is named. better is "higher" or
    "lower", whichever is good. None or NaN for an end of the interval means that there is no
    interval. The rule, in this order:

    1. "uncertain" where there is no estimate, or no interval (as for a purposive sample): nothing
       tells how far off the estimate may be.
    2. "better" or "worse" where the interval excludes zero (low > 0 or high < 0) and |change| >=
       smallest_change: "better" where the sign of the change is the good one. Where no smallest
       change is named, every change counts.
    3. "unchanged" where the whole interval lies within -smallest_change and +smallest_change, ends
       included; never where no smallest change is named.
    4. "uncertain" otherwise: the interval holds changes that would count and others that would not.

    So a change that is merely not significant is uncertain, never unchanged, and so is a small one whose
    interval reaches past the smallest change. Raises ValueError where smallest_change is negative, low
    lies above high, or better is another word.

    Sources: the project's design, section 7; Altman and Bland (1995), BMJ 311, 485 (absence of
    evidence); Schuirmann (1987), J. Pharmacokinetics and Biopharmaceutics 15, 657-680
    (equivalence by an interval).

    >>> [direction(change, change - 2, change + 2, 3, "higher") for change in (5, -5, 2.5, 0.5, 1.5)]
    ['better', 'worse', 'uncertain', 'unchanged', 'uncertain']
    """
    if better not in ("higher", "lower"):
        raise ValueError("What is better must be 'higher' or 'lower'")
    named = None if smallest_change is None or isnan(smallest_change) else smallest_change
    if named is not None and named < 0:
        raise ValueError("The smallest change must be a number from 0 on")
    if _missing(change) or low is None or high is None or isnan(low) or isnan(high):
        return "uncertain"
    if low > high:
        raise ValueError("The lower end of the interval lies above the upper end")
    if (low > 0 or high < 0) and abs(change) >= (named or 0.0):
        return "better" if (change > 0) == (better == "higher") else "worse"
    return "unchanged" if named is not None and -named <= low and high <= named else "uncertain"


def excludes_zero(low: float | None, high: float | None, p_value: float | None = None) -> bool:
    """Return whether a 95 % interval excludes zero; where one end is told as 0, its p-value tells it.

    An end that is told with few digits reads as 0 on either side of it. p_value: two-sided, of the same test
    as the interval; None where there is none. Raises ValueError where the interval ends before it begins.

    Source: as `direction`; a test at 5 % and the 95 % interval of the same statistic say the same (Altman and
    Bland 1995).

    >>> excludes_zero(0.01, 0.05), excludes_zero(-0.01, 0.05)
    (True, False)
    >>> excludes_zero(0.0, 0.05, 0.049), excludes_zero(0.0, 0.05, 0.051), excludes_zero(0.0, 0.0, 0.049)
    (True, False, False)
    """
    if low is None or high is None:
        return False
    if low > high:
        raise ValueError("The interval ends before it begins")
    at_an_end = (low == 0) != (high == 0)
    by_test = at_an_end and p_value is not None and p_value < LEVEL
    return low > 0 or high < 0 or by_test


def leaning(
    verdict: str, low: float | None, high: float | None, better: str, p_value: float | None = None
) -> str:
    """Say which way a change leans that may be too small to count: better, worse, or "" for neither.

    verdict is that of `direction` on the interval [low, high]; better is "higher" or "lower"; p_value as in
    `excludes_zero`. It leans where the verdict is "uncertain" and the interval excludes zero: then its sign
    is known, and only whether it reaches the smallest change is not. It holds of no verdict that something
    else has made uncertain, such as `direction_of_money`. Raises ValueError where better is another word.

    Source: as `direction`; an interval that excludes zero and holds the smallest change tells the sign and
    leaves the size open (Altman and Bland 1995).

    >>> leaning("uncertain", 0.5, 4.5, "higher"), leaning("uncertain", 0.5, 4.5, "lower")
    ('better', 'worse')
    >>> leaning("uncertain", -0.5, 4.5, "higher"), leaning("unchanged", 0.5, 1.5, "higher")
    ('', '')
    """
    if better not in ("higher", "lower"):
        raise ValueError("What is better must be 'higher' or 'lower'")
    if verdict != "uncertain" or high is None or not excludes_zero(low, high, p_value):
        return ""
    return "better" if (high > 0) == (better == "higher") else "worse"


def direction_of_money(verdict: str, change: float, price_ratios: Sequence[float]) -> str:
    """Say what a verdict on money of the day leaves to be said where prices moved in the meantime.

    verdict is that of `direction` on the change of amounts as they were told; price_ratios are prices then
    over prices before, one a place, empty where no index is known. Returns the verdict where it holds at
    constant prices too: no price moved, or the amount fell while prices rose (it bought less than before,
    and less still), or rose while they fell. Else "uncertain": prices may have eaten the gain. An effect
    against a comparison needs amounts at base prices instead: where the arms did not stand alike at first,
    prices that rise move them apart in money of the day, to either side.

    Raises ValueError where a ratio is not above 0. Source: Deaton and Zaidi (2002), Guidelines for
    Constructing Consumption Aggregates for Welfare Analysis, LSMS working paper 135, part 4 (prices).

    >>> [direction_of_money("better", 300, [1.11]), direction_of_money("worse", -300, [1.11])]
    ['uncertain', 'worse']
    """
    if any(not ratio > 0 for ratio in price_ratios):
        raise ValueError("Prices over prices must be above 0")
    moved = [ratio for ratio in price_ratios if ratio != 1]
    if not moved:
        return verdict
    against = all(ratio > 1 for ratio in moved) if change < 0 else all(ratio < 1 for ratio in moved)
    return verdict if against and change != 0 and verdict != "unchanged" else "uncertain"


def _lacking(
    *,
    two_waves: bool,
    difference: float | None,
    spill_over: bool,
    compares_changes: bool,
    limit: float,
    matched: bool,
    unmeasured: Sequence[str],
) -> list[str]:
    """Return a sentence for each condition of a causal claim that is not met."""
    reasons = []
    if not two_waves:
        reasons.append("The study has no second wave, so that changes cannot be compared.")
    if _missing(difference):
        reasons.append("It was not measured whether the arms were alike before the programme.")
    elif abs(difference or 0.0) > limit:
        reasons.append(_differed(abs(difference or 0.0), limit, matched=matched))
    if unmeasured and not _missing(difference):
        reasons.append(
            f"Whether the arms were alike before the programme was not measured in {', '.join(unmeasured)}."
        )
    if spill_over:
        reasons.append("The programme may have reached the comparison arm (spill-over).")
    if not compares_changes:
        reasons.append("The estimator compares levels of the arms, not their changes.")
    return reasons


def _differed(size: float, limit: float, *, matched: bool) -> str:
    if isinf(size):
        return (
            "Even after matching the arms differed before the programme wholly in a characteristic in which"
            " nobody differs within an arm."
            if matched
            else "The arms differed before the programme wholly in a characteristic in which nobody differs"
            " within an arm."
        )
    return (
        f"Even after matching the arms differed before the programme by up to {size:.2f} standard deviations,"
        f" more than {limit:g}."
        if matched
        else f"The arms differed before the programme by up to {size:.2f} standard deviations, more than"
        f" {limit:g}."
    )


def _require_known(**words: str) -> None:
    for name, word in words.items():
        if word not in _KNOWN[name]:
            raise ValueError(f"'{word}' is no {name.replace('_', ' ')} that is known")


def _missing(number: float | None) -> bool:
    return number is None or isnan(number)
