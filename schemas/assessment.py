"""Phase one: the plan of the assessment as it stands in assessment.toml.

Every key is named here; an unknown one is refused with the nearest known one.
"""

from __future__ import annotations

import difflib
import itertools
import math
import re
import typing
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from schemas import roles, slips
from schemas.faults import Fault, Refused
from schemas.toml import read_toml

Name = Annotated[str, Field(pattern=slips.NAME, max_length=60)]
Words = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0)]


RESERVED = ("all", "none", "never")
"""Words that stand for something in the tables: all of a kind, no wave, a programme that never began."""


def _not_reserved(name: str) -> str:
    if name.casefold() in RESERVED:
        raise ValueError(
            f"'{name}' has a meaning of its own in the tables, as have {', '.join(RESERVED)}: take another"
        )
    return name


LanguageCode = Annotated[str, Field(pattern=slips.LANGUAGE)]
OwnName = Annotated[Name, AfterValidator(_not_reserved)]


def _each_once(names: list[str]) -> list[str]:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"'{twice[0]}' stands there twice: name it once")
    return names


class Part(BaseModel):
    """A table of the plan: no key but those named here."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_yes_or_no_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false where a number is asked for: they would pass as 1 and 0."""
        kinds = _kinds(cls.model_fields[info.field_name or ""].annotation)
        if bool not in kinds and kinds & {int, float} and _holds_yes_or_no(value):
            raise ValueError("true and false are no numbers: write a number, such as 1")
        return value


def _kinds(annotation: Any) -> set[Any]:
    """Return the plain types inside an annotation such as list[Positive] | None."""
    inner = typing.get_args(annotation)
    return set().union(*map(_kinds, inner)) if inner else {annotation}


def _holds_yes_or_no(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_yes_or_no, value.values()))
    if isinstance(value, list):
        return any(map(_holds_yes_or_no, value))
    return isinstance(value, bool)


class AssessmentPart(Part):
    """What is assessed, why, and what the report will bear."""

    id: Name
    title: Words
    cluster: Words
    country: Words
    sector: Words
    programme: str = ""
    approach: Literal["improving", "proving"]
    study_design: Literal["one-off", "repeat", "longitudinal"]
    aims: list[Words] = Field(min_length=1)
    expected_outputs: list[Words] = []
    report_date: date
    public: bool = False


def _to_a_tenth(degrees: float) -> float:
    return round(degrees, 1) + 0.0


Latitude = Annotated[float, Field(ge=-90, le=90), AfterValidator(_to_a_tenth)]
Longitude = Annotated[float, Field(ge=-180, le=180), AfterValidator(_to_a_tenth)]


class Position(Part):
    """Where the cluster lies, for the map of a portfolio, in degrees; north and east are above nought.

    Whatever is written there is known to a tenth of a degree, about 11 km: no workshop is found by it.
    """

    latitude: Latitude
    longitude: Longitude


class Agreement(Part):
    """Who commissioned the assessment and agreed to the plan, by role, and when."""

    commissioner: Words
    agreed_by: Words
    agreed_on: date


class MappingVisit(Part):
    """The first visit to the cluster and what it found feasible."""

    first_day: date
    last_day: date
    by: Words
    feasible: list[Words] = Field(min_length=1)
    not_feasible: list[Words] = []


class NodeInScope(Part):
    """A decision on one actor of the map."""

    node: Name
    covered: bool
    reason: Words


class ScopePart(Part):
    """How far along the chain the assessment goes."""

    statement: Words
    node: list[NodeInScope] = []


class TimeFrame(Part):
    """First and last month of the assessment."""

    start: date
    end: date


class Resources(Part):
    """What there is to do it with."""

    budget: Positive | None = None
    currency: str = ""
    staff_days: Positive | None = None
    team: list[Words] = []


class PovertyGroup(Part):
    """A poverty group: a node, a group of Box 4, a gender and a difference."""

    id: OwnName
    label: Words
    node: Name
    box4_group: Literal[
        "small_firm",
        "micro_entrepreneur",
        "own_account_worker",
        "small_subcontractor",
        "wage_labour",
        "home_worker",
        "contract_labour",
        "family_labour",
    ]
    gender: Literal["women", "men", "mixed"] | None = None
    difference: Annotated[str, AfterValidator(_not_reserved)] | None = None


class NodeRule(Part):
    """How many of the nine kinds of evidence make a node vulnerable or likely poor."""

    vulnerable: int = Field(default=2, ge=1, le=9)
    likely: int = Field(default=4, ge=1, le=9)

    @model_validator(mode="after")
    def _in_order(self) -> NodeRule:
        if self.likely <= self.vulnerable:
            raise ValueError("'likely' must be larger than 'vulnerable'")
        return self


Percent = Annotated[float, Field(ge=0, le=100)]
ByRule = Literal["employment", "gender_and_difference", "type_of_firms", "location"]


class Table2Rules(Part):
    """How a figure of the map becomes a score of Table 2; [] switches a rule off.

    The study prints no cut points: these are a convention of psia. Two rows ask what most are: one cut point.
    """

    employment: list[Percent] = [20, 40, 60, 80]
    gender_and_difference: list[Percent] = [25, 50, 75]
    type_of_firms: list[Percent] = [50]
    location: list[Percent] = [50]
    covered: Percent = 50
    assessors_first: list[ByRule] = ["gender_and_difference"]

    @model_validator(mode="after")
    def _cut_points(self) -> Table2Rules:
        for name, number in (
            ("employment", 4),
            ("gender_and_difference", 3),
            ("type_of_firms", 1),
            ("location", 1),
        ):
            cuts = getattr(self, name)
            if cuts and (len(cuts) != number or sorted(set(cuts)) != cuts or cuts[0] == 0):
                raise ValueError(
                    f"'{name}' needs {number} cut point{'s' if number > 1 else ''} above 0, each larger than "
                    "the one before, in percent; [] switches the rule off"
                )
        return self


class Thresholds(Part):
    """Limits that decide; each has a usual value."""

    poverty_nodes: NodeRule = NodeRule()
    table_2: Table2Rules = Table2Rules()
    largest_standardized_difference: Positive = 0.25
    missing_share_warning: float = Field(default=0.2, ge=0, le=1)
    indicators_per_group: int = Field(default=5, ge=1)


class Seeds(Part):
    """Where each random choice starts."""

    sampling: int = Field(default=20041204, ge=0, lt=2**63)
    priorities: int = Field(default=20041204, ge=0, lt=2**63)


Count = Annotated[int, Field(strict=True, ge=1)]
_OF_CLUSTERS = ("clusters", "clusters_in", "per_cluster", "draw_clusters")


class Sampling(Part):
    """How respondents are chosen from the frame (docs/sampling.md).

    clusters and clusters_in: clusters (PSUs) drawn in each stratum; per_cluster: units in each of them.
    replacements: how many are listed for each stratum, or for each drawn cluster. households: size of a
    sub-sample of the drawn people's households. degrees_of_freedom: of the interval of an estimate for a part
    of the sample, counted over all units of the strata that the part reaches (`strata`), or over the units
    with a respondent of it alone (`respondents`). lonely_psu, finite_population and
    share_intervals: docs/estimates.md.
    """

    design: Literal["representative", "purposive", "census", "randomised", "undeclared"] = "undeclared"
    degrees_of_freedom: Literal["strata", "respondents"] = "strata"
    lonely_psu: Literal["center", "certainty", "refuse"] = "center"
    finite_population: bool = False
    share_intervals: Literal["logit", "linear"] = "logit"
    method: Literal["simple", "systematic", "stratified", "pps", "two_stage"] = "stratified"
    size: Count | None = None
    allocation: Literal["proportional", "equal", "neyman"] = "proportional"
    deviations: dict[str, Positive] = {}
    sizes: dict[str, Count] = {}
    clusters: Count | None = None
    clusters_in: dict[str, Count] = {}
    draw_clusters: Literal["by_size", "simple"] = "by_size"
    per_cluster: Count | None = None
    replacements: int = Field(default=0, strict=True, ge=0)
    unit: Literal["individual", "household", "group"] = "individual"
    households: Count | None = None

    @property
    def by_chance(self) -> bool:
        """Return whether respondents are drawn by chance."""
        return self.design in ("representative", "randomised")

    @property
    def weighs_households(self) -> bool:
        """Return whether figures of households are wanted, so that each needs a weight of its own."""
        return self.unit == "household" or self.households is not None

    def _says(self, key: str) -> bool:
        """Return whether a key says anything but what holds without it."""
        return getattr(self, key) != type(self).model_fields[key].default

    @model_validator(mode="after")
    def _one_way(self) -> Sampling:
        if self.size and self.sizes:
            raise ValueError("give either 'size' (spread over the strata) or 'sizes', not both")
        if self.clusters and self.clusters_in:
            raise ValueError("give either 'clusters' (in each stratum) or 'clusters_in', not both")
        for key in ("method", "allocation", *_OF_CLUSTERS) if not self.by_chance else ():
            if not self._says(key):
                continue
            raise ValueError(f"'{key}' goes with a draw by chance: design = 'representative' or 'randomised'")
        if (self.size or self.sizes) and not self.by_chance:
            key = "size" if self.size else "sizes"
            instead = {"purposive": "design/quotas says how many are wanted"}
            raise ValueError(
                f"'{key}' goes with a draw by chance: design = 'representative' or 'randomised'; "
                + instead.get(self.design, "here everybody on the list is asked")
            )
        if self.design in ("census", "undeclared") and self.replacements:
            raise ValueError("'replacements' goes with a draw or with quotas: here nobody is left over")
        if self.finite_population and not (self.by_chance or self.design == "census"):
            raise ValueError("'finite_population' goes with a draw by chance or a census of a known frame")
        if self.unit != "individual" and self.households:
            raise ValueError("'households' draws a sub-sample of people's households: unit = 'individual'")
        return self

    @model_validator(mode="after")
    def _fits_its_method(self) -> Sampling:
        of_clusters = [key for key in _OF_CLUSTERS if self._says(key)]
        if self.method == "two_stage":
            if not (self.clusters or self.clusters_in) or not self.per_cluster:
                raise ValueError("method = 'two_stage' needs 'clusters' (or 'clusters_in') and 'per_cluster'")
            if self.size or self.sizes:
                raise ValueError("with method = 'two_stage' the size follows: clusters times per_cluster")
            if self.finite_population and self.draw_clusters == "by_size":
                raise ValueError(
                    "'finite_population' needs clusters of the same chance: draw_clusters = 'simple'"
                )
        elif of_clusters:
            raise ValueError(f"'{of_clusters[0]}' goes with method = 'two_stage'")
        if self.method == "simple" and (self.sizes or self.allocation != "proportional"):
            raise ValueError("method = 'simple' knows no strata: it needs 'size' alone")
        if self.allocation != "proportional" and not self.size:
            raise ValueError("'allocation' says how 'size' is spread over the strata: give 'size'")
        if (self.allocation == "neyman") != bool(self.deviations):
            raise ValueError("allocation = 'neyman' and 'deviations' (stratum = deviation) go together")
        return self


class Weighting(Part):
    """How design weights are adjusted; what is left out is not done.

    nonresponse: columns that make classes of those drawn, for those of them who were not interviewed.
    attrition: columns of the first wave that make classes, for those who were not interviewed again.
    calibration: how weights are fitted to the known numbers of people in design/margins.
    """

    nonresponse: list[Words] = []
    attrition: list[Words] = []
    calibration: Literal["", "raking", "post_stratification", "linear"] = ""


Share = Annotated[float, Field(ge=0, lt=1)]


class ShareByArm(Part):
    """A share of the people drawn, in each arm."""

    programme: Share = 0.0
    comparison: Share = 0.0


class SizedIndicator(Part):
    """What is assumed of an indicator before the programme: a mean and its deviation, or a share."""

    indicator: Name
    mean: float | None = None
    standard_deviation: Positive | None = None
    share: float | None = Field(default=None, gt=0, lt=1)
    icc: float | None = Field(default=None, ge=0, le=1)
    baseline_correlation: Share | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> SizedIndicator:
        if (self.share is None) == (self.standard_deviation is None):
            raise ValueError("give either 'standard_deviation' (with 'mean') or 'share'")
        if self.share is not None and self.mean is not None:
            raise ValueError("'mean' goes with 'standard_deviation'; a share is its own mean")
        return self


class SampleSize(Part):
    """What is assumed to say which change the sample can show. Without a draw its people stand here."""

    power: float = Field(default=0.8, ge=0.5, lt=1)
    level: float = Field(default=0.05, gt=0, le=0.2)
    estimator: Literal["difference", "ancova", "difference_in_differences"] = "difference_in_differences"
    baseline_correlation: Share = 0.0
    icc: float = Field(default=0.0, ge=0, le=1)
    refusal: ShareByArm = ShareByArm()
    attrition: ShareByArm = ShareByArm()
    programme: int | None = Field(default=None, ge=2)
    comparison: int | None = Field(default=None, ge=2)
    clusters: int | None = Field(default=None, ge=2)
    cost_per_interview: Positive | None = None
    indicator: list[SizedIndicator] = []

    @model_validator(mode="after")
    def _whole(self) -> SampleSize:
        names = [one.indicator for one in self.indicator]
        if len(set(names)) < len(names):
            raise ValueError("an indicator stands there twice")
        if (self.programme is None) != (self.comparison is None):
            raise ValueError("give the people of both arms, 'programme' and 'comparison', or of neither")
        if self.clusters and self.programme is None:
            raise ValueError("'clusters' goes with 'programme' and 'comparison'")
        return self


class Matching(Part):
    """How the comparison group is made like the programme group; docs/comparison.md says which method when.

    covariates: those of [comparison] unless named. exact: columns in which a pair is the same. caliper: how
    far apart the two of a pair may be, in standard deviations of the score's log odds.
    """

    method: Literal["propensity", "mahalanobis", "entropy_balancing"]
    covariates: list[Words] = []
    exact: list[Words] = []
    caliper: Positive | None = None
    neighbours: int = Field(default=1, ge=1, le=50)
    replacement: bool = False

    @model_validator(mode="after")
    def _pairs_or_weights(self) -> Matching:
        if self.method == "entropy_balancing":
            for key in ("exact", "caliper", "neighbours", "replacement"):
                if key in self.model_fields_set:
                    raise ValueError(
                        "entropy_balancing weighs the whole comparison group and makes no pairs: leave out"
                        f" '{key}'"
                    )
        return self


_NO_CHARACTERISTIC = ("respondent", "household", "arm", "wave")


class Comparison(Part):
    """The counterfactual: how the arms were formed, made alike, and what may have spilled over.

    same_buyer: a column of the first wave that says to whom people sell; who shares one is told as a risk.
    """

    assignment: Literal["randomised", "not randomised"] = "not randomised"
    description: str = ""
    spill_over: list[Words] = []
    same_buyer: str = ""
    covariates: list[Words] = []
    arm_from: str = ""
    matching: Matching | None = None

    @model_validator(mode="after")
    def _matched_on_something(self) -> Comparison:
        if self.matching and not self.matched_on:
            raise ValueError(
                "a matching needs 'covariates', what people were like before: here, or under"
                " [comparison.matching]"
            )
        return self

    @model_validator(mode="after")
    def _no_ids(self) -> Comparison:
        exact = self.matching.exact if self.matching else []
        for name in (*self.balanced_on, *exact, self.same_buyer):
            if name in _NO_CHARACTERISTIC:
                raise ValueError(
                    f"'{name}' says who somebody is, or where the answer is from, and not what people were"
                    " like: name columns that several people share"
                )
        return self

    @property
    def matched_on(self) -> list[str]:
        """Return the covariates of the matching, those of the balance unless it names its own."""
        return (self.matching.covariates if self.matching else []) or self.covariates

    @property
    def balanced_on(self) -> list[str]:
        """Return the covariates whose balance is told: those of [comparison], then others of the matching."""
        return list(dict.fromkeys([*self.covariates, *self.matched_on]))


class Instruments(Part):
    """What `psia form` asks beside the indicators' questions, and in which languages.

    languages: codes such as fr; none named, every language that there is. programme_began: what people are
    asked to think back to. carried_out_by and contact stand in the words before the consent.
    """

    languages: list[LanguageCode] | None = None
    programme_began: date | None = None
    carried_out_by: str = ""
    contact: str = ""
    currency: str = ""
    members: bool = False
    eligible_members: bool = False


class Freeze(Part):
    """What the pilot led to: the forms that are final, and since when.

    versions: wave -> version of its form, as `psia form` tells it.
    """

    frozen_on: date
    versions: dict[str, Annotated[str, Field(pattern=slips.INSTRUMENT)]] = {}


class WaveColumns(Part):
    """Which column of the file holds what. A key left out: the column bears that name, or is not there."""

    respondent: str = ""
    wave: str = ""
    arm: str = ""
    node: str = ""
    poverty_group: str = ""
    gender: str = ""
    difference: str = ""
    weight: str = ""
    stratum: str = ""
    cluster: str = ""
    household: str = ""
    enumerator: str = ""
    consent: str = ""
    birth_year: str = ""
    revision: str = ""


class LogColumns(Part):
    """Which column of a foreign log of corrections holds what. A key left out: the log does not have it."""

    key: Words
    variable: Words
    new: Words
    old: str = ""
    reason: str = ""
    who: str = ""
    when: str = ""


class LogValues(Part):
    """What stands for an empty cell of a foreign log, and for a column that it does not have."""

    reason: str = ""
    who: str = ""
    when: date | None = None


class RowsThat(Part):
    """The rows of a foreign log whose column holds one of some words."""

    column: Words
    values: list[Words] = Field(min_length=1)


class CorrectionLog(Part):
    """A log of corrections in another layout than psia's, and how it is read (docs/waves.md).

    remove: its rows that take an interview out; skip: those that change nothing. check_old = "as stated"
    checks an old value only where the log states one; "always" takes an empty cell for a missing answer.
    """

    file: Words
    columns: LogColumns
    values: LogValues = LogValues()
    remove: RowsThat | None = None
    skip: RowsThat | None = None
    check_old: Literal["always", "as stated"] = "always"
    date_format: Words = "%Y-%m-%d"

    @model_validator(mode="after")
    def _whole(self) -> CorrectionLog:
        for key in ("reason", "who", "when"):
            if not getattr(self.columns, key) and not getattr(self.values, key):
                raise ValueError(
                    f"say who, when and why: name a column for '{key}', or a value under 'values'"
                )
        if self.check_old == "always" and not self.columns.old:
            raise ValueError("name the column 'old', or write check_old = 'as stated' for a log without one")
        return self


class WaveTimes(Part):
    """Which column says when an interview was held. Those of an export are known and need not be named."""

    day: str = ""
    start: str = ""
    end: str = ""
    submitted: str = ""
    minutes: str = ""
    form_version: str = ""


Tolerance = Annotated[float, Field(ge=0)] | Annotated[str, Field(pattern=slips.PERCENT)]


class BackCheck(Part):
    """What a back-check compares: questions by type (1 to 3), and how far two answers may be apart.

    Left out, every question of both files is compared, without a type.
    """

    type_1: list[Words] = []
    type_2: list[Words] = []
    type_3: list[Words] = []
    tolerance: dict[str, Tolerance] = {}

    @property
    def types(self) -> dict[str, int]:
        """Return question -> its type."""
        listed = ((1, self.type_1), (2, self.type_2), (3, self.type_3))
        return {name: number for number, names in listed for name in names}

    @model_validator(mode="after")
    def _one_type_each(self) -> BackCheck:
        listed = [*self.type_1, *self.type_2, *self.type_3]
        if twice := sorted({name for name in listed if listed.count(name) > 1}):
            raise ValueError(f"'{twice[0]}' has two types: name it once")
        return self


class OdkForm(Part):
    """A form on a server of ODK Central, from which `psia pull` fetches the answers. Never a password."""

    server: Annotated[str, Field(pattern=slips.SERVER)]
    project: Annotated[int, Field(ge=1)]
    form: Words


class Wave(Part):
    """A wave of interviews. Without `interviews` its files are waves/<name>/interviews*.

    follow_up: a follow-up repeats the study, or is limited to recall and key informants. revisions: file ->
    number; where files disagree on a respondent, the highest decides.
    """

    name: OwnName
    label: str = ""
    role: Literal["pilot", "baseline", "follow-up", "only"] = "only"
    follow_up: Literal["", "repeat", "limited"] = ""
    starts_on: date | None = None
    ends_on: date | None = None
    interviews: str | list[Words] = ""
    revisions: dict[str, int] = {}
    corrections: list[CorrectionLog] = []
    members: str = "members"
    filter: str = ""
    columns: WaveColumns = WaveColumns()
    questions: dict[str, str] = {}
    recode: dict[str, dict[str, str]] = {}
    types: dict[str, Literal["number", "integer", "text", "yes_no"]] = {}
    dont_know: list[Words] = []
    refused_answer: list[Words] = []
    shortest_minutes: Positive | None = None
    times: WaveTimes = WaveTimes()
    back_check: BackCheck = BackCheck()
    odk: OdkForm | None = None

    @model_validator(mode="after")
    def _followed_up(self) -> Wave:
        if self.follow_up and self.role != "follow-up":
            raise ValueError("'follow_up' says how a follow-up is held: give this wave role = 'follow-up'")
        return self

    @model_validator(mode="after")
    def _of_one_place(self) -> Wave:
        if self.odk and self.interviews:
            raise ValueError(
                "'interviews' names files and [wave.odk] a form on a server, whose answers are put into "
                "waves/<wave>/interviews.zip: keep one of the two"
            )
        return self

    @model_validator(mode="after")
    def _codes_differ(self) -> Wave:
        if both := sorted({*self.dont_know} & {*self.refused_answer}):
            raise ValueError(f"'{both[0]}' stands under dont_know and under refused_answer: keep one")
        return self


class Specification(Part):
    """A model of the impact: what is estimated, and how.

    prices: the [[poverty]] whose price index puts money at base prices; empty: the first that has one;
    "none": money of the day. prices_before: prices at the time recalled, in percent of those now.
    """

    name: Name
    indicators: Annotated[list[Name], AfterValidator(_each_once)] = Field(min_length=1)
    estimator: Literal[
        "difference",
        "difference_in_differences",
        "first_differences",
        "fixed_effects",
        "ancova",
        "recall",
        "staggered",
    ]
    terms: Annotated[list[Words], AfterValidator(_each_once)] = []
    from_wave: str = ""
    to_wave: str = ""
    fixed_effects: Annotated[list[Words], AfterValidator(_each_once)] = []
    covariates: Annotated[list[Words], AfterValidator(_each_once)] = []
    filter: str = ""
    weight: str = ""
    cluster: str = ""
    error_type: Literal["cluster", "cr2", "robust", "iid"] = "cluster"
    by_poverty_group: bool = False
    before: dict[str, str] = {}
    prices: str = ""
    prices_before: Positive | None = None
    successive: bool = False
    family: str = ""
    comparison: Literal["all", "matched"] = "all"
    start: str = ""
    compared_with: Literal["never", "not_yet"] = "not_yet"

    @model_validator(mode="after")
    def _starts(self) -> Specification:
        if self.estimator != "staggered":
            if self.start or self.compared_with == "never":
                raise ValueError(
                    "'start' and 'compared_with' are for a programme that began in different waves:"
                    " estimator = 'staggered'"
                )
            return self
        if not self.start:
            raise ValueError(
                "estimator = 'staggered' needs 'start': the column that names the wave in which the programme"
                " began for a respondent"
            )
        unused = {
            "terms": self.terms,
            "covariates": self.covariates,
            "fixed_effects": self.fixed_effects,
            "comparison = 'matched'": self.comparison == "matched",
            f"error_type = '{self.error_type}'": self.error_type != "cluster",
        }
        if named := [name for name, given in unused.items() if given]:
            raise ValueError(
                f"estimator = 'staggered' compares starts as they are, with clustered errors: leave out"
                f" {named[0]}"
            )
        return self

    @model_validator(mode="after")
    def _matched_rows(self) -> Specification:
        if self.comparison == "matched" and self.estimator == "recall":
            raise ValueError("a recall compares nobody with anybody: leave out comparison = 'matched'")
        if self.comparison == "matched" and self.weight:
            raise ValueError("the weights of a matching hold those of the survey: leave out 'weight'")
        return self

    @model_validator(mode="after")
    def _prices_then_and_now(self) -> Specification:
        if self.prices_before is not None and self.estimator != "recall":
            raise ValueError("'prices_before' is for what people recall: estimator = 'recall'")
        if self.prices and self.estimator == "recall":
            raise ValueError("no index tells the prices of what people recall: write 'prices_before' instead")
        return self

    @model_validator(mode="after")
    def _changes_of_terms(self) -> Specification:
        if self.successive and (self.estimator != "first_differences" or not self.terms):
            raise ValueError(
                "'successive' compares each wave with the one before: estimator = 'first_differences', with"
                " 'terms' that change from wave to wave"
            )
        return self

    def recalled(self, questions: Iterable[str]) -> dict[str, str]:
        """Return question -> column in which people recall what was before, of an indicator's questions.

        It is what `before` names of them; where it names none, what a form of psia calls them.
        """
        asked = list(questions)
        named = {one: self.before[one] for one in asked if one in self.before}
        return named or {one: recall_name(one) for one in asked}


class MultipleTesting(Part):
    """How p-values are adjusted for the number of tests in their family (docs/impact.md)."""

    method: Literal["holm", "benjamini_hochberg"] = "holm"


def recall_name(question: str) -> str:
    """Return the name under which a form of psia asks what was before."""
    return f"{question}_before"


class RelativeLine(Part):
    """A poverty line that is a share of the median or mean of everybody in the wave."""

    share: float = Field(gt=0, le=2)
    of: Literal["median", "mean"] = "median"


class Poverty(Part):
    """Poverty in money: the value, its line, and for whom the figures are (docs/poverty.md).

    line: a number, "table" for design/poverty_lines, or a share of the median or mean. area: the column of
    the areas in that table. people: for how many people a respondent stands, such as the household's members.
    cluster: a column whose members count as one unit, where it is not that of the sample.
    """

    name: Name
    label: Words
    value: Words
    unit: Words
    line: float | Literal["table"] | RelativeLine
    area: str = ""
    people: str = ""
    gini: Literal["trapezoid", "rank"] = "trapezoid"
    cluster: str = ""

    @field_validator("line", mode="before")
    @classmethod
    def _one_of_three(cls, line: Any) -> Any:
        if isinstance(line, dict):
            try:
                return RelativeLine.model_validate(line)
            except ValidationError:
                line = None
        if line == "table" or isinstance(line, RelativeLine):
            return line
        if isinstance(line, int | float) and not isinstance(line, bool) and 0 < line < math.inf:
            return float(line)
        raise ValueError(
            'a line is a number above 0, "table" for design/poverty_lines, or { share = 0.6, of = "median" }'
        )


class CapabilityDimension(Part):
    """A dimension in which somebody may be deprived: an indicator, or a condition of the plan's own.

    box_1: the state of well-being, asset or entitlement of Box 1 to which it belongs.
    """

    indicator: str = ""
    name: Name | Literal[""] = ""
    label: str = ""
    deprived: str = ""
    box_1: str = ""
    weight: Positive | None = None

    @model_validator(mode="after")
    def _from_somewhere(self) -> CapabilityDimension:
        if not self.indicator and not (self.name and self.label and self.deprived and self.box_1):
            raise ValueError("give 'indicator', or 'name', 'label', 'deprived' and 'box_1' of a condition")
        return self

    @property
    def dimension(self) -> str:
        """Return the name of the dimension: its own, else the indicator's."""
        return self.name or self.indicator


class Capability(Part):
    """Poverty of capabilities after Alkire and Foster (docs/poverty.md).

    k: share of the weights from which somebody counts as poor, as a number or a fraction such as "1/3".
    weights: equal; given (a weight for each dimension); nested (equal between the states of Box 1, and equal
    within each); ranking (the group's own). missing: who has not answered on a dimension is left out (drop)
    or is scored by the others (reweight). people and cluster: see [[poverty]].
    """

    name: Name
    label: Words
    k: float
    weights: Literal["equal", "given", "nested", "ranking"] = "equal"
    missing: Literal["drop", "reweight"] = "drop"
    people: str = ""
    cluster: str = ""
    dimension: list[CapabilityDimension] = Field(min_length=1)

    @field_validator("k", mode="before")
    @classmethod
    def _as_a_share(cls, k: Any) -> float:
        try:
            share = float(Fraction(k)) if isinstance(k, str | int | float) and k is not True else 0.0
        except (ValueError, OverflowError, ZeroDivisionError):
            share = 0.0
        if not 0 < share <= 1:
            raise ValueError('k is a share of the weights, above 0 and at most 1, such as 0.4 or "1/3"')
        return share

    @model_validator(mode="after")
    def _weighted(self) -> Capability:
        names = [one.dimension for one in self.dimension]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(
                f"the dimension '{twice[0]}' stands there twice: give one of them another 'name'"
            )
        given = [one.dimension for one in self.dimension if one.weight is not None]
        if self.weights == "given" and len(given) < len(names):
            raise ValueError("weights = 'given' needs a 'weight' for each dimension")
        if self.weights != "given" and given:
            raise ValueError(f"'{given[0]}' has a weight: write weights = 'given', or take it out")
        if self.weights == "ranking" and not all(one.indicator for one in self.dimension):
            raise ValueError("weights = 'ranking' needs an 'indicator' in each dimension: groups rank these")
        return self


class GrowthComparison(Part):
    """Growth inside and outside clusters, from the secondary statistics (Annex I)."""

    name: Name
    label: Words
    statistic: Words
    where: dict[str, str] = {}
    sector: Words = "sector"
    setting: Words = "setting"
    inside: Words = "inside"
    outside: Words = "outside"
    from_period: Words
    to_period: Words
    printed_index: str = ""
    decompose: bool = True


class Unpivot(Part):
    """Columns of a wide file that become rows: the header goes into one column, the cell into another."""

    columns: list[Words] = []
    pattern: str = ""
    into: Words
    value: Words = "value"

    @model_validator(mode="after")
    def _one_way(self) -> Unpivot:
        if bool(self.columns) == bool(self.pattern):
            raise ValueError("give either 'columns' or 'pattern' under unpivot")
        try:
            re.compile(self.pattern)
        except re.error:
            raise ValueError(f"'{self.pattern}' is not a regular expression") from None
        return self


class Totals(Part):
    """Rows that sum up others and are left out: the words that mark them, and the column they stand in."""

    column: Words
    words: list[Words] = Field(min_length=1)


class SourceFile(Part):
    """A file of secondary data as it came, and what it says where (docs/sources.md)."""

    source: Words
    reader: Words
    file: Words
    target: Literal["staged.statistics", "staged.regional_industries", "staged.regions"] = "staged.statistics"
    encoding: str = ""
    delimiter: Annotated[str, Field(max_length=1), StringConstraints(strip_whitespace=False)] = ""
    decimal: Literal["", ".", ","] = ""
    thousands: Literal["", "none", ",", ".", " ", "'", "’"] = ""
    sheet: str = ""
    header_row: int = Field(default=1, ge=1)
    header_rows: int = Field(default=1, ge=1, le=10)
    first_row: int | None = Field(default=None, ge=1)
    last_row: int | None = Field(default=None, ge=1)
    fill_down: list[Words] = []
    totals: Totals | None = None
    missing: list[Words] = []
    filter: str = ""
    columns: dict[str, Words] = {}
    values: dict[str, Words | int | float] = {}
    dimensions: dict[str, Words] = {}
    unpivot: Unpivot | None = None
    recode: dict[str, dict[str, str]] = {}

    @model_validator(mode="after")
    def _signs_differ(self) -> SourceFile:
        if self.delimiter and (self.delimiter.isalnum() or self.delimiter in "\"'\r\n\0 ."):
            raise ValueError("'delimiter' is the sign between the cells, such as ; or , or \\t")
        if self.decimal and self.decimal == self.thousands:
            raise ValueError("'decimal' and 'thousands' cannot be the same sign")
        return self


class DistrictRules(Part):
    """Limits of the identification of industrial districts after ISTAT; each has its usual value.

    services: name -> codes of a group of services that manufacturing has to prevail over. industries:
    name -> codes that are one industry here.
    """

    manufacturing_quotient: Positive = 1.0
    main_industry_quotient: Positive = 1.0
    small_medium_share: float = Field(default=0.5, ge=0, lt=1)
    single_medium_firm: float = Field(default=0.5, ge=0)
    services: dict[str, list[Words]] = {}
    industries: dict[str, list[Words]] = {}


class Identification(Part):
    """Where industries are concentrated, from one source of employment by region and industry."""

    source: Words
    hierarchy: Literal["none", "prefix", "parents"] = "none"
    parents: dict[str, Words] = {}
    totals: list[Words] = []
    industries: list[Words] = []
    manufacturing: list[Words] = []
    reference: str = ""
    districts: DistrictRules | None = None

    @model_validator(mode="after")
    def _whole(self) -> Identification:
        if self.hierarchy == "parents" and not self.parents:
            raise ValueError("hierarchy = 'parents' needs parents = { child = 'parent' }")
        if self.hierarchy == "none" and self.parents:
            raise ValueError("'parents' is given, and hierarchy is 'none': write 'parents' or 'prefix'")
        for child in self.parents:
            path, one = {child}, self.parents[child]
            while one in self.parents and one not in path:
                path.add(one)
                one = self.parents[one]
            if one in path:
                raise ValueError(f"'parents' goes round in a circle at '{one}'")
        if self.districts and not self.manufacturing:
            raise ValueError("districts need 'manufacturing', the codes that are manufacturing")
        return self


class RegisterColumns(Part):
    """Which column of a register holds what. A key left out: the register does not have it."""

    region: Words
    industry: Words
    employment: Words
    year: str = ""
    size: str = ""
    firms: str = ""
    value_added: str = ""
    population: str = ""
    area_sqkm: str = ""


class Register(Part):
    """A large file of establishments, or of cells, that is summed where it lies and never read whole."""

    source: Words
    file: Words
    grain: Literal["establishments", "cells"]
    year: str = ""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    small_below: int = Field(default=50, ge=2)
    medium_below: int = Field(default=250, ge=3)
    columns: RegisterColumns

    @model_validator(mode="after")
    def _whole(self) -> Register:
        if bool(self.year) == bool(self.columns.year):
            raise ValueError(
                "give the year once: 'year', or the column that holds it under [register.columns]"
            )
        if self.small_below >= self.medium_below:
            raise ValueError("'medium_below' must be larger than 'small_below'")
        if self.decimal == self.delimiter:
            raise ValueError("'decimal' and 'delimiter' cannot be the same")
        if self.grain == "establishments":
            for key in ("size", "firms", "population", "area_sqkm"):
                if getattr(self.columns, key):
                    raise ValueError(f"a register of establishments has no column '{key}': it is counted")
        return self


class ReportPart(Part):
    """The formats of the report that are made beside those that are always made, and languages.

    languages: of the report and of the summary pages for the poverty groups. The first is that in which the
    folder is written.
    """

    formats: list[Literal["word", "pdf", "iati", "ro-crate"]] = []
    languages: Annotated[list[LanguageCode], AfterValidator(_each_once)] = Field(default=["en"], min_length=1)
    word_template: str = ""
    """A .docx of the folder whose styles, page, head and foot the Word report takes over."""

    @model_validator(mode="after")
    def _is_used(self) -> ReportPart:
        if self.word_template and "word" not in self.formats:
            raise ValueError('word_template is for Word: add "word" to formats, or take it out')
        if self.word_template and not self.word_template.endswith(".docx"):
            raise ValueError("word_template has to be a .docx: open the file in Word and save it as one")
        return self


class IatiTarget(Part):
    """What an indicator was to reach in a wave; of a share, between 0 and 1 as the estimates are."""

    indicator: Name
    wave: Name
    value: float = Field(allow_inf_nan=False)
    poverty_group: Name = "all"
    gender: Literal["women", "men", "mixed", "all"] = "all"
    arm: Literal["programme", "comparison", "all"] = "programme"


class Iati(Part):
    """Whose activity is assessed, for results in IATI 2.03: identifiers of the reporting organisation."""

    reporting_org: Words
    reporting_org_name: Words
    reporting_org_type: Literal[10, 11, 15, 21, 22, 23, 24, 30, 40, 60, 70, 71, 72, 73, 80, 90]
    activity: Words
    activity_status: Literal[1, 2, 3, 4, 5, 6] = 2
    starts_on: date
    ends_on: date | None = None
    result_type: Literal["output", "outcome", "impact", "other"] = "impact"
    target: list[IatiTarget] = []

    @model_validator(mode="after")
    def _activity_of_the_organisation(self) -> Iati:
        if not self.activity.startswith(f"{self.reporting_org}-"):
            raise ValueError(
                f"activity '{self.activity}' does not begin with '{self.reporting_org}-': an identifier of"
                " IATI is that of the reporting organisation, a hyphen, and the organisation's own number"
            )
        return self


class RulesOff(Part):
    """Who has switched the rules of publication off, why, and until when."""

    by: Words
    reason: Words
    until: date


def _is_a_role(who: str) -> str:
    if who and (wrong := roles.wrong_with(who)):
        raise ValueError(f"{wrong}: write each word of the role in the letters of one script")
    return who


class Disclosure(Part):
    """What may be published beside, or in place of, the usual rules."""

    harmless_differences: list[Words] = []
    author: Annotated[str, AfterValidator(_is_a_role)] = ""
    off: RulesOff | None = None


class AssessmentPlan(Part):
    """The whole of assessment.toml."""

    model_config = ConfigDict(serialize_by_alias=True)

    assessment: AssessmentPart
    agreement: Agreement
    position: Position | None = None
    mapping_visit: MappingVisit | None = None
    scope: ScopePart
    time_frame: TimeFrame
    resources: Resources = Resources()
    thresholds: Thresholds = Thresholds()
    seeds: Seeds = Seeds()
    poverty_group: list[PovertyGroup] = []
    sampling: Sampling = Sampling()
    weights: Weighting = Weighting()
    comparison: Comparison = Comparison()
    sample_size: SampleSize = SampleSize()
    instruments: Instruments = Instruments()
    pilot: Freeze | None = None
    personal: dict[str, list[str]] = {}
    report: ReportPart = ReportPart()
    iati: Iati | None = None
    disclosure: Disclosure = Disclosure()
    not_personal: dict[str, list[str]] = {}
    wave: list[Wave] = []
    indicators: Annotated[list[Name], AfterValidator(_each_once)] = []
    specification: list[Specification] = []
    poverty: list[Poverty] = []
    capability: list[Capability] = []
    multiple_testing: MultipleTesting = MultipleTesting()
    growth: list[GrowthComparison] = []
    source: list[SourceFile] = []
    identification: list[Identification] = []
    # `register` is a method of every class here; the key in the file is [[register]] all the same
    registers: list[Register] = Field(default=[], alias="register")

    @model_validator(mode="after")
    def _names_are_unique(self) -> AssessmentPlan:
        for key, names in (
            ("wave", [wave.name for wave in self.wave]),
            ("poverty_group", [group.id for group in self.poverty_group]),
            ("specification", [one.name for one in self.specification]),
            ("poverty]] or [[capability", [one.name for one in (*self.poverty, *self.capability)]),
            ("growth", [one.name for one in self.growth]),
            ("identification", [one.source for one in self.identification]),
            ("register", [one.source for one in self.registers]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"[[{key}]] {', '.join(twice)} is given more than once")
        return self

    @model_validator(mode="after")
    def _personal_or_not(self) -> AssessmentPlan:
        for pattern, columns in self.not_personal.items():
            personal = {one.strip().casefold() for one in self.personal.get(pattern, [])}
            both = [one for one in columns if one.strip().casefold() in personal]
            if both:
                raise ValueError(
                    f"{pattern}: {', '.join(both)} stands under [personal] and [not_personal]: keep one"
                )
        return self

    @model_validator(mode="after")
    def _off_for_now(self) -> AssessmentPlan:
        off = self.disclosure.off
        if off and off.until < self.assessment.report_date:
            raise ValueError(
                f"[disclosure.off] has ended on {off.until}, before the report's date: the rules of"
                " publication hold again. Take [disclosure.off] out, or have it renewed"
            )
        return self

    @model_validator(mode="after")
    def _matched_somehow(self) -> AssessmentPlan:
        matched = [one.name for one in self.specification if one.comparison == "matched"]
        if matched and not self.comparison.matching:
            raise ValueError(
                f"[[specification]] {', '.join(matched)} has comparison = 'matched', and there is no"
                " [comparison.matching] that says how"
            )
        return self


def read_plan(path: Path) -> AssessmentPlan:
    """Return the plan of assessment.toml.

    Raises Refused with a fault for each thing wrong: an unknown key with the nearest known one, a missing
    key, a wrong value, a wave or group that is named but not in the plan.
    """
    name = path.name
    try:
        raw = read_toml(path, name)
    except FileNotFoundError:
        raise Refused(
            [
                Fault(
                    name,
                    rule="is not here",
                    remedy=f"Make an assessment with 'psia init NAME', or go to its folder: {path.parent}",
                )
            ]
        ) from None
    try:
        plan = AssessmentPlan.model_validate(raw)
    except ValidationError as error:
        raise Refused(_told(name, one) for one in error.errors()) from None
    faults = list(_inner_references(plan, name))
    if faults:
        raise Refused(faults)
    return plan


def _told(file: str, error: Any) -> Fault:
    parts = [part for part in error["loc"] if part not in ("str", "float") and not str(part).endswith("]")]
    place = ".".join(f"{part + 1}" if isinstance(part, int) else str(part) for part in parts)
    if error["type"] == "extra_forbidden":
        return Fault(file, column=place, rule="is not a key of the plan", remedy=_nearest(error["loc"]))
    if error["type"] == "missing":
        return Fault(file, column=place, rule="is missing from the plan", remedy="Add the key")
    rule, remedy = slips.in_words(error)
    return Fault(file, column=place, rule=rule, remedy=remedy)


def _nearest(location: tuple[Any, ...]) -> str:
    known = _keys_at(location[:-1])
    close = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.0)
    best = f"The nearest known key is '{close[0]}'. " if close else ""
    return f"{best}Known here: {', '.join(known)}"


def _keys_at(location: tuple[Any, ...]) -> list[str]:
    model: Any = AssessmentPlan
    for part in location:
        if isinstance(part, int):
            continue
        model = _part_of(_fields(model)[part].annotation)
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return the fields of a Part under the keys that they bear in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _part_of(annotation: Any) -> Any:
    """Return the Part inside an annotation such as list[Wave] or MappingVisit | None."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    for inner in typing.get_args(annotation):
        found = _part_of(inner)
        if found is not None:
            return found
    return None


def _inner_references(plan: AssessmentPlan, file: str) -> typing.Iterator[Fault]:
    waves = {wave.name for wave in plan.wave}
    known_waves = ", ".join(sorted(waves)) or "none"
    yield from _pilot_faults(plan, file)
    yield from _day_faults(plan, file)
    yield from _target_faults(plan, file)
    for position, one in enumerate(plan.specification, start=1):
        for key in ("from_wave", "to_wave"):
            wave = getattr(one, key)
            if wave and wave not in waves:
                yield Fault(
                    file,
                    column=f"specification.{position}.{key}",
                    rule=f"the wave '{wave}' is not in the plan",
                    remedy=f"The waves of the plan: {known_waves}",
                )
        yield from _price_faults(plan, file, position, one)
    yield from _backward_faults(plan, file)
    if plan.comparison.arm_from and plan.comparison.arm_from not in waves:
        yield Fault(
            file,
            column="comparison.arm_from",
            rule=f"the wave '{plan.comparison.arm_from}' is not in the plan",
            remedy=f"The waves of the plan: {known_waves}",
        )
    if plan.weights != Weighting() and plan.sampling.design == "purposive":
        yield Fault(
            file,
            column="weights",
            rule="the sample is purposive, and nobody knows how many people each respondent stands for",
            remedy="Take [weights] out, or correct 'design' under [sampling]",
        )
    if plan.time_frame.end < plan.time_frame.start:
        yield Fault(file, column="time_frame.end", rule="is before the start", remedy="Correct a date")


def _price_faults(
    plan: AssessmentPlan, file: str, position: int, one: Specification
) -> typing.Iterator[Fault]:
    """The fault of a specification whose prices no [[poverty]] of the plan has."""
    known = [poverty.name for poverty in plan.poverty]
    if one.prices not in ("", "none", *known):
        yield Fault(
            file,
            column=f"specification.{position}.prices",
            rule=f"'{one.prices}' is no [[poverty]] of the plan",
            remedy=f"Write one that has a price index, or none. The plan has: {', '.join(known) or 'none'}",
        )


def _backward_faults(plan: AssessmentPlan, file: str) -> typing.Iterator[Fault]:
    """Faults of specifications that would compare a wave with itself, or with one before it."""
    order = [wave.name for wave in plan.wave if wave.role != "pilot"]
    roles = {wave.name: wave.role for wave in plan.wave}
    before = list(itertools.takewhile(lambda name: roles[name] == "baseline", order))
    for position, one in enumerate(plan.specification, start=1):
        if one.estimator in ("difference", "recall") or not order:
            continue
        all_enter = one.successive or one.estimator in ("fixed_effects", "staggered")
        first = one.from_wave or (before[-1] if before and not all_enter else order[0])
        last = one.to_wave or order[-1]
        if not {first, last} <= set(order) or order.index(first) < order.index(last):
            continue
        if not (one.from_wave or one.to_wave):  # a plan of one wave, whose others are still to be written
            continue
        same = first == last
        yield Fault(
            file,
            column=f"specification.{position}.{'to_wave' if one.to_wave else 'from_wave'}",
            rule=(
                f"compares the wave '{first}' with itself"
                if same
                else f"compares backward in time, from '{first}' to '{last}'"
            ),
            remedy=(
                "Write the earlier wave as from_wave and the later one as to_wave; in time the plan has: "
                + ", ".join(order)
            ),
        )


def _day_faults(plan: AssessmentPlan, file: str) -> typing.Iterator[Fault]:
    """Faults of days that run backward: an end before its start, a wave before the one above it.

    The order of the plan is the order in time, by which changes are told. A wave without days, and a pilot,
    has no place in it.
    """
    spans = [(f"wave.{position}", one) for position, one in enumerate(plan.wave, start=1)]
    activity = [("iati", plan.iati)] if plan.iati else []
    for key, one in [*spans, *activity]:
        if one.starts_on and one.ends_on and one.ends_on < one.starts_on:
            rule = f"{one.ends_on} is before starts_on, {one.starts_on}"
            yield Fault(file, column=f"{key}.ends_on", rule=rule, remedy="Correct one of the two days")
    dated = [
        (key, one) for key, one in spans if isinstance(one, Wave) and one.role != "pilot" and one.starts_on
    ]
    for (_, above), (key, below) in itertools.pairwise(dated):
        if above.starts_on and below.starts_on and below.starts_on < above.starts_on:
            yield Fault(
                file,
                column=f"{key}.starts_on",
                rule=(
                    f"the wave '{below.name}' starts on {below.starts_on}, before '{above.name}' above it, "
                    f"which starts on {above.starts_on}"
                ),
                remedy="Waves stand in the plan as they follow in time: correct a day, or move the [[wave]]",
            )


def _target_faults(plan: AssessmentPlan, file: str) -> typing.Iterator[Fault]:
    """Faults of targets that no estimate could be held against."""
    periods = {wave.name for wave in plan.wave if wave.role not in ("pilot", "baseline")}
    groups = {"all", *(group.id for group in plan.poverty_group)}
    for position, target in enumerate(plan.iati.target if plan.iati else (), start=1):
        for key, known, what in (
            ("indicator", set(plan.indicators), "an indicator"),
            ("wave", periods, "a wave after the baseline"),
            ("poverty_group", groups, "a poverty group"),
        ):
            if known and (given := getattr(target, key)) not in known:
                yield Fault(
                    file,
                    column=f"iati.target.{position}.{key}",
                    rule=f"'{given}' is not {what} of the plan",
                    remedy=f"Known: {', '.join(sorted(known))}",
                )


def _pilot_faults(plan: AssessmentPlan, file: str) -> typing.Iterator[Fault]:
    """Faults of keys that would let a pilot's answers into estimates, and of what the freeze names."""
    pilots = {wave.name: wave for wave in plan.wave if wave.role == "pilot"}
    estimated = {wave.name for wave in plan.wave} - set(pilots)
    others = f"The waves of the study: {', '.join(sorted(estimated)) or 'none'}"
    named = [
        (f"specification.{position}.{key}", getattr(one, key))
        for position, one in enumerate(plan.specification, start=1)
        for key in ("from_wave", "to_wave")
    ]
    for key, wave in [*named, ("comparison.arm_from", plan.comparison.arm_from)]:
        if wave in pilots:
            rule = f"the wave '{wave}' is a pilot, whose answers never enter an estimate"
            yield Fault(file, column=key, rule=rule, remedy=others)
    if plan.pilot is None:
        return
    for wave in plan.pilot.versions:
        if wave not in estimated:
            what = (
                "is the pilot, which tries what is not frozen yet" if wave in pilots else "is not in the plan"
            )
            rule = f"the wave '{wave}' {what}"
            yield Fault(file, column=f"pilot.versions.{wave}", rule=rule, remedy=others)
    for wave in pilots.values():
        ended = wave.ends_on or wave.starts_on
        if ended and plan.pilot.frozen_on < ended:
            rule = f"is before the pilot '{wave.name}' ended, on {ended}"
            yield Fault(file, column="pilot.frozen_on", rule=rule, remedy="Correct a date")
