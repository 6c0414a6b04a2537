"""Walks through histories of Django: a sound one is silent, each planted fault is found where it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from seamline.engines.protocol import Server
from seamline.errors import TargetError

from .lab import Walked, walked_django

MANAGE = """
import os, sys
if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
SETTINGS = """
import os
from urllib.parse import urlsplit
url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "HOST": url.hostname,
    "PORT": url.port, "USER": url.username, "PASSWORD": url.password}}
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", MORE]
"""
MODELS = """
from django.db import models

class Owner(models.Model):
    email = models.CharField(max_length=50, unique=True)

class Item(models.Model):
    owner = models.ForeignKey(Owner, models.CASCADE)
    title = models.CharField(max_length=40, default="new")
    qty = models.IntegerField(default=0)
"""
PLAIN = "migrations.AlterField('Owner', 'email', models.CharField(max_length=50))"
UNIQUE = "migrations.AlterField('Owner', 'email', models.CharField(max_length=50, unique=True))"
STEPS = {
    "0001_owner": "migrations.CreateModel('Owner', [ID, ('email', models.CharField(max_length=50))])",
    "0002_item": "migrations.CreateModel('Item', [ID,"
    " ('title', models.CharField(max_length=40, default='new')),"
    " ('owner', models.ForeignKey('shop.Owner', models.CASCADE))])",
    "0003_unique": UNIQUE,
    "0004_not_unique": PLAIN,
    "0005_unique_again": UNIQUE,
    "0006_qty": "migrations.AddField('Item', 'qty', models.IntegerField(default=0))",
    "0007_apart": "AddIndexConcurrently('Item', models.Index(fields=['qty'], name='i'))",
    "0008_gone": "migrations.RemoveIndex('Item', 'i')",
    "0009_filled": "migrations.RunPython(lambda apps, editor:"
    " apps.get_model('shop', 'Item').objects.update(qty=1), migrations.RunPython.noop)",
    "0010_never": "migrations.RunPython(lambda apps, editor: None)",
}
MIGRATION = """
from django.contrib.postgres.operations import (
    AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint)
from django.db import migrations, models
ID = ("id", models.BigAutoField(
    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))

class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = {on}
    operations = [{body}]
"""


def write(folder: Path, steps: Mapping[str, str], *, models: str = MODELS, **depends: str) -> Path:
    """A project of one app with these migrations, each on the one before unless `depends` says otherwise."""
    place = folder / "shop" / "migrations"
    place.mkdir(parents=True)
    (folder / "manage.py").write_text(MANAGE)
    (folder / "settings.py").write_text(SETTINGS.replace("MORE", "'shop'"))
    (folder / "shop" / "__init__.py").write_text("")
    (folder / "shop" / "models.py").write_text(models)
    (place / "__init__.py").write_text("")
    before = ""
    for name, body in steps.items():
        on = depends.get(f"on_{name[:4]}", before)
        text = MIGRATION.format(
            atomic="apart" not in name, on=[("shop", on)] if on else [], body=body
        )
        (place / f"{name}.py").write_text(text)
        before = name
    return folder


def of_shop(said: Walked) -> dict[str, list[str]]:
    return {name.removeprefix("shop."): checks for name, checks in said.checks.items()}


async def test_a_sound_history_is_silent(pg_server: Server, tmp_path: Path) -> None:
    said = await walked_django(pg_server, write(tmp_path, STEPS))
    assert said.findings == []
    assert said.skipped == {}
    ours = [r.removeprefix("shop.") for r in said.revisions if r.startswith("shop.")]
    assert ours == list(STEPS)
    assert all(r.equal for r in said.revisions.values() if r.down != "none")
    never = said.revisions["shop.0010_never"]
    assert never.notes == ("irreversible: it holds RunPython without a way back",)
    assert said.revisions["shop.0009_filled"].notes == (
        "the upgrade changes qty in 3 rows of shop_item",
    )
    assert said.history is not None
    assert "shop.0010_never" in said.history.heads


async def test_each_fault_is_found_at_its_revision(pg_server: Server, tmp_path: Path) -> None:
    sql = "migrations.RunSQL({!r}, {!r})".format
    faults = {
        **STEPS,
        "0011_left": sql("CREATE TABLE log (id int)", "SELECT 1"),
        "0012_loses": sql("SELECT 1", "DELETE FROM shop_item"),
        "0013_must": sql(
            "ALTER TABLE shop_item ADD must int NOT NULL", "ALTER TABLE shop_item DROP must"
        ),
        "0014_apart": sql("CREATE INDEX j ON shop_item (qty)", "DROP INDEX k"),
        "0015_last": sql("CREATE TABLE last (id int)", "DROP TABLE last"),
    }
    said = await walked_django(pg_server, write(tmp_path, faults))
    assert of_shop(said) == {
        "0011_left": ["downRestores"],
        "0012_loses": ["rowsKept"],
        "0013_must": ["upWithRows"],
        "0014_apart": ["downRestores"],
    }
    assert "shop.0015_last" in said.revisions
    must = next(f for f in said.findings if f.check == "upWithRows")
    assert must.severity == "error"


async def test_models_that_no_migration_made_are_told(pg_server: Server, tmp_path: Path) -> None:
    models = MODELS + "    late = models.IntegerField(null=True)\n"
    said = await walked_django(pg_server, write(tmp_path, STEPS, models=models))
    assert [(f.check, f.subject, f.detail) for f in said.findings] == [
        ("modelsMatchSchema", "shop.item", "Add field late to item"),
    ]  # fmt: skip


async def test_two_heads_of_one_app_are_found(pg_server: Server, tmp_path: Path) -> None:
    folder = write(tmp_path, dict(list(STEPS.items())[:3]), on_0003="0001_owner")
    said = await walked_django(pg_server, folder)
    heads = next(f for f in said.findings if f.check == "oneHead")
    assert heads.title == "it has 2 heads: shop.0002_item, shop.0003_unique"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ("raise RuntimeError('no settings here')", "no settings here"),
        ("DATABASES['default']['NAME'] = 'production'", "database 'production' at '127.0.0.1'"),
        ("DATABASES['default']['HOST'] = '192.0.2.1'", r"at '192\.0\.2\.1'.*not the one made"),
        ("DATABASES['default'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'x'}", "sqlite"),
    ],
)
async def test_settings_that_fail_or_lead_elsewhere_are_told(
    pg_server: Server, tmp_path: Path, settings: str, why: str
) -> None:
    folder = write(tmp_path, dict(list(STEPS.items())[:1]))
    with (folder / "settings.py").open("a") as file:
        file.write(settings)
    with pytest.raises(TargetError, match=why):
        await walked_django(pg_server, folder)
    assert not (folder / "x").exists()


@pytest.mark.slow
async def test_a_third_party_history_walks(pg_server: Server, tmp_path: Path) -> None:
    """django-oauth-toolkit with what it stands on: 41 migrations of six apps."""
    python = third_party("django-oauth-toolkit==3.4.1")
    folder = write(tmp_path, {})
    apps = "'django.contrib.sessions', 'django.contrib.admin', 'oauth2_provider'"
    (folder / "settings.py").write_text(SETTINGS.replace("MORE", apps))
    said = await walked_django(pg_server, folder, python=python)
    assert [f.title for f in said.findings] == []
    assert len(said.revisions) > 35
    assert {r.up for r in said.revisions.values()} == {"done"}


def third_party(package: str) -> str:
    """The interpreter that has a package, outside the tree; installed there where the CI runs."""
    home = Path.home() / ".cache" / "seamline-systems" / package.partition("=")[0]
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        if os.environ.get("CI") != "true":
            pytest.skip(f"needs {package}")
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", package, "psycopg[binary]"], check=True
        )
        (home / "installed").touch()
    return str(python)
