"""The site of a portfolio, as files: its pages, and the tables behind them."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Sequence

import pandas as pd

from schemas.portfolio import PortfolioPlan
from tasks.portfolio import Comparison
from tasks.publish.portfolio_index import index_page
from tasks.publish.portfolio_indicators import indicator_pages
from tasks.publish.portfolio_map import map_page
from tasks.publish.tables import as_csv


def portfolio_files(
    plan: PortfolioPlan, compared: Comparison, left_out: Sequence[str], libraries: dict[str, str]
) -> tuple[dict[str, bytes], dict[str, object]]:
    """Return relative path -> content of every file of the portfolio, and what the manifest says of them.

    left_out: a line for each assessment that could not be read.
    """
    frames: dict[str, pd.DataFrame] = {
        "cluster_pairs": compared.pairs,
        "cluster_priorities": compared.priorities,
        "clusters": compared.clusters,
        "indicators": compared.indicators,
    }
    texts = {f"tables/{name}.csv": as_csv(frame) for name, frame in frames.items()}
    hasher = hashlib.sha256(plan.model_dump_json().encode())
    for name, text in texts.items():
        hasher.update(f"{name}\0{text}\0".encode())
    about: dict[str, object] = {
        "portfolio": plan.title,
        "content_hash": hasher.hexdigest(),
        "data_date": max(compared.clusters["data_date"]),
        "draws": plan.draws,
        "seed": plan.seed,
        "assessments": compared.clusters[["assessment", "content_hash", "data_date"]].to_dict("records"),
        "left_out": list(left_out),
        "libraries": libraries,
        "psia": importlib.metadata.version("psia"),
    }
    pages = [("Ranks", "index.html", "index")]
    if len(compared.indicators):
        pages.append(("Indicators", "indicators.html", "indicators"))
    if compared.clusters["latitude"].notna().any():
        pages.append(("Map", "map.html", "map"))
    shown = {**about, "tables": sorted(texts), "pages": pages}
    texts["index.html"] = index_page(plan, compared, left_out, shown)
    texts |= indicator_pages(plan, compared, shown)
    if drawn := map_page(plan, compared, shown):
        texts["map.html"] = drawn
    return {name: text.encode() for name, text in texts.items()}, about
