"""Official statistics in the project's own long form: one row a figure."""

NAME = "statistics"
TITLE = "Figures from any publication, one row a figure"
FORMAT = "CSV, sheet of secondary/secondary.xlsx, Parquet, Stata or SPSS"
PLACE = "secondary/statistics, with its citations in secondary/sources; it needs no [[source]]"
TARGETS = ("staged.statistics",)
CITATION = "each row names its source; secondary/sources holds the citation"
LICENCE = "as secondary/sources says for each source"
