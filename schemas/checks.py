"""Phase four: what the field checks read of a wave beside its answers, and what they find."""

from __future__ import annotations

from schemas.base import Contract, Flag, Number, Release, Text, Whole, choice, day, number, table, text
from schemas.vocabulary import CHECK_SEVERITIES, OUTCOMES, PROGRESS_BY, UNANSWERED


@table(
    "staged.form_questions",
    grain="one row a wave and question",
    key=("wave", "question"),
    refers={"wave": "staged.waves.wave"},
)
class FormQuestions(Contract):
    """What is known of the questions of a wave: by its form, else by the plan's instrument and catalogue."""

    wave: Text = text("wave of the plan")
    question: Text = text("column of staged.responses that holds the answers")
    name: Text = text("name of the question in the form, by which conditions look at it")
    position: Whole = number("place in the form, from 1", ge=1)
    source: Text = text("form, plan (the instrument that psia makes) or catalogue")
    kind: Text = text("type of the answer: integer, number, yes_no, choice, choices or text")
    required: Flag = number("whether the form insists on an answer")
    relevant: Text = text("condition under which it is asked, as XPath; empty: always", missing=True)
    constraint: Text = text("condition that the answer has to meet, as XPath", missing=True)
    minimum: Number = number("smallest answer allowed, in the unit of the question", missing=True)
    maximum: Number = number("largest answer allowed, in the unit of the question", missing=True)
    other: Text = text("question whose choice 'other' this one specifies", missing=True)


@table(
    "staged.interview_records",
    grain="one row a wave and interview received",
    key=("wave", "record"),
    refers={"wave": "staged.waves.wave"},
    personal_ids={"respondent": "person", "enumerator": "enumerator", "telephone": "telephone"},
)
class InterviewRecords(Contract):
    """Every interview of a wave, whether it is used or not. Times are local, as they were written."""

    wave: Text = text("wave of the plan")
    record: Whole = number("number of the interview within the wave, from 1", ge=1)
    file: Text = text("file that it stands in")
    row: Whole = number("row of the file", ge=1)
    respondent: Text = text("pseudonym of the person", missing=True)
    enumerator: Text = text("pseudonym of the interviewer", missing=True)
    outcome: Text = choice(OUTCOMES)
    day: Text = day("day of the interview", missing=True)
    started: Text = text("start, YYYY-MM-DD HH:MM:SS", missing=True)
    ended: Text = text("end, YYYY-MM-DD HH:MM:SS", missing=True)
    submitted: Text = text("arrival on the server, YYYY-MM-DD HH:MM:SS", missing=True)
    minutes: Number = number("length of the interview in minutes", missing=True)
    form_version: Text = text("version of the form", missing=True)
    telephone: Text = text("pseudonym of a telephone number that the plan declares personal", missing=True)


@table(
    "staged.unanswered",
    grain="one row a respondent, wave and question",
    key=("wave", "respondent", "question"),
    refers={"wave": "staged.waves.wave"},
    personal_ids={"respondent": "person"},
)
class UnansweredQuestions(Contract):
    """Answers that were a code for 'does not know' or 'does not want to say': missing in all estimates."""

    wave: Text = text("wave of the plan")
    respondent: Text = text("pseudonym of the person")
    question: Text = text("column of staged.responses")
    kind: Text = choice(UNANSWERED)


@table(
    "staged.back_checks",
    grain="one row a respondent, wave and question that was asked again",
    key=("wave", "respondent", "question"),
    refers={"wave": "staged.waves.wave"},
    personal_ids={"respondent": "person", "enumerator": "enumerator", "back_checker": "enumerator"},
)
class BackChecks(Contract):
    """Both answers as they stand in the files, before any correction."""

    wave: Text = text("wave of the plan")
    respondent: Text = text("pseudonym of the person")
    question: Text = text("column of staged.responses")
    type: Whole = number("1, 2 or 3, as the plan has it", missing=True, ge=1, le=3)
    kind: Text = text("type of the answer: integer, number, yes_no or text")
    first: Text = text("answer of the interview", missing=True)
    again: Text = text("answer of the back-check", missing=True)
    enumerator: Text = text("pseudonym of the interviewer", missing=True)
    back_checker: Text = text("pseudonym of who asked again", missing=True)


@table("mart.field_checks", grain="one row a wave, check and key", key=("wave", "check", "key"))
class FieldChecks(Contract):
    wave: Text = text("wave")
    check_: Text = text("what was looked for, and at which question", alias="check")
    key: Text = text("variable, pseudonym of the respondent or interviewer, or all")
    severity: Text = choice(CHECK_SEVERITIES)
    kind: Text = text("what was looked for")
    variable: Text = text("column looked at", missing=True)
    respondent: Text = text("pseudonym of the respondent", missing=True)
    enumerator: Text = text("pseudonym of the interviewer", missing=True)
    file: Text = text("file that the interview stands in", missing=True)
    row: Whole = number("row of the file", missing=True, ge=1)
    answer: Text = text("the answer, and what it was held against", missing=True)
    message: Text = text("what was found")


@table(
    "mart.field_check_summary",
    grain="one row a wave, check and severity",
    key=("wave", "check", "severity"),
    release=Release(totals={"found": 10}),
)
class FieldCheckSummary(Contract):
    wave: Text = text("wave")
    check_: Text = text("what was looked for", alias="check")
    severity: Text = choice(CHECK_SEVERITIES)
    found: Whole = number("how often", ge=1)


@table("mart.question_checks", grain="one row a wave and question", key=("wave", "question"))
class QuestionChecks(Contract):
    wave: Text = text("wave")
    question: Text = text("column of staged.responses")
    asked: Whole = number("interviews in which it was to be asked", ge=0)
    answered: Whole = number("of these, with an answer", ge=0)
    missing: Whole = number("of these, without an answer and without a code", ge=0)
    dont_know: Whole = number("of these, 'does not know'", ge=0)
    refused: Whole = number("of these, 'does not want to say'", ge=0)
    skipped_answered: Whole = number("answers of people of whom it was not to be asked", missing=True, ge=0)
    out_of_range: Whole = number("answers outside the range or the rule of the form", ge=0)
    outliers: Whole = number("answers far from those of the group", ge=0)


@table("mart.interviewers", grain="one row a wave and interviewer", key=("wave", "enumerator"))
class Interviewers(Contract):
    wave: Text = text("wave")
    enumerator: Text = text("pseudonym of the interviewer")
    file: Text = text("file of the interviewer's first interview")
    row: Whole = number("row of the interviewer's first interview", ge=1)
    interviews: Whole = number("interviews that are used", ge=0)
    refused: Whole = number("people who did not agree", ge=0)
    refusal_rate: Number = number("share who did not agree", missing=True, ge=0, le=1)
    days: Whole = number("days with an interview", missing=True, ge=1)
    per_day: Number = number("interviews a day of work", missing=True, ge=0)
    median_minutes: Number = number("median length of the interviews in minutes", missing=True)
    missing_rate: Number = number("share of the questions asked without an answer", missing=True, ge=0, le=1)
    dont_know_rate: Number = number(
        "share of the questions asked that got a code for no answer",
        missing=True,
        ge=0,
        le=1,
    )
    findings: Whole = number("errors and warnings of the field checks", ge=0)
    back_checked: Whole = number("answers that were asked again", ge=0)
    error_rate: Number = number("share of these that differ", missing=True, ge=0, le=1)


@table("mart.field_progress", grain="one row a wave and part", key=("wave", "by", "part"))
class FieldProgress(Contract):
    wave: Text = text("wave")
    by: Text = choice(PROGRESS_BY)
    part: Text = text("stratum, arm or poverty group, or all")
    target: Whole = number("people to be interviewed: drawn, or in a follow-up those of the first wave", ge=0)
    interviewed: Whole = number("of these, interviewed", ge=0)
    refused: Whole = number("of these, did not agree", ge=0)
    left: Whole = number("of these, neither so far", ge=0)


@table("mart.back_check_rates", grain="one row a wave and question", key=("wave", "question"))
class BackCheckRates(Contract):
    wave: Text = text("wave")
    question: Text = text("column of staged.responses")
    type: Whole = number("1, 2 or 3, as the plan has it", missing=True, ge=1, le=3)
    compared: Whole = number("pairs of answers", ge=0)
    differ: Whole = number("pairs that differ by more than the tolerance", ge=0)
    error_rate: Number = number("share that differs", ge=0, le=1)
    mean_difference: Number = number("mean of the second answer less the first, in its unit", missing=True)
    reliability: Number = number("reliability ratio: 1 where both agree, 0 in noise", missing=True)
