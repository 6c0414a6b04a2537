"""Tables in which a system notes every request, the refused ones too: an audit log is no half-done work."""

from __future__ import annotations

from seamline.discover.lab import Lab
from seamline.openapi.table.match import Match

TRAIL = "learned: requests of unrelated resources that were refused added a row here, as to a log"
_OPERATIONS = 3
_RESOURCES = 2


def trails(lab: Lab) -> list[str]:
    """Tables that refused requests of several resources only ever added to, and that no row refers to.

    What one operation leaves behind, or what stands in the table of a resource, is no trail.
    """
    referred = {k.table for t in lab.catalog.tables for k in t.foreign_keys if k.table != t.name}
    found = []
    for table, writes in sorted(lab.refused.items()):
        operations = {operation for operation, _ in writes}
        subjects = {lab.matches.get(o, Match()).table or o for o in operations}
        if (
            {op for _, op in writes} == {"insert"}
            and len(operations) >= _OPERATIONS
            and len(subjects) >= _RESOURCES
            and table not in subjects | referred
        ):
            found.append(table)
    return found
