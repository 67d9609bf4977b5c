"""Phase six, publishing: one writer a format, each from released tables alone."""

from datetime import datetime

MADE = datetime(2004, 12, 4)
"""The date of making that a workbook or a document has to bear: always the same."""
