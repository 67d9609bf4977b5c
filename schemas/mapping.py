"""Phase two, second half: the map of the cluster, its poverty nodes and Table 2."""

from __future__ import annotations

from schemas.base import Contract, Flag, Number, Release, Text, Whole, choice, number, own_name, table, text
from schemas.vocabulary import (
    AGREEMENT_VERDICTS,
    ANSWER_STATUSES,
    BOX_4_GROUPS,
    COMPARISON_KINDS,
    EVIDENCE_KINDS,
    EVIDENCE_SIGNS,
    GENDERS,
    INFORMANT_SIDES,
    INSTITUTION_KINDS,
    LIKELIHOODS,
    LINKAGE_KINDS,
    LOCATIONS,
    POSITIONS,
    SCORE_BASES,
    SCORED_WITH,
    STAGES,
    TABLE_2_SECTIONS,
    TENSIONS,
)

FEWEST_FIRMS = 3
FEWEST_PEOPLE = 10


@table(
    "staged.actors",
    grain="one row an actor of the value chain",
    key=("actor",),
    source="mapping/actors",
    release=Release(
        totals={
            "firms": FEWEST_FIRMS,
            "workers": FEWEST_PEOPLE,
            "women": FEWEST_PEOPLE,
            "minorities": FEWEST_PEOPLE,
            "informal": FEWEST_PEOPLE,
            "own_account": FEWEST_FIRMS,
            "small_firms": FEWEST_FIRMS,
        },
        rests=dict.fromkeys(("women", "minorities", "informal"), "workers"),
    ),
)
class Actors(Contract):
    actor: Text = text("short name of the actor")
    label: Text = text("name of the actor in the report")
    stage: Text = choice(STAGES, "stage of the value chain")
    firms: Whole = number("firms or own-account workers", missing=True, ge=0)
    workers: Whole = number("people who work there", missing=True, ge=0)
    women: Whole = number("women among the workers", missing=True, ge=0)
    minorities: Whole = number("members of minorities among the workers", missing=True, ge=0)
    informal: Whole = number("workers without contract or registration", missing=True, ge=0)
    own_account: Whole = number(
        "own-account workers and households among the firms; empty where another row counts the firms",
        missing=True,
        ge=0,
    )
    small_firms: Whole = number(
        "firms with hired workers that count as small; empty as with own_account", missing=True, ge=0
    )
    location: Text = choice(LOCATIONS, "where most of it is, by the words of Table 2", missing=True)
    citation: Text = text("where the figures come from", missing=True)


@table(
    "staged.linkages",
    grain="one row a from, to and kind",
    key=("from", "to", "kind"),
    source="mapping/linkages",
    refers={"from": "staged.actors.actor", "to": "staged.actors.actor"},
    release=Release(),
)
class Linkages(Contract):
    from_: Text = text("actor that gives", alias="from")
    to: Text = text("actor that receives")
    kind: Text = choice(LINKAGE_KINDS)
    note: Text = text("terms of the link", missing=True)
    citation: Text = text("where it comes from", missing=True)


@table(
    "staged.institutions",
    grain="one row an institution",
    key=("institution",),
    source="mapping/institutions",
    release=Release(),
)
class Institutions(Contract):
    institution: Text = text("short name of the institution")
    label: Text = text("name in the report")
    kind: Text = choice(INSTITUTION_KINDS)
    inside: Flag = number("whether it is part of the cluster (yes or no)")
    services: Text = text("services that it gives", missing=True)
    importance: Whole = number("importance to the firms, 1 to 5", missing=True, ge=1, le=5)
    citation: Text = text("where it comes from", missing=True)


@table(
    "staged.institution_links",
    grain="one row an institution and actor",
    key=("institution", "actor"),
    source="mapping/institution_links",
    refers={
        "institution": "staged.institutions.institution",
        "actor": "staged.actors.actor",
    },
    release=Release(),
)
class InstitutionLinks(Contract):
    institution: Text = text("short name of the institution")
    actor: Text = text("actor that it serves or rules")
    service: Text = text("what links them", missing=True)


@table(
    "staged.institution_positions",
    grain="one row an institution and poverty group",
    key=("institution", "poverty_group"),
    source="mapping/institution_positions",
    refers={
        "institution": "staged.institutions.institution",
        "poverty_group": "staged.poverty_groups.poverty_group",
    },
    release=Release(),
)
class InstitutionPositions(Contract):
    institution: Text = text("short name of the institution")
    poverty_group: Text = text("poverty group of the plan")
    position: Text = choice(POSITIONS, "where it stands towards the group's interests")
    tension: Text = choice(TENSIONS, "tension between the two")
    reason: Text = text("what that is seen by, in a sentence that names nobody")
    part: Text = text("what part it could play in the assessment", missing=True)
    citation: Text = text("where it comes from", missing=True)


@table(
    "staged.mapped_groups",
    grain="one row a group of people whom the map finds at an actor",
    key=("mapped_group",),
    source="mapping/groups",
    refers={"actor": "staged.actors.actor"},
)
class MappedGroups(Contract):
    mapped_group: Text = own_name("short name; where the plan has the group, the same name")
    label: Text = text("name of the group in the report")
    actor: Text = text("actor at which they are found")
    box4_group: Text = choice(BOX_4_GROUPS, "producer or worker group of Box 4")
    gender: Text = choice(GENDERS, "gender; empty where not told apart", missing=True)
    difference: Text = own_name(
        "ethnicity, religion, caste or other; empty where not told apart", missing=True
    )
    people: Whole = number("people in the group", missing=True, ge=0)
    citation: Text = text("where it comes from")


@table(
    "staged.node_judgements",
    grain="one row an actor whose likelihood of poverty an assessor judges otherwise than the rule",
    key=("actor",),
    source="mapping/node_judgements",
    refers={"actor": "staged.actors.actor"},
)
class NodeJudgements(Contract):
    actor: Text = text("actor that is judged")
    likelihood: Text = choice(LIKELIHOODS, "likelihood of poverty in the assessor's judgement")
    assessor: Text = text("role of who judges")
    reason: Text = text("why the rule is overruled")


@table(
    "staged.mapping_answers",
    grain="one row a question of Box A.2 that is answered in words",
    key=("question",),
    source="mapping/answers",
)
class MappingAnswers(Contract):
    question: Text = text("id of the question in the catalogue's Box A.2")
    answer: Text = text("the answer, in a sentence that names nobody")
    complete: Flag = number("whether the question is answered in full (yes or no)")
    citation: Text = text("where it comes from")


@table(
    "staged.comparison_candidates",
    grain="one row a candidate for the comparison group",
    key=("candidate",),
    source="mapping/comparison_candidates",
    release=Release(),
)
class ComparisonCandidates(Contract):
    candidate: Text = text("short name of the candidate")
    label: Text = text("name in the report")
    kind: Text = choice(COMPARISON_KINDS, "people of the cluster outside the programme, or another cluster")
    alike: Text = text("in what they are like those in the programme")
    unlike: Text = text("in what they differ", missing=True)
    spill_over: Text = text("how the programme could reach them all the same", missing=True)
    likely: Flag = number("whether this is the likely comparison group (yes or no)")
    reason: Text = text("why, or why not")


@table(
    "staged.evidence",
    grain="one row an actor, kind of evidence and source",
    key=("actor", "kind", "citation"),
    source="mapping/evidence",
    refers={"actor": "staged.actors.actor"},
    release=Release(),
)
class Evidence(Contract):
    actor: Text = text("actor that the evidence is about")
    kind: Text = choice(EVIDENCE_KINDS, "one of the nine kinds of Box A.2")
    sign: Text = choice(EVIDENCE_SIGNS, "whether it points to poverty")
    detail: Text = text("what was found, in a sentence that names nobody")
    citation: Text = text("where it comes from")


@table(
    "staged.characteristics",
    grain="one row a characteristic of Table 2 and assessor",
    key=("characteristic", "assessor"),
    source="mapping/characteristics",
)
class Characteristics(Contract):
    characteristic: Text = text("id of the characteristic in the catalogue's Table 2")
    score: Whole = number("1 lowest to 5 highest expected effect on poverty", missing=True, ge=1, le=5)
    basis: Text = choice(SCORE_BASES, "whether data or an assessor gives the score", missing=True)
    evidence: Text = text("what supports the score", missing=True)
    assessor: Text = text("role of who scored")


@table(
    "staged.informants",
    grain="one row an informant",
    key=("informant",),
    source="mapping/informants",
    refers={"actor": "staged.actors.actor", "institution": "staged.institutions.institution"},
    personal_ids={"informant": "informant", "named_by": "informant"},
)
class Informants(Contract):
    informant: Text = text("id of the informant")
    role: Text = text("role in the cluster")
    actor: Text = text("actor that the informant belongs to", missing=True)
    institution: Text = text("institution that the informant belongs to", missing=True)
    named_by: Text = text("informant who named this one", missing=True)


@table(
    "mart.poverty_nodes",
    grain="one row an actor",
    key=("actor",),
    refers={"actor": "staged.actors.actor"},
    release=Release(),
)
class PovertyNodes(Contract):
    actor: Text = text("short name of the actor")
    label: Text = text("name of the actor in the report")
    likelihood: Text = choice(
        LIKELIHOODS, "likelihood of poverty: the assessor's where the rule is overruled"
    )
    rule_likelihood: Text = choice(LIKELIHOODS, "likelihood of poverty by the rule of the plan")
    overruled_by: Text = text("role of the assessor who overrules the rule", missing=True)
    reason: Text = text("why the rule is overruled", missing=True)
    kinds_poor: Whole = number("kinds of evidence that point to poverty", ge=0, le=9)
    kinds_not_poor: Whole = number("kinds of evidence that point away from it", ge=0, le=9)
    kinds_unclear: Whole = number("kinds of evidence that are unclear", ge=0, le=9)
    kinds_open: Whole = number("kinds of which nothing is known", ge=0, le=9)
    evidence: Text = text("the kinds that point to poverty", missing=True)


@table(
    "mart.poverty_groups",
    grain="one row a poverty group, of the plan or found by the map at a poverty node",
    key=("poverty_group",),
    release=Release(totals={"people": FEWEST_PEOPLE}),
)
class PovertyGroups(Contract):
    poverty_group: Text = text("short name of the poverty group")
    label: Text = text("name of the group in the report")
    node: Text = text("poverty node in which the group is found")
    node_label: Text = text("name of the node in the report", missing=True)
    box4_group: Text = choice(BOX_4_GROUPS)
    gender: Text = choice(GENDERS, missing=True)
    difference: Text = text("ethnicity, religion, caste or other difference", missing=True)
    likelihood: Text = choice(LIKELIHOODS, "likelihood of poverty of the node")
    planned: Flag = number("whether the plan looks for effects in the group")
    mapped: Flag = number("whether the map finds the group; empty where it lists no groups", missing=True)
    people: Whole = number("people of the group by the map", missing=True, ge=0)


@table(
    "mart.informant_tree",
    grain="one row an actor or institution, and one for informants who belong to none",
    key=("side", "name"),
    release=Release(totals={"informants": FEWEST_FIRMS}),
)
class InformantTree(Contract):
    side: Text = choice(INFORMANT_SIDES, "an actor, an institution, or other informants")
    name: Text = text("short name of the actor or institution; 'other' for other informants")
    label: Text = text("name in the report")
    likelihood: Text = choice(LIKELIHOODS, "likelihood of poverty of an actor", missing=True)
    heard: Flag = number("whether any informant belongs there")
    informants: Whole = number("informants who belong there", ge=0)
    steps: Whole = number("fewest steps from a first contact; 1 is a first contact", missing=True, ge=1)
    led_by: Text = text("where those belong who named them", missing=True)


@table(
    "mart.mapping_checklist",
    grain="one row a question of Box A.2",
    key=("question",),
    release=Release(),
)
class MappingChecklist(Contract):
    question: Text = text("id of the question")
    position: Whole = number("order in Box A.2", ge=1)
    part: Text = text("cluster, institutions or poverty")
    text_: Text = text("the question as printed", alias="text")
    status: Text = choice(ANSWER_STATUSES)
    found: Text = text("what the folder holds of it")
    sources: Text = text("where that comes from", missing=True)


@table(
    "mart.characteristic_scores",
    grain="one row a characteristic of Table 2",
    key=("characteristic",),
    # A share in whole percent of 200 or more hides any single count; of fewer it can give one away.
    release=Release(joint={"figure_least": FEWEST_PEOPLE, "figure_n": FEWEST_PEOPLE, "figure": 0}),
)
class CharacteristicScores(Contract):
    characteristic: Text = text("id of the characteristic")
    position: Whole = number("order in Table 2", ge=1)
    section: Text = choice(TABLE_2_SECTIONS)
    label: Text = text("name of the characteristic")
    score: Number = number("the score that counts, 1 to 5", missing=True, ge=1, le=5)
    scored_with: Text = choice(SCORED_WITH, "whether a rule on data or the assessors gave it", missing=True)
    basis: Text = choice(SCORE_BASES, "what the score rests on, by the rule or the assessor", missing=True)
    assessors: Whole = number("how many scored it", ge=0)
    assessors_median: Number = number("median of the assessors' scores", missing=True, ge=1, le=5)
    lowest: Whole = number("the lowest score that an assessor gave", missing=True, ge=1, le=5)
    highest: Whole = number("the highest score that an assessor gave", missing=True, ge=1, le=5)
    scored_by: Text = text("roles of those who scored it", missing=True)
    rule_score: Whole = number("what the rule on data gives", missing=True, ge=1, le=5)
    figure: Whole = number("the figure behind the rule's score, whole percent", missing=True, ge=0, le=100)
    figure_of: Text = text("whom the figure counts and of what, in words", missing=True)
    figure_n: Whole = number("workers or firms that it is a share of, to the nearest ten", missing=True, ge=0)
    figure_least: Whole = number(
        "the smallest count that a reader could work out from the figure", missing=True, ge=0
    )
    rule: Text = text("how the rule makes a score of the figure, in words", missing=True)
    evidence: Text = text("what supports the score", missing=True)


@table(
    "mart.score_agreement",
    grain="one row an assessment",
    key=("assessment",),
    release=Release(),
)
class ScoreAgreement(Contract):
    assessment: Text = text("short name of the assessment")
    alpha: Number = number("Krippendorff's alpha of the assessors' scores, ordinal", missing=True, le=1)
    assessors: Whole = number("assessors who gave a score", ge=0)
    compared: Whole = number("characteristics that two or more assessors scored", ge=0)
    verdict: Text = choice(AGREEMENT_VERDICTS, "what the alpha allows")
    reason: Text = text("why nothing can be said", missing=True)


@table(
    "mart.cluster_priorities",
    grain="one row an assessment",
    key=("assessment",),
    release=Release(),
)
class ClusterPriorities(Contract):
    assessment: Text = text("short name of the assessment")
    cluster: Text = text("name of the cluster")
    score: Number = number("mean of the scored characteristics, 1 to 5", missing=True, ge=1, le=5)
    scored: Whole = number("characteristics that have a score", ge=0)
    unscored: Whole = number("characteristics left open", ge=0)
    score_low: Number = number("mean over all if each open one were 1", ge=1, le=5)
    score_high: Number = number("mean over all if each open one were 5", ge=1, le=5)
    score_middle: Number = number(
        "median of the weighted mean, weights and open characteristics drawn", missing=True, ge=1, le=5
    )
    score_low_90: Number = number("its 5th percentile", missing=True, ge=1, le=5)
    score_high_90: Number = number("its 95th percentile", missing=True, ge=1, le=5)
    draws: Whole = number("how many draws", ge=1)
    seed: Whole = number("seed of the draws", ge=0)
