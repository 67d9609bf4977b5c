"""Make the demonstration assessment `block-printing`: an invented cluster with known true effects.

    python data/demo/make_block_printing.py [--seed N] FOLDER

Nothing here is about a real place, person, firm or programme. The answers are drawn from the model in
`OUTCOMES`, whose effects on the population difference-in-differences are `truth()`; so whoever runs the
assessment can see whether psia finds what is there to be found.

Only `Generator.random` and exact arithmetic (+, -, x, floor) are used to make answers, so the same seed gives
the same bytes on every machine: streams of other distributions may change from one numpy to the next.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # so that the file also runs as a script, from anywhere
    sys.path.insert(0, str(ROOT))

from data.demo import block_printing_voices as heard  # noqa: E402 -- found from ROOT

FRENCH = ROOT / "data" / "demo" / "block_printing_french.toml"
"""What the demonstration says in French: words of its forms, report and summary pages."""

DEFAULT_SEED = 2036
"""The seed of the committed folder, chosen for an ordinary sample: 57 of its 60 estimates lie within two
standard errors of the truth, where 57 are to be expected. Other seeds tell the same story less tidily, and
tests of bias and coverage take seeds as they come."""

SAMPLING_SEED = 20220103
"""The seed of the draw, as the plan has it: psia draws, and this generator asks psia whom it drew."""

WAVES = ("baseline", "followup")
FIRST_DAY = {"baseline": dt.date(2022, 1, 10), "followup": dt.date(2024, 1, 8)}
ARMS = ("programme", "comparison")
LOCALITIES = 30
"""Localities in each arm: the clusters of the standard errors."""


@dataclass(frozen=True)
class Group:
    """A poverty group: where it stands in the chain, and how many are in the frame and drawn in each arm.

    The groups have the same shares of the frame in both arms (programme to comparison as 5 to 4), so that the
    arms taken as a whole move in parallel too, and the effect on all together is the mean of the groups'
    effects weighted by those shares.
    """

    id: str
    label: str
    node: str
    box4_group: str
    women: float
    in_frame: tuple[int, int]
    drawn: tuple[int, int]


GROUPS = (
    Group("home-worker-women", "Women home workers", "homeworkers", "home_worker", 1, (260, 208), (125, 120)),
    Group("wage-men", "Men in waged work", "workshops-labour", "wage_labour", 0, (180, 144), (120, 112)),
    Group("wage-women", "Women in waged work", "workshops-labour", "wage_labour", 1, (130, 104), (112, 96)),
    Group(
        "own-account",
        "Own-account printers",
        "own-account-printers",
        "own_account_worker",
        0.35,
        (130, 104),
        (112, 96),
    ),
    Group(
        "small-subcontractors",
        "Small subcontractors",
        "subcontractors",
        "small_subcontractor",
        0.1,
        (110, 88),
        (100, 82),
    ),
)
GROUP_IDS = tuple(group.id for group in GROUPS)
SIZES = {f"{group.id}-{arm}": size for group in GROUPS for arm, size in zip(ARMS, group.drawn, strict=True)}

MIGRANTS = 0.3
"""Share of people who came from elsewhere: the 'difference' of this demonstration."""

# ------------------------------------------------------------------------------------ what is true


@dataclass(frozen=True)
class Outcome:
    """How one outcome is made: base, trend and effect by poverty group (in the order of GROUPS).

    The expected value of a person of group g in locality l and wave t is
        base[g] + gap (comparison arm) + migrant + place[l] + place_and_wave[l, t] + trend[g] (second wave)
        + effect[g] (second wave, programme arm),
    with place and place_and_wave uniform and of mean zero. The trend is the same in both arms, so the trends
    are parallel by construction and the population difference-in-differences is effect[g] exactly.
    """

    base: tuple[float, float, float, float, float]
    trend: tuple[float, float, float, float, float]
    effect: tuple[float, float, float, float, float]
    gap: float = 0.0
    migrant: float = 0.0
    place: float = 0.0
    place_and_wave: float = 0.0


# Groups in order: home-worker women, wage men, wage women, own-account, small subcontractors. The story: a
# common facility centre moves orders into the workshops. Waged workers gain, women who print at home lose
# orders, own-account printers are not reached, and subcontractors train, sign contracts and borrow.
OUTCOMES = {
    "income_month": Outcome(
        base=(4200, 8600, 6100, 7400, 9800),
        trend=(300, 500, 400, 450, 600),
        effect=(-700, 900, 650, 0, 300),
        gap=-80,
        migrant=-250,
        place=400,
        place_and_wave=250,
    ),
    "workdays_month": Outcome(
        base=(15, 20.5, 19, 20, 20.5),
        trend=(0.2, 0.3, 0.3, 0.2, 0.2),
        effect=(-3, 1.5, 2, 0, 0.5),
        gap=0.2,
        place=0.8,
        place_and_wave=0.5,
    ),
    "safe_workplace": Outcome(
        base=(0.2, 0.4, 0.36, 0.3, 0.42),
        trend=(0.02, 0.03, 0.03, 0.02, 0.03),
        effect=(0, 0.12, 0.15, 0, 0.06),
        gap=0.01,
        place=0.07,
        place_and_wave=0.03,
    ),
    "written_contract": Outcome(
        base=(0.12, 0.3, 0.24, 0.14, 0.32),
        trend=(0.02, 0.02, 0.02, 0.02, 0.02),
        effect=(0, 0.2, 0.15, 0, 0.1),
        gap=0.01,
        migrant=-0.02,
        place=0.04,
        place_and_wave=0.02,
    ),
    "training_days_year": Outcome(
        base=(0.66, 1.2, 0.9, 0.96, 1.32),
        trend=(0.12, 0.18, 0.18, 0.12, 0.18),
        effect=(0, 1.2, 0.6, 0, 1.8),
        gap=0.06,
        place=0.24,
        place_and_wave=0.12,
    ),
    "debt_burden": Outcome(
        base=(2.4, 2.2, 2.3, 2.6, 3.0),
        trend=(0.1, 0.1, 0.1, 0.1, 0.1),
        effect=(0.8, -0.7, -0.3, 0, 0.9),
        gap=0.05,
        migrant=0.1,
        place=0.2,
        place_and_wave=0.1,
    ),
    "association_member": Outcome(
        base=(0.18, 0.3, 0.24, 0.28, 0.35),
        trend=(0.02, 0.02, 0.02, 0.02, 0.02),
        effect=(0.12, 0.05, 0.08, 0, 0.1),
        gap=-0.01,
        migrant=-0.04,
        place=0.05,
        place_and_wave=0.02,
    ),
    "say_over_income": Outcome(
        base=(2.6, 3.7, 2.8, 3.4, 3.6),
        trend=(0.05, 0.05, 0.05, 0.05, 0.05),
        effect=(-0.4, 0, 0.4, 0, 0),
        gap=0.03,
        place=0.12,
        place_and_wave=0.06,
    ),
    # Made in _dwellings: homes hardly change in two years, and the programme does nothing about them.
    "housing_rooms_per_person": Outcome(base=(0, 0, 0, 0, 0), trend=(0, 0, 0, 0, 0), effect=(0, 0, 0, 0, 0)),
    "dye_allergy": Outcome(
        base=(0.3, 0.38, 0.36, 0.32, 0.28),
        trend=(0.02, 0.02, 0.02, 0.02, 0.02),
        effect=(0.06, -0.18, -0.08, 0, -0.05),
        gap=-0.01,
        place=0.05,
        place_and_wave=0.02,
    ),
}
INDICATORS = tuple(OUTCOMES)


PRICES = 1.11
"""Prices of the follow-up over those of the baseline, as design/poverty_lines has them."""


def truth() -> pd.DataFrame:
    """Return the true effects: poverty_group, indicator, effect in the indicator's unit.

    The effect is the population difference-in-differences of the indicator as psia computes it: of earnings
    at the prices of the baseline. The group `all` is the mean of the groups' effects, weighted by their
    shares of the frame.
    """
    sizes = [sum(group.in_frame) for group in GROUPS]
    records = []
    for indicator, outcome in OUTCOMES.items():
        effects = [float(effect) for effect in outcome.effect]
        if indicator == "income_month":  # prices alone bring arms nearer that stood apart by the gap
            effects = [(effect - outcome.gap) / PRICES + outcome.gap for effect in effects]
        for group, effect in zip(GROUP_IDS, effects, strict=True):
            records.append({"poverty_group": group, "indicator": indicator, "effect": effect})
        mean = sum(s * e for s, e in zip(sizes, effects, strict=True)) / sum(sizes)
        records.append({"poverty_group": "all", "indicator": indicator, "effect": mean})
    return pd.DataFrame(records)


# ------------------------------------------------------------------------------------ the population


@dataclass(frozen=True)
class People:
    """Everybody in the frame, as numbers: group, arm (1 = comparison), locality, woman, migrant."""

    group: np.ndarray
    arm: np.ndarray
    locality: np.ndarray
    woman: np.ndarray
    migrant: np.ndarray

    def __len__(self) -> int:
        return len(self.group)


def _chance(seed: int, part: int) -> np.random.Generator:
    """Return the generator of one part of the demonstration; the parts do not disturb each other."""
    return np.random.default_rng([seed, part])


def _people(seed: int) -> People:
    """Return the population, listed locality by locality as enumerators would walk."""
    rng = _chance(seed, 1)
    group = np.concatenate([np.full(size, g) for g, one in enumerate(GROUPS) for size in one.in_frame])
    arm = np.concatenate([np.full(size, a) for one in GROUPS for a, size in enumerate(one.in_frame)])
    count = len(group)
    place = rng.random(count)
    # Later localities are larger: density rises along the list, as wards of a town do differ in size.
    locality = np.floor(LOCALITIES * (0.7 * place + 0.3 * place * place)).astype(int)
    woman = rng.random(count) < np.array([one.women for one in GROUPS])[group]
    migrant = rng.random(count) < MIGRANTS
    walk = np.lexsort((rng.random(count), locality, arm))
    return People(group[walk], arm[walk], locality[walk], woman[walk], migrant[walk])


def _frame(people: People) -> pd.DataFrame:
    """Return design/frame as the contract Frame has it, with the order of the draw made as psia makes it."""
    from schemas.base import conform
    from schemas.design import Frame

    groups = [GROUPS[g] for g in people.group]
    arms = [ARMS[a] for a in people.arm]
    frame = pd.DataFrame(
        {
            "unit": [f"BP-{n:05d}" for n in range(1, len(people) + 1)],
            "node": [group.node for group in groups],
            "poverty_group": [group.id for group in groups],
            "stratum": [f"{group.id}-{arm}" for group, arm in zip(groups, arms, strict=True)],
            "arm": arms,
            "cluster": [
                f"{arm[0].upper()}{place + 1:02d}" for arm, place in zip(arms, people.locality, strict=True)
            ],
            # The listing took one worker of each household, so a household is one unit here.
            "household": [f"HH-{n:05d}" for n in range(1, len(people) + 1)],
            "gender": np.where(people.woman, "women", "men"),
            "difference": np.where(people.migrant, "migrant", "local"),
        }
    )
    frame["order"] = frame.groupby("stratum").cumcount() + 1
    frame["draw_order"] = frame["unit"].rank(method="first").astype("Int64")
    return conform(frame, Frame)


# Building blocks. Each has its mean exactly, and all are bounded, so that no answer is ever clipped.


def _flat(rng: np.random.Generator, count: int, half_width: float) -> np.ndarray:
    """Return uniform numbers of mean 0 between -half_width and half_width."""
    return half_width * (2 * rng.random(count) - 1)


def _skewed(rng: np.random.Generator, count: int, width: float) -> np.ndarray:
    """Return right-skewed numbers of mean 0 between -width / 3 and 2 * width / 3: a square has mean 1/3."""
    draws = rng.random(count)
    return width * (draws * draws - 1 / 3)


def _kept(rng: np.random.Generator, first: np.ndarray, share: float) -> np.ndarray:
    """Return uniform numbers, each that of the first wave with the chance `share` and else a new one.

    Each wave's numbers are uniform by themselves, and answers made from them are alike over the waves.
    """
    stays, fresh = rng.random(len(first)) < share, rng.random(len(first))
    return np.where(stays, first, fresh)


def _whole(values: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Return whole numbers whose mean is exactly `values`: floor(x + u) for a uniform u."""
    return np.floor(values + draws)


def _inside(values: np.ndarray, low: float, high: float, what: str) -> np.ndarray:
    """Return the values. Raises ValueError if one lies outside: clipping it would bend the true effect."""
    if values.min() < low or values.max() > high:
        raise ValueError(f"{what} leaves {low} to {high}: {values.min()} to {values.max()}")
    return values


class _Answers:
    """The answers of the whole population in both waves, made outcome by outcome."""

    def __init__(self, people: People, seed: int):
        self.people, self.count = people, len(people)
        self.rng = _chance(seed, 2)
        self.waves: dict[str, dict[str, np.ndarray]] = {wave: {} for wave in WAVES}
        self._income()
        self._workdays()
        self._safety()
        self._yes_no("written_contract", kept=0.6)
        self._training()
        self._debt()
        self._yes_no("association_member", kept=0.7)
        self._say()
        self._dwellings()
        self._yes_no("dye_allergy", kept=0.5)

    def _expected(self, name: str) -> dict[str, np.ndarray]:
        """Return the expected value of each person in each wave (see Outcome)."""
        outcome, people = OUTCOMES[name], self.people
        place = people.arm * LOCALITIES + people.locality
        level = np.array(outcome.base)[people.group] + outcome.gap * people.arm
        level = level + outcome.migrant * people.migrant
        level = level + _flat(self.rng, 2 * LOCALITIES, outcome.place)[place]
        moves = np.array(outcome.trend)[people.group]
        moves = moves + np.array(outcome.effect)[people.group] * (people.arm == 0)
        return {
            wave: level + _flat(self.rng, 2 * LOCALITIES, outcome.place_and_wave)[place] + moves * later
            for later, wave in enumerate(WAVES)
        }

    def _income(self) -> None:
        """Earnings in steps of 50, as people tell them; the person and the month scatter with the base."""
        base = np.array(OUTCOMES["income_month"].base)[self.people.group]
        person = _skewed(self.rng, self.count, 0.8) * base
        for wave, expected in self._expected("income_month").items():
            earned = expected + person + _flat(self.rng, self.count, 0.25) * base
            told = 50 * _whole(earned / 50, self.rng.random(self.count))
            self.waves[wave]["income_month"] = _inside(told, 50, 50_000, "income_month")

    def _workdays(self) -> None:
        person = _flat(self.rng, self.count, 3)
        for wave, expected in self._expected("workdays_month").items():
            days = expected + person + _flat(self.rng, self.count, 2.5)
            told = _whole(days, self.rng.random(self.count))
            self.waves[wave]["workdays_month"] = _inside(told, 0, 31, "workdays_month")

    def _shares(self, column: str, expected: Mapping[str, np.ndarray], kept: float) -> None:
        """Draw yes (1) with the expected chance: a uniform number lies below it."""
        draws = self.rng.random(self.count)
        for wave in WAVES:
            chance = _inside(expected[wave], 0.01, 0.99, column)
            self.waves[wave][column] = (draws < chance).astype(float)
            draws = _kept(self.rng, draws, kept)

    def _yes_no(self, column: str, *, kept: float) -> None:
        self._shares(column, self._expected(column), kept)

    def _safety(self) -> None:
        """Three items; their levels and effects differ, and their mean is that of the indicator."""
        expected = self._expected("safe_workplace")
        effect = np.array(OUTCOMES["safe_workplace"].effect)[self.people.group] * (self.people.arm == 0)
        for column, level, part in (
            ("guard_on_machine", -0.05, 0.5),
            ("mask_or_gloves", 0.07, 1.5),
            ("fire_exit", -0.02, 1.0),
        ):
            own = {
                wave: expected[wave] + level + (part - 1) * effect * later for later, wave in enumerate(WAVES)
            }
            self._shares(column, own, kept=0.6)

    def _training(self) -> None:
        """No day for most; 2 to 10 days, 6 in the mean, for those who were trained."""
        expected = self._expected("training_days_year")
        self._shares("trained", {wave: days / 6 for wave, days in expected.items()}, kept=0.4)
        for wave in WAVES:
            days = 2 + np.floor(9 * self.rng.random(self.count))
            self.waves[wave]["training_days_year"] = days * self.waves[wave].pop("trained")

    def _debt(self) -> None:
        """Four households in five owe something; what they owe is a ratio times the income of the wave."""
        owing, draws = 0.8, self.rng.random(self.count)
        person = _skewed(self.rng, self.count, 2.4)
        for wave, expected in self._expected("debt_burden").items():
            months = expected / owing + person + _flat(self.rng, self.count, 0.6)
            debt = _inside(months, 0, 20, "debt_burden") * self.waves[wave]["income_month"]
            told = 100 * _whole(debt / 100, self.rng.random(self.count))
            self.waves[wave]["debt_total"] = told * (draws < owing)
            draws = _kept(self.rng, draws, 0.85)

    def _say(self) -> None:
        """A score of 1 to 5 by chance between the two whole numbers beside the person's position."""
        person, draws = _flat(self.rng, self.count, 0.7), self.rng.random(self.count)
        for wave, expected in self._expected("say_over_income").items():
            place = expected + person + _flat(self.rng, self.count, 0.25)
            self.waves[wave]["say_over_income"] = _inside(_whole(place, draws), 1, 5, "say_over_income")
            draws = _kept(self.rng, draws, 0.5)

    def _dwellings(self) -> None:
        """Rooms and members: the same process in both arms, so the effect on rooms per person is nought."""
        members = 3 + np.floor(5 * self.rng.random(self.count))
        place = _flat(self.rng, 2 * LOCALITIES, 0.2)[self.people.arm * LOCALITIES + self.people.locality]
        rooms = 1 + _whole(0.25 + place + 2 * self.rng.random(self.count), self.rng.random(self.count))
        birth, death, built = (self.rng.random(self.count) for _ in range(3))
        later = {
            "household_members": members + (birth < 0.1) - (death < 0.06),
            "rooms": rooms + (built < 0.05),
        }
        self.waves["baseline"] |= {"household_members": members, "rooms": rooms}
        self.waves["followup"] |= later


QUESTIONS = (
    "income_month",
    "workdays_month",
    "written_contract",
    "guard_on_machine",
    "mask_or_gloves",
    "fire_exit",
    "training_days_year",
    "association_member",
    "say_over_income",
    "debt_total",
    "household_members",
    "rooms",
    "dye_allergy",
)
YES_NO = (
    "written_contract",
    "guard_on_machine",
    "mask_or_gloves",
    "fire_exit",
    "association_member",
    "dye_allergy",
)

# ------------------------------------------------------------------------------------ the fieldwork

# Chances of what happens in the field. All are independent of the answers, so the effects stay true.
REFUSED = {"baseline": 0.015, "followup": 0.008}
LOST = 0.06
UNANSWERED = {"income_month": 0.015, "debt_total": 0.03, "say_over_income": 0.01, "association_member": 0.01}
UNANSWERED_ELSEWHERE = 0.003
ENUMERATORS = 8


@dataclass
class _Wave:
    """One wave: the file as it came from the field, its corrections, and the answers as they are right."""

    file: pd.DataFrame
    corrections: list[tuple[str, str, str, str, str, str, str]]
    right: pd.DataFrame


def drawn_sample(frame: pd.DataFrame) -> pd.DataFrame:
    """Return psia's own draw from the frame: who is interviewed, and with what weight."""
    from schemas.assessment import Sampling, Seeds
    from schemas.base import empty
    from schemas.design import Quotas
    from tasks import drawing

    plan = Sampling(design="representative", sizes=SIZES)
    return drawing.draw(frame, empty(Quotas), plan, Seeds(sampling=SAMPLING_SEED))


def _field(frame: pd.DataFrame, people: People, sample: pd.DataFrame, seed: int) -> dict[str, _Wave]:
    """Return both waves: who was met, who refused, what was not answered, and what was written wrongly."""
    rng = _chance(seed, 3)
    answers = _Answers(people, seed).waves
    count = len(people)
    drawn = frame["unit"].isin(set(sample["unit"])).to_numpy()
    lost = rng.random(count) < LOST
    refused = {wave: rng.random(count) < REFUSED[wave] for wave in WAVES}
    met = {"baseline": drawn, "followup": drawn & ~lost & ~refused["baseline"]}
    waves = {}
    for wave in WAVES:
        # Enumerators cover a few localities each; the visits follow the list of localities.
        enumerator = (people.arm * LOCALITIES + people.locality) % ENUMERATORS + 1
        day = people.locality + (rng.random(count) < 0.5)
        given = {}
        for column in QUESTIONS:
            silent = rng.random(count) < UNANSWERED.get(column, UNANSWERED_ELSEWHERE)
            given[column] = np.where(silent, np.nan, answers[wave][column])
        rows = pd.DataFrame(
            {
                "respondent": frame["unit"],
                "enumerator": [f"E-{one:02d}" for one in enumerator],
                "interview_date": [FIRST_DAY[wave] + dt.timedelta(days=int(one)) for one in day],
                **given,
            }
        )
        here = rows[met[wave]].copy()
        agreed = ~refused[wave][met[wave]]
        file = here.assign(consent=np.where(agreed, "yes", "no"))
        file.loc[~agreed, list(QUESTIONS)] = np.nan
        waves[wave] = _Wave(file, [], here[agreed].reset_index(drop=True))
        strangers = rows[~drawn]
        _slips(waves[wave], wave, strangers, rng)
    return waves


def _slips(wave: _Wave, name: str, strangers: pd.DataFrame, rng: np.random.Generator) -> None:
    """Write a few wrong cells into the file, with the correction of each. `right` keeps what is true.

    One interview of the baseline was held with the wrong person and is removed; that is a loss by chance.
    """
    file = wave.file
    whole = file.index[file[list(QUESTIONS)].notna().all(axis=1)]
    chosen = list(whole[np.argsort(rng.random(len(whole)), kind="stable")[:8]])
    slips: list[tuple[str, Callable[[float], float], str]] = [
        ("income_month", lambda v: v * 10, "a zero too many: the wage slip was seen"),
        ("workdays_month", lambda v: v + 30, "a slip of the pen: no month has so many days"),
        ("rooms", lambda v: v * 11, "the figure was typed twice"),
    ]
    if name == "followup":
        slips = [
            ("income_month", lambda v: v / 10, "a zero too few: the respondent confirmed by a second visit"),
            ("household_members", lambda v: v * 11, "the figure was typed twice"),
            ("mask_or_gloves", lambda v: 1 - v, "ticked in the wrong row: the paper form was seen"),
            ("say_over_income", lambda v: v + 5, "the score goes from 1 to 5: the paper form was seen"),
        ]
    when = FIRST_DAY[name] + dt.timedelta(days=40)
    for row, (column, wrong, reason) in zip(chosen, slips, strict=False):
        true = file.loc[row, column]
        file.loc[row, column] = wrong(true)
        wave.corrections.append(
            (
                str(file.loc[row, "respondent"]),
                column,
                _cell(file.loc[row, column]),
                _cell(true),
                reason,
                "field supervisor",
                when.isoformat(),
            )
        )
    key = str(file.loc[chosen[-2], "respondent"])
    debt = file.loc[chosen[-2], "debt_total"]
    file.loc[chosen[-2], "debt_total"] = np.nan
    reason = "left blank in the field and told by telephone later"
    wave.corrections.append((key, "debt_total", "", _cell(debt), reason, "data manager", when.isoformat()))
    if name == "baseline":
        key = str(file.loc[chosen[-1], "respondent"])
        someone = strangers.index[int(rng.random() * len(strangers))]
        file.loc[chosen[-1], list(QUESTIONS)] = strangers.loc[someone, list(QUESTIONS)]
        reason = "held with a visitor in place of the person drawn, who was away"
        wave.corrections.append(
            (key, "interview", "", "remove", reason, "field coordinator", when.isoformat())
        )
        wave.right = wave.right[wave.right["respondent"] != key].reset_index(drop=True)


def _cell(value: object) -> str:
    """Return a value as it is written into a CSV cell: whole numbers without a point, nothing for missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def make_frames(seed: int = DEFAULT_SEED) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the frame and each wave's interviews, without writing a file: for many repetitions.

    The frame keeps the contract Frame. The interviews are those of the drawn people who took part, as they
    are once the corrections are made: respondent, enumerator, interview_date, consent and the answers (yes
    is 1, missing is NaN).
    """
    people = _people(seed)
    frame = _frame(people)
    waves = _field(frame, people, drawn_sample(frame), seed)
    return frame, {name: wave.right.assign(consent="yes") for name, wave in waves.items()}


def make_responses(seed: int = DEFAULT_SEED) -> pd.DataFrame:
    """Return both waves as staged.responses has them: with weight, arm, stratum, cluster, group and so on.

    Ids are in clear, as nothing here is about a real person.
    """
    people = _people(seed)
    frame = _frame(people)
    sample = drawn_sample(frame)
    waves = _field(frame, people, sample, seed)
    rows = pd.concat([wave.right.assign(wave=name) for name, wave in waves.items()], ignore_index=True)
    known = frame.drop(columns=["size", "order", "draw_order"]).merge(sample[["unit", "weight"]], on="unit")
    rows = rows.merge(known, left_on="respondent", right_on="unit", validate="many_to_one")
    texts = ["respondent", "wave", "enumerator"]
    rows[texts] = rows[texts].astype("string")
    first = ["respondent", "wave", *(c for c in known.columns if c != "unit"), "enumerator"]
    return rows[[*first, *QUESTIONS]]


# ------------------------------------------------------------------------------------ focus groups

CANDIDATES = (
    "income_month",
    "workdays_month",
    "safe_workplace",
    "written_contract",
    "training_days_year",
    "debt_burden",
    "say_over_income",
    "dye_allergy",
)
# What each poverty group puts first, second, and so on: women safe work, men income.
PREFERENCES = {
    "home-worker-women": (
        "safe_workplace", "say_over_income", "workdays_month", "income_month", "debt_burden", "dye_allergy",
        "training_days_year", "written_contract",
    ),
    "wage-men": (
        "income_month", "workdays_month", "written_contract", "debt_burden", "training_days_year",
        "safe_workplace", "dye_allergy", "say_over_income",
    ),
    "wage-women": (
        "safe_workplace", "say_over_income", "income_month", "written_contract", "dye_allergy",
        "workdays_month", "debt_burden", "training_days_year",
    ),
    "own-account": (
        "income_month", "debt_burden", "workdays_month", "training_days_year", "dye_allergy",
        "safe_workplace", "say_over_income", "written_contract",
    ),
    "small-subcontractors": (
        "income_month", "workdays_month", "training_days_year", "debt_burden", "written_contract",
        "safe_workplace", "dye_allergy", "say_over_income",
    ),
}  # fmt: skip

FIRST_CHOICE = -2
"""Where the first choice stands before the second, at 1: well apart, so that the vote shows it."""


def _rankings(seed: int) -> list[tuple[object, ...]]:
    """Return the votes: two focus groups a poverty group, 5 to 8 people each, everyone ranks them all."""
    rng = _chance(seed, 4)
    rows: list[tuple[object, ...]] = []
    person = 0
    for number, (group, order) in enumerate(PREFERENCES.items(), start=1):
        for meeting, scatter in ((1, 2.0), (2, 3.5)):  # the second meeting agreed less
            for _ in range(5 + int(4 * rng.random())):
                person += 1
                places = np.array([order.index(one) or FIRST_CHOICE for one in CANDIDATES])
                votes = places + scatter * (2 * rng.random(len(CANDIDATES)) - 1)
                ranks = np.argsort(np.argsort(votes, kind="stable"), kind="stable") + 1
                rows += [
                    (f"RG-{number}{meeting}", group, f"FP-{person:03d}", one, int(rank))
                    for one, rank in zip(CANDIDATES, ranks, strict=True)
                ]
    return rows


def _focus_groups(seed: int, wave: str) -> list[tuple[object, ...]]:
    """Return what the focus groups of a wave said: two a poverty group, in the programme localities."""
    rng = _chance(seed, 5 + WAVES.index(wave))
    numbers = {group: n for n, group in enumerate(GROUP_IDS, start=1)}
    present = {(group, meeting): 5 + int(4 * rng.random()) for group in GROUP_IDS for meeting in (1, 2)}
    rows: list[tuple[object, ...]] = []
    for group, indicator, first, second, importance, reasons, future in _block(VOICES[wave], 7):
        for meeting, change in ((1, first), (2, second)):
            rows.append(
                (
                    f"FG-{numbers[group]}{meeting}",
                    group,
                    "programme",
                    indicator,
                    present[group, meeting],
                    importance,
                    change,
                    reasons,
                    future,
                )
            )
    return rows


def _voices(folder: Path, seed: int) -> None:
    """Write what was coded of the talks of the follow-up, and the tools that its focus groups used."""
    there = folder / "waves" / "followup"
    _csv(folder / "design" / "codes.csv", ["code", "indicator", "direction"], heard.code_map())
    columns = ["source", "poverty_group", "arm", "participants", "kind"]
    _csv(there / "coded_sources.csv", columns, heard.coded_sources())
    (there / "coded.qdpx").write_bytes(heard.coded_project(_chance(seed, 7)))
    women = {group.id: group.women for group in GROUPS}
    columns = ["session", "poverty_group", "role", "women", "men"]
    _csv(there / "presence.csv", columns, heard.presence(_focus_groups(seed, "followup"), women))
    columns = ["session", "tool", "criterion", "item", "person", "score"]
    _csv(there / "tool_scores.csv", columns, heard.tool_scores())


def _block(text: str, columns: int) -> list[list[str]]:
    """Return the records of a block of text: cells parted by |; an indented line continues the last one."""
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        if line.startswith(" "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    records = [[cell.strip() for cell in line.split("|")] for line in lines]
    for record in records:
        if len(record) != columns:
            raise ValueError(f"{len(record)} cells in place of {columns}: {record}")
    return records


# ------------------------------------------------------------------------------------ writing


def make(folder: Path, seed: int = DEFAULT_SEED) -> None:
    """Write the whole assessment folder. The same seed gives the same bytes."""
    people = _people(seed)
    frame = _frame(people)
    waves = _field(frame, people, drawn_sample(frame), seed)
    _text(folder / "README.md", README.format(seed=seed, truth=_truth_table()))
    _text(folder / "design" / "indicators.toml", OWN_INDICATORS)
    _text(folder / "design" / "languages" / "fr.toml", FRENCH.read_text(encoding="utf-8"))
    for name, (header, block) in {**TABLES, **heard.TABLES}.items():
        columns = header.split(",")
        _csv(folder / f"{name}.csv", columns, _block(block, len(columns)))
    _text(folder / "secondary" / "files" / "exports-by-place.csv", EXPORTS)
    _csv(folder / "design" / "frame.csv", *_frame_file(frame))
    columns = ["focus_group", "poverty_group", "person", "indicator", "rank"]
    _csv(folder / "design" / "rankings.csv", columns, _rankings(seed))
    _text(folder / "assessment.toml", _plan() + _freeze(folder, _plan(), _rankings(seed)))
    for name, wave in waves.items():
        there = folder / "waves" / name
        columns = ["key", "variable", "old", "new", "reason", "who", "when"]
        _csv(there / "corrections.csv", columns, sorted(wave.corrections))
        columns = ["focus_group", "poverty_group", "arm", "indicator", "participants", "importance", "change"]
        _csv(there / "focus_groups.csv", [*columns, "reasons", "future"], _focus_groups(seed, name))
    _voices(folder, seed)
    _csv(folder / "waves" / "baseline" / "interviews.csv", *_interview_file(waves["baseline"].file))
    _workbook(folder / "waves" / "followup" / "followup.xlsx", waves["followup"].file)


def _freeze(folder: Path, plan: str, votes: list[tuple[object, ...]]) -> str:
    """Return the part of the plan that freezes the forms which plan and design/ give."""
    from schemas.assessment import AssessmentPlan
    from schemas.base import conform
    from schemas.design import IndicatorDecisions, Pilot, Rankings
    from tasks import catalogue, short_lists
    from tasks.instruments import instrument
    from tasks.languages import languages

    read = AssessmentPlan.model_validate(tomllib.loads(plan))
    own, questions = catalogue.own_definitions(folder / "design" / "indicators.toml")
    indicators = {**catalogue.standard_indicators(), **own}
    tables = {}
    for contract in (IndicatorDecisions, Pilot):
        header, block = TABLES[contract.about().source]
        columns = header.split(",")
        tables[contract] = conform(pd.DataFrame(_block(block, len(columns)), columns=columns), contract)
    columns = ["focus_group", "poverty_group", "person", "indicator", "rank"]
    rankings = conform(pd.DataFrame(votes, columns=columns), Rankings)
    keep = read.thresholds.indicators_per_group
    lists = short_lists.chosen_lists(rankings, tables[IndicatorDecisions], {}, keep)
    spoken = languages(folder, read.instruments.languages)
    versions = ""
    for wave in read.wave:
        one = instrument(read, wave, indicators, questions, lists, tables[Pilot], spoken)
        versions += f'{wave.name} = "{one.version}"\n'
    return f"\n{FREEZE.strip()}\n{versions}"


def _person(unit: str) -> tuple[str, str]:
    """Return the name and telephone of a unit: plainly invented, and there so that psia must hide them."""
    number = int(unit.partition("-")[2])
    return f"Demo Person {number:04d}", f"000-0{number:06d}"


def _frame_file(frame: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    columns = [column for column in frame.columns if column not in ("draw_order", "size")]
    header = [columns[0], "name", "phone", *columns[1:]]
    rows = []
    for record in frame[columns].itertuples(index=False):
        unit, *rest = record
        rows.append([unit, *_person(unit), *(_cell(cell) for cell in rest)])
    return header, rows


def _interview_file(file: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return the baseline's file: yes and no as words, with capitals where enumerator E-05 wrote them."""
    header = ["respondent", "name", "phone", "enumerator", "interview_date", "consent", *QUESTIONS]
    rows = []
    for record in file.to_dict("records"):
        words = ("No", "Yes") if record["enumerator"] == "E-05" else ("no", "yes")
        cells = [record["respondent"], *_person(record["respondent"])]
        cells += [record["enumerator"], record["interview_date"].isoformat(), record["consent"]]
        for column in QUESTIONS:
            value = record[column]
            spoken = column in YES_NO and not np.isnan(value)
            cells.append(words[int(value)] if spoken else _cell(value))
        rows.append(cells)
    return header, rows


def _workbook(path: Path, file: pd.DataFrame) -> None:
    """Write the follow-up as a workbook of the folder's name, as a survey tool would.

    Yes is 1, dates are dates, and the rows stand in the order of enumerators, as the tablets were read.
    """
    import xlsxwriter

    header = ["respondent", "name", "phone", "enumerator", "interview_date", "consent", *QUESTIONS]
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    # A workbook bears the time at which it was made: a fixed one, so that the same seed gives the same bytes.
    book.set_properties({"created": dt.datetime(2024, 2, 20), "title": "Invented for a demonstration"})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("interviews")
    sheet.write_row(0, 0, header)
    ordered = file.sort_values(["enumerator", "interview_date", "respondent"], kind="stable")
    for row, record in enumerate(ordered.to_dict("records"), start=1):
        sheet.write_row(row, 0, [record["respondent"], *_person(record["respondent"]), record["enumerator"]])
        sheet.write_datetime(row, 4, record["interview_date"], date)
        sheet.write(row, 5, record["consent"])
        for place, column in enumerate(QUESTIONS, start=6):
            if not np.isnan(record[column]):
                sheet.write_number(row, place, record[column])
    book.close()


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.lstrip("\n").encode())


def _csv(path: Path, columns: list[str], rows: Iterable[Iterable[object]]) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    _text(path, stream.getvalue())


def _truth_table() -> str:
    wide = truth().pivot(index="indicator", columns="poverty_group", values="effect")
    wide = wide.loc[list(INDICATORS), [*GROUP_IDS, "all"]]
    lines = ["| indicator | " + " | ".join(wide.columns) + " |", "|---" * (len(wide.columns) + 1) + "|"]
    for indicator, row in wide.iterrows():
        lines.append(f"| {indicator} | " + " | ".join(f"{value:.4g}" for value in row) + " |")
    return "\n".join(lines)


def _plan() -> str:
    groups = []
    for group in GROUPS:
        gender = {1.0: 'gender = "women"\n', 0.0: 'gender = "men"\n'}.get(group.women, "")
        groups.append(
            f'[[poverty_group]]\nid = "{group.id}"\nlabel = "{group.label}"\nnode = "{group.node}"\n'
            f'box4_group = "{group.box4_group}"\n{gender}'
        )
    sizes = "".join(f"{stratum} = {size}\n" for stratum, size in SIZES.items())
    names = "".join(f'    "{one}",\n' for one in INDICATORS)
    waves = []
    for name, label, role, last in (
        ("baseline", "Early 2022, before the programme", "baseline", dt.date(2022, 2, 11)),
        ("followup", "Early 2024, two years on", "follow-up", dt.date(2024, 2, 9)),
    ):
        waves.append(
            f'[[wave]]\nname = "{name}"\nlabel = "{label}"\nrole = "{role}"\n'
            f'starts_on = {FIRST_DAY[name]}\nends_on = {last}\ntypes = {{ dye_allergy = "yes_no" }}\n'
        )
    return (
        PLAN.replace("@SIZES@\n", sizes)
        .replace("@SEED@", str(SAMPLING_SEED))
        .replace("@GROUPS@\n", "\n".join(groups))
        .replace("@INDICATORS@\n", names)
        .replace("@WAVES@\n", "\n".join(waves))
    )


def main() -> None:
    """Write the folder that is named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    given = parser.parse_args()
    make(given.folder, given.seed)


# ------------------------------------------------------------------------------------ the written parts
# All of it is invented. Sentences are plain, as field notes are, and name nobody.

README = """
# Block printing in Rangpura: a demonstration

**Everything in this folder is invented**: the town, the district, the programme, the institutions, the
people, their answers, and every statistic. No figure here may be quoted as a fact about a place or a trade.
Names and telephone numbers are made of the word "Demo" and of noughts; they are here because a real frame has
them, and psia must keep them out of whatever it writes.

The folder is made by `data/demo/make_block_printing.py` with the seed {seed}, and is never edited by hand:

    python data/demo/make_block_printing.py data/demo/block-printing

## What is true

The answers come from a model, so the true effects are known: the difference-in-differences of the population,
in the unit of each indicator (shares as fractions, money in rupees a month). A run of psia estimates them
from the sample. Its 95 % intervals should hold the figure below nineteen times in twenty, over many samples.

{truth}

The story: the programme's common facility centre moves orders into the workshops. People in waged work gain
earnings, days and contracts. Women who print at home lose orders. Own-account printers are not reached.
Subcontractors train and sign contracts, and borrow to do so.

## What is rough in it, as in the field

Refusals, people not found again, blank answers, wrong cells with their corrections, one interview with the
wrong person, one enumerator who writes "Yes" with a capital, a baseline in CSV and a follow-up in a workbook.
Focus groups contradict a figure (women in waged work say that their work has become less safe) or speak where
the figures cannot tell (own-account printers say that they earn less).

Two coders marked twenty talks of the follow-up (`coded.qdpx`); the second missed some of what the first saw,
one code is in no map, one quote has no consent, and one has a label that fits one person only.
"""

OWN_INDICATORS = """
# What the focus groups of this assessment asked for beside the catalogue. Invented, as is everything here.

[[indicator]]
id = "dye_allergy"
label = "Workers with a rash or hard breathing from dyes in the last month"
heading = "Healthy and non-hazardous work"
table_1 = "enterprise_development.working_conditions"
stakeholder = "worker"
kind = "quantitative"
directness = "direct"
unit = "share of respondents"
better = "lower"
value = "dye_allergy"
deprived = "dye_allergy = 1"
smallest_change = 0.05
positive = "Fewer workers fall ill from dyes"
negative = "More workers fall ill from dyes"
information_source = ["structured questionnaire", "focus group discussion"]
[indicator.prompts]
importance = "How much do rashes and hard breathing weigh, compared with the money that printing brings?"
change = "Do more or fewer people here fall ill from dyes than before the programme started?"
reasons = "Which dyes, rooms or tasks make people ill, and what made that better or worse?"
future = "What would keep people from falling ill: other dyes, gloves, air, or shorter hours at the vat?"

[[question]]
name = "dye_allergy"
label = "In the last month, did dyes give you a rash or make it hard to breathe?"
type = "yes_no"

# A question of the catalogue in other words, as the pilot asked for (design/pilot).
[[question]]
name = "guard_on_machine"
label = "Are there guards on the moving or hot parts of the steamer or other machines where you work?"
type = "yes_no"
"""

FREEZE = """
# After the pilot (design/pilot) the forms are final: psia tells where one differs from these versions.
[pilot]
frozen_on = 2021-12-17

[pilot.versions]
"""

PLAN = """
# The plan of an invented assessment: see README.md. No place, programme or person in it exists.

indicators = [
@INDICATORS@
]

[assessment]
id = "block-printing"
title = "Hand block printing in Rangpura (invented): poverty and social impact of a cluster programme"
cluster = "Rangpura block printers (invented)"
country = "India"
sector = "Hand block printing of textiles"
programme = "Rangpura cluster development programme (invented)"
approach = "improving"
study_design = "longitudinal"
aims = [
    "See which poor groups of the cluster gained and which lost while the programme ran",
    "Give the groups themselves a say in what is measured and in what is done about it",
    "Show every feature of psia on data whose true effects are known",
]
expected_outputs = [
    "A report on the cluster",
    "A summary for each poverty group, to be read out in the workshops",
    "An agreed list of actions with a monitoring committee",
]
report_date = 2024-06-28

[agreement]
commissioner = "Steering committee of the programme (invented)"
agreed_by = "Chair of the steering committee, and the lead of the research team"
agreed_on = 2021-11-22

[mapping_visit]
first_day = 2021-10-04
last_day = 2021-10-09
by = "Two researchers, one woman and one man, with a local colleague of each neighbourhood"
feasible = [
    "A list of workers by locality, from the ward books and a walk through each lane",
    "Interviews at home in the late morning, when women have time",
    "A comparison cluster of the same trade in the same district",
]
not_feasible = [
    "Wage slips from large producers",
    "Interviews with children at work",
    "A random choice of the localities in which the programme works",
]

[scope]
statement = "Producers and workers from the home to the small workshop; trade and markets are only mapped"

[[scope.node]]
node = "homeworkers"
covered = true
reason = "Likely poor by seven kinds of evidence, and nearly all women"

[[scope.node]]
node = "own-account-printers"
covered = true
reason = "Likely poor, and outside every association"

[[scope.node]]
node = "subcontractors"
covered = true
reason = "Vulnerable, and the programme works through them"

[[scope.node]]
node = "workshops-labour"
covered = true
reason = "Likely poor, and the largest number of workers"

[[scope.node]]
node = "small-workshops"
covered = false
reason = "Vulnerable, but the owners are few and are heard as key informants"

[[scope.node]]
node = "cloth-suppliers"
covered = false
reason = "Not a poverty node"

[[scope.node]]
node = "dye-suppliers"
covered = false
reason = "Not a poverty node"

[[scope.node]]
node = "large-producers"
covered = false
reason = "Not a poverty node; mapped because orders pass through them"

[[scope.node]]
node = "traders"
covered = false
reason = "Not a poverty node; mapped because they lend and set piece rates"

[[scope.node]]
node = "exporters"
covered = false
reason = "Not a poverty node"

[[scope.node]]
node = "domestic-shops"
covered = false
reason = "Outside the district, beyond the means of this study"

[[scope.node]]
node = "export-buyers"
covered = false
reason = "Abroad: nothing is known of them, and nobody could be met"

[time_frame]
start = 2021-09-01
end = 2024-06-30

[resources]
budget = 3800000
currency = "INR"
staff_days = 640
team = [
    "Lead researcher",
    "Statistician",
    "Two facilitators of focus groups",
    "Field coordinator",
    "Eight enumerators",
    "Data manager",
]

[thresholds]
poverty_nodes = { vulnerable = 2, likely = 4 }
largest_standardized_difference = 0.25
missing_share_warning = 0.05
indicators_per_group = 5

[seeds]
sampling = @SEED@

[sampling]
design = "representative"
replacements = 8

[sampling.sizes]
@SIZES@

# What was assumed before the draw, from a study of the same district (invented).
[sample_size]
estimator = "difference_in_differences"
icc = 0.03
baseline_correlation = 0.5
refusal = { programme = 0.03, comparison = 0.08 }
attrition = { programme = 0.08, comparison = 0.12 }
cost_per_interview = 1100

[[sample_size.indicator]]
indicator = "income_month"
mean = 6500
standard_deviation = 2100

[[sample_size.indicator]]
indicator = "workdays_month"
mean = 18
standard_deviation = 5

[[sample_size.indicator]]
indicator = "written_contract"
share = 0.25

[comparison]
assignment = "not randomised"
description = "Localities of Chhapnagar (invented), a cluster of the same trade in which no programme works"
spill_over = []
covariates = [
    "income_month",
    "workdays_month",
    "household_members",
    "rooms",
    "debt_total",
    "written_contract",
    "association_member",
]

# Within each poverty group, people with nearly the same chance of living where the programme works.
[comparison.matching]
method = "propensity"
covariates = ["household_members", "rooms", "debt_total"]
exact = ["poverty_group"]

[instruments]
languages = ["fr"]
programme_began = 2022-03-01
carried_out_by = "researchers of an invented university"
currency = "INR"

# Languages of the report and the summary pages; design/languages/fr.toml has the folder's words in French.
[report]
languages = ["en", "fr"]

[personal]
"design/frame" = ["name", "phone"]
"waves/*/interviews" = ["name", "phone"]

@GROUPS@

@WAVES@

[[specification]]
name = "programme"
indicators = [
@INDICATORS@
]
estimator = "difference_in_differences"
from_wave = "baseline"
to_wave = "followup"
weight = "weight"
cluster = "cluster"
error_type = "cluster"
by_poverty_group = true

# Does what is found depend on whom the programme is compared with?
[[specification]]
name = "matched"
indicators = ["income_month", "workdays_month"]
estimator = "difference_in_differences"
from_wave = "baseline"
to_wave = "followup"
cluster = "cluster"
comparison = "matched"

# Whose work does not feed two? The line is that of early 2022, and prices rose by 11 % (both invented).
[[poverty]]
name = "earnings"
label = "Poverty by earnings from work"
value = "income_month"
unit = "rupees a month"
line = "table"

# Poor is who lacks half of what their group finds important: the weights come from its own ranking.
[[capability]]
name = "capabilities"
label = "Poverty of capabilities"
k = 0.5
weights = "ranking"

[[capability.dimension]]
indicator = "safe_workplace"
label = "Fewer than two safety items at the workplace"

[[capability.dimension]]
indicator = "written_contract"
label = "No written contract"

[[capability.dimension]]
indicator = "say_over_income"
label = "Little say over own earnings"

[[capability.dimension]]
indicator = "debt_burden"
label = "Debt of over three months’ income"
box_1 = "Minimum standard of living"

[[capability.dimension]]
indicator = "dye_allergy"
label = "A rash or hard breathing from dyes"
box_1 = "Health and safety"

# A file as an office publishes it: lines above the header, semicolons, decimal commas, years across, a total.
[[source]]
source = "trade-yearbook"
reader = "delimited_text"
file = "secondary/files/exports-by-place.csv"
header_row = 4
missing = ["-"]

[source.columns]
area = "Place"

[source.values]
statistic = "exports of printed cloth"
unit = "million rupees"
status = "measured"
topic = "trade"
page = "7"
note = "invented"

[source.unpivot]
pattern = '\\d{4}'
into = "period"

[source.totals]
column = "Place"
words = ["Total"]

# Growth of the trade inside and outside the two clusters (invented figures), as Annex I compares it.
[[growth]]
name = "printed-cloth"
label = "Value of printed cloth in the two clusters and in the rest of the district (invented)"
statistic = "value of printed cloth"
from_period = "2017"
to_period = "2021"
"""

EXPORTS = """Yearbook of foreign trade (invented; no such yearbook exists)
Exports of printed cloth by place, million rupees; every figure is made up

Place;2019;2021;2023
Rangpura (invented);1.204,5;988,0;1.310,2
Chhapnagar (invented);411,0;-;402,6
Total;1.615,5;988,0;1.712,8
"""

TABLES = {
    "secondary/sources": (
        "source,citation,year,licence,note",
        """
handbook | Invented for this demonstration: Statistical handbook of Neelgarh district (no such book exists)
    | 2021
    | free to use: invented | Every figure is made up
industry-register | Invented for this demonstration: Register of craft clusters (no such register exists)
    | 2021
    | free to use: invented | Made up; lists working units, not owners
household-survey | Invented for this demonstration: District household survey (no such survey exists) | 2020
    | free to use: invented | Made up; shares rounded to whole percent
programme-file | Invented for this demonstration: Files of the cluster programme (no such files exist) | 2023
    | free to use: invented | Made up
price-bulletin | Invented for this demonstration: Price bulletin of the state (no such bulletin exists) | 2024
    | free to use: invented | Made up
trade-yearbook | Invented for this demonstration: Yearbook of foreign trade (no such yearbook exists) | 2024
    | free to use: invented | Made up; the file is laid out as offices lay theirs out
""",
    ),
    "secondary/statistics": (
        "source,area,period,statistic,dimensions,value,unit,status,page,note,topic",
        """
industry-register | Rangpura (invented) | 2019 | printed cloth produced | total | 5.9 | million metres
    | measured
    | 12 | invented | production
industry-register | Rangpura (invented) | 2020 | printed cloth produced | total | 3.4 | million metres
    | measured
    | 12 | invented; the workshops stood still for four months | production
industry-register | Rangpura (invented) | 2021 | printed cloth produced | total | 5.2 | million metres
    | estimated
    | 12 | invented | production
industry-register | Chhapnagar (invented) | 2019 | printed cloth produced | total | 4.6 | million metres
    | measured
    | 14 | invented | production
industry-register | Chhapnagar (invented) | 2021 | printed cloth produced | total | 4.1 | million metres
    | estimated
    | 14 | invented | production
industry-register | Rangpura (invented) | 2021 | share of output sold abroad | total | 38 | percent
    | estimated
    | 13 | invented | trade
industry-register | Rangpura (invented) | 2021 | people in block printing | gender=women | 2380 | people
    | measured
    | 15 | invented | employment
industry-register | Rangpura (invented) | 2021 | people in block printing | gender=men | 2110 | people
    | measured
    | 15 | invented | employment
industry-register | Chhapnagar (invented) | 2021 | people in block printing | gender=women | 1940 | people
    | measured
    | 16 | invented | employment
industry-register | Chhapnagar (invented) | 2021 | people in block printing | gender=men | 1720 | people
    | measured
    | 16 | invented | employment
industry-register | Neelgarh district (invented) | 2021 | year since which dye effluent is regulated
    | total | 2018
    | year | printed | 3 | invented | regulation
handbook | Rangpura (invented) | 2021 | population | total | 46200 | people | measured | 4 | invented
    | population
handbook | Chhapnagar (invented) | 2021 | population | total | 38900 | people | measured | 4 | invented
    | population
handbook | Rangpura (invented) | 2021 | literate adults | gender=women | 58 | percent | measured | 21
    | invented | education
handbook | Rangpura (invented) | 2021 | literate adults | gender=men | 77 | percent | measured | 21 | invented
    | education
handbook | Rangpura (invented) | 2021 | people by religion | religion=Hindu | 61 | percent | measured | 8
    | invented | religion
handbook | Rangpura (invented) | 2021 | people by religion | religion=Muslim | 34 | percent | measured | 8
    | invented | religion
handbook | Rangpura (invented) | 2021 | people by religion | religion=other | 5 | percent | measured | 8
    | invented | religion
household-survey | Rangpura (invented) | 2020 | households with a health centre within 2 km | total | 64
    | percent
    | measured | 30 | invented | health
household-survey | Rangpura (invented) | 2020 | adults with a skin or lung complaint | occupation=printing
    | 33 | percent
    | measured | 31 | invented | morbidity
household-survey | Rangpura (invented) | 2020 | adults with a skin or lung complaint | occupation=other | 14
    | percent
    | measured | 31 | invented | morbidity
household-survey | Rangpura (invented) | 2020 | households with a piped water supply | total | 57 | percent
    | measured | 35 | invented | infrastructure
household-survey | Rangpura (invented) | 2020 | households with electric light | total | 93 | percent
    | measured
    | 35 | invented | infrastructure
household-survey | Rangpura (invented) | 2020 | people who came from another district | total | 28 | percent
    | measured | 40 | invented | migration
household-survey | Rangpura (invented) | 2020 | households with a member away for work | total | 17 | percent
    | measured | 40 | invented | migration
handbook | Neelgarh district (invented) | 2022 | working days lost to the flood | total | 16 | days
    | provisional
    | 50 | invented; both clusters were hit alike | shocks
price-bulletin | Neelgarh district (invented) | 2024 | consumer prices, 2022 = 100 | total | 110 | index
    | measured
    | 2 | invented |
programme-file | Rangpura (invented) | 2023 | days of training given | total | 2150 | days | measured |
    | invented | services
programme-file | Rangpura (invented) | 2023 | orders handled by the common facility centre | total | |
    orders | suppressed | | invented; the centre does not tell | services
handbook | Neelgarh district (invented) | 2017 | value of printed cloth
    | sector=block printing; setting=inside
    | 412 | million rupees | measured | 60 | invented | production
handbook | Neelgarh district (invented) | 2021 | value of printed cloth
    | sector=block printing; setting=inside
    | 489 | million rupees | measured | 60 | invented | production
handbook | Neelgarh district (invented) | 2017 | value of printed cloth
    | sector=block printing; setting=outside
    | 305 | million rupees | measured | 60 | invented | production
handbook | Neelgarh district (invented) | 2021 | value of printed cloth
    | sector=block printing; setting=outside
    | 318 | million rupees | measured | 60 | invented | production
handbook | Neelgarh district (invented) | 2017 | value of printed cloth
    | sector=screen printing; setting=inside
    | 96 | million rupees | measured | 60 | invented | production
handbook | Neelgarh district (invented) | 2021 | value of printed cloth
    | sector=screen printing; setting=inside
    | 131 | million rupees | measured | 60 | invented | production
handbook | Neelgarh district (invented) | 2017 | value of printed cloth
    | sector=screen printing; setting=outside
    | 540 | million rupees | measured | 60 | invented | production
handbook | Neelgarh district (invented) | 2021 | value of printed cloth
    | sector=screen printing; setting=outside
    | 702 | million rupees | measured | 60 | invented | production
""",
    ),
    "secondary/context": (
        "source,topic,statement,year,page",
        """
handbook | background | Cloth has been printed by hand in Rangpura for some two hundred years; since the
    1990s the workshops have printed mostly for export houses (invented) | | 58
industry-register | regulation | A workshop with more than ten workers has to be registered; home workers and
    own-account printers are covered by no labour law (invented) | 2018 | 3
handbook | services | The nearest office of the labour department is in the district town, 60 km away
    (invented) | 2021 | 44
handbook | ethnicity | The printers' caste makes up about a third of the town; dyers mostly belong to
    another (invented) | 2021 | 9
handbook | shocks | The flood of 2022 stopped work for two to three weeks in both clusters (invented)
    | 2022 | 50
""",
    ),
    "mapping/actors": (
        "actor,label,stage,firms,workers,women,minorities,informal,own_account,small_firms,location,citation",
        """
cloth-suppliers | Cloth suppliers | inputs | 14 | 52 | 6 | 9 | 30 | 3 | 11 | urban formal | mapping visit
dye-suppliers | Dye and block suppliers | inputs | 21 | 68 | 8 | 30 | 40 | 8 | 13 | urban formal
    | mapping visit
homeworkers | Home workers | own-account and household work | 1120 | 1310 | 1275 | 470 | 1310 | 1120 | 0
    | urban informal | walk through the lanes
own-account-printers | Own-account printers | own-account and household work | 560 | 690 | 230 | 260
    | 690 | 560 | 0 | urban informal | walk through the lanes
subcontractors | Small subcontractors | subcontracted production | 240 | 520 | 90 | 150 | 430 | 0 | 240
    | urban informal | mapping visit
small-workshops | Owners of small workshops | production | 64 | 96 | 14 | 22 | 40 | 0 | 64
    | urban informal | association's list
workshops-labour | Workers in small workshops | production | 64 | 1720 | 705 | 610 | 1400 | |
    | urban informal | association's list
large-producers | Large producers | production | 2 | 310 | 60 | 45 | 60 | 0 | 0 | urban formal
    | talk with an exporter
traders | Traders and middlemen | trade | 38 | 85 | 4 | 17 | 50 | 20 | 18 | urban formal | mapping visit
exporters | Exporters | trade | 9 | 140 | 38 | 12 | 20 | 0 | 6 | urban formal | association's list
domestic-shops | Shops in the cities | market | | | | | | | | | not counted
export-buyers | Buyers abroad | market | | | | | | | | | not counted
""",
    ),
    "mapping/linkages": (
        "from,to,kind,note",
        """
cloth-suppliers | small-workshops | goods | grey cloth by the bale, paid in 30 days
cloth-suppliers | large-producers | goods | grey cloth by the lorry
cloth-suppliers | own-account-printers | goods | by the metre, paid at once
dye-suppliers | small-workshops | goods | dyes, gums and blocks
dye-suppliers | own-account-printers | goods | dyes in small bags at a higher price
dye-suppliers | own-account-printers | services | recutting of worn blocks
traders | homeworkers | subcontract | cloth brought to the door, paid by the piece
homeworkers | traders | goods | printed borders and hems
traders | homeworkers | credit | advances set off against later pieces
traders | homeworkers | payment | by the piece, often weeks late
subcontractors | homeworkers | subcontract | the last steps of an order
small-workshops | subcontractors | subcontract | washing, steaming and overflow orders
subcontractors | small-workshops | services | washing, steaming and drying
small-workshops | subcontractors | payment | at the end of the order
large-producers | subcontractors | subcontract | large orders in the season
workshops-labour | small-workshops | labour | by the day or the piece
workshops-labour | large-producers | labour | by the month
small-workshops | workshops-labour | payment | weekly
own-account-printers | traders | goods | saris and bedspreads of their own design
traders | own-account-printers | credit | cloth on credit at two percent a month
own-account-printers | domestic-shops | goods | a few sell at city fairs
small-workshops | traders | goods | home market
small-workshops | exporters | goods | orders by sample
large-producers | exporters | goods | orders by sample
traders | domestic-shops | goods | all year
exporters | export-buyers | goods | two seasons a year
export-buyers | exporters | payment | 60 to 90 days after shipment
exporters | small-workshops | services | designs and checks of quality
""",
    ),
    "mapping/institutions": (
        "institution,label,kind,inside,services,importance",
        """
industries-office | District industries office (invented) | public | yes | registration, subsidies | 3
training-institute | Textile training institute (invented) | public | no | courses in dyeing and printing | 3
health-centre | Government health centre (invented) | public | yes | treatment, health cards | 2
bank | Branch of a cooperative bank (invented) | private | yes | loans against collateral | 4
dye-laboratory | Dye testing laboratory (invented) | private | no | tests for export orders | 3
printers-association | Block printers' association (invented) | association | yes
    | fairs, talks with buyers | 4
workers-union | Printing workers' union (invented) | labour | yes | wage claims, legal help | 2
women-federation | Federation of women's savings groups (invented) | civil society | yes
    | savings, small loans | 4
craft-trust | Craft trust (invented) | civil society | no | designs, fair-trade orders | 3
programme-office | Office of the cluster programme (invented) | international | yes
    | common facility centre, training | 5
""",
    ),
    "mapping/institution_links": (
        "institution,actor,service",
        """
industries-office | small-workshops | registration and subsidy
industries-office | large-producers | registration and subsidy
training-institute | workshops-labour | evening courses
training-institute | subcontractors | courses in steaming
health-centre | homeworkers | health cards, seldom used
health-centre | workshops-labour | health cards
bank | small-workshops | working capital
bank | subcontractors | loans for equipment, since 2022
dye-laboratory | exporters | tests of azo dyes
printers-association | small-workshops | stands at fairs
printers-association | own-account-printers | members may join, few can pay
printers-association | exporters | talks on quality
workers-union | workshops-labour | wage claims
women-federation | homeworkers | savings and small loans
craft-trust | homeworkers | fair-trade orders, a few dozen women
craft-trust | own-account-printers | designs
programme-office | small-workshops | common facility centre
programme-office | subcontractors | training and first contracts
programme-office | workshops-labour | training in safe work
""",
    ),
    "mapping/evidence": (
        "actor,kind,sign,detail,citation",
        """
homeworkers | wages | poor | A full day of printing brings about half the wage of the workshop
    | talks in the lanes
homeworkers | women_and_minorities | poor | Nearly all are women, more than a third of a minority | walk
homeworkers | security_of_work | poor | No order is promised; in the rains most have none | talks in the lanes
homeworkers | personal_wellbeing | poor | Many cannot read the trader's slip | ward book
homeworkers | basic_needs | poor | People sleep in the room in which they print | walk
homeworkers | networks | poor | They know one trader and no price but his | talks in the lanes
homeworkers | social_protection | poor | No card, no pension, no leave | health centre
workshops-labour | wages | poor | Day wages lie below the state's minimum for women | association's list
workshops-labour | wages | unclear | Piece earnings in the season are higher than day wages | workshop owners
workshops-labour | women_and_minorities | poor | Women wash and fold; men print, at a higher rate | walk
workshops-labour | security_of_work | poor | Most have no contract and are sent home in the rains
    | talks at the gate
workshops-labour | personal_wellbeing | poor | Rashes and coughs are common at the vats | health centre
workshops-labour | basic_needs | unclear | Homes differ from lane to lane | walk
workshops-labour | networks | not poor | Workers know each other and what others pay | talks at the gate
workshops-labour | social_protection | poor | One in six says that the owner pays into a fund | union
own-account-printers | profits_and_revenues | poor | Sales cover cloth and dye and little more
    | talks in the lanes
own-account-printers | income_retained | poor | What is left goes to the trader who lent the cloth
    | talks in the lanes
own-account-printers | security_of_work | poor | Without a fair there are no buyers for weeks | craft trust
own-account-printers | networks | not poor | Some show their cloth at city fairs | craft trust
own-account-printers | basic_needs | unclear | Houses are owned, but in poor repair | walk
own-account-printers | social_protection | poor | None has a card as a worker or as a firm | health centre
subcontractors | income_retained | poor | Late payment eats the margin | talks with subcontractors
subcontractors | security_of_work | poor | One workshop gives nearly all the orders
    | talks with subcontractors
subcontractors | profits_and_revenues | unclear | Good in the season, nothing in the rains | bank
subcontractors | networks | not poor | They meet at the steam house each morning | walk
subcontractors | personal_wellbeing | not poor | Most have finished school | ward book
small-workshops | profits_and_revenues | poor | Two in five say that they made no profit last year
    | association's list
small-workshops | social_protection | poor | No insurance against fire or illness | workshop owners
small-workshops | networks | not poor | Members of the association | association's list
small-workshops | basic_needs | not poor | Brick houses with water and light | walk
cloth-suppliers | profits_and_revenues | not poor | Steady sales to three clusters | cloth suppliers
cloth-suppliers | basic_needs | not poor | Brick houses and motor vehicles | walk
dye-suppliers | profits_and_revenues | not poor | Sales follow the season, margins are good | dye suppliers
dye-suppliers | security_of_work | unclear | The rules on dyes change often | dye suppliers
large-producers | profits_and_revenues | not poor | Export orders all year | exporters
large-producers | income_retained | not poor | New buildings in the last two years | walk
large-producers | networks | not poor | In touch with buyers abroad | exporters
traders | profits_and_revenues | not poor | Margins on cloth and on credit | talks in the lanes
traders | income_retained | not poor | Other income from shops and land | ward book
exporters | profits_and_revenues | not poor | Two seasons a year with fixed buyers | exporters
exporters | security_of_work | unclear | Buyers change with fashion | exporters
domestic-shops | profits_and_revenues | not poor | Shops in good streets | mapping visit
domestic-shops | security_of_work | poor | Rents rise faster than sales | mapping visit
""",
    ),
    "mapping/characteristics": (
        "characteristic,score,basis,evidence,assessor",
        """
location | 3 | data | Town wards and lanes at the river, few firms registered | researcher
location | 3 | assessor | Informal, but with a road and a market | local colleague
geographical_spread | 1 | data | One town of 46,200 people | researcher
geographical_spread | 2 | assessor | Two villages near the town print as well | local colleague
type_of_firms | 5 | data | 1,680 of about 2,000 units are own-account or home work | researcher
type_of_firms | 4 | assessor | Small workshops give much of the work | local colleague
type_of_sector | 5 | assessor | Blocks, tables and hands | researcher
type_of_sector | 5 | assessor | Hardly a machine but the steamer | local colleague
cluster_organization | 3 | data | Orders run down from exporter to home | researcher
cluster_organization | 5 | assessor | Workshops also share tables and steam | local colleague
type_of_good | 5 | assessor | Craft cloth in old patterns | researcher
type_of_good | 5 | assessor | Craft | local colleague
nature_of_market | 4 | data | 38 percent of output is sold abroad | researcher
nature_of_market | 3 | assessor | Exports grow | local colleague
employment | 5 | data | Fewer than one worker in four has a contract | researcher
employment | 5 | assessor | Day by day | local colleague
labour_skills | 2 | assessor | Printing takes years to learn | researcher
labour_skills | 3 | assessor | Washing and folding take none | local colleague
linkages_to_other_sectors | 3 | assessor | Cloth from outside, dyes and blocks from here | researcher
linkages_to_other_sectors | | | Not looked into | local colleague
gender_and_difference | 4 | data | 53 percent women, 42 percent of them cannot read | researcher
gender_and_difference | 4 | assessor | Women print the borders at home | local colleague
household_and_community | 3 | data | Light in most homes, piped water in 57 percent | researcher
household_and_community | 4 | assessor | Lanes at the river flood | local colleague
social_capital | 3 | assessor | Strong within a lane, weak between lanes | researcher
social_capital | 2 | assessor | Savings groups meet every week | local colleague
social_provisioning | 4 | data | 36 percent of households live far from a health centre | researcher
social_provisioning | | | Not agreed | local colleague
public_sector_support | 4 | assessor | One office, one officer | researcher
public_sector_support | 4 | assessor | Subsidies reach the registered firms | local colleague
agglomeration_economies | 3 | assessor | Block cutters, dyers and washers within a mile | researcher
agglomeration_economies | 4 | assessor | Buyers come because all is here | local colleague
joint_action | 2 | assessor | A fair a year, and talks on effluent | researcher
joint_action | 3 | assessor | Shared steam house since 2021 | local colleague
upgrading | | | Too early to tell | researcher
upgrading | | | Too early to tell | local colleague
growth_trajectory | 3 | data | Output back at 88 percent of 2019 | researcher
growth_trajectory | 3 | assessor | Steady | local colleague
promotability | 5 | assessor | Programme, association and bank want to work together | researcher
promotability | 4 | assessor | The association is willing, the traders are not | local colleague
""",
    ),
    "mapping/informants": (
        "informant,role,actor,institution,named_by",
        """
I-01 | secretary of the association | | printers-association |
I-02 | officer for industries | | industries-office | I-01
I-03 | owner of a workshop | small-workshops | | I-01
I-04 | exporter | exporters | | I-01
I-05 | forewoman | workshops-labour | | I-03
I-06 | printer by the day | workshops-labour | | I-05
I-07 | washer of cloth | workshops-labour | | I-05
I-08 | steamer | subcontractors | | I-03
I-09 | trader who gives out work | traders | | I-04
I-10 | home worker | homeworkers | | I-09
I-11 | leader of a savings group | | women-federation | I-10
I-12 | home worker, widowed | homeworkers | | I-11
I-13 | schoolteacher | | |
I-14 | own-account printer | own-account-printers | | I-13
I-15 | own-account printer, a woman | own-account-printers | | I-14
I-16 | union organiser | | workers-union | I-06
I-17 | nurse of the health centre | | health-centre | I-13
I-18 | dealer in dyes | dye-suppliers | | I-08
""",
    ),
    "mapping/groups": (
        "mapped_group,label,actor,box4_group,gender,difference,people,citation",
        """
home-women-majority | Women home workers of the majority religion | homeworkers | home_worker | women
    | majority religion | 815 | walk through the lanes
home-women-minority | Women home workers of a religious minority | homeworkers | home_worker | women
    | religious minority | 460 | walk through the lanes
home-men | Men who print at home by the piece | homeworkers | home_worker | men | | 35
    | walk through the lanes
wage-men | Men in waged work | workshops-labour | wage_labour | men | | 1015 | association's list
wage-women | Women in waged work | workshops-labour | wage_labour | women | | 705 | association's list
own-account | Own-account printers | own-account-printers | own_account_worker | | | 690
    | walk through the lanes
small-subcontractors | Small subcontractors | subcontractors | small_subcontractor | | | 300 | mapping visit
subcontractors-family | Family members who help subcontractors | subcontractors | family_labour | | | 220
    | mapping visit
workshop-owners | Owners of small workshops | small-workshops | small_firm | | | 96 | association's list
exporters-owners | Owners and staff of export houses | exporters | small_firm | | | 140 | association's list
""",
    ),
    "mapping/node_judgements": (
        "actor,likelihood,assessor,reason",
        """
domestic-shops | none | lead researcher | Shops seen in two cities have stock and staff; the one sign of
    poverty speaks of hawkers at their doors
""",
    ),
    "mapping/institution_positions": (
        "institution,poverty_group,position,tension,reason,part",
        """
women-federation | home-worker-women | supports | none | Lends to them and speaks for them at the ward
    | calls the participants' workshop
women-federation | wage-women | supports | some | Few workshop women have time for its meetings |
workers-union | wage-men | supports | none | Bargains for them each year | feeds results back to members
workers-union | wage-women | mixed | some | Their claims for equal pay come last on its list |
workers-union | home-worker-women | neutral | some | Holds that piece work at home presses wages down |
printers-association | wage-men | opposes | strong | Speaks for the owners when wages are set |
printers-association | wage-women | opposes | strong | Speaks for the owners when wages are set |
printers-association | own-account | mixed | some | Open to them by its rules, but the fee is a week's income
    | hosts the stakeholders' workshop
printers-association | small-subcontractors | neutral | some | Sets the prices of steaming among its members |
programme-office | home-worker-women | neutral | some | Has no service that reaches the home
    | commissions the study
programme-office | wage-men | supports | none | Trains them in safe work | commissions the study
programme-office | small-subcontractors | supports | none | Training and first contracts
    | commissions the study
industries-office | own-account | neutral | none | Registers only those who have a shop |
craft-trust | home-worker-women | supports | none | Fair-trade orders for a few dozen |
""",
    ),
    "mapping/answers": (
        "question,answer,complete,citation",
        """
cluster.firms_differentiation | By the length of the cloth they can print at once and by market: home market,
    fairs, export by sample | no | talk with the association
institutions.associations | One association of owners; printers on own account and subcontractors have none
    | yes | talk with the association
""",
    ),
    "mapping/comparison_candidates": (
        "candidate,label,kind,alike,unlike,spill_over,likely,reason",
        """
chhapnagar | Localities of Chhapnagar (invented) | comparable cluster
    | Same trade, district, groups and buyers' season; no programme
    | A little less cloth printed, one exporter fewer
    | None seen: 60 km away, other traders | yes | The only cluster with the same groups in enough number
rangpura-outside | Localities of Rangpura that the programme has not reached | outside the programme
    | Same town, same traders | Further from the river | Traders and orders move between the localities
    | no | The programme would reach them through the same traders
""",
    ),
    "design/pilot": (
        "item,kind,decision,reason",
        """
home-worker-women | group | keep | Told apart from women in workshops by place, pay and say
wage-workers | group | change | Women and men are paid for other tasks, so the group was split in two
dyers | group | drop | Too few in the localities to stand as a group; counted with the workshops' workers
household | unit | change | One worker a household is asked, with a few questions on the household
income_month | indicator | keep | Answered by nearly all, in steps of fifty rupees
guard_on_machine | question | change | Reads 'the steamer or other machine' where work is at home
housing_durable_walls | indicator | drop | Walls hardly differ from lane to lane
dye_allergy | indicator | keep | Named by four groups of women; worded with the nurse
matrix ranking with seeds | tool | keep | Everyone can take part without reading
wheel diagram | tool | drop | Taken for a game of chance
time line | tool | change | Drawn by festivals in place of years
interview in the workshop | method | change | Held at home or at the tea stall, away from the owner
focus-group guide | schedule | change | Asks of the last monsoon first, then of the years before
""",
    ),
    "design/indicator_decisions": (
        "poverty_group,indicator,decision,reason,decided_by",
        """
home-worker-women | written_contract | keep
    | The programme wants orders on paper; the women put it last because none of them had ever seen one
    | lead researcher, with the steering committee
own-account | dye_allergy | drop | They use the old dyes, so nothing can change while the study runs
    | lead researcher
""",
    ),
    "design/poverty_lines": (
        "specification,area,wave,line,price_index",
        """
earnings | all | baseline | 5200 | 100
earnings | all | followup | 5200 | 111
""",
    ),
    "design/training": (
        "role,topic,held_on,days,trained,note",
        """
facilitators of focus groups | Matrix ranking with seeds, time lines, and how to keep silent
    | 2021-11-25 | 2 | 2 |
enumerators | Consent, questions to ask in private, and what to do when somebody is upset
    | 2021-12-01 | 2 | 8 |
enumerators | The form, on the telephone and on paper, in pairs | 2021-12-03 | 2.5 | 8
    | In both languages of the lanes
field coordinator | Checks of each evening, and corrections | 2021-12-06 | 1 | 1 |
enumerators | Pilot interviews in two lanes outside the sample, talked over each evening
    | 2021-12-08 | 2 | 8 |
""",
    ),
    "design/methods": (
        "stage,kind,method,purpose,by,role_in_box",
        """
initial | qualitative | Key informant interviews | to find the groups, and where and when they can be met
    | researchers | plan_participation
initial | participatory | Matrix ranking in focus groups | to learn what matters to each group
    | facilitators of focus groups | choose_indicators
initial | quantitative | Pilot of the form | to see which questions are understood | enumerators
    | pilot_questionnaires
during | quantitative | Survey of a drawn sample in two waves | to measure who gained and who lost
    | enumerators | assess_reliability
during | participatory | Focus groups with time lines | to hear what changed, and why
    | facilitators of focus groups | explore_with_groups
during | qualitative | Open questions of the interview guide | to learn what lies behind an answer
    | enumerators | explore_in_depth
towards the end | participatory | Workshops of the groups | to check the findings, and to find actions
    | facilitators of focus groups | test_recommendations
""",
    ),
    "feedback/workshops": (
        "finding,workshop,kind,held_on,participants,role,poverty_group,verdict,comment",
        """
income_month/home-worker-women | people-of-the-lanes | participants | 2024-05-13 | 24
    | home worker | home-worker-women | confirmed
    | The bundles go to the workshops now
workdays_month/home-worker-women | people-of-the-lanes | participants | 2024-05-13 | 24
    | home worker | home-worker-women | confirmed
    | We wait at the door for the trader
income_month/wage-men | people-of-the-lanes | participants | 2024-05-13 | 24
    | printer by the day | wage-men | confirmed
    | More days and a better rate
safe_workplace/wage-women | people-of-the-lanes | participants | 2024-05-13 | 24
    | washer of cloth | wage-women | contested
    | There are gloves, but the new vats stand in a closed room
say_over_income/wage-women | people-of-the-lanes | participants | 2024-05-13 | 24
    | forewoman | wage-women | confirmed
    | Pay comes to our own accounts
income_month/own-account | people-of-the-lanes | participants | 2024-05-13 | 24
    | own-account printer | own-account | contested
    | The figures leave out that cloth costs more
training_days_year/small-subcontractors | people-of-the-lanes | participants | 2024-05-13 | 24
    | steamer | small-subcontractors | confirmed
    | The course was long and worth it
income_month/home-worker-women | offices-and-firms | stakeholders | 2024-05-16 | 17
    | trader | | contested
    | Women take other work by choice
income_month/home-worker-women | offices-and-firms | stakeholders | 2024-05-16 | 17
    | leader of a savings group | | confirmed
    | Loans for food have doubled in the groups
safe_workplace/wage-women | offices-and-firms | stakeholders | 2024-05-16 | 17
    | officer for industries | | comment
    | The centre was built for fewer vats than stand there
debt_burden/small-subcontractors | offices-and-firms | stakeholders | 2024-05-16 | 17
    | branch of the bank | | comment
    | Most loans are for steamers and are paid on time
written_contract/wage-men | offices-and-firms | stakeholders | 2024-05-16 | 17
    | union organiser | | confirmed |
safe_workplace/wage-women | first-meeting | participants | 2022-03-19 | 19
    | washer of cloth | wage-women | contested
    | Nobody asked us before the list was made
""",
    ),
    "feedback/attendance": (
        "workshop,wave,focus_group,people",
        """
first-meeting | baseline | FG-11 | 1
first-meeting | baseline | FG-21 | 1
first-meeting | baseline | FG-32 | 1
people-of-the-lanes | followup | FG-11 | 1
people-of-the-lanes | followup | FG-12 | 1
people-of-the-lanes | followup | FG-21 | 1
people-of-the-lanes | followup | FG-22 | 1
people-of-the-lanes | followup | FG-31 | 1
people-of-the-lanes | followup | FG-41 | 1
people-of-the-lanes | followup | FG-42 | 1
people-of-the-lanes | followup | FG-51 | 2
""",
    ),
    "feedback/recommendations": (
        "recommendation,statement,workshop,kind,held_on,proposed_by,standing,finding,action",
        """
share-of-orders | Let the centre give a third of its border work to women who print at home
    | offices-and-firms | stakeholders | 2024-05-16 | leader of a savings group | supported
    | income_month/home-worker-women | bundles-for-homes
posted-rates | Post the piece rates of each week at the centre and in the lanes
    | offices-and-firms | stakeholders | 2024-05-16 | union organiser | disputed
    | income_month/home-worker-women |
season-loans | Let loans be paid back after the season and not by the month
    | offices-and-firms | stakeholders | 2024-05-16 | branch of the bank | noted
    | debt_burden/small-subcontractors | terms-of-loans
cloth-store | Open the store of the association to own-account printers
    | people-of-the-lanes | participants | 2024-05-13 | own-account printer | supported
    | income_month/own-account | cloth-on-account
""",
    ),
    "feedback/committee": (
        "seat,kind,poverty_group,role,since",
        """
women-of-the-lanes | poverty group | home-worker-women | home worker | 2024-06-15
printers-by-the-day | poverty group | wage-men | printer by the day | 2024-06-15
women-in-workshops | poverty group | wage-women | |
subcontractors | poverty group | small-subcontractors | steamer | 2024-06-15
programme | stakeholders | | manager of the common facility centre | 2024-06-15
state | stakeholders | | officer for industries | 2024-06-15
finance | stakeholders | | branch of the bank | 2024-06-15
""",
    ),
    "feedback/actions": (
        "action,statement,owner,due,status,finding,agreed_on",
        """
gloves-for-washers | Give each washer gloves and boots, and renew them twice a year
    | block printers' association | 2023-03-31 | under way | safe_workplace/wage-women | 2022-03-19
list-of-dyes | Hang a list of harmful dyes in each workshop
    | health post | 2022-12-31 | done | | 2022-03-19
monitoring-committee | Set up a poverty monitoring committee with two people of each group
    | chair of the steering committee | 2024-06-15 | done | | 2024-05-17
bundles-for-homes | Reserve a third of the centre's border work for women who print at home
    | manager of the common facility centre | 2024-10-31 | under way
    | income_month/home-worker-women | 2024-05-17
women-in-the-workshop | Open a creche at the centre so that home workers can take workshop jobs
    | federation of savings groups | 2025-03-31 | open | workdays_month/home-worker-women | 2024-05-17
air-for-the-vats | Put fans over the new vats and measure the air
    | manager of the common facility centre | 2024-09-30 | under way | safe_workplace/wage-women | 2024-05-17
cloth-on-account | Buy cloth together, so that own-account printers pay the workshops' price
    | block printers' association | 2024-12-31 | open | income_month/own-account | 2024-05-17
terms-of-loans | Talk with the bank on terms that follow the season
    | officer for industries | 2024-08-31 | open | debt_burden/small-subcontractors | 2024-05-17
read-out | Read the summary of each group out in its own lanes
    | field coordinator | 2024-07-31 | done | | 2024-05-17
""",
    ),
    "feedback/earlier_findings": (
        "report,reported_on,finding,direction,claim,statement,respondents",
        """
visit-of-2023 | 2023-03-20 | income_month/home-worker-women | worse | recall
    | Women home workers: earnings from work in the last month fell, as they recall. | 61
visit-of-2023 | 2023-03-20 | safe_workplace/wage-women | better | recall
    | Women in waged work: more have safety items at the workplace than they recall from before. | 48
visit-of-2023 | 2023-03-20 | debt_burden/small-subcontractors | better | recall
    | Small subcontractors: debt weighed less than they recall from before. | 40
visit-of-2023 | 2023-03-20 | income_month/own-account | worse | recall
    | Own-account printers: earnings from work in the last month fell, as they recall. | 44
visit-of-2023 | 2023-03-20 | written_contract/own-account | unchanged | recall
    | Own-account printers: about as many had a written contract as they recall from before. | 44
visit-of-2023 | 2023-03-20 | weeks_without_work_year/wage-men | better | recall
    | Men in waged work: fewer weeks without work than they recall from before. | 52
""",
    ),
}

# poverty group | indicator | change, first group | second group | importance | reasons | future
VOICES = {
    "baseline": """
home-worker-women | safe_workplace | unchanged | unchanged | 5 | Dyes are kept beside the food
    | A shed in the lane
home-worker-women | income_month | worse | unchanged | 4 | Rates stood still while prices rose | Rates posted
home-worker-women | workdays_month | unchanged | unchanged | 4 | Work comes and goes with the rains
    | Fixed orders
home-worker-women | say_over_income | better | unchanged | 5 | The savings group gives courage | More meetings
home-worker-women | debt_burden | worse | worse | 4 | Advances are never paid off | Loans from the group
wage-men | income_month | unchanged | unchanged | 5 | Rates were last raised years ago | A higher day rate
wage-men | workdays_month | worse | unchanged | 5 | Four months without work in 2020 | Orders for the rains
wage-men | written_contract | unchanged | unchanged | 3 | Nobody has seen one | A paper with the rate on it
wage-men | debt_burden | worse | worse | 4 | Borrowed in 2020, still paying | Wages on time
wage-men | dye_allergy | unchanged | uncertain | 2 | The same vats as ever | Gloves that fit
wage-women | safe_workplace | unchanged | unchanged | 5 | No gloves, wet floors | Gloves and boots
wage-women | income_month | unchanged | unchanged | 4 | Women are paid for folding, not printing | Equal rates
wage-women | say_over_income | unchanged | better | 5 | Pay is handed to the husband | Own accounts
wage-women | written_contract | unchanged | unchanged | 3 | Nobody has one | The same paper as the men
wage-women | dye_allergy | worse | unchanged | 4 | Hands burn by the evening | Other dyes
own-account | income_month | worse | unchanged | 5 | Cloth is dearer each season | Cloth at a fair price
own-account | debt_burden | worse | worse | 4 | Cloth comes on credit only | A fund of our own
own-account | workdays_month | unchanged | uncertain | 4 | Work when there is cloth | More fairs
own-account | training_days_year | unchanged | unchanged | 2 | No course was ever offered
    | Courses in the evening
own-account | dye_allergy | unchanged | unchanged | 2 | We use the old dyes | Advice on new dyes
small-subcontractors | income_month | unchanged | worse | 5 | Paid late, and less than agreed
    | Half paid before
small-subcontractors | workdays_month | unchanged | unchanged | 4 | One buyer only | More buyers
small-subcontractors | training_days_year | unchanged | unchanged | 3 | Learnt from the father
    | A course in steaming
small-subcontractors | debt_burden | worse | uncertain | 4 | Money lent until the buyer pays
    | A bank that lends
small-subcontractors | written_contract | unchanged | unchanged | 3 | A word is all there is | Orders on paper
""",
    "followup": """
home-worker-women | income_month | worse | worse | 4 | Borders are now printed at the centre, so fewer bundles
    reach the lanes | A share of the centre's work
home-worker-women | workdays_month | worse | worse | 4 | Some weeks no trader comes
    | Orders given out by the group
home-worker-women | say_over_income | worse | unchanged | 5 | Who brings less home is asked less
    | Work of one's own
home-worker-women | safe_workplace | unchanged | unchanged | 5 | Nothing came to the homes
    | A shed in the lane
home-worker-women | debt_burden | worse | worse | 4 | Loans for food | Lower interest in the group
wage-men | income_month | better | better | 5 | More orders, and a rate on paper | Keep the rate in the rains
wage-men | workdays_month | better | better | 5 | Steam and light let us work in the rains | The same for all
wage-men | written_contract | better | better | 3 | The centre takes no workshop without them | Copies for us
wage-men | debt_burden | better | uncertain | 4 | Some have paid off 2020 | A fund for bad months
wage-men | dye_allergy | better | better | 2 | New dyes, and gloves | Tests of the air
wage-women | safe_workplace | worse | worse | 5 | Gloves there are, but the vats are in a closed room and
    the hours are longer | Fans and breaks
wage-women | income_month | better | better | 4 | More days, and some of us print now | Equal rates
wage-women | say_over_income | better | better | 5 | Pay goes to our own accounts | Courses on money
wage-women | written_contract | better | unchanged | 3 | Those at the centre have one | One for each of us
wage-women | dye_allergy | unchanged | worse | 4 | Hands are better, breath is not | Other dyes
own-account | income_month | worse | worse | 5 | Cloth costs more since the centre buys so much | Buy together
own-account | debt_burden | unchanged | worse | 4 | The same trader, the same credit | A fund of our own
own-account | workdays_month | unchanged | unchanged | 4 | As before | More fairs
own-account | training_days_year | unchanged | unchanged | 2 | The courses are for the workshops
    | A course for us
own-account | dye_allergy | unchanged | uncertain | 2 | We use the old dyes | Advice on new dyes
small-subcontractors | income_month | better | uncertain | 5 | More orders, but the loan takes much
    | Pay on time
small-subcontractors | workdays_month | unchanged | unchanged | 4 | Busy before, busy now
    | Orders for the rains
small-subcontractors | training_days_year | better | better | 3 | Two weeks of steaming and book-keeping
    | More
small-subcontractors | debt_burden | worse | worse | 4 | We borrowed for steamers
    | Terms that follow the season
small-subcontractors | written_contract | better | better | 3 | The centre asks for orders on paper
    | Fines for delay
""",
}

if __name__ == "__main__":
    main()
