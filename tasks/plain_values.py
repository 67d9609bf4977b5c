"""Values as TOML and JSON have them: texts, numbers, lists and tables of names."""

from __future__ import annotations

from collections.abc import Iterator


def texts(value: object) -> Iterator[str]:
    """Yield every text within plain values, keys too.

    >>> list(texts({"a": ["b", 1, {"c": "d"}]}))
    ['a', 'b', 'c', 'd']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from texts(one)
