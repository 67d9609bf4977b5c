"""What coded text says: the direction that prevails, and how far those who coded agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from tasks.methods._columns import require_columns
from tasks.methods.agreement import krippendorff_alpha
from tasks.methods.triangulation import CLEAR

SAID = (*CLEAR, "uncertain")


def prevailing_direction(said: Sequence[str]) -> str:
    """Return the direction that at least two thirds of those who speak name; else "uncertain".

    said: better, worse, unchanged or uncertain, one for each who speaks, in any order. Who is uncertain
    speaks too, and counts among them. "silent" where nobody speaks. Raises ValueError where somebody says
    another word.

    Two thirds, so that one or two dominant voices do not speak for a group, and one that is apart does not
    keep it from speaking.

    Source: the rule is this tool's; its reason is that of Nadvi and Barrientos (2004), Annex II, phase four,
    triangulation ("not just one or two dominant individuals within it").

    >>> prevailing_direction(["worse", "better", "worse"]), prevailing_direction(["worse", "better"])
    ('worse', 'uncertain')
    """
    for one in said:
        if one not in SAID:
            raise ValueError(f"'{one}' is no direction that is said; known are {', '.join(SAID)}")
    if not said:
        return "silent"
    return next((one for one in CLEAR if 3 * said.count(one) >= 2 * len(said)), "uncertain")


def coder_agreement(codings: pd.DataFrame, codes: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return how far coders agree on the presence of codes in sources, beyond chance.

    `codings` is long: source, coder and code; a missing coder is left out, a missing code (one that is of
    no interest) shows that the coder worked on the source. codes: name -> the codes that are taken together
    under it. Returns one row a name, in the order given: code (the name), alpha (Krippendorff's, nominal),
    sources (on which two or more coders worked) and coders (of these sources).

    The unit is a source and a code; a coder who worked on the source rates it 1 where the code is set in it
    at all, else 0. Where in the text it is set is not compared. NaN where there is no such source, or where
    all ratings are the same. Raises ValueError where a column is absent or no code is given under a name.

    Source: Krippendorff (2019), Content Analysis, 4th edition, chapter 12 (nominal data, any number of
    observers, missing data).

    Example: both coded two sources, and agree on "less" in one of them.

    >>> codings = pd.DataFrame({
    ...     "source": ["s", "s", "t", "t"], "coder": ["a", "b", "a", "b"],
    ...     "code": ["less", "less", "less", "more"],
    ... })
    >>> coder_agreement(codings, {"less": ["less"]}).round(2).values.tolist()
    [['less', 0.0, 2, 2]]
    """
    require_columns(codings, ("source", "coder", "code"))
    known = codings[["source", "coder", "code"]].dropna(subset=["source", "coder"])
    worked = known[["source", "coder"]].drop_duplicates().sort_values(["source", "coder"])
    compared = worked[worked.groupby("source")["coder"].transform("size") >= 2]
    set_in = set(zip(known["source"], known["coder"], known["code"].fillna(""), strict=True))
    rows = []
    for name, members in codes.items():
        if not members:
            raise ValueError(f"No code is given under '{name}'")
        ratings = [
            {"unit": (source, code), "rater": coder, "value": int((source, coder, code) in set_in)}
            for code in members
            for source, coder in zip(compared["source"], compared["coder"], strict=True)
        ]
        rows.append(
            {
                "code": name,
                "alpha": krippendorff_alpha(pd.DataFrame(ratings), "nominal") if ratings else float("nan"),
                "sources": compared["source"].nunique(),
                "coders": compared["coder"].nunique(),
            }
        )
    return pd.DataFrame(rows, columns=["code", "alpha", "sources", "coders"])
