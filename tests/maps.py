"""Invented maps of value chains for the tests of the picture."""

from __future__ import annotations

from schemas.vocabulary import INSTITUTION_KINDS, LINKAGE_KINDS
from tasks.publish.chain import Actor, Institution, Link, Map

_LARGE = {
    "inputs": (
        ("Hide collectors of the lowland villages", "vulnerable", "340 firms", "610 workers", "45 women"),
        ("Importers of chemicals and dyes", "none", "11 firms", "75 workers", "9 women"),
        ("Makers of soles, heels and thread", "none", "26 firms", "480 workers", "120 women"),
    ),
    "own-account and household work": (
        ("Home stitchers in the river quarter", "likely", "1 850 workers", "1 790 women"),
        ("Couturières à domicile, payées à la pièce par l'intermédiaire", "likely", "workers withheld"),
        ("घर पर काम करने वाले कारीगर", "vulnerable", "410 workers", "385 women"),
        ("Own-account cobblers", "unknown", "95 firms"),
    ),
    "subcontracted production": (
        ("Cutting rooms", "likely", "48 firms", "390 workers", "12 women"),
        ("Soling subcontractors", "vulnerable", "75 firms", "320 workers", "40 women"),
        ("Finishing and packing rooms run by former foremen of factories", "unknown", "firms withheld"),
    ),
    "production": (
        ("Family workshops", "vulnerable", "210 firms", "1 260 workers", "300 women"),
        ("Casual day labourers", "likely", "900 workers", "60 women"),
        ("Export factories", "none", "2 firms", "940 workers", "610 women"),
        ("Tanneries of the valley", "none", "6 firms", "410 workers"),
    ),
    "trade": (
        ("Commission agents and middlemen", "none", "31 firms", "90 workers"),
        ("Export houses", "none", "9 firms", "140 workers", "38 women"),
        ("Street traders", "vulnerable", "260 firms", "260 workers", "180 women"),
    ),
    "market": (
        ("Shoe shops of the country", "unknown"),
        ("Buyers abroad", "none"),
        ("Weekly markets", "none"),
    ),
}
"""Stage -> actors: label, likelihood, and what is known of them."""

_PAIRS = (
    *(
        (0, 13, "goods", ""),
        (1, 13, "goods credit", "payment"),
        (2, 8, "goods", ""),
        (2, 10, "goods", "payment"),
    ),
    *((13, 7, "goods", ""), (13, 10, "goods credit", ""), (13, 12, "goods", "payment"), (3, 14, "goods", "")),
    *(
        (3, 10, "services", "subcontract payment credit"),
        (4, 9, "goods", "subcontract"),
        (5, 10, "labour", ""),
    ),
    *(
        (6, 16, "goods", ""),
        (6, 19, "goods", ""),
        (7, 10, "services", "subcontract"),
        (8, 10, "goods", "payment"),
    ),
    *((7, 8, "goods", ""), (9, 12, "services", ""), (11, 10, "labour", "payment"), (11, 12, "labour", "")),
    *((10, 14, "goods", "credit"), (10, 15, "goods", ""), (12, 15, "goods", ""), (14, 17, "goods", "")),
    *((15, 18, "goods", "payment"), (16, 19, "goods", ""), (14, 3, "", ""), (4, 4, "labour", "")),
)
"""First actor, second actor, what the first gives, what the second gives."""


def large() -> Map:
    """Return a map of twenty actors, forty links and twelve institutions, with long and foreign names."""
    actors, number = [], 0
    for stage, members in _LARGE.items():
        for label, likelihood, *facts in members:
            served = tuple(chr(ord("A") + one) for one in range(12) if (number * 5 + one * 7) % 17 == 0)
            facts = tuple(fact.replace(" ", "\u00a0") for fact in facts)
            scope = {"likely": True, "none": False}.get(likelihood)
            actors.append(Actor(f"a{number}", label, stage, likelihood, facts, served, scope, number == 8))
            number += 1
    links = tuple(
        Link(f"a{min(one, other)}", f"a{max(one, other)}", *kinds)
        for one, other, *given in _PAIRS
        if (kinds := [tuple(sorted(words.split(), key=LINKAGE_KINDS.index)) for words in given]) != [(), ()]
    )
    institutions = tuple(
        Institution(
            key=f"i{one}",
            letter=chr(ord("A") + one),
            label=f"Institution {one + 1} of the shoe trade with a name of some length",
            kind=INSTITUTION_KINDS[one % len(INSTITUTION_KINDS)],
            inside=one % 3 != 2,
            serves=tuple(actor.key for actor in actors if chr(ord("A") + one) in actor.served_by),
        )
        for one in range(12)
    )
    return Map("Value chain of an invented shoe cluster", tuple(actors), links, institutions)


def count_links(mapped: Map) -> int:
    """Return how many rows of released.linkages the links of a map stand for."""
    return sum(len(link.to_first) + len(link.to_second) for link in mapped.links)


def crowded_stage() -> Map:
    """Return a map with ten actors in one stage, each linked with its neighbour and with one market."""
    actors = [Actor(f"p{one}", f"Producers of type {one}", "production", "vulnerable") for one in range(10)]
    actors.append(Actor("m", "Market", "market", "none"))
    links = [Link(f"p{one}", f"p{one + 1}", ("services",), ("payment",)) for one in range(9)]
    links += [
        Link(f"p{one}", "m", (kind,), ()) for one, kind in zip(range(10), LINKAGE_KINDS * 2, strict=False)
    ]
    return Map("Ten kinds of producers", tuple(actors), tuple(links))
