"""axe-core finds nothing wrong with the reports; where there is no Chromium to run it in, this is skipped.

What needs no browser is in test_html.py.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tasks.publish import design
from tasks.publish.html import render

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCREENS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (1280, "light", {}),
    (1280, "dark", {"runOnly": ["color-contrast"]}),
    (390, "light", {"runOnly": ["scrollable-region-focusable", "target-size"]}),
)
"""All rules once, and again those whose verdict is another by other colours or in less width."""


@pytest.fixture(name="pages", scope="module")
def pages_fixture(plan, provenance, all_tables) -> dict[str, str]:
    design_report = design.render(plan, all_tables, provenance)
    assert design_report
    return {"report.html": render(plan, all_tables, provenance), "design.html": design_report}


@pytest.fixture(name="browser")
def browser_fixture():
    """A Chromium of the system, driven by Playwright; where there is none, the test is skipped."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine for axe-core to run in")
    playwright = pytest.importorskip("playwright.sync_api", reason="axe-playwright-python is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.html", "design.html"])
def test_axe_finds_no_violation(pages, browser, tmp_path, name):
    (tmp_path / name).write_text(pages[name], encoding="utf-8")
    for width, scheme, rules in SCREENS:
        found, passed = violations(browser, tmp_path / name, width, scheme, rules)
        assert found == [], f"{width} pixels, {scheme}"
        assert passed >= (1 if rules else 20)


def violations(
    browser: Any, path: Path, width: int, scheme: str, rules: dict[str, Any]
) -> tuple[list[str], int]:
    """Return the rules that a page breaks, with the first place of each, and how many it keeps."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(180_000)
    try:
        page.goto(path.as_uri())
        told = axe.run(page, options={"resultTypes": ["violations"], **rules}).response
    finally:
        page.close()
    broken = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in told["violations"]]
    return broken, len(told["passes"])
