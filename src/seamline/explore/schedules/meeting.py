"""Which requests meet, and how: the same rows from two sides, wherever a request can be aimed at them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from seamline.explore.schedules.pair import Base, Pair, behind, weight, with_request
from seamline.model.case import Step
from seamline.openapi.operation import Operation
from seamline.spec.reference import is_reference

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
KEY_HEADER = "idempotency-key"
_RIVALS = 3


class Callers(msgspec.Struct, frozen=True):
    """Identities and their roles, in the order of the toml."""

    roles: Mapping[str, str | None]

    def beside(self, identity: str) -> str | None:
        """Another identity of the same role."""
        role = self.roles.get(identity)
        same = (n for n, r in self.roles.items() if n != identity and r == role)
        return None if role is None else next(same, None)


def best(bases: Sequence[Base]) -> dict[str, Base]:
    """Per operation the request that says most, without a key that makes a second one the first."""
    found: dict[str, Base] = {}
    for base in bases:
        if _has_key(base):
            continue
        known = found.get(base.operation)
        if known is None or (bool(known.arrange), -weight(known)) > (
            bool(base.arrange),
            -weight(base),
        ):
            found[base.operation] = base
    return found


def with_itself(
    base: Base, known: Operation | None, readings: Mapping[str, Base], callers: Callers
) -> Iterator[Pair]:
    """An operation at once with itself."""
    step = base.step
    body = step.request.json
    turned = _turned(body)
    if base.operation.startswith("PATCH"):
        for at, one, two in _halves(body):
            yield Pair(
                arrange=base.arrange,
                first=with_request(step, json=one),
                second=with_request(step, json=two),
                what=f"each another property{f' of {at}' if at else ''}",
                planned=False,
            )
    if (read := _tag(base, known, readings)) is not None:
        headers = {**step.request.headers, "If-Match": {"$from": "tagged@headers#/etag"}}
        tagged = with_request(step, headers=headers)
        yield Pair(
            arrange=(*base.arrange, read),
            first=tagged,
            second=tagged,
            what="the same If-Match",
            planned=False,
        )
    yield Pair(arrange=base.arrange, first=step, second=step, what="the same request twice")
    if turned is not None:
        yield Pair(
            arrange=base.arrange,
            first=step,
            second=with_request(step, json=turned),
            what="a list in opposite orders",
            planned=False,
        )
    beside = callers.beside(step.identity)
    if beside is not None and not base.arrange:
        other = msgspec.structs.replace(step, identity=beside)
        yield Pair(arrange=(), first=step, second=other, what="of two callers", planned=False)


def rivals(base: Base, bases: Sequence[Base]) -> Iterator[Pair]:
    """An operation at once with another accepted request of it: other rows, and some that both need."""
    mine = [
        b
        for b in bases
        if b.operation == base.operation and not b.arrange and b.step.request != base.step.request
    ]
    keyless = [b for b in mine if not _has_key(b)]
    for other in sorted(keyless, key=weight, reverse=True)[:_RIVALS]:
        yield Pair(
            arrange=base.arrange,
            first=base.step,
            second=other.step,
            what=f"with {other.case}",
        )


def _has_key(base: Base) -> bool:
    return any(n.lower() == KEY_HEADER for n in base.step.request.headers)


def _tag(base: Base, known: Operation | None, readings: Mapping[str, Base]) -> Step | None:
    """The read whose tag a change may be made under."""
    if known is None:
        return None
    takes = any(p.place == "header" and p.name.lower() == "if-match" for p in known.parameters)
    read = readings.get(f"GET {base.operation.partition(' ')[2]}")
    if not takes or read is None:
        return None
    step = msgspec.structs.replace(read.step, label="tagged")
    return with_request(step, path=base.step.request.path)


def _halves(body: object, at: str = "") -> Iterator[tuple[str, object, object]]:
    """The body, and each object in it, with one half of its properties and with the other."""
    if not isinstance(body, dict) or is_reference(body):
        return
    if len(body) > 1:
        names = list(body)
        one, two = ({n: body[n] for n in names[half::2]} for half in (0, 1))
        yield at, one, two
    for name, inner in body.items():
        within = f"{at}/{name}" if at else str(name)
        yield from ((deep, {name: a}, {name: b}) for deep, a, b in _halves(inner, within))


def closeness(pair: Pair) -> int:
    """How sure it is that both are about the same rows: by what their paths have in common."""
    one, other = pair.first.operation, pair.second.operation
    same = one.partition(" ")[2] == other.partition(" ")[2]
    return 2 * len(_shared(one, other)) + 2 * same


def _turned(body: object) -> object | None:
    """The body with its lists turned around; None where that is the same."""
    if isinstance(body, dict):
        turned = {k: t if (t := _turned(v)) is not None else v for k, v in body.items()}
        return turned if turned != body else None
    if isinstance(body, list) and len(body) > 1 and body != body[::-1]:
        return body[::-1]
    return None


def together(one: Base, other: Base, callers: Callers) -> Pair | None:
    """Two operations at once, the second one aimed at the rows of the first where their paths allow it."""
    if one.is_safe and other.is_safe:
        return None
    arrange, second = behind(one, other)
    names = _shared(one.operation, other.operation)
    path = dict(second.request.path)
    aimed = {n: one.step.request.path[n] for n in names if n in one.step.request.path}
    if aimed:
        path.update(aimed)
        second = with_request(second, path=path)
        labels = {s.label for s in one.arrange}
        arrange = tuple(s for s in arrange if s.label in labels or _refers(second, s.label))
    first = one.step
    if first.identity != second.identity and callers.beside(first.identity) == second.identity:
        second = msgspec.structs.replace(second, identity=first.identity)
    return Pair(arrange=arrange, first=first, second=second, what="at once", planned=False)


def _refers(step: Step, label: str) -> bool:
    return label in repr(step.request)


def _shared(one: str, other: str) -> list[str]:
    """Parameters of the path that both operations have at the same place, behind the same words."""
    mine, theirs = (o.partition(" ")[2].split("/") for o in (one, other))
    names: list[str] = []
    for a, b in zip(mine, theirs, strict=False):
        if a != b:
            break
        names += _PARAMETER.findall(a)
    return names
