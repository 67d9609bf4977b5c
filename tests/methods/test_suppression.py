"""Secondary suppression and its audit, by hand and by property."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods import suppression
from tasks.methods.suppression import Relation

INFINITE = float("inf")


def two_way(rows: int, columns: int) -> tuple[list[tuple[int, int]], list[Relation]]:
    """Return the cells of a table with margins, as (row, column) with 0 for a margin, and its relations."""
    cells = [(r, c) for r in range(rows + 1) for c in range(columns + 1)]
    place = {cell: position for position, cell in enumerate(cells)}
    found = [
        Relation(place[r, 0], tuple(place[r, c] for c in range(1, columns + 1))) for r in range(rows + 1)
    ]
    found += [
        Relation(place[0, c], tuple(place[r, c] for r in range(1, rows + 1))) for c in range(columns + 1)
    ]
    return cells, found


def filled(inside: list[list[int]]) -> list[int]:
    rows, columns = len(inside), len(inside[0])
    sums = {0: [sum(map(sum, inside)), *(sum(row[c] for row in inside) for c in range(columns))]}
    return [
        sums[0][c] if r == 0 else (sum(inside[r - 1]) if c == 0 else inside[r - 1][c - 1])
        for r in range(rows + 1)
        for c in range(columns + 1)
    ]


def test_a_small_cell_of_a_two_way_table_takes_a_rectangle_with_it():
    """By hand: 4 needs one more in its row (12) and in its column (15), and these need the 20."""
    counts = filled([[4, 12, 30], [15, 20, 40]])
    cells, relations = two_way(2, 3)
    small = [cells.index((1, 1))]
    hidden = suppression.withhold_until_safe(counts, small, relations)
    assert {cells[one] for one in hidden} == {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_the_intruder_finds_by_hand_what_the_program_finds():
    """Margins 46, 75 and 19, 32, 70 with 30 and 40 told: the first row leaves 16 for two cells."""
    counts = filled([[4, 12, 30], [15, 20, 40]])
    cells, relations = two_way(2, 3)
    hidden = {(1, 1), (1, 2), (2, 1), (2, 2)}
    low = [0.0 if cell in hidden else float(count) for cell, count in zip(cells, counts, strict=True)]
    high = [INFINITE if cell in hidden else float(count) for cell, count in zip(cells, counts, strict=True)]
    found = suppression.bounds(low, high, relations, [cells.index((1, 1)), cells.index((2, 2))])
    assert found == [(0.0, 16.0), (16.0, 32.0)]


def test_what_is_not_found_out_in_time_counts_as_told(monkeypatch):
    """Both ends at nobody: less than ten, so that more is withheld."""
    monkeypatch.setattr(suppression, "LONGEST_SECONDS", 0.0)
    known = [46.0, 0.0, 0.0, 7.0]
    assert suppression.bounds(known, [46.0, INFINITE, INFINITE, 7.0], [Relation(0, (1, 2, 3))], [1]) == [
        (0, 0)
    ]


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=3))
def test_no_whole_number_of_people_is_left_exact_or_below_ten(inside):
    """Every way to fill a small table with what is told is tried, not only the bounds."""
    counts = filled(inside)
    _, relations = two_way(len(inside), 3)
    small = [position for position, count in enumerate(counts) if 0 < count < 10]
    hidden = suppression.withhold_until_safe(counts, small, relations)
    assert hidden >= set(small)
    low, high = suppression.known_of(counts, hidden)
    assert suppression.found_to_be_few(counts, hidden, relations, low, high) == []
    low, high = suppression.known_of(counts, hidden, hidden)
    assert suppression.exposed(counts, hidden, relations, low, high) == []
    for one in relations:
        unknown = [part for part in one.parts if part in hidden and counts[part]]
        if one.whole not in hidden and unknown:
            assert len(unknown) > 1
            assert sum(counts[part] for part in unknown) >= 10


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6), st.data())
def test_bounds_hold_the_truth_and_are_reached(parts, data):
    counts = [sum(parts), *parts]
    row = Relation(0, tuple(range(1, len(counts))))
    hidden = data.draw(st.sets(st.sampled_from(range(1, len(counts))), min_size=1))
    low, high = suppression.known_of(counts, hidden)
    for cell, (least, most) in zip(
        sorted(hidden), suppression.bounds(low, high, [row], sorted(hidden)), strict=True
    ):
        assert least <= counts[cell] <= most


@given(st.lists(st.integers(10, 500), min_size=2, max_size=6))
def test_what_is_rounded_adds_up_and_is_never_far_off(parts):
    told, sums = suppression.rounded_to_add_up(
        [sum(parts), *parts], (), [Relation(0, tuple(range(1, len(parts) + 1)))]
    )
    assert sums == {0}
    assert told[0] == sum(told[1:])
    assert all(one % 5 == 0 for one in told)
    assert all(abs(one - part) <= 2 for one, part in zip(told[1:], parts, strict=True))


def test_nothing_fits_contradictions_and_negative_counts_are_refused():
    with pytest.raises(ValueError, match="Nothing fits"):
        suppression.bounds([20, 5, 5], [20, 6, 6], [Relation(0, (1, 2))], [1])
    for function in (suppression.rounded, lambda count: suppression.withhold_together([count], (), [])):
        with pytest.raises(ValueError, match="not negative"):
            function(-1)
    with pytest.raises(ValueError, match="two largest are part"):
        suppression.is_dominated(10, 8, 3)


def test_the_largest_contributor_could_be_told_by_the_second_exactly_where_p_percent_says_so():
    for largest, second, rest in itertools.product((10, 50, 100), (5, 10), (0, 1, 4, 9, 10, 11, 200)):
        if second > largest:
            continue
        total = largest + second + rest
        guess = total - second  # what the second knows of the largest, at most
        close = guess < 1.1 * largest
        share = (largest + second) / total >= 0.9
        assert suppression.is_dominated(total, largest, second) == (close or share)
