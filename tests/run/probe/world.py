"""Operations with accepted requests, and a world of who may call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seamline.checks import Context
from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.vocabulary import API_CHECKS
from seamline.openapi.operation import Operation
from seamline.run.probe import World

LOCK = (("token",),)


def operation(key: str, *, security: tuple[tuple[str, ...], ...] = LOCK, **more: Any) -> Operation:
    method, _, path = key.partition(" ")
    fields: dict[str, Any] = {"operation_id": "", "parameters": (), "answers": {}, **more}
    return Operation(method=method, path=path, security=security, **fields)


def base(key: str, identity: str = "ann", status: int = 200, **request: Any) -> Case:
    step = Step(
        operation=key,
        identity=identity,
        request=RequestTemplate(**request),
        label="step1",
        status=(status,),
    )
    return Case(id=f"{key}-ok", subject=key, kind="positive", steps=(step,))


def context(known: Operation, **more: Any) -> Context:
    fields = {"requires_auth": known.secured, "validations": frozenset(API_CHECKS), **more}
    return Context(operation=known, **fields)


def world(
    bases: Mapping[str, Case], contexts: Mapping[str, Mapping[str, Any]] | None = None, **more: Any
) -> World:
    """A world of these operations; `contexts` says what is special of one."""
    operations = {key: operation(key) for key in bases}
    return World(
        operations=operations,
        contexts={
            key: context(o, **dict((contexts or {}).get(key, {}))) for key, o in operations.items()
        },
        cases=tuple(bases.values()),
        bases=bases,
        **more,
    )
