"""What is wrong with a revision or a history, from what was seen of it: no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from seamline.migrations.difference import (
    changed,
    columns_of,
    diff,
    in_words,
    lost_rows,
    lost_values,
    may_stay,
)
from seamline.migrations.history import Difference, Problem, Revision
from seamline.model.finding import Evidence, Finding
from seamline.model.structure import Contents, Structure
from seamline.model.vocabulary import Severity

_NOT_NULL = "23502"
_NO_TABLE = "42P01"
_MADE_ELSEWHERE = (
    "no revision before it makes the table: in databases in use something else did. A new one cannot be made"
    " by the migrations alone. Put the tables that they start from into a first revision"
)
_DIFFERENCES = 50


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """The database between two steps."""

    structure: Structure
    contents: Mapping[str, Contents]


class Seen(msgspec.Struct, kw_only=True):
    """What a revision did, as far as it came: the moments before, after up and after down, and the
    structure after up again. `loses` says why the way up removes rows, where somebody declared that."""

    revision: Revision
    before: Moment
    up: Moment
    down: Moment | None = None
    down_problem: Problem | None = None
    again: Structure | None = None
    again_problem: Problem | None = None
    loses: str = ""


def subject(revision: str) -> str:
    """How findings name a revision."""
    return f"revision {revision}"


def judge(seen: Seen) -> Iterator[Finding]:
    """Every finding of one revision."""
    yield from _structure(seen)
    yield from _rows(seen)


def _structure(seen: Seen) -> Iterator[Finding]:
    if seen.down_problem is not None:
        yield _failed(
            "downRestores", seen.revision, "downgrade", seen.down_problem, "it can be undone"
        )
        return
    if seen.down is None:
        return
    before, down = seen.before.structure, seen.down.structure
    if changed(before, down) and (seen.again_problem is not None or not may_stay(before, down)):
        then = ""
        if seen.again_problem is not None:
            then = f"; upgrading again fails: {seen.again_problem.message}"
        yield _finding(
            "downRestores",
            seen.revision,
            f"the downgrade does not restore the schema: {in_words(before, down)}",
            expected="after up and down everything is defined as before",
            actual=in_words(before, down) + then,
            why="who rolls this revision back has a schema that no revision describes, and may be"
            " unable to upgrade again",
            diff=diff(before, down),
        )
    elif seen.again_problem is not None:
        yield _failed(
            "upAgainEqual", seen.revision, "second upgrade", seen.again_problem, "as the first"
        )
    elif seen.again is not None and changed(seen.up.structure, seen.again):
        first, second = seen.up.structure, seen.again
        yield _finding(
            "upAgainEqual",
            seen.revision,
            f"upgrading again gives another schema: {in_words(first, second)}",
            expected="the second upgrade does what the first one did",
            actual=in_words(first, second),
            why="the schema depends on whether the revision was ever taken back",
            diff=diff(first, second),
        )


def _rows(seen: Seen) -> Iterator[Finding]:
    before, up = seen.before.contents, seen.up.contents
    stay = before.keys() & up.keys()
    lost: set[str] = set()
    for loss in lost_rows(before, up, stay):
        lost.add(loss.table)
        found = _rows_lost(seen.revision, "upgrade", loss.table, loss.rows, loss.of)
        yield _on_purpose(found, seen.loses) if seen.loses else found
    if seen.down is None:
        return
    down = seen.down.contents
    for loss in lost_rows(up, down, (stay & down.keys()) - lost):
        old = before[loss.table].count
        if down[loss.table].count < old:
            lost.add(loss.table)
            gone = old - down[loss.table].count
            yield _rows_lost(seen.revision, "downgrade", loss.table, gone, old)
    for table in sorted((stay & down.keys()) - lost):
        yield from _values(seen, table)


def _rows_lost(revision: Revision, way: str, table: str, rows: int, of: int) -> Finding:
    return _finding(
        "rowsKept",
        revision,
        f"the {way} loses {rows} of {of} rows of {table}",
        detail=f"{way} {table}",
        expected=f"the rows of {table} that stood before are there after it",
        actual=f"{rows} of {of} are gone",
        why="the table is there before and after, and has fewer rows: they do not come back",
    )


def _on_purpose(finding: Finding, reason: str) -> Finding:
    why = f"declared in migrations.loses: {reason}"
    return msgspec.structs.replace(finding, severity="info", why=why)


def _values(seen: Seen, table: str) -> Iterator[Finding]:
    """Values that only the downgrade changed: what it was given back was not what had stood there."""
    if seen.down is None:
        return
    was, there, back = (columns_of(m.structure, table) for m in (seen.before, seen.up, seen.down))
    untouched = {c for c in was if was[c] == back.get(c) == there.get(c)}
    before, after = seen.before.contents[table], seen.down.contents[table]
    _, by_up = lost_values(before, seen.up.contents[table], untouched)
    rows, columns = lost_values(before, after, untouched - set(by_up))
    if columns:
        yield _finding(
            "rowsKept",
            seen.revision,
            f"the downgrade changes {', '.join(columns)} in {rows} of {before.count} rows of {table}",
            detail=f"downgrade {table}.{','.join(columns)}",
            expected="values that the upgrade left alone are the same after the downgrade",
            actual=f"{rows} rows hold other values of {', '.join(columns)}",
        )


def told(seen: Seen) -> Iterator[str]:
    """What is no fault and worth knowing: what the way down, or the way up, cannot bring back."""
    before, up = seen.before, seen.up
    for table in sorted(before.contents.keys() - up.contents.keys()):
        left = seen.down.contents.get(table) if seen.down is not None else None
        if left is not None and before.contents[table].count > left.count:
            rows = before.contents[table].count - left.count
            yield f"{rows} rows of {table} go with the table and do not come back"
    if seen.down is None:
        return
    down = seen.down
    if changed(before.structure, down.structure) and may_stay(before.structure, down.structure):
        yield f"after the downgrade {in_words(before.structure, down.structure)}"
    for table in sorted(before.contents.keys() & up.contents.keys() & down.contents.keys()):
        was, there, back = (columns_of(m.structure, table) for m in (before, up, down))
        same = {c for c in was if was[c] == back.get(c)}
        rows, columns = lost_values(before.contents[table], down.contents[table], same)
        others = tuple(c for c in columns if there.get(c) != was[c])
        if others:
            yield f"the upgrade loses what {rows} rows of {table} hold in {', '.join(others)}"
        rows, columns = lost_values(before.contents[table], up.contents[table], same - set(others))
        columns = tuple(c for c in columns if there.get(c) == was[c])
        if columns:
            yield f"the upgrade changes {', '.join(columns)} in {rows} rows of {table}"
        more = down.contents[table].count - before.contents[table].count
        if more > 0:
            yield f"the downgrade leaves {more} rows in {table} that the upgrade wrote"


def up_failed(
    revision: Revision, problem: Problem, *, with_rows: bool, known: Collection[str] = ()
) -> Finding:
    """An upgrade that fails: on any database, or only where rows stand in the tables.

    Only a column of the revision's own (none of `known`) that has no value for rows that stand there
    fails on every database that has rows: anything else may be a matter of what the rows hold.
    """
    if not with_rows:
        found = _failed("upFromEmpty", revision, "upgrade", problem, "from an empty database")
        title = f"the history cannot run from an empty database: {problem.message}"
        why = _MADE_ELSEWHERE if problem.code == _NO_TABLE else ""
        return msgspec.structs.replace(found, title=title, why=why)
    is_sure = problem.code == _NOT_NULL and f"{problem.table}.{problem.column}" not in known
    found = _failed("upWithRows", revision, "upgrade", problem, "with rows in the tables")
    severity: Severity = "error" if is_sure else "warning"
    why = (
        "it works on empty tables and fails on every database in use"
        if is_sure
        else "it works on empty tables; whether it does on yours depends on what your rows hold"
    )
    return msgspec.structs.replace(found, severity=severity, why=why)


def _failed(check: str, revision: Revision, way: str, problem: Problem, expected: str) -> Finding:
    """A step that fails where it should work."""
    return _finding(
        check,
        revision,
        f"the {way} fails: {problem.message}",
        expected=f"the {way} works, {expected}",
        actual=" ".join(t for t in (problem.where, f"{problem.kind}:", problem.message) if t),
        sql=problem.statement,
    )


def one_head(heads: Sequence[str], revisions: Sequence[Revision]) -> Iterator[Finding]:
    """More than one head, of which not every one is a branch that somebody has declared."""
    labels = {r.id: r.labels for r in revisions}
    count = Counter(labels.get(h, ()) for h in heads)
    if len(heads) < 2 or (max(count.values()) == 1 and () not in count):
        return
    if max(count.values()) > 1:  # of one branch; the others are no matter of dispute
        heads = [h for h in heads if count[labels.get(h, ())] > 1]
    files = {r.id: r.file for r in revisions}
    yield Finding(
        check="oneHead",
        severity="error",
        subject="the history",
        title=f"it has {len(heads)} heads: {', '.join(sorted(heads))}",
        expected="one head, or branches that are declared by a label",
        actual=", ".join(f"{h} ({files.get(h, '')})" for h in sorted(heads)),
        why="two people have added a revision to the same one: an upgrade to head does not know which"
        " is meant. Merge them, or let one stand on the other",
    )


def drift(differences: Sequence[Difference]) -> Iterator[Finding]:
    """What the models say and the migrated schema does not, or the other way round."""
    for one in differences[:_DIFFERENCES]:
        yield Finding(
            check="modelsMatchSchema",
            severity="warning",
            subject=one.table,
            title=one.text,
            detail=one.what,
            expected="the models describe the schema that the migrations make",
            actual=one.text,
            why="a revision is missing, or a model was not changed with it",
        )


def not_once(applied: Sequence[str], before: Structure, after: Structure) -> Iterator[Finding]:
    """A second upgrade of a database that is up to date did something."""
    if not applied and not changed(before, after):
        return
    what = f"it applies {', '.join(applied)}" if applied else in_words(before, after)
    yield Finding(
        check="upTwiceIsOnce",
        severity="error",
        subject="the history",
        title=f"upgrading a database that is up to date changes it: {what}",
        expected="an upgrade to head of what is at head does nothing",
        actual=what,
        evidence=Evidence(diff=diff(before, after)),
    )


def rewritten(known: Mapping[str, str], revisions: Sequence[Revision]) -> Iterator[Finding]:
    """Revisions that an earlier run applied and that are others by now; `known` has their digests.

    One that is not there any more may be of another branch that somebody has checked out.
    """
    for revision in revisions:
        if known.get(revision.id, revision.digest) == revision.digest:
            continue
        yield Finding(
            check="historyKept",
            severity="warning",
            subject=subject(revision.id),
            title="the revision is another than at the last run",
            expected="a revision that may have been applied somewhere stays as it is",
            actual=f"its file {revision.file} has other content",
            why="where it was applied already, nobody will apply it again: that database and a new one"
            " differ. Put the change into a revision of its own",
        )


def _finding(
    check: str,
    revision: Revision,
    title: str,
    *,
    expected: str,
    actual: str,
    why: str = "",
    detail: str = "",
    diff: str = "",
    sql: str = "",
) -> Finding:
    return Finding(
        check=check,
        severity="error",
        subject=subject(revision.id),
        title=title,
        expected=expected,
        actual=actual,
        detail=detail,
        why=why,
        evidence=Evidence(diff=diff, sql=sql) if diff or sql else None,
    )
