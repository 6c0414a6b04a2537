"""What counts: a case that goes well over a version's own schema and not over the other one's."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from seamline.model.exchange import Exchange
from seamline.model.vocabulary import Rollout, Side
from seamline.rollout.ground import Rows
from seamline.rollout.trial import Trial, is_server


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """A case that breaks over the other schema: there, and over its own."""

    mixed: Trial
    control: Trial

    @property
    def at(self) -> Exchange:
        """The exchange that was not as it should be."""
        return self.mixed.exchanges[self.mixed.step]

    @property
    def own(self) -> Exchange:
        """The same step over the version's own schema."""
        return self.control.exchanges[self.mixed.step]


def is_doubtful(trial: Trial) -> bool:
    """Whether it takes the control to tell if a case went well."""
    return bool(trial.fault) or any(
        not x.expected and (x.response is None or x.status >= 400) for x in trial.exchanges
    )


def broken(mixed: Trial, control: Trial | None, rows: Rows) -> Break | None:
    """What the other schema breaks. Where the rows are not the same ones, only what no row explains."""
    if control is None or not control.went_well or mixed.error:
        return None
    if not mixed.fault:
        mixed = _refused(mixed, control) or mixed
    if not mixed.fault or mixed.step >= len(control.exchanges):
        return None
    if rows != "same" and not mixed.is_server:
        return None
    return Break(mixed=mixed, control=control)


def _refused(mixed: Trial, control: Trial) -> Trial | None:
    """A step of which nothing is expected, which is refused here and was accepted there."""
    for x, own in zip(mixed.exchanges, control.exchanges, strict=False):
        if not x.expected and own.succeeded and (x.response is None or x.status >= 400):
            return msgspec.structs.replace(
                mixed, step=x.step, fault=f"{x.status}", is_server=is_server(x)
            )
    return None


def verdict(old_on_new: Side, new_on_old: Side) -> Rollout:
    """What both directions mean for an operation."""
    if old_on_new == "breaks":
        return "unsafe"
    if new_on_old == "breaks":
        return "needs ordering"
    sides = {old_on_new, new_on_old} - {"absent"}
    return "safe" if sides == {"works"} else "not known"


def in_all(verdicts: Mapping[str, Rollout]) -> Rollout:
    """The worst that is known of any operation; what is not known of some is told beside it."""
    for worst in ("unsafe", "needs ordering", "safe"):
        if worst in verdicts.values():
            return worst
    return "not known"
