"""The record of a sweep: one accepted write, undisturbed, and with a fault at each of its statements."""

from __future__ import annotations

import msgspec

from seamline.model.exchange import Exchange
from seamline.model.injection import Injection


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The request with one fault, and the same request undisturbed right afterwards, on a clean base.

    `struck` says whether the statement came at all. `behind` are the requests sent afterwards until one
    did what the undisturbed one does, or patience ended. `ended` says how the system ended, if it did.

    Where the system was killed, it was started again on the same database: `exchange` then has the rows
    that stand behind the start, `again` is the same request on these rows, with all rows since the first
    one, and `unstarted` says why it did not start.
    """

    injection: Injection
    exchange: Exchange
    struck: bool
    behind: tuple[Exchange, ...] = ()
    ended: str = ""
    again: Exchange | None = None
    unstarted: str = ""


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """All trials of one case. `sound` are undisturbed runs of it, the first one judges the others.

    `shifted` are runs whose generated ids differ from those of `sound`: what differs there is noise.
    `aged` are undisturbed runs with the rows that stand a moment later, when a worker has seen to them.
    """

    operation: str
    case: str
    sound: tuple[Exchange, ...]
    shifted: tuple[Exchange, ...] = ()
    aged: tuple[Exchange, ...] = ()
    trials: tuple[Trial, ...] = ()
