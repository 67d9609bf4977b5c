from __future__ import annotations

from itertools import permutations, product

import pytest

from tasks.methods.triangulation import CLEAR, VOICES, triangulate

ALL = list(product(VOICES, repeat=3))
TURNED = {"better": "worse", "worse": "better"}


def test_there_are_216_combinations() -> None:
    assert len(set(ALL)) == 216


@pytest.mark.parametrize("voices", ALL, ids="-".join)
def test_the_truth_table(voices: tuple[str, str, str]) -> None:
    verdict = triangulate(*voices)
    clear = [voice for voice in voices if voice in CLEAR]
    if len(clear) < 2:
        assert verdict == ("single source" if clear else "silent")
    else:
        assert verdict == ("agree" if len(set(clear)) == 1 else "contradict")
    # which source says what does not matter
    assert {triangulate(*order) for order in permutations(voices)} == {verdict}
    # turning everything round changes no verdict
    assert triangulate(*(TURNED.get(voice, voice) for voice in voices)) == verdict
    # an uncertain voice, and one that is withheld, count as a silent one
    assert triangulate(*("silent" if v in ("uncertain", "withheld") else v for v in voices)) == verdict
    # turning one clear source round turns agreement into contradiction
    for place, voice in enumerate(voices):
        if verdict == "agree" and voice in TURNED:
            turned = [*voices]
            turned[place] = TURNED[voice]
            assert triangulate(*turned) == "contradict"


def test_other_words_are_refused() -> None:
    with pytest.raises(ValueError, match="no direction"):
        triangulate("good", "better", "worse")
