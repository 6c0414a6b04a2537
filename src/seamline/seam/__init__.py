"""Tests written by hand: requests as an identity, the rows and statements that they cause, faults, races."""

from __future__ import annotations

from seamline.seam.client import Client, Reply
from seamline.seam.fault import Fault
from seamline.seam.ground import Ground
from seamline.seam.race import Raced
from seamline.seam.seam import Seam
from seamline.seam.seen import Count, Seen, TableRows

__all__ = ["Client", "Count", "Fault", "Ground", "Raced", "Reply", "Seam", "Seen", "TableRows"]
