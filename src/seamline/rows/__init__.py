"""Rows from a catalog: valid, distinct, plausible, and the same for the same catalog and seed.

plan    order of tables, cycles broken
check   CHECK constraints as limits of columns, relations between them, and what is left to search
value   values of one column by its type, name and limits; `word`, `pattern`, `scalar` make them
maker   rows: keys enumerated, references chosen; asks whoever writes them what was refused
load    asks a real database
"""
