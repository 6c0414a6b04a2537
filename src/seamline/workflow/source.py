"""Where the rows of a run of rows alone are read again: a record has neither password nor data file."""

from __future__ import annotations

from pathlib import Path

from seamline.errors import UsageError
from seamline.run.setup import database_url
from seamline.spec import PROJECT, load_project
from seamline.workflow.data import DataJob, load_data_job, without_password


def rows_again(
    folder: Path,
    source: str,
    *,
    url: str | None,
    files: Path | None,
    framework: Path | None,
) -> DataJob:
    """The job over `source` (see `RunStarted`), or over what is named instead.

    A URL gets its password from `url`, from the project's toml where that is about the same database, or
    from what the engine's own client reads (PGPASSWORD, a password file). Raises `UsageError` when the
    files are not there any more.
    """
    if url is not None and files is not None:
        raise UsageError("--url or --files, one of them")
    if url is None and files is None and "://" not in source:
        files = Path(source)
        if not files.is_dir():
            raise UsageError(f"{source} is no folder any more: name one with --files")
    elif url is None and files is None:
        url = _of_toml(folder, source) or source
    return load_data_job(
        folder, url=url, files=files, framework=framework, reports=None, checks=frozenset()
    )


def _of_toml(folder: Path, source: str) -> str | None:
    """The URL of the project's toml, where it is the source's."""
    toml = folder / PROJECT if folder.is_dir() else folder
    database = load_project(toml).database if toml.is_file() else None
    if database is None or database.url is None:
        return None
    url = database_url(database)
    return url if without_password(url) == source else None
