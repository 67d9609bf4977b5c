"""Phase five: poverty in money and in capabilities, by group, gender, arm and wave, and its change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from schemas.assessment import Capability, Poverty, RelativeLine, Sampling
from schemas.base import empty
from schemas.design import IndicatorSelection
from schemas.fieldwork import Responses
from schemas.plan import Waves
from schemas.poverty import (
    CapabilityDimensions,
    CapabilityWeights,
    PovertyChanges,
    PovertyLines,
    PovertyMeasures,
    PovertySpecifications,
)
from schemas.vocabulary import ALL
from tasks import expressions
from tasks.analysis import (
    design_columns,
    limited_waves,
    present_splits,
    settled,
    study_waves,
    without_errors,
)
from tasks.methods import capability as counting
from tasks.methods import poverty as money
from tasks.poverty_inputs import areas, line_in_force
from tasks.publish.wording import listing, plain
from tasks.steps import step

VALUE, LINE, PEOPLE_WEIGHT = "value in money", "line in force", "weight of people"
DEPRIVED = "deprived in "
"""What the column of a dimension begins with, so that none takes the place of another column."""
UNITS = {"quintile_ratio": "ratio", "gini": "index 0 to 1"}
"""Measure -> its unit, where that is neither a share nor money."""
KEYS = ("poverty_group", "gender", "arm")
SPLITS = (("poverty_group", "arm"), ("arm",), ("poverty_group",), ("gender", "arm"), (), ("gender",))
"""By which columns respondents are divided: measures within a group by gender would rest on very few poor."""
FIGURES = ("estimate", "standard_error", "ci_low", "ci_high", "degrees_of_freedom", "design_effect")
Method = Callable[..., pd.DataFrame]


@step("analysis", reads=[], writes=[PovertySpecifications], plan=["poverty", "capability"])
def describe_poverty(*, poverty: Sequence[Poverty], capability: Sequence[Capability]) -> pd.DataFrame:
    """Say of each specification what it measures, by which line or cut-off, weights and estimator."""
    records: list[dict[str, object]] = []
    for one in poverty:
        told = one.model_dump(include={"label", "value", "unit", "area", "gini", "people", "cluster"})
        records.append({"specification": one.name, "kind": "poverty", "line": _line_in_words(one), **told})
    for other in capability:
        told = other.model_dump(include={"label", "k", "weights", "missing", "people", "cluster"})
        records.append({"specification": other.name, "kind": "capability", **told})
    if not records:
        return empty(PovertySpecifications)
    return pd.DataFrame(records).replace({"": None})


def _line_in_words(one: Poverty) -> str:
    if isinstance(one.line, RelativeLine):
        return f"{one.line.share * 100:g} % of the {one.line.of} of everybody in the wave"
    return "as in the table of lines" if one.line == "table" else f"{one.line:g}"


@step(
    "analysis",
    reads=[CapabilityDimensions, IndicatorSelection],
    writes=[CapabilityWeights],
    plan=["capability"],
)
def weigh_capabilities(
    dimensions: pd.DataFrame, selection: pd.DataFrame, *, capability: Sequence[Capability]
) -> pd.DataFrame:
    """Give each dimension its share of the weights: for everybody, or by each group's own ranking."""
    parts = [_weights_of(one, _dimensions_of(dimensions, one.name), selection) for one in capability]
    return pd.concat(parts, ignore_index=True) if parts else empty(CapabilityWeights)


def _weights_of(one: Capability, dimensions: pd.DataFrame, selection: pd.DataFrame) -> pd.DataFrame:
    if one.weights == "ranking":
        votes = selection.rename(columns={"weight": "vote"})
        votes = votes[["poverty_group", "indicator", "vote", "participants", "focus_groups"]]
        table = dimensions.merge(votes, on="indicator", how="inner", validate="one_to_many")
        table["weight"] = table["vote"].fillna(0.0)
    else:
        table = dimensions.assign(poverty_group=ALL, weight=1.0)
        table["participants"] = table["focus_groups"] = pd.Series(pd.NA, index=table.index, dtype="Int64")
        if one.weights == "given":
            table["weight"] = [dimension.weight for dimension in one.dimension]
        if one.weights == "nested":
            table["weight"] = 1 / table.groupby("box_1")["dimension"].transform("size")
    table["weight"] /= table.groupby("poverty_group")["weight"].transform("sum")
    columns = ["specification", "poverty_group", "dimension", "weight", "participants", "focus_groups"]
    return table[columns].assign(specification=one.name)


@step(
    "analysis",
    reads=[Responses, Waves, PovertyLines, CapabilityDimensions, CapabilityWeights],
    writes=[PovertyMeasures, PovertyChanges],
    plan=["poverty", "capability", "sampling"],
    named=True,
)
def measure_poverty(
    responses: pd.DataFrame,
    waves: pd.DataFrame,
    lines: pd.DataFrame,
    dimensions: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    poverty: Sequence[Poverty],
    capability: Sequence[Capability],
    sampling: Sampling,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate each measure of poverty in every wave, and its change from the first to each later one."""
    order = [wave for wave in study_waves(waves) if (responses["wave"] == wave).any()]
    if not order:
        return empty(PovertyMeasures), empty(PovertyChanges)
    responses = responses[responses["wave"].isin(order)]
    measures: list[pd.DataFrame] = []
    changes: list[pd.DataFrame] = []
    for one in poverty:
        frame = _in_money(one, responses, _of(lines, one.name), order)
        counted, line = frame[[VALUE, LINE]].notna().all(axis=1), LINE
        if isinstance(one.line, RelativeLine):
            counted, line = frame[VALUE].notna(), money.RelativeLine(one.line.share, one.line.of)
        given = {"value": VALUE, "line": line, "gini_estimator": one.gini}
        study = _Study(one, frame, counted, given, sampling, None)
        measures += study.measured(money.poverty_measures, order)
        changes += study.changed(money.poverty_changes, order)
    for other in capability:
        about = _dimensions_of(dimensions, other.name)
        frame, given = _in_capabilities(other, responses, about, _of(weights, other.name))
        study = _Study(other, frame, _scored(frame, given), given, sampling, _of(weights, other.name))
        measures += study.measured(counting.capability_measures, order)
        changes += study.changed(counting.capability_changes, order)
    return (
        pd.concat(measures, ignore_index=True) if measures else empty(PovertyMeasures),
        _comparable(pd.concat(changes, ignore_index=True), waves) if changes else empty(PovertyChanges),
    )


def _comparable(changes: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    """Return the changes without errors where the later wave was a limited follow-up."""
    is_limited = changes["to_wave"].isin(limited_waves(waves))
    blank = without_errors(changes, "limited follow-up")
    return changes.where(~is_limited, blank) if is_limited.any() else changes


def _of(table: pd.DataFrame, specification: str) -> pd.DataFrame:
    return table[table["specification"] == specification]


def _dimensions_of(table: pd.DataFrame, specification: str) -> pd.DataFrame:
    """Return the dimensions of a specification in the order of the plan."""
    return _of(table, specification).sort_values("position").reset_index(drop=True)


def _people(one: Poverty | Capability, responses: pd.DataFrame) -> pd.Series:
    """Return for how many people a respondent stands; missing where that is not above 0."""
    if not one.people:
        return pd.Series(1.0, index=responses.index)
    people = expressions.compute_number(one.people, responses)
    return people.where(people > 0)


def _in_money(one: Poverty, responses: pd.DataFrame, lines: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Return the responses with the value at base prices in the line's money, the line, and the weight."""
    value = expressions.compute_number(one.value, responses)
    known = pd.DataFrame(float("nan"), index=responses.index, columns=["line", "price_index", "ppp"])
    for wave in order:
        rows = responses[responses["wave"] == wave]
        known.loc[rows.index] = line_in_force(lines, areas(one, rows), wave)
    if len(lines):
        value = value / (known["price_index"].fillna(100.0) / 100) / known["ppp"].fillna(1.0)
        value = value.where(areas(one, responses).notna())
    people = _people(one, responses)
    line = known["line"] if isinstance(one.line, str | RelativeLine) else one.line
    return responses.assign(
        **{VALUE: value.where(people.notna()), LINE: line, PEOPLE_WEIGHT: responses["weight"] * people}
    )


def _in_capabilities(
    one: Capability, responses: pd.DataFrame, dimensions: pd.DataFrame, weights: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the responses with a column a dimension and a weight each, and what the methods are given.

    Who belongs to a group without a ranking has no weights, and so no score.
    """
    people = _people(one, responses)
    frame = responses.assign(**{PEOPLE_WEIGHT: responses["weight"] * people})
    names, shares = [], []
    by_group = weights.set_index(["poverty_group", "dimension"])["weight"]
    groups = responses["poverty_group"] if one.weights == "ranking" else pd.Series(ALL, index=responses.index)
    for row in dimensions.to_dict("records"):
        deprived = expressions.compute_number(row["deprived"], responses)
        deprived = (deprived != 0).astype("float64").where(deprived.notna() & people.notna())
        names.append(f"{DEPRIVED}{row['dimension']}")
        shares.append(f"weight of {row['dimension']}")
        of_groups = {
            group: float(by_group.get((group, row["dimension"]), 0.0)) for group in groups.dropna().unique()
        }
        frame[names[-1]] = deprived
        frame[shares[-1]] = groups.map(of_groups).astype("float64")
    given = {"deprived": names, "weights": shares, "cutoff": one.k, "missing": one.missing}
    return frame, given


def _scored(frame: pd.DataFrame, given: Mapping[str, Any]) -> pd.Series:
    """Return who has a score of deprivation."""
    shares = frame[given["weights"]].fillna(0.0).to_numpy()
    scores, _ = counting.deprivation_scores(frame[given["deprived"]].to_numpy(), shares, given["missing"])
    return pd.Series(scores, index=frame.index).notna()


class _Study:
    """One specification on its rows: estimates by wave, and changes, over every split."""

    def __init__(
        self,
        one: Poverty | Capability,
        frame: pd.DataFrame,
        counted: pd.Series,
        given: Mapping[str, Any],
        sampling: Sampling,
        weights: pd.DataFrame | None,
    ):
        read = ["respondent", "wave", *KEYS, "stratum", "cluster", *filter(None, [one.cluster])]
        read += [PEOPLE_WEIGHT, *given.get("deprived", (VALUE, LINE)), *given.get("weights", ())]
        self.one, self.given, self.sampling, self.weights = one, given, sampling, weights
        self.frame = frame[list(dict.fromkeys(read))]
        self.counted = counted

    def measured(self, method: Method, order: Sequence[str]) -> list[pd.DataFrame]:
        """Return the estimates of each wave in which somebody counts."""
        parts = []
        for wave in order:
            rows = self.frame[self.frame["wave"] == wave]
            if not self.counted[rows.index].any():
                parts.append(self._nobody(wave, rows))
                continue
            for domains in present_splits(rows, SPLITS):
                table = self._estimated(method, rows, domains)
                parts.append(table.assign(wave=wave, left_out=self._left_out(rows, domains, table)))
        return [self._told(parts).assign(design=self.sampling.design)]

    def _nobody(self, wave: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the row of a wave in which nobody can be measured: no figure, and why there is none."""
        whole = {"measure": "headcount", "dimension": ALL, "wave": wave, **dict.fromkeys(KEYS, ALL)}
        return pd.DataFrame([{**whole, "respondents": 0, "smallest_cell": 0, "left_out": len(rows)}]).assign(
            **dict.fromkeys(FIGURES, float("nan")), no_figure=self._why_nobody(rows)
        )

    def _why_nobody(self, rows: pd.DataFrame) -> str:
        """Return why nobody of these rows can be measured."""
        if rows[PEOPLE_WEIGHT].isna().all():
            return "Of nobody it is known for how many people they stand"
        if isinstance(self.one, Poverty):
            return (
                "Nobody has answered what is measured and has an area"
                if self.one.area
                else "Nobody has answered what is measured"
            )
        weighs = [(rows[weight] > 0).any() for weight in self.given["weights"]]
        asked = [name for name, counts in zip(self.given["deprived"], weighs, strict=True) if counts]
        silent = [plain(name.removeprefix(DEPRIVED)) for name in asked if rows[name].isna().all()]
        if not asked:
            return "Nobody belongs to a group whose ranking gives the dimensions their weights"
        if len(silent) == len(asked):
            return "Nobody has answered on any dimension"
        return (
            f"Nobody has answered on {listing(silent)}"
            if silent
            else "Nobody has answered on every dimension"
        )

    def changed(self, method: Method, order: Sequence[str]) -> list[pd.DataFrame]:
        """Return the changes from the first wave in which somebody counts to each later one."""
        present = [wave for wave in order if self.counted[self.frame["wave"] == wave].any()]
        parts = []
        for later in present[1:]:
            rows = self.frame[self.frame["wave"].isin([present[0], later])]
            pair = {"wave": "wave", "from_wave": present[0], "to_wave": later, "unit": "respondent"}
            for domains in present_splits(rows, SPLITS):
                table = self._estimated(method, rows, domains, **pair)
                parts.append(table.assign(from_wave=present[0], to_wave=later))
        return [self._told(parts).drop(columns="estimate_from")] if parts else []

    def _estimated(
        self, method: Method, rows: pd.DataFrame, domains: tuple[str, ...], **more: Any
    ) -> pd.DataFrame:
        design = {**design_columns(rows), "weight": PEOPLE_WEIGHT}
        if self.one.cluster:
            design["psu"] = self.one.cluster
        table = method(
            rows,
            **self.given,
            **more,
            **design,
            domains=domains,
            with_errors=self.sampling.design != "purposive",
            degrees_of_freedom=self.sampling.degrees_of_freedom,
            lonely_psu=self.sampling.lonely_psu,
            **({} if more else {"share_intervals": self.sampling.share_intervals}),
        )
        if domains:  # a relative line is one for everybody: no part of them has its own
            table = table[table["measure"] != "line"]
        return table.assign(**{column: ALL for column in KEYS if column not in domains})

    def _told(self, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """Return the tables of all splits as one, with what every row says of its specification."""
        table = settled(pd.concat(parts, ignore_index=True), pd.Series([1.0]))
        units = {**UNITS, "line": self.one.unit if isinstance(self.one, Poverty) else ""}
        return table.assign(
            specification=self.one.name,
            dimension=table["dimension"].str.removeprefix(DEPRIVED),
            unit=table["measure"].map(units).fillna("share of people"),
            smallest_cell=self._smallest_cell(table),
        )

    def _left_out(self, rows: pd.DataFrame, domains: tuple[str, ...], table: pd.DataFrame) -> list[int]:
        """Return for each row of the table how many respondents of its domain do not count."""
        missing = rows.loc[~self.counted[rows.index], list(domains)]
        counts = Counter(missing.itertuples(index=False, name=None))
        return [counts[key] for key in table[list(domains)].itertuples(index=False, name=None)]

    def _smallest_cell(self, table: pd.DataFrame) -> pd.Series:
        """Return the smallest cells; those of what tells the weights are the votes behind these.

        Weights of fewer than two focus groups are not told. With the adjusted headcount, which is, censored
        headcounts and contributions would give them back.
        """
        cells = table["smallest_cell"]
        if self.weights is None or not self.weights["participants"].notna().any():
            return cells
        votes = self.weights[self.weights["weight"] > 0]
        people = votes["participants"].where(votes["focus_groups"] >= 2, 0)
        fewest = people.groupby(votes["poverty_group"]).min()
        fewest = pd.concat([fewest, pd.Series({ALL: fewest.min()})])
        of_weights = table["poverty_group"].map(fewest).astype("float64")
        told = table["measure"].isin(["contribution", "censored_headcount"])
        return cells.mask(told & (of_weights < cells), of_weights).astype("int64")
