from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.agreement import alpha_verdict
from tasks.methods.triangulation import CLEAR
from tasks.methods.voices import SAID, coder_agreement, prevailing_direction

# Krippendorff (2011), Computing Krippendorff's alpha-reliability, example A: two observers, ten units,
# binary data. Printed there: alpha = 0.095.
MEG = "0 1 0 0 0 0 0 0 1 0"
OWEN = "1 1 1 0 0 1 0 0 0 0"


def codings(coders: dict[str, str]) -> pd.DataFrame:
    """Return codings of a code "x" where the row has a 1; another code shows that all sources were read."""
    rows = []
    for coder, marks in coders.items():
        for source, mark in enumerate(marks.split()):
            rows.append((f"s{source}", coder, "other"))
            rows += [(f"s{source}", coder, "x")] * int(mark)
    return pd.DataFrame(rows, columns=["source", "coder", "code"])


def test_the_published_example_of_two_observers():
    (row,) = coder_agreement(codings({"Meg": MEG, "Owen": OWEN}), {"x": ["x"]}).to_dict("records")
    assert round(row["alpha"], 3) == 0.095
    assert (row["sources"], row["coders"]) == (10, 2)


@given(
    st.lists(st.tuples(*[st.integers(0, 1)] * 3), min_size=2, max_size=12),
    st.randoms(use_true_random=False),
)
def test_it_is_the_alpha_of_the_reference_whatever_the_order_of_rows(marks, random):
    table = np.array(marks).T
    said = {f"c{i}": " ".join(map(str, row)) for i, row in enumerate(table)}
    frame = codings(said)
    order = list(frame.index)
    random.shuffle(order)
    (alpha,) = coder_agreement(frame.loc[order], {"x": ["x"]})["alpha"]
    if len(set(table.ravel())) == 1:
        assert np.isnan(alpha)
    else:
        assert alpha == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))


def test_sources_that_one_coder_read_and_codings_of_nobody_are_not_compared():
    frame = codings({"Meg": MEG, "Owen": OWEN})
    alone = pd.DataFrame({"source": ["t", "u"], "coder": ["Meg", None], "code": ["x", "x"]})
    more = pd.concat([frame, alone], ignore_index=True)
    pd.testing.assert_frame_equal(coder_agreement(more, {"x": ["x"]}), coder_agreement(frame, {"x": ["x"]}))
    (row,) = coder_agreement(alone, {"x": ["x"]}).to_dict("records")
    assert np.isnan(row["alpha"])
    assert (row["sources"], row["coders"]) == (0, 0)


def test_a_coder_who_set_no_code_of_the_map_has_read_the_source_all_the_same():
    frame = codings({"Meg": MEG, "Owen": OWEN})
    unmapped = frame.assign(code=frame["code"].where(frame["code"] == "x"))
    pd.testing.assert_frame_equal(
        coder_agreement(unmapped, {"x": ["x"]}), coder_agreement(frame, {"x": ["x"]})
    )


def test_a_name_without_codes_is_refused():
    with pytest.raises(ValueError, match="No code is given under 'none'"):
        coder_agreement(codings({"Meg": MEG}), {"none": []})


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ([], "silent"),
        (["worse"], "worse"),
        (["worse", "better"], "uncertain"),
        (["worse", "worse", "better"], "worse"),
        (["worse"] * 5 + ["better"] * 3, "uncertain"),
        (["unchanged", "unchanged", "uncertain"], "unchanged"),
        (["uncertain", "uncertain", "worse"], "uncertain"),
    ],
)
def test_two_thirds_decide(said, verdict):
    assert prevailing_direction(said) == verdict


@given(st.lists(st.sampled_from(SAID), min_size=1), st.randoms(use_true_random=False))
def test_a_verdict_has_two_thirds_behind_it_in_any_order(said, random):
    verdict = prevailing_direction(said)
    shuffled = list(said)
    random.shuffle(shuffled)
    assert prevailing_direction(shuffled) == verdict
    shares = {one: said.count(one) / len(said) for one in CLEAR}
    assert (verdict in CLEAR) == (max(shares.values()) >= 2 / 3 - 1e-12)
    if verdict in CLEAR:
        assert shares[verdict] == max(shares.values())


def test_a_word_that_is_no_direction_is_refused():
    with pytest.raises(ValueError, match="'up' is no direction"):
        prevailing_direction(["up"])


def test_an_alpha_above_one_is_refused():
    with pytest.raises(ValueError, match="above 1"):
        alpha_verdict(1.2)
