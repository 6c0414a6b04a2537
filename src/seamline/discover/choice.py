"""What a request is filled from and what comes of that: rows that other requests make, and choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from seamline.checks.context import Place
from seamline.discover.act import Act
from seamline.discover.made import NOTHING


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A row that earlier `acts` make, the last one labelled `label`.

    `pointers` say where its answer holds the row's columns, `values` which of them its request gave,
    `path` what its own path parameters were, `collection` the path of the operation that makes it, without
    the name that a PUT gives it, which is `own`.
    """

    table: str
    label: str
    acts: tuple[Act, ...]
    pointers: Mapping[str, str]
    path: Mapping[str, Any] = {}
    values: Mapping[str, Any] = {}
    collection: str = ""
    own: Any = NOTHING

    def value(self, column: str) -> Any:
        """What stands for a column of the row, or `NOTHING`."""
        if column in self.pointers:
            return {"$from": f"{self.label}{self.pointers[column]}"}
        return self.values.get(column, NOTHING)


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a spec file writes it, and what is required and has no value.

    `uses` are the keys of `Made` rows that it refers to; `keys` the position of the row behind
    each path parameter that names one.
    """

    request: dict[str, Any]
    missing: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    keys: dict[str, tuple[Place, int]] = {}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which of several requests: the `variant`-th best row, `full` bodies, other texts by `salt`.

    `made` rows, by table and by the path that makes them, serve where there are no others, or first with
    `prefer_made`. `bare` leaves lists empty. `only` adds one optional property, by its number.
    """

    variant: int = 0
    full: bool = False
    salt: int = 0
    made: Mapping[str, Made] = {}
    prefer_made: bool = False
    bare: bool = False
    only: int = -1
