"""Parquet files: columns with types of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.assessment import SourceFile
from tasks.confined import PACKED_TIGHTLY, confined
from tasks.files import parquet_table, plain
from tasks.reading import Problem, Reading, Unreadable

if TYPE_CHECKING:
    import pandas as pd

NAME = "parquet"
TITLE = "A table in Parquet"
FORMAT = "Parquet"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics", "staged.regional_industries", "staged.regions")
CITATION = "secondary/sources, by the `source` of the [[source]]"
LICENCE = "as secondary/sources says for the source"


def read(content: bytes, how: SourceFile) -> Reading:
    """Return the records: numbers as numbers, all else as text. Raises tasks.reading.Unreadable."""
    import pandas as pd

    frame = plain(confined(_read, content, **PACKED_TIGHTLY))
    return Reading(frame, pd.Series(range(1, len(frame) + 1), dtype="int64"))


def _read(content: bytes) -> pd.DataFrame:
    import pyarrow as pa

    try:
        table = parquet_table(content)
    except (pa.ArrowException, OSError):
        raise Unreadable(Problem("cannot be read as Parquet", "Download it again")) from None
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
        elif pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(field.type.value_type))
    return table.to_pandas(ignore_metadata=True, use_threads=False)
