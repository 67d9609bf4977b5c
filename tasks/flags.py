"""Observation flags of official statistics, as SDMX's code list CL_OBS_STATUS and Eurostat write them."""

from __future__ import annotations

STATUSES = {
    "A": "measured",
    "E": "estimated",
    "I": "estimated",
    "F": "estimated",
    "P": "provisional",
    "Q": "suppressed",
    "e": "estimated",
    "s": "estimated",
    "f": "estimated",
    "p": "provisional",
    "c": "suppressed",
    "B": "measured",
    "D": "measured",
    "G": "measured",
    "N": "measured",
    "R": "measured",
    "S": "measured",
    "U": "measured",
    "V": "measured",
    "b": "measured",
    "d": "measured",
    "n": "measured",
    "r": "measured",
    "u": "measured",
}
"""Flag -> the status of the figure. One that is not here has to be given its status in the plan."""

MEANINGS = {
    "B": "break in the series",
    "D": "the definition differs",
    "F": "forecast",
    "G": "experimental",
    "I": "imputed",
    "N": "not significant",
    "R": "revised",
    "S": "strike or another special event",
    "U": "low reliability",
    "V": "not validated",
}


def meaning(flag: str) -> str:
    """Return what a flag says beyond the status, or ''. Eurostat's s is an estimate of its own."""
    if flag == "s":
        return "estimate of Eurostat"
    return MEANINGS.get(flag.upper(), "") if flag in STATUSES else ""
