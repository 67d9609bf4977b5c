"""Numbers and sentences as a reader sees them."""

from __future__ import annotations

import pytest

from schemas import vocabulary
from tasks import analysis
from tasks.methods import _survey
from tasks.publish import wording
from tasks.publish.spoken import Spoken
from tasks.tongue import speaking
from tasks.wording import change


def test_reasons_for_no_interval_are_words_of_the_contract():
    methods = {_survey.FEW, _survey.ONE_UNIT, _survey.REFUSED, _survey.ALIKE, _survey.NOT_BY_CHANCE}
    assert methods | {"limited follow-up", "few clusters"} == set(vocabulary.NO_INTERVAL)
    assert set(wording.NO_INTERVAL) | analysis.NOT_MEASURED <= set(vocabulary.NO_INTERVAL)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (12345.6, "12\u202f300"),
        (999.6, "1\u202f000"),
        (4.5, "4.5"),
        (3.0, "3"),
        (2.345, "2.35"),
        (0.4567, "0.46"),
        (-0.0123, "−0.012"),
        (0.0, "0"),
        (1e6, "1\u202f000\u202f000"),
    ],
)
def test_a_mean_has_at_most_three_digits_that_matter(value, said):
    assert wording.mean(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.285, "29\u202f%"), (0.004, "0\u202f%"), (1.0, "100\u202f%"), (0.335, "34\u202f%")]
)
def test_a_share_is_a_whole_percentage(value, said):
    assert wording.quantity(value, "share of respondents") == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.084, "share of workers", "+8 points"),
        (-0.014, "share of workers", "−1 point"),
        (0.001, "share of workers", "0 points"),
        (-0.001, "share of workers", "0 points"),
        (-1234.5, "currency per month", "−1\u202f230"),
        (0.0, "days", "0"),
    ],
)
def test_a_change_has_a_sign(value, unit, said):
    assert wording.change(value, unit) == said


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (0.0, ("0 points", "0.0 points"), ("0 point", "0,0 point")),
        (0.01, ("+1 point", "1.0 points"), ("+1 point", "1,0 point")),
        (-0.01, ("−1 point", "−1.0 points"), ("−1 point", "−1,0 point")),
        (0.019, ("+2 points", "1.9 points"), ("+2 points", "1,9 point")),
        (-0.05, ("−5 points", "−5.0 points"), ("−5 points", "−5,0 points")),
    ],
)
def test_each_language_has_its_own_plural_also_of_decimals(share, english, french):
    for code, said in (("en", english), ("fr", french)):
        with speaking(code):
            assert (wording.change(share, "share"), wording.error(share, "share")) == said
    with speaking("fr"):
        assert wording.counted(0, "person", "people") == "0 personne"
        assert change(1.3, 0.2, 2.4, "score 0 to 10").words == "1,30 point"


def test_the_first_day_of_a_month_is_written_as_in_french():
    with speaking("fr"):
        assert wording.date("2026-09-01") == "1er septembre 2026"
        assert wording.date("2026-09-11") == "11 septembre 2026"
    assert Spoken("fr").date("2026-09-01") == "1er septembre 2026"
    assert wording.date("2026-09-01") == "1 September 2026"


def test_an_interval_names_its_unit_once():
    assert wording.span("+3 points", "+13 points") == "+3 to +13 points"
    assert wording.span("−1 point", "+1 point") == "−1 to +1 point"
    assert wording.span("3\u202f%", "8\u202f%") == "3 to 8\u202f%"


def test_printed_figures_keep_their_digits():
    assert wording.exact(295631.0) == "295\u202f631"
    assert wording.exact(12.765) == "12.765"
    assert [wording.exact(one, (12.765, 14.64)) for one in (12.765, 14.64)] == ["12.765", "14.640"]
    assert wording.exact(55255.0, (55255.0, 56205.0)) == "55\u202f255"
    assert wording.rounded(-0.01, 1) == "0.0"


def test_words():
    assert wording.listing(["a"]) == "a"
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert wording.counted(1, "finding") == "1 finding"
    assert wording.counted(2, "person", "people") == "2 people"
    assert wording.sentence("two arms") == "Two arms."
    assert wording.date("2026-03-02") == "2 March 2026"
    assert wording.period("2026-03-02", None) == "2 March 2026"
    assert wording.withheld("threshold", 3) == "withheld (fewer than 3)"
    assert wording.withheld("two_largest") == "withheld (two largest)"
    assert wording.probability(0.00001) == "under 0.001"
    assert wording.clean("a\x00b\x1bc\nd") == "abc\nd"


def test_figures_that_are_read_side_by_side_bear_the_same_decimals():
    beside = [0.2, -0.42, 0.83, None]
    assert [wording.change(one, "days", beside) for one in beside[:3]] == ["+0.20", "−0.42", "+0.83"]
    tiny = [0.0087, -0.0502, 0.0676]
    assert [wording.change(one, "rooms", tiny) for one in tiny] == ["+0.009", "−0.050", "+0.068"]
    days = [15.04, 14.4, 15.62]
    assert [wording.quantity(one, "days", days) for one in days] == ["15.0", "14.4", "15.6"]
    money = [98.7, -462.4, 1034.2]
    assert [wording.change(one, "INR", money) for one in money] == ["+99", "−462", "+1\u202f030"]
    assert wording.quantity(0.204, "share of people", [0.204, 0.1, 0.3]) == "20\u202f%"
    assert wording.change(-0.0004, "days", [-0.0004, -1.2, 1.1]) == "0.00"
