"""The records of the report, one module a section, named like the template in reports/ that places them.

`growth` belongs to the section `map`; `figures` and `models` belong to `findings`. A section that only places
released tables, like `feedback`, needs no module.
"""
