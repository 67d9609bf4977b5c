"""Phase four: the weights of respondents, and what they were fitted to."""

from __future__ import annotations

from schemas.base import Cells, Contract, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import CLASSES_AMONG


@table(
    "mart.weights",
    grain="one row a respondent and wave, but for pilots",
    key=("respondent", "wave"),
)
class Weights(Contract):
    respondent: Text = text("pseudonym of the person or firm")
    wave: Text = text("wave of the plan")
    design_weight: Number = number("from the draw or the file; 1 where there is none", gt=0)
    nonresponse_factor: Number = number("for those who were to be interviewed and were not", gt=0)
    calibration_factor: Number = number("for known numbers of people", gt=0)
    weight: Number = number("the three multiplied: the weight of all estimates", gt=0)


@table(
    "mart.response_classes",
    grain="one row a wave and weighting class",
    key=("wave", "weighting_class"),
    release=Release(
        count=("expected", "interviewed", "not_interviewed"),
        hide=("response_rate", "joined", "factor"),
        partition={"interviewed": ("wave",), "not_interviewed": ("wave",)},
        nearest=("expected", "interviewed", "not_interviewed"),
    ),
)
class ResponseClasses(Contract):
    wave: Text = text("wave")
    weighting_class: Text = text("values of the columns that make the classes, joined by x")
    among: Text = choice(CLASSES_AMONG, "who was to be interviewed")
    expected: Whole = number("people who were to be interviewed", ge=0)
    interviewed: Whole = number("people interviewed", ge=0)
    not_interviewed: Whole = number("people expected less people interviewed", ge=0)
    response_rate: Number = number("share interviewed, weighted", ge=0)
    joined: Whole = number("number of the class that it was made part of", ge=1)
    factor: Number = number("by which weights of the class are multiplied", gt=0)


@table(
    "mart.calibration_margins",
    grain="one row a wave, variable and category",
    key=("wave", "variable", "category"),
    release=Release(
        count=("respondents",), hide=("before", "after"), partition={"respondents": ("wave", "variable")}
    ),
)
class CalibrationMargins(Contract):
    wave: Text = text("wave")
    variable: Text = text("column of the interviews, or several joined by x")
    category: Text = text("its value")
    target: Number = number("people known from elsewhere", gt=0)
    respondents: Whole = number("respondents of the category", ge=0)
    before: Number = number("sum of weights before calibration, people", ge=0)
    after: Number = number("sum of weights after calibration, people", ge=0)


@table(
    "mart.weight_summary",
    grain="one row a wave and arm; none for a purposive sample",
    key=("wave", "arm"),
    release=Release(
        count=("respondents",),
        hide=(
            "total",
            "coefficient_of_variation",
            "adjustment_variation",
            "design_effect",
            "effective_respondents",
        ),
        rounded={
            "total": 0,
            "coefficient_of_variation": 2,
            "adjustment_variation": 2,
            "design_effect": 2,
            "effective_respondents": 0,
        },
        cells=(Cells("respondents", "interviewed", {"wave": "wave"}, ("arm",)),),
    ),
)
class WeightSummary(Contract):
    wave: Text = text("wave")
    arm: Text = text("arm, or all")
    respondents: Whole = number("respondents", ge=1)
    total: Number = number("sum of the weights", gt=0)
    coefficient_of_variation: Number = number("of the weights", ge=0)
    adjustment_variation: Number = number("coefficient of variation of weight over design weight", ge=0)
    design_effect: Number = number("of uneven weights alone: 1 + variation squared", ge=1)
    effective_respondents: Number = number("respondents over the design effect", gt=0)
