"""Parquet files: columns with types of their own."""

from __future__ import annotations

import io

from schemas.assessment import SourceFile
from tasks.files import plain
from tasks.packed import LARGEST
from tasks.reading import Problem, Reading, Unreadable

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
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        if file.metadata.num_rows * file.metadata.num_columns * 8 > LARGEST:
            rule = f"has {file.metadata.num_rows} rows of {file.metadata.num_columns} columns"
            raise Unreadable(Problem(rule + ", more than is read here", "Cut out what is needed"))
        table = file.read()
    except (pa.ArrowException, OSError):
        raise Unreadable(Problem("cannot be read as Parquet", "Download it again")) from None
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
        elif pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(field.type.value_type))
    frame = plain(table.to_pandas(ignore_metadata=True))
    return Reading(frame, pd.Series(range(1, len(frame) + 1), dtype="int64"))
