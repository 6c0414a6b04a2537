"""What revisions do to full tables is seen whatever keeps the history: folders of SQL files, and Django."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from seamline.engines.protocol import Server
from seamline.migrations.with_django import django_history

from .lab import hazards, legs, legs_of_sql
from .test_django import MODELS, STEPS, write
from .test_hazards import BASE

SQL = {
    "first": (BASE.up, []),
    "rewrite": ("ALTER TABLE item ALTER n TYPE bigint", ["noRewriteUnderLock"]),
    "wider": ("ALTER TABLE owner ALTER email TYPE varchar(100)", []),
    "check": ("ALTER TABLE item ADD CHECK (made > '2000-01-01')", ["noScanUnderLock"]),
    "added": ("ALTER TABLE item ADD CONSTRAINT c CHECK (made > '2000-01-01') NOT VALID", []),
    "validated": ("ALTER TABLE item VALIDATE CONSTRAINT c", []),
    "index": ("CREATE INDEX of_n ON item (n)", ["indexBuiltConcurrently"]),
    "beside": ("CREATE INDEX CONCURRENTLY of_code ON item (code)", []),
    "backfill": ("UPDATE item SET code = 'x'", ["noBackfillUnderLock"]),
    "batches": (
        "".join(f"UPDATE item SET code = 'y' WHERE id % 4 = {n};\n" for n in range(4)),
        [],
    ),
    "lock": ("LOCK TABLE item IN ACCESS EXCLUSIVE MODE", []),
    "locks": ("BEGIN;\nLOCK TABLE item IN SHARE MODE;\nCOMMIT", []),
    "together": (
        "ALTER TABLE item ADD total int; UPDATE item SET total = 1;\n"
        "ALTER TABLE item ALTER total SET NOT NULL",
        ["noBackfillUnderLock", "noScanUnderLock"],
    ),
}


def goose(name: str, up: str) -> str:
    alone = name in ("beside", "batches", "locks")
    return f"{'-- +goose NO TRANSACTION' if alone else ''}\n-- +goose Up\n{up};\n-- +goose Down\n"


def golang(name: str, up: str) -> str:
    return f"{up};\n"


@pytest.mark.parametrize("style", [goose, golang])
async def test_hazards_of_a_folder_and_the_sound_way(
    pg_server: Server, tmp_path: Path, style: object
) -> None:
    assert callable(style)
    # golang-migrate sends a file as one: there is no way to write batches.
    cases = {n: c for n, c in SQL.items() if style is goose or n not in ("batches", "locks")}
    end = ".sql" if style is goose else ".up.sql"
    files = {f"{n}_{k}{end}": style(k, up) for n, (k, (up, _)) in enumerate(cases.items(), 1)}
    said = await hazards(legs_of_sql(pg_server, tmp_path, files), deployed=("1",))
    names = dict(enumerate(cases, 1))
    found = {names[int(n)]: sorted({f.check for f in e.findings}) for n, e in said.items()}
    assert found == {name: checks for name, (_, checks) in cases.items() if name != "first"}
    locked = {names[int(n)]: e.locks for n, e in said.items()}
    assert locked["lock"] == ("ACCESS EXCLUSIVE on item",)
    assert locked.get("locks", ("SHARE on item",)) == ("SHARE on item",)


OPERATIONS = {
    "0011_rewrite": (
        "migrations.AlterField('Item', 'qty', models.BigIntegerField(default=0))",
        ["noRewriteUnderLock"],
    ),
    "0012_wider": (
        "migrations.AlterField('Item', 'title', models.CharField(max_length=90, default='new'))",
        [],
    ),
    "0013_check": (
        "migrations.AddConstraint('Item', models.CheckConstraint(condition=models.Q(qty__gte=0),"
        " name='c'))",
        ["noScanUnderLock"],
    ),
    "0014_added": (
        "AddConstraintNotValid('Item', models.CheckConstraint(condition=models.Q(qty__gte=-1),"
        " name='d'))",
        [],
    ),
    "0015_validated": ("ValidateConstraint('Item', 'd')", []),
    "0016_index": (
        "migrations.AddIndex('Item', models.Index(fields=['qty'], name='j'))",
        ["indexBuiltConcurrently"],
    ),
    "0017_apart": (
        "AddIndexConcurrently('Item', models.Index(fields=['title'], name='k'))",
        [],
    ),
    "0018_backfill": (
        "migrations.RunPython(lambda apps, editor: apps.get_model('shop', 'Item').objects.update(qty=2))",
        ["noBackfillUnderLock"],
    ),
    "0019_batches_apart": (
        "migrations.RunPython(lambda apps, editor: [apps.get_model('shop', 'Item').objects"
        ".filter(id__range=(n, n + 499)).update(qty=3) for n in range(0, 4000, 500)])",
        [],
    ),
    "0020_lock": ("migrations.RunSQL('LOCK TABLE shop_item IN ACCESS EXCLUSIVE MODE')", []),
}


async def test_hazards_of_django_and_the_sound_way(pg_server: Server, tmp_path: Path) -> None:
    steps = {
        **dict(list(STEPS.items())[:6]),
        **{name: text for name, (text, _) in OPERATIONS.items()},
    }
    folder = write(tmp_path, steps, models=MODELS)
    history = legs(pg_server, folder, django_history, "manage.py", {}, sys.executable)
    deployed = ("shop.0006_qty", "auth.0012_alter_user_first_name_max_length")
    said = await hazards(history, deployed=deployed)
    found = {
        n.removeprefix("shop."): sorted({f.check for f in e.findings}) for n, e in said.items()
    }
    assert found == {name: checks for name, (_, checks) in OPERATIONS.items()}
    assert said["shop.0020_lock"].locks == ("ACCESS EXCLUSIVE on shop_item",)
