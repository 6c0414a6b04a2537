"""A history that is a folder of SQL files: run as the tools that it is written for would run them."""

from __future__ import annotations

import re
import time

from seamline.engines.protocol import Address, Server
from seamline.errors import SpecError, StatementError
from seamline.migrations.history import Difference, Problem, Revision, Step
from seamline.spec.sql_folder import SqlFolder
from seamline.spec.sql_marker import Half

_PLACE = re.compile(r"(.+?:\d+:\d+): (.*)", re.S)


class SqlHistory:
    """The `History` of a folder."""

    bookkeeping = ""
    own_names: re.Pattern[str] | None = None
    before_commit = ""

    def __init__(self, folder: SqlFolder, server: Server, address: Address) -> None:
        self._server = server
        self._address = address
        self._files = {r.id: r for r in folder.revisions}
        self.tool = folder.tool
        below = ("", *(r.id for r in folder.revisions))
        self.revisions = tuple(
            Revision(
                id=r.id,
                down=(before,) if before else (),
                message=r.message,
                file=r.file,
                digest=r.digest,
                no_way_down=r.no_way_down,
                atomic=r.up.atomic and (r.down is None or r.down.atomic),
            )
            for before, r in zip(below, folder.revisions, strict=False)
        )
        self.heads = tuple(r.id for r in self.revisions[-1:])

    async def up(self, revision: str) -> Step:
        """Apply one revision."""
        file = self._files[revision]
        return await self._run(file.up, file.file)

    async def down(self, revision: str) -> Step:
        """Take one revision back."""
        file = self._files[revision]
        if file.down is None:
            raise ValueError(f"{revision} has no way down")
        return await self._run(file.down, file.down_file)

    async def let_go(self) -> None:
        """Nothing to do: each file has a connection of its own."""

    async def again(self) -> tuple[str, ...] | None:
        """None: there is no tool that could be asked."""
        return None

    async def differences(self) -> tuple[Difference, ...] | None:
        """None: there are no models."""
        return None

    async def _run(self, part: Half, file: str) -> Step:
        start = time.perf_counter()
        problem = None
        try:
            await self._server.run_script(
                self._address,
                part.text,
                file,
                atomic=part.atomic,
                last=self.before_commit,
                apart=not part.atomic,
            )
        except SpecError as exc:
            problem = _problem(exc)
        return Step(ms=(time.perf_counter() - start) * 1000, problem=problem)


def _problem(error: SpecError) -> Problem:
    placed = _PLACE.fullmatch(str(error))
    where, message = (placed[1], placed[2]) if placed else ("", str(error))
    if isinstance(error, StatementError):
        return Problem(
            kind="SQL", message=message, where=where,
            code=error.code, table=error.table, column=error.column,
        )  # fmt: skip
    return Problem(kind="SQL", message=message, where=where)
