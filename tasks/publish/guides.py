"""The guides of a wave as Word files: one for interviews, one for the focus groups of each poverty group.

They are ordered by the selected indicators, as the answers and the report are, so that what is said in an
interview and in a focus group can be laid side by side (Annex II, phases three and five of the study).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence

from schemas.assessment import AssessmentPlan
from tasks import catalogue
from tasks.catalogue import Indicator
from tasks.instrument import Instrument, Item, Section, answers_in_words
from tasks.languages import ENGLISH
from tasks.publish.docx import Document
from tasks.short_lists import FEWEST, MOST

PROBES = (
    "Can you tell me more about that?",
    "What lies behind that answer?",
    "Has that always been so? Since when?",
)
PROMPTS = ("importance", "change", "reasons", "future")
WHO = ("Facilitator", "Note taker", "Interpreter, where one is needed", "Someone of the group's own trust")
COLUMNS_TO_FILL = ("Seeds or stones, all together", "Rank", "Better, same or worse than before", "Why")


def available() -> bool:
    """Return whether Word files can be written: python-docx is an extra."""
    return importlib.util.find_spec("docx") is not None


def interview_guide(one: Instrument, indicators: Mapping[str, Indicator]) -> bytes:
    """Return the guide of the semi-structured interview: the form's questions with open ones behind them."""
    guide = Document(f"Interview guide: {one.title}", f"{one.wave_label} · version {one.version}")
    guide.title("Interview guide")
    guide.text(f"{one.title}. {one.wave_label}.")
    guide.text(
        "For semi-structured interviews with one person. Put the structured questions as they are worded and "
        "write the answers on the form; then ask the open questions, and write down what is said in the "
        "person's own words. Names are never written down."
    )
    _consent(guide, one)
    guide.heading("The respondent")
    guide.table(
        "Who was interviewed",
        ("Asked", "Answer"),
        [(_worded(one, item), "") for item in one.opening.items if item.kind != "note"],
        wide=(0.55, 0.45),
    )
    last = {name: part.name for part in one.sections for item in part.items for name in item.indicators}
    for part in one.sections:
        _interview_section(
            guide, one, part, [i for name, i in indicators.items() if last.get(name) == part.name]
        )
    guide.heading("At the end")
    guide.bullets(
        [
            "Is there anything that matters to how you live and that I have not asked?",
            "Whom else should we speak to, above all among those who are rarely heard?",
            "Do you want to ask me something?",
        ]
    )
    guide.text(one.closing[ENGLISH])
    return guide.content()


def _consent(guide: Document, one: Instrument) -> None:
    guide.heading("Before you begin: consent")
    guide.text("Read aloud:")
    for paragraph in one.consent[ENGLISH].split("\n\n"):
        guide.quote(paragraph)
    guide.text(f"{one.texts['agree'][ENGLISH]}  ☐ Yes  ☐ No", strong=True)
    guide.text(one.texts["refused"][ENGLISH])


def _interview_section(
    guide: Document, one: Instrument, part: Section, indicators: Sequence[Indicator]
) -> None:
    """Write a section's questions, and the open ones on the indicators whose last question it has."""
    guide.heading(part.label[ENGLISH])
    for item in part.items:
        if item.kind == "note":
            guide.text(item.label[ENGLISH], leads=True)
    asked = [item for item in part.items if item.kind != "note"]
    rows = [(_worded(one, item), answers_in_words(item), "") for item in asked]
    heads = ("Question", "May be answered", "Answer")
    guide.table(f"{part.label[ENGLISH]}: structured questions", heads, rows, wide=(0.5, 0.25, 0.25))
    if not indicators:
        return
    guide.subheading("Open questions")
    for indicator in indicators:
        prompts = indicator.prompts
        guide.text(indicator.label, strong=True, leads=True)
        asked = [said for key in PROMPTS[1:] if (said := getattr(prompts, key))] or PROBES
        guide.bullets(asked, leads=True)
        guide.lines(3)


def _worded(one: Instrument, item: Item) -> str:
    """Return a question with whom it is for, where it is not for everyone."""
    groups = "; ".join(one.groups[group][ENGLISH] for group in item.groups)
    return (
        f"{item.label[ENGLISH]} ({one.texts['only_for'][ENGLISH].format(groups=groups)})"
        if groups
        else (item.label[ENGLISH])
    )


def focus_group_guide(
    one: Instrument, plan: AssessmentPlan, indicators: Mapping[str, Indicator], group: str
) -> bytes:
    """Return the guide of one poverty group's focus groups: who, consent, ranking matrix, prompts, tools."""
    label = one.groups[group][ENGLISH]
    chosen = [indicators[name] for name in one.indicators[group]]
    guide = Document(f"Focus-group guide: {label}", f"{one.wave_label} · version {one.version}")
    guide.title(f"Focus-group guide: {label}")
    guide.text(f"{one.title}. {one.wave_label}.")
    guide.text(
        f"{FEWEST} to {MOST} people of this group, and nobody else: no employer, trader, official or "
        "supervisor, and no member of another group. Meet where the group is at ease and at an hour when it "
        "has time."
    )
    guide.heading("Who is present")
    guide.table(
        "By role, never by name",
        ("Role", "Number, woman or man", "Languages"),
        [(who, "", "") for who in (*WHO, f"Participants ({FEWEST} to {MOST})")],
        wide=(0.45, 0.3, 0.25),
    )
    _facts(guide, ("Focus group", "Date and place", "Began and ended"))
    guide.heading("Before you begin: consent")
    guide.text("Read aloud, and let each person answer:")
    for paragraph in one.consent[ENGLISH].split("\n\n"):
        guide.quote(paragraph)
    guide.bullets(
        [
            "What is said here stays here: please do not tell others who said what.",
            "We cannot promise that everyone keeps to this: say nothing that would harm you if it were told.",
            "Whoever does not agree leaves now, and loses nothing by it.",
        ]
    )
    guide.text("All who stay have agreed:  ☐ Yes  ☐ No", strong=True)
    guide.heading("What matters: ranking")
    guide.text(
        "First let the group say freely what it is to live well, and add what it names. Then each person "
        "places seeds or stones on the rows, more for what matters more. Count them together and read out "
        "the order. Each person's vote is entered in design/rankings, or one vote of the group where it "
        "decides in common."
    )
    guide.table(
        "Ranking matrix",
        ("What is assessed", *COLUMNS_TO_FILL),
        [*((one.label, *("",) * len(COLUMNS_TO_FILL)) for one in chosen), *_empty_rows(2)],
        wide=(0.36, 0.17, 0.09, 0.18, 0.2),
    )
    guide.heading("What changed, and why")
    if plan.instruments.programme_began:
        guide.text(
            f"Before means: before {plan.instruments.programme_began:%B %Y}, when the programme began."
        )
    for indicator in chosen:
        _discussed(guide, indicator)
    _tools(guide)
    guide.heading("After the meeting")
    guide.text(
        f"One row for each indicator goes to waves/{one.wave}/focus_groups: people present, importance from "
        "1 to 5, change (better, worse, unchanged, uncertain), reasons and future in one sentence each that "
        "names nobody."
    )
    return guide.content()


def _facts(guide: Document, names: Sequence[str]) -> None:
    guide.table("The meeting", ("Asked", "Answer"), [(name, "") for name in names], wide=(0.35, 0.65))


def _empty_rows(count: int) -> Iterable[tuple[str, ...]]:
    return [("",) * (1 + len(COLUMNS_TO_FILL))] * count


def _discussed(guide: Document, indicator: Indicator) -> None:
    guide.subheading(indicator.label)
    said = {key: getattr(indicator.prompts, key) for key in PROMPTS}
    if any(said.values()):
        guide.bullets([f"{key.capitalize()}: {words}" for key, words in said.items() if words], leads=True)
    else:
        guide.bullets(
            [
                "Importance: How much does this matter for living well, compared with the rest?",
                "Change: Is it better, worse or the same as before the programme began?",
                "Reasons: What made it change, or kept it as it is?",
                "Future: What would help?",
            ],
            leads=True,
        )
    guide.lines(4)


def _tools(guide: Document) -> None:
    guide.heading("Tools")
    guide.text("Take those that work with this group. Nobody needs to read or write for them.")
    rows = [(tool["label"], tool["use"]) for tool in catalogue.read("box_a3")["tool"]]
    guide.table("Participatory tools (Box A.3 of the study)", ("Tool", "Use"), rows, wide=(0.3, 0.7))
