"""In which order tables are filled, and which references must wait or stay empty for that.

Tables that refer to one another in a circle form one strongly connected component. An edge of it is
taken out: one that may be null (it stays null), else one that the database checks only at commit (the
tables then go in together). Where neither is there, no row can be the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from seamline.model.catalog import Catalog, ForeignKey, Table


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a table gets no rows."""

    table: str
    reason: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One table with the names of its foreign keys that stay null and that are filled in last."""

    table: Table
    nulled: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Groups of tables in order; a group of several is written in one transaction."""

    groups: tuple[tuple[Step, ...], ...]
    problems: tuple[RowProblem, ...] = ()


Edge = tuple[str, ForeignKey]


def plan(catalog: Catalog) -> Plan:
    """The order of all tables but partitions, which are filled by way of their parents."""
    tables = {t.name: t for t in catalog.tables if t.partition_of is None}
    edges = [
        (t.name, key)
        for t in tables.values()
        for key in t.foreign_keys
        if key.table in tables and key.table != t.name
    ]
    problems: list[RowProblem] = []
    taken: list[Edge] = []
    left = list(edges)
    stuck: set[str] = set()
    while (circle := _circle(tables, left, stuck)) is not None:
        inside = [e for e in left if e[0] in circle and e[1].table in circle]
        edge = min(inside, key=lambda e: _cost(tables[e[0]], e))
        if _cost(tables[edge[0]], edge)[0] == 2:
            stuck |= circle
            problems += _circular(sorted(circle), inside)
            continue
        left.remove(edge)
        taken.append(edge)
    for edge in list(taken):  # some were taken out in vain
        if _circle(tables, [*left, edge], stuck) is None:
            left.append(edge)
            taken.remove(edge)
    return Plan(groups=tuple(_groups(tables, left, taken, stuck)), problems=tuple(problems))


def _cost(table: Table, edge: Edge) -> tuple[int, str, str]:
    key = edge[1]
    if _nullable(table, key):
        return 0, *_named(edge)
    return 1 if key.deferrable else 2, *_named(edge)


def _named(edge: Edge) -> tuple[str, str]:
    return edge[0], edge[1].name


def _nullable(table: Table, key: ForeignKey) -> bool:
    nullable = [table.by_column[c].nullable for c in key.columns]
    return all(nullable) if key.match_full else any(nullable)


def _circular(circle: list[str], inside: list[Edge]) -> Iterator[RowProblem]:
    names = ", ".join(sorted({key.name for _, key in inside}))
    for table in circle:
        others = ", ".join(t for t in circle if t != table)
        yield RowProblem(
            table=table,
            reason=f"it and {others} need each other's rows first, and of {names}"
            " none may be null or is DEFERRABLE",
        )


def _circle(tables: Mapping[str, Table], edges: list[Edge], stuck: set[str]) -> set[str] | None:
    """The first component of more than one table that is not `stuck`."""
    for component in components(tables, edges):
        if len(component) > 1 and not set(component) <= stuck:
            return set(component)
    return None


def components(tables: Mapping[str, Table], edges: list[Edge]) -> Iterator[list[str]]:
    """Strongly connected components, those referred to first (Tarjan, without recursion)."""
    to: dict[str, list[str]] = {name: [] for name in tables}
    for name, key in edges:
        to[name].append(key.table)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on: set[str] = set()
    for root in tables:
        if root in index:
            continue
        work = [(root, iter(to[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on.add(target)
                    work.append((target, iter(to[target])))
                    break
                if target in on:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    component, stack[at:] = stack[at:], []
                    on -= set(component)
                    yield component


def _groups(
    tables: Mapping[str, Table], left: list[Edge], taken: list[Edge], stuck: set[str]
) -> Iterator[tuple[Step, ...]]:
    """Tables in order; from the first to the last of a circle with a deferred edge they go together."""
    late = {_named(e) for e in taken if not _nullable(tables[e[0]], e[1])}
    order = [name for c in components(tables, left) for name in c if name not in stuck]
    whole = {
        name: i
        for i, c in enumerate(components(tables, [*left, *_kept(taken, late)]))
        for name in c
    }
    steps = {
        name: Step(
            table=tables[name],
            nulled=frozenset(k.name for t, k in taken if t == name and (t, k.name) not in late),
            deferred=frozenset(k.name for t, k in taken if (t, k.name) in late and t == name),
        )
        for name in order
    }
    group: dict[int, list[str]] = {}
    for name in order:
        group.setdefault(whole[name], []).append(name)
    for i in sorted(group):
        yield tuple(steps[name] for name in group[i])


def _kept(taken: list[Edge], late: set[tuple[str, str]]) -> list[Edge]:
    return [e for e in taken if _named(e) in late]
