"""The people of each arm behind a figure that compares the arms: what the gate needs and never tells."""

from __future__ import annotations

from typing import Any

from schemas.base import number

OF_ARMS = ("programme_from", "programme_to", "comparison_from", "comparison_to")
"""Columns with the people of each arm and wave behind a plain difference of the arms."""


def people_of_arm(arm: str, wave: str) -> Any:
    """A column of the people behind a figure that is a plain difference of the arms; the gate needs it."""
    note = f"people of the {arm} arm in the {wave} wave, where the figure is a plain difference of means"
    return number(note, missing=True, ge=0)
