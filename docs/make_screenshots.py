"""The pictures of README.md: what a reader of the demo's report sees first, and who gained and lost.

    make demo
    .venv/bin/python docs/make_screenshots.py build/block-printing/results/current/report.html

It needs Chromium on the machine, as the test of accessibility does, and writes docs/report-*.png.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEIGHT = 1280, 1040
SHOTS = {"report-summary.png": "header", "report-findings.png": "h4:has(+ #figure-3)"}
"""Picture -> what stands at its upper edge."""
MOST_BYTES = 250_000


def main(report: Path) -> None:
    """Write the pictures. Exits with a message where there is no browser, or a picture is too large."""
    from playwright.sync_api import sync_playwright

    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        sys.exit("there is no Chromium on this machine")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto(report.resolve().as_uri())
        for name, top in SHOTS.items():
            place = page.locator(top).first
            place.evaluate("one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 24)")
            page.wait_for_timeout(500)  # until what has come into view is painted
            picture = page.screenshot(path=HERE / name)
            if len(picture) > MOST_BYTES:
                sys.exit(f"{name} has {len(picture)} bytes, more than {MOST_BYTES}")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
