"""Phase four: waves of interviews and focus groups, corrections, attrition."""

from __future__ import annotations

from schemas.base import (
    Cells,
    Contract,
    Number,
    Release,
    Text,
    Whole,
    choice,
    day,
    number,
    own_name,
    table,
    text,
)
from schemas.vocabulary import ARMS, ATTRITION_VERDICTS, GENDERS, LOSSES, VOICED_DIRECTIONS


@table(
    "staged.responses",
    grain="one row a respondent and wave",
    key=("respondent", "wave"),
    refers={"wave": "staged.waves.wave"},
    personal_ids={
        "respondent": "person",
        "household": "household",
        "enumerator": "enumerator",
    },
)
class Responses(Contract):
    """The mapped columns; the wave's own columns are added as its codebook types them."""

    respondent: Text = text("pseudonym of the person or firm")
    wave: Text = text("wave of the plan")
    arm: Text = choice(ARMS, missing=True)
    node: Text = text("actor of the map", missing=True)
    poverty_group: Text = text("poverty group of the plan", missing=True)
    gender: Text = choice(GENDERS, missing=True)
    difference: Text = own_name("ethnicity, religion, caste or other difference", missing=True)
    weight: Number = number("weight of the respondent", gt=0)
    stratum: Text = text("stratum of the draw", missing=True)
    cluster: Text = text("primary sampling unit or locality", missing=True)
    household: Text = text("pseudonym of the household", missing=True)
    enumerator: Text = text("pseudonym of the interviewer", missing=True)


@table("mart.household_weights", grain="one row a wave and household", key=("wave", "household"))
class HouseholdWeights(Contract):
    wave: Text = text("wave")
    household: Text = text("pseudonym of the household")
    respondents: Whole = number("respondents of the household", ge=1)
    eligible_members: Whole = number("members who could have been chosen", missing=True, ge=0)
    subsample_probability: Number = number("chance in a sub-sample of households", gt=0, le=1)
    weight: Number = number("households that it stands for", missing=True, gt=0)


@table(
    "staged.corrections",
    grain="one row a correction",
    key=("wave", "key", "variable"),
    source="waves/*/corrections",
    personal_ids={"key": "person", "who": "enumerator"},
)
class Corrections(Contract):
    wave: Text = text("wave that is corrected")
    key: Text = text("respondent whose answer is corrected")
    variable: Text = text("column that is corrected, or 'interview' to remove it")
    old: Text = text("value that stands in the file", missing=True)
    new: Text = text("value that is right; 'remove' with variable 'interview'", missing=True)
    reason: Text = text("why")
    who: Text = text("role or id of who decided")
    when: Text = day("date of the decision")


@table(
    "staged.withdrawals",
    grain="one row a wave and person who took back the consent when it was held",
    key=("wave", "respondent"),
    source="waves/*/withdrawals",
    personal_ids={"respondent": "person"},
)
class Withdrawals(Contract):
    """People who no longer want their answers to be used: those of all waves leave the analysis."""

    wave: Text = text("wave in which the person said so")
    respondent: Text = text("id of the respondent, as in the interviews")
    when: Text = day("date on which the person said so")


@table(
    "staged.focus_groups",
    grain="one row a wave, focus group and indicator",
    key=("wave", "focus_group", "indicator"),
    source="waves/*/focus_groups",
    refers={"poverty_group": "staged.poverty_groups.poverty_group"},
)
class FocusGroups(Contract):
    wave: Text = text("wave in which the group met")
    focus_group: Text = text("short name of the focus group")
    poverty_group: Text = text("poverty group that it stands for")
    arm: Text = choice(ARMS, missing=True)
    indicator: Text = text("indicator that was discussed")
    participants: Whole = number("people present", ge=1)
    importance: Whole = number("importance to well-being, 1 to 5", missing=True, ge=1, le=5)
    change: Text = choice(VOICED_DIRECTIONS, "what the group says has happened")
    reasons: Text = text("why, in a sentence that names nobody", missing=True)
    future: Text = text("what would help, in a sentence that names nobody", missing=True)


@table(
    "mart.interviews",
    grain="one row a wave, arm and poverty group",
    key=("wave", "arm", "poverty_group"),
    release=Release(
        count=("interviewed",),
        cells=(Cells("interviewed", "interviewed", {"wave": "wave"}, ("arm", "poverty_group")),),
    ),
)
class Interviews(Contract):
    wave: Text = text("wave")
    arm: Text = text("arm, or all")
    poverty_group: Text = text("poverty group, or all")
    interviewed: Whole = number("respondents whose answers are used", ge=0)


@table(
    "mart.wave_losses",
    grain="one row a wave and reason",
    key=("wave", "reason"),
    release=Release(
        totals={"interviews": 10},
        partition={"interviews": ("wave",)},
        apart={"reason": ("received", "used")},
        nearest=("interviews",),
    ),
)
class WaveLosses(Contract):
    wave: Text = text("wave")
    reason: Text = choice(LOSSES)
    interviews: Whole = number("interviews", ge=0)


@table(
    "mart.correction_summary",
    grain="one row a wave and variable",
    key=("wave", "variable"),
    release=Release(totals={"corrections": 10}),
)
class CorrectionSummary(Contract):
    wave: Text = text("wave")
    variable: Text = text("column that was corrected")
    corrections: Whole = number("corrections applied", ge=1)


@table(
    "mart.wave_revisions",
    grain="one row a wave, respondent, variable and revision that was replaced",
    key=("wave", "respondent", "variable", "from_revision"),
    personal_ids={"respondent": "person"},
)
class WaveRevisions(Contract):
    """What a later file of a wave changed in answers that an earlier one had."""

    wave: Text = text("wave")
    respondent: Text = text("pseudonym of the person or firm")
    variable: Text = text("column that was changed")
    from_revision: Whole = number("revision that said it before")
    to_revision: Whole = number("revision that says it otherwise")
    old: Text = text("what was said; never of an id or a personal column", missing=True)
    new: Text = text("what is said now; never of an id or a personal column", missing=True)


@table(
    "mart.revision_summary",
    grain="one row a wave and variable",
    key=("wave", "variable"),
    release=Release(totals={"changes": 10}),
)
class RevisionSummary(Contract):
    wave: Text = text("wave")
    variable: Text = text("column that a later file changed")
    changes: Whole = number("answers that were changed", ge=1)


@table(
    "mart.respondent_links",
    grain="one row a wave",
    key=("wave",),
    release=Release(
        totals=dict.fromkeys(("respondents", "duplicated", "changed_gender", "changed_birth_year"), 10),
        together=dict.fromkeys(("followed", "returned", "new", "lost"), 10),
        sums={"respondents": ("followed", "returned", "new")},
    ),
)
class RespondentLinks(Contract):
    """Respondents of a wave beside those of the waves before: followed, returned and new are all of them."""

    wave: Text = text("wave of the plan, in their order; a pilot is none")
    respondents: Whole = number("respondents of the wave", ge=0)
    followed: Whole = number("of these, interviewed in the wave before too", ge=0)
    returned: Whole = number("of these, not in the wave before, but in an earlier one", ge=0)
    new: Whole = number("of these, in no wave before", ge=0)
    lost: Whole = number("respondents of the wave before who are not in this one", ge=0)
    duplicated: Whole = number("interviews left out because another row of the same person stands", ge=0)
    changed_gender: Whole = number("respondents of another gender than in a wave before", ge=0)
    changed_birth_year: Whole = number(
        "respondents of another birth year than in a wave before; empty where the plan maps none",
        missing=True,
        ge=0,
    )


@table(
    "mart.attrition",
    grain="one row a wave, arm and poverty group",
    key=("wave", "arm", "poverty_group"),
    release=Release(
        count=("followed", "interviewed", "lost"),
        hide=("rate",),
        cells=tuple(
            Cells(one, f"followed: {one}", {"wave": "wave"}, ("arm", "poverty_group"))
            for one in ("interviewed", "lost")
        ),
        sums={"followed": ("interviewed", "lost")},
        rounded={"rate": 2},
    ),
)
class Attrition(Contract):
    wave: Text = text("later wave")
    arm: Text = text("arm, or all")
    poverty_group: Text = text("poverty group, or all")
    followed: Whole = number("respondents of the first wave", ge=0)
    interviewed: Whole = number("of these, interviewed again", ge=0)
    lost: Whole = number("of these, not interviewed again", ge=0)
    rate: Number = number("share lost", missing=True, ge=0, le=1)


@table(
    "mart.attrition_tests",
    grain="one row a later wave and test",
    key=("wave", "test"),
    release=Release(
        count=("respondents", "interviewed", "lost"),
        hide=("statistic", "numerator_df", "denominator_df", "p_value", "verdict", "says"),
        rounded={"statistic": 2, "numerator_df": 1, "denominator_df": 1, "p_value": 3},
    ),
)
class AttritionTests(Contract):
    wave: Text = text("later wave")
    test: Text = text("column that is compared, or joint tests of several")
    statistic: Number = number("F", missing=True)
    numerator_df: Number = number("degrees of freedom of F", missing=True, gt=0)
    denominator_df: Number = number("degrees of freedom of F", missing=True, gt=0)
    p_value: Number = number("of the test that nothing differs", missing=True, ge=0, le=1)
    respondents: Whole = number("respondents of the first wave in the test", ge=0)
    interviewed: Whole = number("of these, interviewed again", ge=0)
    lost: Whole = number("of these, not interviewed again", ge=0)
    verdict: Text = choice(ATTRITION_VERDICTS)
    says: Text = text("what that means, or why it was not tested")


@table(
    "mart.attrition_by_enumerator",
    grain="one row a later wave and interviewer of the first",
    key=("wave", "enumerator"),
)
class AttritionByEnumerator(Contract):
    wave: Text = text("later wave")
    enumerator: Text = text("pseudonym of who interviewed in the first wave")
    followed: Whole = number("respondents of the first wave", ge=0)
    interviewed: Whole = number("of these, interviewed again", ge=0)
    lost: Whole = number("of these, not interviewed again", ge=0)
    rate: Number = number("share lost", missing=True, ge=0, le=1)
