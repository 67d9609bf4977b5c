"""Questions and the frame of a form put into words, in every language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from schemas.assessment import AssessmentPlan, PovertyGroup
from tasks import catalogue
from tasks.catalogue import Question
from tasks.instrument import Answer, Item, Section, Words
from tasks.languages import ENGLISH, Language


def slug(words: str) -> str:
    """Return the name of a group of questions: lower-case ASCII letters, digits and _."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "part"


class Wording:
    """Puts questions and frame into words, in every language, and notes what stays English."""

    def __init__(self, plan: AssessmentPlan, languages: Sequence[Language], own: Container[str] = ()):
        """own: names of the questions that the assessment words itself. What the catalogue's languages say of
        a question of that name would be the translation of other words.
        """
        self.plan, self.languages, self.own = plan, languages, own
        self.missing: dict[str, dict[str, None]] = {one.code: {} for one in languages if one.code != ENGLISH}

    def _said(self, part: str, key: str, english: str) -> dict[str, str]:
        said = {}
        for language in self.languages:
            question, _, name = key.partition(".")
            own = part in ("question", "hint", "choice") and question in self.own
            if part == "choice":
                found = language.choice(question, name, own=own)
            else:
                found = language.get(part, key, own=own)
            if not found and language.code != ENGLISH and english:
                self.missing[language.code][f"{part}.{key}"] = None
            said[language.code] = found or english
        return said

    def text(self, key: str, **filled: Words | str) -> dict[str, str]:
        """Return a text of the frame, filled in; {} where it has places and nothing is given."""
        english = str(self.languages[0].words["text"][key])
        said = self._said("text", key, english)
        if not filled:
            return said
        return {
            code: words.format(
                **{name: one if isinstance(one, str) else one[code] for name, one in filled.items()}
            )
            for code, words in said.items()
        }

    def group(self, group: PovertyGroup) -> dict[str, str]:
        """Return the label of a poverty group."""
        return self._said("group", group.id, group.label)

    def heading(self, heading: str) -> dict[str, str]:
        """Return what a heading of the indicators is called in the forms."""
        return self._said("heading", heading, self.languages[0].get("heading", heading) or heading)

    def consent(self, headings: Sequence[str]) -> dict[str, str]:
        """Return what is read aloud before anybody is asked whether they agree."""
        chosen = self.plan.instruments
        names = {"cluster": self.plan.assessment.cluster, "carried_out_by": chosen.carried_out_by}
        who = self.text("consent_by" if chosen.carried_out_by else "consent_plain", **names)
        parts = [who]
        if headings:
            labels = [self.heading(one) for one in headings]
            topics = {code: "; ".join(label[code] for label in labels) for code in who}
            parts.append(self.text("consent_topics", topics=topics))
        parts += [self.text("consent_free"), self.text("consent_private")]
        if chosen.contact:
            parts.append(self.text("consent_contact", contact=chosen.contact))
        return {code: "\n\n".join(part[code] for part in parts) for code in who}

    def opening(self, groups: Sequence[PovertyGroup], *, needed: bool) -> Section:
        """Return who the respondent is. needed: whether a question is asked of some groups alone."""
        frame = catalogue.form_questions()
        items = [
            Item("blank_note", "note", self.text("blank")),
            replace(self.item(frame["respondent"]), required=True),
            self.item(frame["enumerator"]),
        ]
        if groups:
            answers = tuple(Answer(group.id, self.group(group)) for group in groups)
            items.append(
                Item("poverty_group", "choice", self.text("group"), answers=answers, required=needed)
            )
        items += [self.item(frame["gender"]), self.item(frame["household"])]
        if self.plan.instruments.eligible_members or self.plan.sampling.weighs_households:
            items.append(self.item(frame["eligible_members"]))
        return Section("about", self.text("about"), tuple(items))

    def sections(self, by_heading: Mapping[str, Sequence[Item]]) -> Iterable[Section]:
        """Yield the members of the household, the headings, and last the questions to ask in private."""
        items = [item for part in by_heading.values() for item in part]
        taken = {item.name.casefold() for item in items} | {"about", "consent", "sensitive", "members"}
        if self.plan.instruments.members:
            note = Item("members_note", "note", self.text("members_note"))
            asked = (self.item(question) for question in catalogue.roster().values())
            yield Section("members", self.text("members"), (note, *asked), repeat=True)
        for heading, part in by_heading.items():
            label = self.heading(heading)
            name = slug(label[ENGLISH])
            while name in taken:
                name += "_part"
            taken.add(name)
            if plain := tuple(item for item in part if not item.sensitive):
                yield Section(name, label, plain)
        if private := tuple(item for item in items if item.sensitive):
            note = Item("sensitive_note", "note", self.text("sensitive_note"))
            yield Section("sensitive", self.text("sensitive"), (note, *private))

    def item(self, question: Question, groups: tuple[str, ...] = (), indicators: Sequence[str] = ()) -> Item:
        """Return a question in words, with what its answer may be."""
        name = question.name
        answers = tuple(
            Answer(one.name, self._said("choice", f"{name}.{one.name}", one.label))
            for one in question.choices
        )
        if question.type == "yes_no":
            answers = (Answer("yes", self.text("yes")), Answer("no", self.text("no")))
        return Item(
            name=name,
            kind=question.type,
            label=self._said("question", name, question.label),
            hint=self._hint(question),
            answers=answers,
            minimum=question.minimum,
            maximum=question.maximum,
            message=self._message(question),
            unit=question.unit,
            sensitive=question.sensitive,
            groups=groups,
            indicators=tuple(indicators),
        )

    def recalled(self, item: Item, name: str) -> Item:
        """Return the question that asks what the answer was before the programme began."""
        if began := self.plan.instruments.programme_began:
            months = {language.code: language.month(began) for language in self.languages}
            label = self.text("recall_dated", question=item.label, date=months)
        else:
            label = self.text("recall", question=item.label)
        return replace(item, name=name, label=label, recalls=item.name)

    def _hint(self, question: Question) -> dict[str, str]:
        own = self._said("hint", question.name, question.hint) if question.hint else {}
        if not question.unit or question.unit in ("score", "years"):
            return own
        english = self.languages[0].get("unit", question.unit) or question.unit
        unit: Words = self._said("unit", question.unit, english)
        if question.unit == "currency" and self.plan.instruments.currency:
            unit = dict.fromkeys(unit, self.plan.instruments.currency)
        said = self.text("unit", unit=unit)
        return {code: f"{own[code]}. {words}" if own else words for code, words in said.items()}

    def _message(self, question: Question) -> dict[str, str]:
        """Return what is said of a number out of its bounds; {} where there are none."""
        low, high = (f"{one:g}" if one is not None else "" for one in (question.minimum, question.maximum))
        if low and high:
            return self.text("answer_between", low=low, high=high)
        if low:
            return self.text("answer_from", low=low)
        return self.text("answer_to", high=high) if high else {}
