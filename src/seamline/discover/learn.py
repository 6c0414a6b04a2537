"""Find a request that each operation accepts, and learn what an accepted one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from seamline.discover.act import Act, slug
from seamline.discover.choice import Choice, Filled, Made
from seamline.discover.lab import Lab, Tried
from seamline.discover.made import NOTHING
from seamline.discover.mapping import Seen, agreeing, confirmed, shown
from seamline.model.catalog import Table
from seamline.model.row import Row, RowChange
from seamline.model.vocabulary import ANONYMOUS, SAFE_METHODS
from seamline.openapi.operation import Operation
from seamline.openapi.table.match import Match

_MOST = 24
"""Requests per operation before it is given up."""
_CHOICES = (
    Choice(),
    Choice(full=True),
    Choice(variant=1),
    Choice(variant=2),
    Choice(variant=3),
    Choice(variant=4),
    Choice(salt=3),
    Choice(variant=1, full=True),
    Choice(bare=True),
    Choice(only=0),
    Choice(only=1),
    Choice(only=2),
)
_GIVE_UP = frozenset({405, 406, 415, 501})
_ROW_MATTERS = frozenset({404, 409, 410, 423})


class Success(msgspec.Struct, kw_only=True):
    """An operation's accepted request and what was learnt of it.

    `acts` are what to send, the last one the operation's own. `effects` are row operations by table.
    `columns` are confirmed mappings, `likely` those that agreed each time with one value only.
    """

    operation: Operation
    acts: tuple[Act, ...]
    filled: Filled
    choice: Choice
    tried: Tried
    statuses: list[int]
    effects: dict[str, list[str]]
    columns: dict[str, str]
    table: str | None
    likely: dict[str, str] = msgspec.field(default_factory=dict)
    roles: list[str] = msgspec.field(default_factory=list)

    @property
    def case(self) -> str:
        """The id of its case."""
        return f"{slug(self.operation)}-ok"

    @property
    def identity(self) -> str:
        """Who sends the operation's own request."""
        return self.acts[-1].identity


class Failure(msgspec.Struct, frozen=True):
    """Why no request of an operation was accepted: what was tried, and what was said."""

    what: str
    why: str


async def positive(
    lab: Lab, operation: Operation, made: Mapping[str, Made], *, prefer_made: bool = False
) -> Success | Failure:
    """Try requests, within bounds, until one is accepted."""
    sent: set[bytes] = set()
    empty: tuple[tuple[Act, ...], Filled, Choice, Tried] | None = None
    failures: list[tuple[int, Failure]] = []
    for identity in lab.identities(operation):
        spent: set[int] = set()
        refused = 0
        for plain in _CHOICES:
            if plain.variant in spent and not plain.salt:
                continue
            choice = msgspec.structs.replace(plain, made=made, prefer_made=prefer_made)
            filled = lab.filled(operation, identity, choice)
            acts = acts_of(operation, identity, filled, made)
            key = msgspec.json.encode([identity, [a.request for a in acts]])
            if filled.missing or key in sent:
                if filled.missing:
                    failures.append((1, Failure(", ".join(filled.missing), "no value for it")))
                continue
            if len(sent) >= _MOST:
                break
            sent.add(key)
            tried = await lab.attempt(acts, "sequence" if len(acts) > 1 else "positive")
            if tried.succeeded and not _shows_nothing(operation, tried):
                return await _learnt(lab, operation, acts, filled, choice, tried)
            if tried.succeeded:
                empty = empty or (acts, filled, choice, tried)
                continue
            failures.append(_failure(lab, tried))
            if (tried.status in _GIVE_UP or tried.spoilt) and empty is None:
                return _worst(failures)
            refused += tried.status == 403
            if tried.status == 401 or refused > 1:
                break
            if tried.status in _ROW_MATTERS or tried.status == 403:
                spent.add(choice.variant)
        if empty is not None:
            return await _learnt(lab, operation, *empty)
    return _worst(failures)


def _shows_nothing(operation: Operation, tried: Tried) -> bool:
    """Whether an accepted read of what a row has shows that it has none: another row may tell more."""
    answer = tried.answer
    if operation.method != "GET" or "{" not in operation.path:
        return False
    lists = [v for v in answer.values() if isinstance(v, list)] if isinstance(answer, dict) else []
    return answer == [] or (len(lists) == 1 and not lists[0])


def acts_of(
    operation: Operation, identity: str, filled: Filled, made: Mapping[str, Made]
) -> tuple[Act, ...]:
    """The acts that make what a request refers to, then the request."""
    before: dict[str, Act] = {}
    for key in filled.uses:
        before |= {a.label: a for a in made[key].acts}
    own = Act(operation=operation.key, identity=identity, request=filled.request)
    return (*before.values(), own)


def _failure(lab: Lab, tried: Tried) -> tuple[int, Failure]:
    """The failure, and how much it tells: a refused value more than a refused caller."""
    if tried.spoilt:
        return 4, Failure("a clean base", f"{lab.said(tried.last)}; then {tried.spoilt}")
    why = tried.problem or lab.said(tried.last)
    if tried.status in (401, 403):
        return 0, Failure("an identity that may", why)
    if tried.status in _ROW_MATTERS:
        return 2, Failure("a row in the right state", why)
    return 3, Failure("a request that is accepted", why)


def _worst(failures: Sequence[tuple[int, Failure]]) -> Failure:
    if not failures:
        return Failure("a request", "nothing could be tried")
    return max(failures, key=lambda f: f[0])[1]


async def _learnt(
    lab: Lab,
    operation: Operation,
    acts: tuple[Act, ...],
    filled: Filled,
    choice: Choice,
    tried: Tried,
) -> Success:
    """What the accepted request did, held against a second one with other values."""
    runs = [(filled, tried)]
    for other in _others(choice):
        again = lab.filled(operation, acts[-1].identity, other)
        if again.missing or again.request == filled.request:
            continue
        second = await lab.attempt(acts_of(operation, acts[-1].identity, again, other.made))
        if second.succeeded:
            runs.append((again, second))
            break
    table = _table(lab, operation, tried)
    seen = [s for f, t in runs if (s := _seen(lab, table, f, t)) is not None]
    effects: dict[str, list[str]] = {}
    if operation.method not in SAFE_METHODS:
        for _, run in runs:
            for change in _own_changes(run):
                ops = effects.setdefault(change.table, [])
                if change.op not in ops:
                    ops.append(change.op)
    statuses = sorted({t.status for _, t in runs})
    own = msgspec.structs.replace(acts[-1], status=(tried.status,))
    return Success(
        operation=operation,
        acts=(*acts[:-1], own),
        filled=filled,
        choice=choice,
        tried=tried,
        statuses=statuses,
        effects={t: sorted(ops) for t, ops in sorted(effects.items())},
        columns=confirmed(table, seen) if table is not None and len(seen) > 1 else {},
        table=table.name if table is not None else None,
        likely=agreeing(table, seen) if table is not None and seen else {},
    )


def succeeded_by(
    operation: Operation, before: Success, acts: tuple[Act, ...], tried: Tried
) -> Success:
    """A success that another one's answer made possible; no more is learnt of it than came."""
    effects: dict[str, set[str]] = {}
    for change in _own_changes(tried) if operation.method not in SAFE_METHODS else ():
        effects.setdefault(change.table, set()).add(change.op)
    return Success(
        operation=operation,
        acts=acts,
        filled=Filled(request=acts[-1].request),
        choice=before.choice,
        tried=tried,
        statuses=[tried.status],
        effects={t: sorted(ops) for t, ops in sorted(effects.items())},
        columns={},
        table=None,
    )


def _others(choice: Choice) -> Iterator[Choice]:
    """Requests that differ from an accepted one in its row, its texts, or both."""
    change = msgspec.structs.replace
    yield change(choice, variant=choice.variant + 1, salt=choice.salt + 1)
    yield change(choice, salt=choice.salt + 1)
    yield change(choice, variant=choice.variant + 1)
    yield change(choice, variant=choice.variant + 2)


def _own_changes(tried: Tried) -> tuple[RowChange, ...]:
    return (tried.last.changes or ()) if tried.last is not None else ()


def _table(lab: Lab, operation: Operation, tried: Tried) -> Table | None:
    """The matched table, unless the rows tell that a new thing stands in another one."""
    matched = lab.matches.get(operation.key, Match()).table
    table = lab.catalog.by_name.get(matched) if matched else None
    inserted = [c for c in _own_changes(tried) if c.op == "insert"]
    if operation.method != "POST" or not inserted or any(c.table == matched for c in inserted):
        return table
    telling = []
    for change in inserted:
        other = lab.catalog.by_name.get(change.table)
        if other is not None and change.after is not None and other.primary_key:
            known = shown(other, Seen(tried.answer, change.after))
            if set(other.primary_key) <= known.keys():
                telling.append(other)
    return telling[0] if len(telling) == 1 else table


def _seen(lab: Lab, table: Table | None, filled: Filled, tried: Tried) -> Seen | None:
    """The row that an answer is about: the one written, else the one that the path names."""
    if table is None or not isinstance(tried.answer, dict):
        return None
    written = [c.after for c in _own_changes(tried) if c.table == table.name and c.after]
    if len(written) == 1:
        return Seen(tried.answer, written[0])
    if written:
        return None
    rows: list[Row] = [
        lab.rows[place.table][index]
        for place, index in filled.keys.values()
        if place.table == table.name
    ]
    return Seen(tried.answer, rows[-1]) if rows else None


def made_by(success: Success, lab: Lab) -> Made | None:
    """The row that a success makes, as something that later requests can name."""
    if success.operation.method not in ("POST", "PUT") or success.table is None:
        return None
    rows = [
        c.after
        for c in _own_changes(success.tried)
        if c.op == "insert" and c.table == success.table and c.after is not None
    ]
    if len(rows) != 1:
        return None
    table = lab.catalog.by_name[success.table]
    columns = shown(table, Seen(success.tried.answer, rows[0]))
    asked = body_of(success)
    given: dict[str, Any] = {}
    if isinstance(asked, dict):
        said = shown(table, Seen(asked, rows[0]))
        given = {c: asked[p[2:]] for c, p in said.items() if p[2:] in asked}
    path = success.filled.request.get("path", {})
    collection, _, last_part = success.operation.path.rstrip("/").rpartition("/")
    is_put = success.operation.method == "PUT" and last_part.strip("{}") in path
    if not columns and not given and not is_put:
        return None
    label = table.name.rpartition(".")[2]
    use = success.case if len(success.acts) == 1 else ""
    last = msgspec.structs.replace(success.acts[-1], label=label, use=use)
    return Made(
        table=table.name,
        label=label,
        acts=(*success.acts[:-1], last),
        pointers=columns,
        path=path,
        values=given,
        collection=collection if is_put else success.operation.path.rstrip("/"),
        own=path[last_part.strip("{}")] if is_put else NOTHING,
    )


async def learn_access(lab: Lab, success: Success) -> None:
    """Who else gets a success: by their own rows where the operation names one."""
    roles: dict[str, None] = {}
    for identity in lab.identities(success.operation):
        role = lab.roles.get(identity) or identity
        if identity == success.identity:
            roles[role] = None
            continue
        if role in roles or (identity == ANONYMOUS and success.operation.secured):
            continue
        for variant in (success.choice.variant, success.choice.variant + 1):
            choice = msgspec.structs.replace(success.choice, variant=variant)
            filled = lab.filled(success.operation, identity, choice)
            if filled.missing:
                break
            acts = acts_of(success.operation, identity, filled, choice.made)
            tried = await lab.attempt(acts)
            if tried.succeeded:
                roles[role] = None
            if tried.succeeded or tried.status in (401, 403):
                break
    success.roles = list(roles)


def body_of(success: Success) -> Any:
    """The JSON body of the operation's own request, or None."""
    return success.acts[-1].request.get("json")
