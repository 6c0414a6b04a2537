"""Cases of more than one request, and of what is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from seamline.checks.context import Place
from seamline.discover.act import Act, slug
from seamline.discover.choice import Choice, Made
from seamline.discover.lab import Lab, Tried
from seamline.discover.learn import Success, body_of, made_by
from seamline.discover.made import NOTHING, Maker
from seamline.openapi.operation import Operation
from seamline.openapi.plain import asked, plain, properties

_LAST = re.compile(r"(?P<before>.*[^/])/*/\{(?P<name>[^{}/]+)\}")
_BEYOND = 1000
_NO_UUID = "00000000-0000-4000-8000-00000000dead"
_TOKEN = 16
"""A text of so many characters in an answer is no ordinary word: it can be handed on."""
_SECRET = re.compile(r"passw(or)?d|secret|passphrase", re.IGNORECASE)


# -- absence ---------------------------------------------------------------------------------------


async def absence(lab: Lab, success: Success) -> Act | None:
    """The accepted request for a row that is not there, where it answers the documented 404.

    A server error instead is kept too: it is what the case will tell.
    """
    operation = success.operation
    if not operation.documents(404) or not success.filled.keys or len(success.acts) > 1:
        return None
    names = [n for n in re.findall(r"\{([^{}/]+)\}", operation.path) if n in success.filled.keys]
    if not names:
        return None
    place, _ = success.filled.keys[names[-1]]
    value = absent_value(lab, operation, names[-1], place)
    if value is NOTHING:
        return None
    own = success.acts[-1]
    path = {**own.request["path"], names[-1]: value}
    act = msgspec.structs.replace(own, request={**own.request, "path": path}, status=(404,))
    tried = await lab.attempt([act], "absence")
    return act if (tried.status == 404 or tried.status >= 500) and not tried.spoilt else None


def absent_value(lab: Lab, operation: Operation, name: str, place: Place) -> Any:
    """A value for a path parameter that no row has, or `NOTHING`."""
    column = lab.catalog.by_name[place.table].by_column[place.column]
    values = [r.get(place.column) for r in lab.rows.get(place.table, ())]
    parameter = next((p for p in operation.parameters if p.name == name), None)
    schema = plain(lab.document, parameter.schema) if parameter is not None else {}
    if column.base == "uuid" or schema.get("format") == "uuid":
        return _NO_UUID
    numbers = [v for v in values if isinstance(v, int) and not isinstance(v, bool)]
    if numbers:
        wanted, most = max(numbers) + _BEYOND, schema.get("maximum")
        fits = not isinstance(most, int | float) or wanted <= most
        return wanted if fits else NOTHING
    taken = {name: {str(v) for v in values}}
    maker = Maker(lab.document, salt=7, taken=taken)
    text = maker.value(
        {k: v for k, v in schema.items() if k != "enum"} or {"type": "string"}, (name,)
    )
    return text if isinstance(text, str) and text not in taken[name] else NOTHING


# -- the life of a resource ------------------------------------------------------------------------


async def life(lab: Lab, create: Success, successes: Mapping[str, Success]) -> list[Act] | None:
    """Create, read, change, read, delete, and read what is gone; None where that is not plain."""
    made = create_made(create, lab)
    if made is None or len(create.acts) > 1 or create.operation.method != "POST":
        return None
    own = _own_operations(lab, create, successes, made)
    read, delete = own.get("GET"), own.get("DELETE")
    if read is None and delete is None:
        return None
    change = own.get("PATCH") or own.get("PUT")
    for with_change in (True, False) if change is not None else (False,):
        acts = [_used(create, made)]
        acts += [_on(read, made, ())] if read else []
        if change is not None and with_change:
            acts += [_on(change, made, ())]
            acts += [_on(read, made, ())] if read else []
        acts += [_on(delete, made, ())] if delete else []
        gone = delete is not None and read is not None and read.operation.documents(404)
        if gone and read is not None:
            acts.append(_on(read, made, (404,)))
        told = await _told(lab, acts, create)
        if told is not None:
            return told
    return None


async def _told(lab: Lab, acts: list[Act], create: Success) -> list[Act] | None:
    """The acts with the statuses that came, where each went as wished; as their own sender if need be."""
    by_one = [msgspec.structs.replace(a, identity=create.identity) for a in acts]
    for wished in (by_one, acts) if by_one != acts else (acts,):
        tried = await lab.attempt(wished, "sequence")
        statuses = [x.status for x in tried.exchanges]
        if (
            len(statuses) == len(wished)
            and not tried.spoilt
            and all(
                s in a.status if a.status == (404,) else 200 <= s < 300
                for s, a in zip(statuses, wished, strict=True)
            )
        ):
            return [
                msgspec.structs.replace(a, status=(s,))
                for a, s in zip(wished, statuses, strict=True)
            ]
    return None


def create_made(create: Success, lab: Lab) -> Made | None:
    """What a create makes; its label is `created`."""
    made = made_by(create, lab)
    return None if made is None else msgspec.structs.replace(made, label="created")


def _own_operations(
    lab: Lab, create: Success, successes: Mapping[str, Success], made: Made
) -> dict[str, Success]:
    """By method, what is done with one of the created: the same path and a parameter behind it."""
    found: dict[str, Success] = {}
    for success in successes.values():
        fits = _LAST.fullmatch(success.operation.path)
        if fits is None or fits["before"] != create.operation.path.rstrip("/"):
            continue
        if _pointer(success, fits["name"], made, lab) is not None:
            found.setdefault(success.operation.method, success)
    return found


def _pointer(success: Success, name: str, made: Made, lab: Lab) -> str | None:
    """Where the answer of a create holds what a path parameter wants."""
    if name in success.filled.keys:
        place, _ = success.filled.keys[name]
        return made.pointers.get(place.column) if place.table == made.table else None
    written = success.acts[-1].request.get("path", {}).get(name)
    if isinstance(written, dict) and "$from" in written:
        pointer = "#" + str(written["$from"]).partition("#")[2]
        return pointer if pointer in made.pointers.values() else None
    return None


def _used(create: Success, made: Made) -> Act:
    return msgspec.structs.replace(create.acts[-1], label=made.label, use=create.case)


def _on(success: Success, made: Made, status: tuple[int, ...]) -> Act:
    """A success's own request, on what was created."""
    own = success.acts[-1]
    fits = _LAST.fullmatch(success.operation.path)
    assert fits is not None
    path = dict(own.request.get("path", {}))
    old = path[fits["name"]]
    pointer = (
        made.pointers[success.filled.keys[fits["name"]][0].column]
        if fits["name"] in success.filled.keys
        else "#" + str(old["$from"]).partition("#")[2]
    )
    path = {**path, **made.path, fits["name"]: {"$from": f"{made.label}{pointer}"}}
    request = {**own.request, "path": path}
    return msgspec.structs.replace(own, request=request, status=status or own.status, label="")


# -- what one answer gives another request ---------------------------------------------------------


async def echo(
    lab: Lab, operation: Operation, successes: Sequence[Success]
) -> tuple[Success, tuple[Act, ...], Tried] | None:
    """Log in with what was registered, refresh with the token of a login: names that recur.

    Gives the success before, the acts, and what came.
    """
    schema = plain(lab.document, asked(operation))
    required = [r for r in schema.get("required") or () if isinstance(r, str)]
    if not required or operation.method == "GET":
        return None
    for success in sorted(successes, key=lambda s: -_shared(s.operation.path, operation.path)):
        label = slug(success.operation)
        taken = _taken_over(lab, schema, required, success, label)
        if taken is None:
            continue
        filled = lab.filled(operation, success.identity, Choice())
        body = {**(filled.request.get("json") or {}), **taken}
        use = success.case if len(success.acts) == 1 else ""
        before = msgspec.structs.replace(success.acts[-1], label=label, use=use)
        own = Act(
            operation=operation.key,
            identity=success.identity,
            request={**filled.request, "json": body},
        )
        acts = (*success.acts[:-1], before, own)
        tried = await lab.attempt(acts, "sequence")
        if tried.succeeded:
            own = msgspec.structs.replace(own, status=(tried.status,))
            return success, (*acts[:-1], own), tried
    return None


def _taken_over(
    lab: Lab, schema: Mapping[str, Any], required: list[str], success: Success, label: str
) -> dict[str, Any] | None:
    body, answer = body_of(success), success.tried.answer
    known = properties(schema)
    if isinstance(body, dict) and set(required) <= body.keys():
        secret = [n for n in required if _is_secret(n, plain(lab.document, known.get(n)))]
        if secret and success.operation.method == "POST":
            return {n: body[n] for n in required}
    if not isinstance(answer, dict):
        return None
    handed = [n for n in required if isinstance(answer.get(n), str) and len(answer[n]) >= _TOKEN]
    return {n: {"$from": f"{label}#/{n}"} for n in handed} or None


def _is_secret(name: str, schema: Mapping[str, Any]) -> bool:
    return schema.get("format") == "password" or _SECRET.search(name) is not None


def _shared(one: str, other: str) -> int:
    """How many segments two paths begin with alike."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
