"""The report as a PDF for print and for screen readers (PDF/UA-1), made from its HTML: one source.

WeasyPrint is an extra (`pip install weasyprint`) and needs Pango of the system: it is imported when used.
"""

from __future__ import annotations

import io
import logging

BLOCKS = """
.facts, .panels, .beside, .pair, .findings > li, .quiet > li { display: block !important; }
.facts div { display: inline-block !important; width: 42mm; vertical-align: top; }
.panels .chart { display: inline-block !important; width: 58mm; }
.quiet { columns: 1 !important; }
"""
"""WeasyPrint 70 fails on a grid that is parted by the end of a page: its grids become blocks."""


class NotLaidOut(Exception):
    """WeasyPrint gave up on a page, as version 70 does on some grids at the end of a page."""


def pdf(page: str, content_hash: str) -> bytes:
    """Return report.pdf of a page of the report: tagged, with bookmarks, no network.

    page: its HTML. content_hash: hexadecimal; the document's identifier is made of it.

    Raises OSError where the system has no Pango, ImportError where WeasyPrint is not installed, NotLaidOut
    where WeasyPrint gives up on the page.
    """
    import weasyprint
    from weasyprint.urls import URLFetcher

    # a library that logs everything would have it tell of each page, below the run's own lines
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    source = weasyprint.HTML(string=page, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    target = io.BytesIO()
    try:
        source.write_pdf(
            target,
            stylesheets=[weasyprint.CSS(string=BLOCKS)],
            pdf_variant="pdf/ua-1",
            pdf_identifier=bytes.fromhex(content_hash)[:16],
        )
    except AssertionError:
        raise NotLaidOut from None
    return target.getvalue()
