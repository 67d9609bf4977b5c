"""The picture of the value chain (Box 2 of the study), made from released tables alone.

Lanes are the stages from inputs to the final market, boxes the actors, shaded by their likelihood of poverty.
Lines are what they give each other; institutions stand on the right. The same map is drawn twice: wide for
desk and paper, narrow for telephones. A page shows only one of the two at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce

from markupsafe import Markup

from schemas.vocabulary import LINKAGE_KINDS, STAGES
from tasks.publish import chain_drawing, wording
from tasks.publish.report import Report, Row
from tasks.publish.spoken import spoken_by
from tasks.tongue import Words, _, code, recorded
from tasks.translations import N_, NN_

_COUNTS = {
    "firms": NN_("firm", "firms"),
    "workers": NN_("worker", "workers"),
    "women": NN_("woman", "women"),
}
"""Column of released.actors -> its word for one and for many."""
_WITHHELD = Words(
    {
        "firms": N_("firms withheld"),
        "workers": N_("workers withheld"),
        "women": N_("women withheld"),
    }
)
_STAGES = Words(
    {
        "inputs": N_("inputs"),
        "own-account and household work": N_("own-account and household work"),
        "subcontracted production": N_("subcontracted production"),
        "production": N_("production"),
        "trade": N_("trade"),
        "market": N_("market"),
    }
)


@dataclass(frozen=True)
class Actor:
    """A box of the map.

    in_scope: None where the plan says nothing of it. served_by: letters of institutions.
    """

    key: str
    label: str
    stage: str
    likelihood: str
    facts: tuple[str, ...] = ()
    served_by: tuple[str, ...] = ()
    in_scope: bool | None = None
    overruled: bool = False


@dataclass(frozen=True)
class Link:
    """All that two actors give each other: kinds in the order of the vocabulary."""

    first: str
    second: str
    to_second: tuple[str, ...]
    to_first: tuple[str, ...]


@dataclass(frozen=True)
class Institution:
    """An institution, with the keys of the actors that it serves or rules."""

    key: str
    letter: str
    label: str
    kind: str
    inside: bool
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Map:
    """What the picture shows: actors by stage, links and institutions, each in the order of the report.

    language: the code of that in which it is worded.
    """

    title: str
    actors: tuple[Actor, ...]
    links: tuple[Link, ...] = ()
    institutions: tuple[Institution, ...] = ()
    language: str = field(default_factory=code)

    def lanes(self) -> list[tuple[str, list[Actor]]]:
        """Return the stages that have actors, from inputs to the market, with their actors."""
        by_stage = {stage: [one for one in self.actors if one.stage == stage] for stage in STAGES}
        return [(wording.capital(_STAGES[stage]), actors) for stage, actors in by_stage.items() if actors]


@dataclass(frozen=True)
class Picture:
    """The two drawings, the finding in a line, and the wide drawing as a file that stands alone.

    name: what that file is called in the tree. across: whether it has to be printed on a page laid across.
    """

    finding: str
    wide: Markup
    narrow: Markup
    file: str
    across: bool
    name: str = "pictures/value-chain.svg"


def value_chain(report: Report) -> Picture | None:
    """Return the picture of the value chain, or None where no actor is mapped."""
    if not report.has("actors"):
        return None
    suffix = spoken_by(report.plan).get(code(), "")
    return replace(picture(read_map(report)), name=f"pictures/value-chain{suffix}.svg")


@lru_cache(maxsize=1)
def picture(mapped: Map) -> Picture:
    """Return the two drawings of a map, in the language that is spoken: that of the map."""
    described = description(mapped)
    wide, across = chain_drawing.wide(mapped, described)
    narrow = chain_drawing.narrow(mapped, described)
    return Picture(finding(mapped), Markup(wide), Markup(narrow), chain_drawing.alone(wide), across)  # noqa: S704


def read_map(report: Report) -> Map:
    """Return what the picture shows, from the released tables and the scope of the plan."""
    nodes = {row["actor"]: row for row in report.rows("poverty_nodes")}
    scope = {node.node: node.covered for node in report.plan.scope.node}
    served: dict[str, list[str]] = {}
    for row in report.rows("institution_links"):
        served.setdefault(row["actor"], []).append(row["institution"])
    actors = tuple(
        _actor(report, row, nodes.get(row["actor"], {}), served, scope.get(row["actor"]))
        for row in report.rows("actors")
    )
    known = [actor.key for stage in STAGES for actor in actors if actor.stage == stage]
    institutions = tuple(
        Institution(
            key=row["institution"],
            letter=report.label("letter", row["institution"]),
            label=recorded(row["label"]),
            kind=wording.kind_of_institution(row["kind"]),
            inside=bool(row["inside"]),
            serves=tuple(key for key in known if row["institution"] in served.get(key, ())),
        )
        for row in report.rows("institutions")
    )
    title = _("Value chain of {cluster}").format(cluster=recorded(report.plan.assessment.cluster))
    return Map(title, actors, _links(report.rows("linkages"), known), institutions)


def _actor(report: Report, row: Row, node: Row, served: dict[str, list[str]], in_scope: bool | None) -> Actor:
    facts = []
    for column, words in _COUNTS.items():
        if report.hidden("actors", row, column):
            facts.append(_WITHHELD[column])
        elif row[column] is not None:
            facts.append(wording.counted(row[column], *words).replace(" ", "\u00a0"))
    letters = {report.label("letter", institution) for institution in served.get(row["actor"], ())}
    return Actor(
        key=row["actor"],
        label=recorded(row["label"]),
        stage=row["stage"],
        likelihood=node.get("likelihood") or "unknown",
        facts=tuple(facts),
        served_by=tuple(sorted(letters, key=lambda letter: (len(letter), letter))),
        in_scope=in_scope,
        overruled=bool(node.get("overruled_by")),
    )


def _links(rows: Sequence[Row], known: Sequence[str]) -> tuple[Link, ...]:
    """Return one link for all that two actors give each other, the actor of the earlier stage first."""
    place = {key: position for position, key in enumerate(known)}
    kinds: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["from"] in place and row["to"] in place:
            kinds.setdefault((row["from"], row["to"]), []).append(row["kind"])
    pairs = {(one, other) if place[one] <= place[other] else (other, one) for one, other in kinds}
    return tuple(
        Link(
            first,
            second,
            _ordered(kinds.get((first, second), ())),
            _ordered(kinds.get((second, first), ())) if first != second else (),
        )
        for first, second in sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))
    )


def _ordered(kinds: Sequence[str]) -> tuple[str, ...]:
    return tuple(kind for kind in LINKAGE_KINDS if kind in kinds)


def finding(mapped: Map) -> str:
    """Return in a line where poor people are likely to be found."""
    likely = _named(mapped, "likely")
    if likely:
        return _likelihood("likely", likely)
    vulnerable = _named(mapped, "vulnerable")
    if vulnerable:
        return _("No actor is {likely}; {vulnerable}: {actors}").format(
            likely=wording.LIKELIHOODS["likely"],
            vulnerable=wording.LIKELIHOODS["vulnerable"],
            actors=wording.in_a_row(*vulnerable),
        )
    return _("No actor is shown to be poor by the evidence at hand")


def description(mapped: Map) -> str:
    """Return the finding in sentences: who is likely poor, to whom they deliver, who is vulnerable."""
    labels = {actor.key: actor.label for actor in mapped.actors}
    sentences = [f"{finding(mapped)}."]
    for actor in mapped.actors:
        if actor.likelihood == "likely":
            given = [
                _("{kinds} to {actor}").format(kinds=_together(kinds), actor=labels[other])
                for other, kinds in _given(mapped, actor.key)
            ]
            sentences.append(
                _("{actor}: gives {given}.").format(actor=actor.label, given=wording.in_a_row(*given))
                if given
                else _("{actor}: no link is recorded.").format(actor=actor.label)
            )
    vulnerable = _named(mapped, "vulnerable")
    if vulnerable and _named(mapped, "likely"):
        sentences.append(f"{_likelihood('vulnerable', vulnerable)}.")
    return " ".join(sentences)


def _likelihood(likelihood: str, actors: Sequence[str]) -> str:
    words = wording.capital(wording.LIKELIHOODS[likelihood])
    return wording.headed(words, wording.in_a_row(*actors))


def _together(kinds: Sequence[str]) -> str:
    """Return kinds of link as 'goods and services and credit'."""
    words = [chain_drawing.LINKS[kind] for kind in kinds]
    return reduce(lambda said, word: _("{one} and {other}").format(one=said, other=word), words)


def _named(mapped: Map, likelihood: str) -> list[str]:
    return [actor.label for actor in mapped.actors if actor.likelihood == likelihood]


def _given(mapped: Map, key: str) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (other, kinds)
        for link in mapped.links
        for giver, other, kinds in (
            (link.first, link.second, link.to_second),
            (link.second, link.first, link.to_first),
        )
        if giver == key and kinds
    ]
