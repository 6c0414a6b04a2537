"""The operations of a document: parameters, body, answers, security."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from seamline.openapi.document import Document
from seamline.openapi.server import server_path
from seamline.text.pointer import escape

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace", "query")
_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter; `place` is path, query, header or cookie; `example` is ABSENT-like UNSET if none.

    `pointer` is where the document has its schema, `examples` are all values that it gives as such.
    `style` and `explode` say how a list or an object is written; with a `media` type it is text of that.
    """

    name: str
    place: str
    required: bool
    schema: Any = None
    pointer: str = ""
    example: Any = msgspec.UNSET
    examples: tuple[Any, ...] = ()
    style: str = ""
    explode: bool = False
    media: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a request may carry in one media type: its schema as written, and an example (UNSET if none).

    `pointer` is where the document has the schema, `examples` are all values that it gives as such.
    """

    schema: Any = None
    pointer: str = ""
    example: Any = msgspec.UNSET
    examples: tuple[Any, ...] = ()


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """One header of an answer; `pointer` is where the document has its schema (None: it has none)."""

    name: str
    required: bool
    pointer: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one status may carry: media type -> pointer to its schema (None where it has none).

    `media` is empty where the document says nothing about a body. `headers` are those it names.
    """

    media: dict[str, str | None]
    headers: tuple[Header, ...] = ()

    def covering(self, content_type: str) -> tuple[str, ...]:
        """The names in `media` that fit a Content-Type most closely: with its parameters, without, a range.

        Several only where the document tells them apart by parameters that the answer does not give.
        """
        return _covering(tuple(self.media), content_type)


@lru_cache(maxsize=4096)  # asked for with every answer, of which an API has few kinds
def _covering(names: tuple[str, ...], content_type: str) -> tuple[str, ...]:
    bare = _bare(content_type)
    kind, _, subtype = bare.partition("/")
    suffix = subtype.rpartition("+")[2]
    exact = tuple(n for n in names if _spaceless(n) == _spaceless(content_type))
    ranges = (bare, f"{kind}/*+{suffix}", f"{kind}/*", "*/*", "*")
    found = (tuple(n for n in names if _bare(n) == wanted) for wanted in ranges)
    return exact or next((fitting for fitting in found if fitting), ())


class Operation(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One method on one path template.

    `answers` are keyed by status as written (`200`, `4XX`, `default`). `security` lists the
    alternatives; an empty list means none is needed, an empty alternative that none will do too.
    `bodies` are what a request may carry, by media type. `base_path` stands in front of the path where
    the operation or its path has servers of its own (None: those of the document). `scopes` are those of
    each alternative of `security`.
    """

    method: str
    path: str
    operation_id: str
    parameters: tuple[Parameter, ...]
    answers: dict[str, Answer]
    security: tuple[tuple[str, ...], ...]
    has_body: bool = False
    requires_body: bool = False
    bodies: dict[str, Body] = {}
    base_path: str | None = None
    scopes: tuple[frozenset[str], ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`METHOD /path/{template}`: the name by which files and reports speak of it."""
        return f"{self.method} {self.path}"

    @cached_property
    def secured(self) -> bool:
        """Whether credentials are needed: some are named and no alternative does without."""
        return bool(self.security) and all(self.security)

    def answer_for(self, status: int) -> Answer | None:
        """The answer documented for a status: exact, then range, then default (OpenAPI 3.1, 4.8.16)."""
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in self.answers:
                return self.answers[key]
        return None

    def documents(self, status: int) -> bool:
        """Whether the status is named, by itself or by its range."""
        names = (str(status), f"{status // 100}XX", f"{status // 100}xx")
        return any(name in self.answers for name in names)


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _spaceless(media_type: str) -> str:
    return "".join(media_type.lower().split())


def operations(document: Document) -> dict[str, Operation]:
    """All operations by key, in document order; parts that cannot be read are left out."""
    found: dict[str, Operation] = {}
    default_security = document.raw.get("security")
    for path, written in (document.raw.get("paths") or {}).items():
        item, item_ref = document.follow(written)
        if not isinstance(item, dict) or not isinstance(path, str):
            continue
        base = item_ref or f"#/paths/{escape(path)}"
        for method, place, node in _written(item):
            op = _operation(document, path, method, node, item, (base, place), default_security)
            found[op.key] = op
    return found


def _written(item: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, pointer below the path, and what is written there; methods of one's own since 3.2."""
    more = item.get("additionalOperations")
    named = [(m, m, item.get(m)) for m in _METHODS]
    named += [
        (str(m), f"additionalOperations/{escape(str(m))}", node)
        for m, node in (more.items() if isinstance(more, dict) else ())
    ]
    for method, place, node in named:
        if isinstance(node, dict) and method.isascii() and method.replace("-", "").isalnum():
            yield method, place, node


def _operation(
    document: Document,
    path: str,
    method: str,
    node: Mapping[str, Any],
    item: Mapping[str, Any],
    where: tuple[str, str],
    default_security: Any,
) -> Operation:
    base, pointer = where[0], "/".join(where)
    parameters = {
        (p.name, p.place): p
        for source, place in ((item, base), (node, pointer))
        for p in _parameters(document, source.get("parameters"), f"{place}/parameters")
    }
    body, body_ref = document.follow(node.get("requestBody"))
    security = node.get("security")
    if security is None:
        security = default_security
    operation_id, tags = node.get("operationId"), node.get("tags")
    return Operation(
        method=method.upper(),
        path=path,
        operation_id=operation_id if isinstance(operation_id, str) else "",
        parameters=tuple(parameters.values()),
        answers=dict(_answers(document, node.get("responses"), f"{pointer}/responses")),
        security=tuple(tuple(s) for s in security if isinstance(s, dict))
        if isinstance(security, list)
        else (),
        has_body="requestBody" in node,
        requires_body=isinstance(body, dict) and body.get("required") is True,
        bodies=dict(_bodies(document, body, body_ref or f"{pointer}/requestBody")),
        base_path=server_path(node) if "servers" in node else server_path(item),
        scopes=tuple(map(_scopes, security)) if isinstance(security, list) else (),
        tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
    )


def _scopes(alternative: Any) -> frozenset[str]:
    """The scopes that one alternative asks for, of all its schemes together."""
    lists = alternative.values() if isinstance(alternative, dict) else ()
    return frozenset(s for names in lists if isinstance(names, list) for s in map(str, names))


def _bodies(document: Document, node: Any, pointer: str) -> Iterator[tuple[str, Body]]:
    content = node.get("content") if isinstance(node, dict) else None
    for name, body in content.items() if isinstance(content, dict) else ():
        if isinstance(body, dict):
            yield (
                str(name).lower(),
                Body(
                    schema=body.get("schema"),
                    pointer=f"{pointer}/content/{escape(str(name))}/schema",
                    example=_example(document, body, None),
                    examples=examples_of(document, body, document.follow(body.get("schema"))[0]),
                ),
            )


def _parameters(document: Document, nodes: Any, base: str) -> Iterator[Parameter]:
    for index, written in enumerate(nodes if isinstance(nodes, list) else ()):
        node, ref = document.follow(written)
        if not isinstance(node, dict) or not isinstance(node.get("name"), str):
            continue
        place = place if isinstance(place := node.get("in"), str) else "query"
        media, holder = _content(node)
        below = f"/content/{escape(media)}" if media else ""
        schema, _ = document.follow(holder.get("schema"))
        style = node.get("style")
        style = style if isinstance(style, str) else _STYLES.get(place, "form")
        explode = node.get("explode")
        yield Parameter(
            name=node["name"],
            place=place,
            required=node.get("required") is True,
            schema=schema,
            pointer=f"{ref or f'{base}/{index}'}{below}/schema",
            example=_example(document, {**holder, **node}, schema),
            examples=examples_of(document, {**holder, **node}, schema),
            style=style,
            explode=explode if isinstance(explode, bool) else style in ("form", "cookie"),
            media=media,
        )


def _content(node: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The only media type of a parameter that is text of one, and what stands below it."""
    content = node.get("content")
    for name, held in content.items() if isinstance(content, dict) else ():
        if isinstance(held, dict):
            return str(name), held
    return "", node


def _example(document: Document, node: Mapping[str, Any], schema: Any) -> Any:
    if "example" in node:
        return node["example"]
    examples = node.get("examples")
    if isinstance(examples, dict):
        for written in examples.values():
            example, _ = document.follow(written)
            if isinstance(example, dict) and "value" in example:
                return example["value"]
    if isinstance(schema, dict):
        for key in ("example", "default", "const"):
            if key in schema:
                return schema[key]
        for key in ("examples", "enum"):
            if isinstance(schema.get(key), list) and schema[key]:
                return schema[key][0]
    return msgspec.UNSET


def examples_of(document: Document, node: Mapping[str, Any], schema: Any) -> tuple[Any, ...]:
    """Every value that the document gives as an example, each once, in the order of the document."""
    found = [node["example"]] if "example" in node else []
    named = node.get("examples")
    for written in named.values() if isinstance(named, dict) else ():
        example, _ = document.follow(written)
        for key in ("dataValue", "value") if isinstance(example, dict) else ():
            if key in example:
                found.append(example[key])
                break
    if isinstance(schema, dict):
        found += [schema["example"]] if "example" in schema else []
        more = schema.get("examples")
        found += more if isinstance(more, list) else []
    return tuple(one for i, one in enumerate(found) if not any(_is(one, o) for o in found[:i]))


def _is(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _answers(document: Document, nodes: Any, pointer: str) -> Iterator[tuple[str, Answer]]:
    for status, written in nodes.items() if isinstance(nodes, dict) else ():
        node, ref = document.follow(written)
        content = node.get("content") if isinstance(node, dict) else None
        base = f"{ref or f'{pointer}/{escape(str(status))}'}/content"
        media: dict[str, str | None] = {}
        for name, body in content.items() if isinstance(content, dict) else ():
            has_schema = isinstance(body, dict) and "schema" in body
            media[str(name).lower()] = f"{base}/{escape(str(name))}/schema" if has_schema else None
        headers = node.get("headers") if isinstance(node, dict) else None
        found = tuple(_headers(document, headers, f"{base.removesuffix('/content')}/headers"))
        yield str(status), Answer(media=media, headers=found)


def _headers(document: Document, nodes: Any, base: str) -> Iterator[Header]:
    """The headers of an answer; Content-Type is the media type's business (OpenAPI 3.1, 4.8.17)."""
    for name, written in nodes.items() if isinstance(nodes, dict) else ():
        node, ref = document.follow(written)
        if isinstance(node, dict) and str(name).lower() != "content-type":
            place = f"{ref or f'{base}/{escape(str(name))}'}/schema"
            yield Header(
                name=str(name),
                required=node.get("required") is True,
                pointer=place if "schema" in node else None,
            )
