"""Closed lists: every word that a table may use where only certain words make sense."""

from __future__ import annotations

APPROACHES = ("improving", "proving")
STUDY_DESIGNS = ("one-off", "repeat", "longitudinal")
ASSIGNMENTS = ("randomised", "not randomised")
SAMPLE_DESIGNS = ("representative", "purposive", "census", "randomised", "undeclared")
SAMPLE_METHODS = ("simple", "systematic", "stratified", "pps", "two_stage", "quotas", "everyone")
NO_INTERVAL = (
    "fewer than two respondents",
    "within one cluster",
    "single cluster in a stratum",
    "all alike",
    "purposive sample",
    "limited follow-up",
    "few clusters",
)
"""Why an estimate or change has no interval (docs/estimates.md)."""
AT_BASE_PRICES, AT_PRICES_OF_NOW = "at base prices", "at the prices of the interview"
OF_THE_DAY = "in money of the day"
MONEY_TOLD = (AT_BASE_PRICES, AT_PRICES_OF_NOW, OF_THE_DAY)
"""At which prices an estimate of money is (docs/impact.md)."""
ALLOCATIONS = ("proportional", "equal", "neyman")
UNITS_OF_ASSESSMENT = ("individual", "household", "group")
"""What is assessed (Box 3)."""
SIZE_VERDICTS = ("can be seen", "too small to be seen", "too few clusters", "cannot be said")
"""Whether the smallest change that counts is within what a sample can detect."""
CLASSES_AMONG = ("those drawn", "those of the first wave")
"""Whom weighting classes compare with those interviewed."""
ATTRITION_VERDICTS = ("differ", "no difference found", "not tested")
WAVE_ROLES = ("pilot", "baseline", "follow-up", "only")
ARMS = ("programme", "comparison")
GENDERS = ("women", "men", "mixed")

LEVELS = ("person", "household", "group", "firm")
"""The unit that an indicator is about: one of what its mean is a mean over."""

ALL = "all"
"""What a key column says where a number is not split by it."""

STAGES = (
    "inputs",
    "own-account and household work",
    "subcontracted production",
    "production",
    "trade",
    "market",
)
"""Stages of the value chain from inputs to the final market (after Box 2)."""

LINKAGE_KINDS = ("goods", "services", "payment", "subcontract", "credit", "labour")
INSTITUTION_KINDS = (
    "public",
    "private",
    "association",
    "labour",
    "civil society",
    "international",
)

EVIDENCE_KINDS = (
    "profits_and_revenues",
    "income_retained",
    "wages",
    "women_and_minorities",
    "security_of_work",
    "personal_wellbeing",
    "basic_needs",
    "networks",
    "social_protection",
)
"""The nine kinds of evidence of poverty mapping (Box A.2)."""

POSITIONS = ("supports", "neutral", "opposes", "mixed")
TENSIONS = ("none", "some", "strong")
"""Where an institution stands towards a poverty group, and how tense that is (stakeholder analysis)."""

COMPARISON_KINDS = ("outside the programme", "comparable cluster")
ANSWER_STATUSES = ("answered", "partly", "open")
INFORMANT_SIDES = ("actor", "institution", "other")

EVIDENCE_SIGNS = ("poor", "not poor", "unclear")
LIKELIHOODS = ("none", "vulnerable", "likely", "unknown")

BOX_4_PRODUCERS = (
    "small_firm",
    "micro_entrepreneur",
    "own_account_worker",
    "small_subcontractor",
)
BOX_4_WORKERS = ("wage_labour", "home_worker", "contract_labour", "family_labour")
BOX_4_GROUPS = BOX_4_PRODUCERS + BOX_4_WORKERS

TABLE_2_SECTIONS = (
    "cluster features",
    "social parameters",
    "cluster processes",
    "cluster dynamics",
)
SCORE_BASES = ("data", "assessor")
SCORED_WITH = ("rule", "assessors")
LOCATIONS = ("urban formal", "peri-urban", "urban informal", "rural off-farm")
"""Where an actor works, by the words of the first row of Table 2."""
AGREEMENT_VERDICTS = ("reliable", "tentative", "unreliable", "cannot be said")
"""What an alpha allows, by Krippendorff (2004), page 241: from 0.800, from 0.667, below."""

STAKEHOLDERS = ("entrepreneur", "worker", "household", "community")
INDICATOR_KINDS = ("quantitative", "qualitative", "participatory")
DIRECTNESS = ("direct", "proxy")
BETTER = ("higher", "lower")

ESTIMATORS = (
    "difference",
    "difference_in_differences",
    "first_differences",
    "fixed_effects",
    "ancova",
    "recall",
    "staggered",
)
ERROR_TYPES = ("cluster", "cr2", "robust", "iid")
TREND_VERDICTS = ("differed", "not told apart", "not tested")
"""Of the arms' changes before the programme: told apart at 5 %, not told apart, or no p-value."""
EFFECT_VERDICTS = ("differ", "not told apart", "not tested")
"""Of the programme's effects in two groups of people, by the adjusted p-value at 5 %."""
BOUND_VERDICTS = ("above zero", "below zero", "either sign")
"""Of the interval that holds an effect whoever was lost."""
STATUSES = ("draft", "released")
"""Whether the newest report of an assessment was signed and kept as a release."""
CLAIMS = ("causal", "associational", "descriptive", "recall")

POVERTY_KINDS = ("poverty", "capability")
"""What a specification of poverty measures: money below a line, or deprivations counted."""
POVERTY_MEASURES = (
    "line",
    "headcount",
    "poverty_gap",
    "squared_poverty_gap",
    "median_gap",
    "quintile_ratio",
    "gini",
    "intensity",
    "adjusted_headcount",
    "uncensored_headcount",
    "censored_headcount",
    "contribution",
)
GINI_ESTIMATORS = ("trapezoid", "rank")
CAPABILITY_WEIGHTS = ("equal", "given", "nested", "ranking")
MISSING_RULES = ("drop", "reweight")
"""Who has not answered on a dimension is left out, or is scored by the dimensions that were answered."""

DIRECTIONS = ("better", "worse", "unchanged", "uncertain", "silent")
SOURCE_DIRECTIONS = (*DIRECTIONS, "withheld")
"""What a source may say beside others; withheld: too few people speak in it to be told."""
VOICED_DIRECTIONS = ("better", "worse", "unchanged", "uncertain")
TRIANGULATION_VERDICTS = ("agree", "contradict", "single source", "silent")

CODED_SOURCES = ("interview", "group interview", "focus group", "diary", "observation", "document")
PASSAGES = ("text", "PDF", "picture", "audio", "video", "transcript", "source", "case")
"""What a code is set on: a passage of one of these kinds, a whole source, or a case."""
SCORING_TOOLS = ("matrix scoring", "ranking")
DIAGRAMS = ("map", "venn", "flow", "network")
DIAGRAM_ELEMENTS = ("node", "edge")
PRESENT_ROLES = ("participant", "facilitator", "note taker", "interpreter", "employer", "official", "other")
"""As what somebody was present when a group met; only participants speak for a poverty group."""
TOOLS = (
    "maps",
    "venn_diagrams",
    "flow_diagrams",
    "network_diagrams",
    "diaries",
    "matrix_scoring",
    "photograph",
)
"""The tools of Box A.3, by their ids in the catalogue."""

CHECK_SEVERITIES = ("note", "warning", "error")
UNANSWERED = ("dont_know", "refused_answer")
"""Why an answer is a code: the respondent does not know, or does not want to say."""
PROGRESS_BY = ("all", "stratum", "arm", "poverty_group")
PILOT_DECISIONS = ("keep", "change", "drop")
PILOT_KINDS = ("group", "unit", "indicator", "question", "schedule", "method", "tool")
"""What a pilot tries (Nadvi and Barrientos 2004, Annex II, phase three); a schedule is the guide of an
interview or a focus group."""
FOCUS_GROUP_SIZES = ("as planned", "fewer than 5", "more than 8", "not told")
"""Five to eight people make a focus group (Annex II, phase three)."""
VOTE_KINDS = ("by person", "in common")
LIST_DECISIONS = ("keep", "drop")
DECIDED_BY = ("ranking", "team", "pilot")
"""What put an indicator on a short list, or took or left it off."""
METHOD_STAGES = ("initial", "during", "towards the end")
"""Stages of an assessment, the rows of Box A.1; its columns are INDICATOR_KINDS."""
WORKSHOP_KINDS = ("participants", "stakeholders")
FEEDBACK_VERDICTS = ("confirmed", "contested", "comment")
ACTION_STATUSES = ("open", "under way", "done", "dropped")
SEAT_KINDS = ("poverty group", "stakeholders")
"""For whom a seat of the monitoring committee is kept."""
PROPOSAL_STANDINGS = ("supported", "disputed", "noted")
"""How a workshop took a recommendation; noted is neither for nor against."""
FOLLOW_UPS = ("repeat", "limited")
"""A follow-up repeats the study with the same methods, or is a limited one by recall and key informants
(Nadvi and Barrientos 2004, Annex II, phase seven)."""
FORM_CHANGES = (
    "asked anew",
    "not asked any more",
    "worded otherwise",
    "answered otherwise",
    "asked of others",
)
HELD_VERDICTS = ("reversed", "not seen any more", "appeared since", "held", "not asked any more")
"""What became of an earlier finding: worst surprise first."""
FIRM_SIZES = ("all", "small", "medium", "large")
STATISTIC_STATUSES = ("measured", "estimated", "provisional", "printed", "suppressed")
TOPICS = (
    "background",
    "production",
    "employment",
    "trade",
    "regulation",
    "services",
    "infrastructure",
    "population",
    "health",
    "education",
    "morbidity",
    "gender",
    "ethnicity",
    "religion",
    "migration",
    "shocks",
)
"""What has to be known of a cluster's surroundings (Nadvi and Barrientos 2004, section 5), in its order."""
READING_WAYS = ("declared", "sniffed", "rule")
"""How it is known how a file is to be read: the plan says it, a cell decides it, the format fixes it."""
IDENTIFICATION_BASES = ("employment", "firms", "value_added")
REGION_INDICES = ("krugman", "herfindahl")
IDENTIFICATION_RULES = (
    "total left out",
    "parent left out",
    "within a kept code",
    "no figure",
    "not told apart",
    "children exceed parent",
    "sizes exceed all",
    "negative value added",
    "not in the reference",
    "no area or population",
    "no sizes",
)
"""What identification notes beside its figures, in the order in which the report tells it."""

LOSSES = (
    "received",
    "repeated",
    "superseded",
    "rejected",
    "filtered",
    "refused",
    "consent not recorded",
    "removed",
    "withdrawn",
    "used",
)
"""What becomes of the interviews of a wave: repeated in another file, superseded by a higher revision,
rejected by a reviewer on the server, filtered out by the plan, refused by who was asked, without
an entry for the consent, removed by a correction, withdrawn by a person who took back the consent later."""
OUTCOMES = ("used", "refused", "consent not recorded", "removed", "filtered", "withdrawn")
"""What became of an interview that was received, stands and was not rejected."""

COLUMN_TYPES = ("number", "integer", "text", "yes_no")

MATCHING_METHODS = ("propensity", "mahalanobis", "entropy_balancing")
MATCHING_STAGES = ("before", "after")
BALANCE_VERDICTS = ("balanced", "unbalanced", "not measurable")
COMPARISONS = ("all", "matched")
SPILL_OVER_CHANNELS = ("locality", "buyer")

BASES = ("impact", "levels", "recall", "change")
"""What is told of who gained: against a comparison, by how the arms stand apart, as remembered, over time."""

SENSITIVE_SUBJECTS = ("child work", "caste", "religion", "bondage")
"""What people could be harmed by being known for: 20 people stand behind such a figure, not 10."""
