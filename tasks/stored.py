"""Sentences that tasks write into tables in English, so that a report in another language can say them.

`tongue.told` knows them by their words; {places} hold what differs: a word or a number, {columns} and {names}
a list, {why} and {text} sentences. A test holds each against the source of the task that writes it.
"""

from __future__ import annotations

from tasks.translations import N_

ANSWERS = (
    N_("whole number"),
    N_("whole number, {low} to {high}"),
    N_("whole number, {low} or more"),
    N_("whole number, {high} or less"),
    N_("number"),
    N_("number, {low} to {high}"),
    N_("number, {low} or more"),
    N_("number, {high} or less"),
    N_("words"),
)
"""What may be answered to a question of the forms."""

CLAIMS = (
    N_("The sample was chosen on purpose and speaks only of those interviewed."),
    N_("The earlier state is what people recall, not what was measured."),
    N_(
        "The follow-up was limited: it rests on recall and key informants and repeats the study in part only,"
        " so that few of its data can be compared with earlier ones."
    ),
    N_("The term is not the programme's effect but another part of the model."),
    N_(
        "Before its start the programme can have had no effect: this tests whether those of different starts"
        " changed alike until then."
    ),
    N_(
        "What is compared is of the time before the programme, which can have had no effect: this tests"
        " whether the arms were alike, or changed alike, until then."
    ),
    N_(
        "A lot formed the arms, so that nothing but chance and the programme can tell them apart"
        " (randomisation)."
    ),
    N_(
        "Before the programme the arms changed differently already, though a lot had formed them: by chance,"
        " or the lot was not kept to."
    ),
    N_(
        "Before the programme the arms changed differently already, so that it cannot be assumed that they"
        " would have changed alike without it (parallel trends)."
    ),
    N_(
        "In the waves before the programme no difference of the arms' changes was found, which makes this"
        " likelier and does not prove it."
    ),
    N_("It is assumed that, without the programme, both arms would have changed alike (parallel trends)."),
    N_("It holds for those who were matched."),
    N_("Some of the comparison arm share {what} with the programme arm: it may have reached them."),
    N_("a locality"),
    N_("a buyer"),
    N_("The programme may have reached the comparison arm (spill-over)."),
    N_("The study has no second wave, so that changes cannot be compared."),
    N_("It was not measured whether the arms were alike before the programme."),
    N_(
        "The arms differed before the programme wholly in a characteristic in which nobody differs within an"
        " arm."
    ),
    N_(
        "Even after matching the arms differed before the programme wholly in a characteristic in which"
        " nobody differs within an arm."
    ),
    N_("The arms differed before the programme by up to {size} standard deviations, more than {limit}."),
    N_(
        "Even after matching the arms differed before the programme by up to {size} standard deviations, more"
        " than {limit}."
    ),
    N_("Whether the arms were alike before the programme was not measured in {columns}."),
    N_("The estimator compares levels of the arms, not their changes."),
)
"""Why no more may be claimed of an estimate, or on what assumption."""

LIMITS = (
    N_(
        "Amounts are in money of the day: what prices were then is not known, and a gain may be one of"
        " prices."
    ),
    N_(
        "Amounts are in money of the day, not put at base prices: where the arms did not stand alike before,"
        " prices that rise move them apart by themselves."
    ),
    N_(
        "What is recalled is put at the prices of the interview: the plan says that prices then were"
        " {percent} % of them."
    ),
    N_("Amounts are at base prices, by the price index of '{name}'."),
    N_("{people} without an area, whose prices are not known, are left out."),
    N_(
        "{people} were in another {what} in another wave, and are counted where they were when the comparison"
        " begins."
    ),
    N_("arm of the comparison"),
    N_("poverty group"),
    N_("{people} had no arm in the earlier wave."),
    N_("About {number} people"),
    N_("A few people"),
)
"""What else a reader has to know of an estimate, or of the bounds that attrition leaves."""

UNTESTED = (
    N_(
        "There is no p-value and no interval: the sample was chosen on purpose, and no error can be given of"
        " it."
    ),
    N_("There is no p-value: nobody differs from what the model says, and nothing tells its error."),
    N_(
        "There is no p-value and no interval: fewer than six clusters of {side} (localities, or people where"
        " nothing was given by locality) are too few to tell how they differ."
    ),
    N_(
        "There is no p-value and no interval: fewer than six clusters of {side} and of {other} (localities,"
        " or people where nothing was given by locality) are too few to tell how they differ."
    ),
    N_("the programme arm"),
    N_("the comparison arm"),
    N_("those of a start"),
    N_("those compared with them"),
)
"""Why an estimate has no p-value and no interval."""

NO_ESTIMATE = (
    N_("Nobody here has told both what is and what was"),
    N_(
        "Only the wave '{wave}' is there of the two that this compares: give the interviews of the wave"
        " before the programme, or take estimator = 'difference', which needs one wave"
    ),
    N_("The table has no row of the wave '{wave}'"),
    N_("A respondent stands more than once in the wave '{wave}'"),
    N_("This estimator needs an earlier and a later wave"),
    N_("This estimator needs two different waves"),
    N_("No respondent is in both waves"),
    N_("Difference in differences compares the arms; for other terms use fixed_effects"),
    N_("A respondent changes the arm between the waves; each needs one arm"),
    N_("Changes between successive waves need a term that changes; the arm does not"),
    N_("No row has everything that the model uses"),
    N_("Each row is alone in its fixed effect, so that nothing can be compared"),
    N_("Effects are compared where some people are in the part and others are not"),
    N_("The table has no column {columns}"),
    N_("The column '{column}' must hold numbers"),
    N_("The column '{column}' holds an infinite number"),
    N_("The column '{column}' has rows without an entry"),
    N_("The weights in the column '{column}' must be above 0"),
    N_("Clustered errors need at least 2 clusters"),
    N_("The fixed effects could not be removed from the outcome"),
    N_("The term '{term}' is the same in all rows that the model can use"),
    N_(
        "The term '{term}' follows from the rest of the model (other terms, covariates or fixed effects), so"
        " that it has no coefficient of its own"
    ),
    N_("The model has {parameters} parameters, but only {rows} rows have all that it uses"),
    N_(
        "Errors by CR2 take fixed effects across clusters as columns, at most {most} of them; here are"
        " {number}: take error_type = 'cluster'"
    ),
    N_("A respondent has one '{column}' in one wave and another in another: each needs one"),
    N_("A respondent stands more than once in a wave"),
    N_(
        "'{value}' in the column '{column}' is no wave of the study ({waves}): it names the wave in which the"
        " programme began, and is empty or '{never}' for those it did not reach"
    ),
    N_("Staggered starts need at least two waves with answers"),
    N_("By the column '{column}' the programme began for nobody after the first wave and by the last"),
    N_(
        "By the column '{column}' the programme never reached {number} of the respondents, and at least"
        " {least} are needed: compared_with = 'not_yet' compares with those whom it reached later"
    ),
    N_("none"),
    N_(
        "By the column '{column}' the programme began for all in the same wave: nobody is left to compare"
        " with"
    ),
    N_("The starts leave nothing to compare: {why}"),
    N_("The starts leave no effect to average: {why}"),
    N_(
        "In one of the waves a start, or those it would be compared with, has no answers: leave out that"
        " start or wave by 'filter'"
    ),
    N_("Of one of the arms nobody was found again"),
)
"""Why a model, or the bounds of an effect, gave no figure."""

COMPARISON = (
    N_("The arms could not be matched: {why}"),
    N_("there was nobody to be matched"),
    N_("No two people of the arms are as alike as is asked for"),
    N_("Of those who were matched in the first wave nobody is among these respondents"),
    N_("Both arms need people of whom everything is known that they are matched on"),
    N_("Both arms need people of whom every covariate is known"),
    N_("Nobody differs in any of the covariates"),
    N_("Nobody differs in {columns}"),
    N_("Within the arms nobody differs in {columns}: nothing to be near in"),
    N_("A joint test of {number} covariates needs more than {least} clusters"),
    N_("The propensity score could not be estimated from these covariates"),
    N_(
        "'{name}' tells the arm of some people without fail, so that they have nobody like them in the other"
        " arm. Leave it out, or name it under 'exact'"
    ),
    N_(
        "{columns} each tell the arm of some people without fail, so that they have nobody like them in the"
        " other arm. Leave them out, or name them under 'exact'"
    ),
    N_(
        "{columns} together tell the arm of some people without fail, so that they have nobody like them in"
        " the other arm. Leave one of them out, or name it under 'exact'"
    ),
    N_(
        "'{name}' cannot be balanced: the mean of the programme arm lies outside of what anybody in the"
        " comparison arm has"
    ),
    N_(
        "'{name}' cannot be balanced together with the other covariates: no weights of the comparison arm"
        " meet all the means of the programme arm"
    ),
)
"""Why the arms could not be matched, or not be tested together."""

ATTRITION = (
    N_("One arm lost a larger share than the other: a comparison of the arms may show who was lost."),
    N_("No difference between the arms in the share lost was found."),
    N_("Some poverty groups lost a larger share than others: all together are no longer who they were."),
    N_("No difference between the poverty groups in the share lost was found."),
    N_("Women and men were not lost alike: results of both together are no longer of who they were."),
    N_("No difference between women and men in the share lost was found."),
    N_("Some interviewers of the first wave lost a larger share: ask how people were looked for."),
    N_("No difference between the interviewers of the first wave in the share lost was found."),
    N_("Those who were lost differed in the first wave from those found again: results hold for the latter."),
    N_("What is known of people from the first wave does not tell who was lost."),
    N_("Other people were lost in the one arm than in the other: effects may show who was lost."),
    N_("That other people were lost in the one arm than in the other was not found."),
    N_("Not tested. {why}."),
    N_("Nobody was lost"),
    N_("Everybody was lost"),
    N_("The programme arm has only {number} PSUs"),
    N_("There is only one PSU"),
    N_("From cluster to cluster nothing varies"),
    N_("The columns follow from one another"),
    N_("There are too few clusters ({clusters}) to test {number} things at once"),
    N_("Too few were lost to tell the columns apart"),
    N_("A value of '{column}' is found in one cluster alone"),
    N_("There are too few respondents for the model"),
)
"""What the tests of attrition found, or why they were not made."""

POVERTY = (
    N_("{percent} % of the {mean} of everybody in the wave"),
    N_("median"),
    N_("mean"),
    N_("Of nobody it is known for how many people they stand"),
    N_("Nobody has answered what is measured and has an area"),
    N_("Nobody has answered what is measured"),
    N_("Nobody belongs to a group whose ranking gives the dimensions their weights"),
    N_("Nobody has answered on any dimension"),
    N_("Nobody has answered on every dimension"),
    N_("Nobody has answered on {columns}"),
)
"""Poverty lines in words, and why a wave has no figure."""

RANKING = (
    N_("No one ranked it."),
    N_("Among the first {number} by weight, which are kept."),
    N_("Not among the first {number} by weight, which are kept."),
)
"""Why an indicator is on the short list of a group."""

STARTS = (
    N_("at its start"),
    N_("1 wave after its start"),
    N_("{number} waves after its start"),
    N_("1 wave before its start"),
    N_("{number} waves before its start"),
)
"""Waves since the programme's start, of which an effect of staggered starts is."""

MAPPING = (
    N_("The map has no {units}"),
    N_("Known of {known} of {all} {units}"),
    N_("Known of {known} of {all} {units}; not of: {names}"),
    N_("Known of {known} of {all} {units}; not of: {names} and {more} more"),
    N_("Other informants"),
)
"""What the mapping has found out, and who was asked (tasks/checklist.py)."""

TABLE_2 = (
    N_("1 below {first} percent, 2 from {second}, 3 from {third}, 4 from {fourth}"),
    N_("1 below {first} percent, 2 from {second}, 3 from {third}, 4 from {fourth}, 5 from {fifth}"),
    N_("the highest level that at least {cut} percent reach"),
    N_("fewer than two assessors"),
    N_("fewer than two characteristics were scored by two assessors"),
    N_("all scores that can be compared are the same"),
)
"""How a rule scores a characteristic, and why the agreement of assessors is not known (tasks/table_2.py)."""

OFFICIAL_STATISTICS = (
    N_(
        "{text} ({from_period} to {to_period}): growth was higher {inside} than {outside} in {ahead} of "
        "{all} sectors."
    ),
    N_(
        "{text} ({from_period} to {to_period}): growth was higher {inside} than {outside} in {ahead} of "
        "{all} sectors; in all sectors together it was {growth_inside} % {inside_too} and {growth_outside} % "
        "{outside_too}, a difference of {points} percentage points."
    ),
    N_(
        "{text}: {wrong} of {all} printed index figures do not follow from the levels that are printed "
        "beside them."
    ),
    N_(
        "{text}: {wrong} of {all} printed index figures do not follow from the levels that are printed "
        "beside them; the furthest off, of {period}, is printed {printed} and recomputed {recomputed} "
        "({series})."
    ),
    N_(
        "Of the {all} printed index figures of all comparisons, {wrong} do not follow from the levels that "
        "are printed beside them; the levels are used here."
    ),
    N_("inside"),
    N_("outside"),
)
"""What official statistics say of growth (tasks/secondary.py)."""

READINGS = (
    N_("encoding"),
    N_("delimiter"),
    N_("header row"),
    N_("header rows"),
    N_("rows above the header"),
    N_("header cells filled"),
    N_("file of the archive"),
    N_("sheet"),
    N_("cells that are formulas"),
    N_("hidden rows, read like the others"),
    N_("last updated by the World Bank"),
    N_("sender"),
    N_("data structure"),
    N_("message prepared"),
    N_("multiplied as UNIT_MULT says"),
    N_("missing code '{code}' in {where}"),
    N_("missing code '{code}' ({label}) in {column}"),
    N_("the columns made rows"),
    N_("decimal sign"),
    N_("thousands sign"),
    N_("column {column}"),
    N_("column status"),
    N_("dimensions"),
    N_("columns not used"),
    N_("cells filled down"),
    N_("rows read"),
    N_("rows left out: {reason}"),
    N_("empty row"),
    N_("before first_row"),
    N_("after last_row"),
    N_("does not fit the filter"),
    N_("total ('{word}')"),
    N_("rows kept"),
    N_("columns made rows"),
    N_("cells of these columns"),
    N_("looks like a date in place of a code"),
    N_("looks like a total, and is kept"),
    N_("semicolon in a dimension, written as a comma"),
    N_("records left out: without a figure"),
    N_("records made"),
    N_("{encoding}, by its byte-order mark"),
    N_("{encoding}: reads '{word}'"),
    N_("none: one column"),
    N_("{first} to {last}, joined by ' / '"),
    N_("as the merged cells say"),
    N_("to the right, as no cell is merged"),
    N_("{number}, with the values last saved"),
    N_("{number} (row {rows})"),
    N_("cells: {number}"),
    N_("by 10^{power}; cells: {number}"),
    N_("{sign}: '{cell}' decides (column {column}, row {row})"),
    N_("{column}, by its flags"),
    N_("column {column}, row {row}: '{cell}'"),
    N_("column {column}, row {row}: '{cell}' and {more} more rows"),
    N_("column {column}: '{word}' (row {rows})"),
    N_("point"),
    N_("comma"),
    N_("semicolon"),
    N_("tab"),
    N_("bar"),
    N_("space"),
    N_("apostrophe"),
)
"""How a file of official statistics was read (tasks/layout.py, figures.py, delimited.py and sources/)."""

SENTENCES: tuple[str, ...] = (
    *CLAIMS,
    *LIMITS,
    *UNTESTED,
    *NO_ESTIMATE,
    *COMPARISON,
    *ATTRITION,
    *POVERTY,
    *RANKING,
    *STARTS,
    *MAPPING,
    *TABLE_2,
    *OFFICIAL_STATISTICS,
    *READINGS,
    *ANSWERS,
)
