"""Shops and runs of Alembic, forked from one process that has imported what takes long."""

import multiprocessing
import os
import sys
import tempfile
from multiprocessing.context import ForkServerProcess
from pathlib import Path

ROOT = Path(__file__).parents[1]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        *("alembic.command", "alembic.config", "argon2", "fastapi", "jwt", "psycopg"),
        *("sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.orm"),
        *("uvicorn", "uvicorn.loops.auto", "uvicorn.protocols.http.auto"),
    ]
)


def alembic(env: dict[str, str], *words: str, folder: Path = ROOT) -> str:
    """Run Alembic as an operator would; what it printed. Raises `RuntimeError` when it fails."""
    with tempfile.NamedTemporaryFile("r") as printed:
        process = _context.Process(target=_migrate, args=(env, words, folder, printed.name))
        process.start()
        process.join()
        if process.exitcode:
            raise RuntimeError(f"alembic {' '.join(words)} ended with {process.exitcode}")
        return printed.read()


def shop(env: dict[str, str], port: int) -> ForkServerProcess:
    """Start a shop."""
    process = _context.Process(target=_serve, args=(env, port))
    process.start()
    return process


def _enter(env: dict[str, str], folder: Path = ROOT) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.path.insert(0, str(folder))


def _migrate(env: dict[str, str], words: tuple[str, ...], folder: Path, printed: str) -> None:
    os.dup2(os.open(printed, os.O_WRONLY), 1)
    _enter(env, folder)
    from alembic.config import main

    main(words)


def _serve(env: dict[str, str], port: int) -> None:
    _enter(env)
    import uvicorn

    uvicorn.run("shop.app:app", port=port, log_level="critical", access_log=False)
