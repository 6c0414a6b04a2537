"""The git repository that a project lies in, read only: what a commit held, and what differs since."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from seamline.errors import UsageError

_MOST_S = 300


class Repository:
    """A repository; `who` begins every message: the option or key that asks for it.

    Raises `UsageError` where git is missing, and where the folder is in no repository.
    """

    def __init__(self, folder: Path, who: str) -> None:
        self._who = who
        self.root = folder
        try:
            self.root = Path(self._git("rev-parse", "--show-toplevel"))
        except UsageError as error:
            if error.__cause__ is None:
                raise
            raise UsageError(
                f"{who}: {folder} is in no git repository: {error.__cause__}"
            ) from None

    def commit(self, ref: str) -> str:
        """The full id of the commit that a ref names. Raises `UsageError` for none."""
        try:
            return self._git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
            )
        except UsageError:
            raise UsageError(f"{self._who} {ref!r}: git knows no such commit") from None

    def differing(self, commit: str) -> list[str]:
        """Names below the root of what differs from the commit or is new, renamed ones under both names."""
        differ = self._git("diff", "--name-only", "--no-renames", "-z", commit, "--")
        new = self._git("ls-files", "--others", "--exclude-standard", "-z")
        return sorted({name for name in (*differ.split("\0"), *new.split("\0")) if name})

    def then(self, commit: str, name: str) -> bytes | None:
        """What a file held at the commit; None where it was not there."""
        command = ["git", "-C", str(self.root), "show", f"{commit}:{name}"]
        done = subprocess.run(command, capture_output=True, check=False, timeout=_MOST_S)
        return None if done.returncode else done.stdout

    def check_out(self, commit: str, folder: str, into: Path) -> None:
        """Write a folder of the commit, or all of it (''), below `into`; the repository stays as it is.

        The index is a file of our own beside it, so that not even a worktree is registered.
        """
        index = into.with_name(f"{into.name}.index")
        try:
            self._git("read-tree", f"{commit}:{folder}", index=index)
            self._git("checkout-index", "--all", "--quiet", f"--prefix={into}/", index=index)
        except UsageError as error:
            what = f"{folder!r} " if folder else ""
            said = f"{self._who}: {what}cannot be checked out at {commit[:12]}: {error.__cause__}"
            raise UsageError(said) from None
        finally:
            index.unlink(missing_ok=True)

    def _git(self, *words: str, index: Path | None = None) -> str:
        """What git says. Its refusal is the cause of the `UsageError` that is raised."""
        command = ["git", "-C", str(self.root), *words]
        env = {**os.environ, "GIT_INDEX_FILE": str(index)} if index is not None else None
        try:
            done = subprocess.run(
                command, capture_output=True, check=False, timeout=_MOST_S, env=env
            )
        except FileNotFoundError:
            raise UsageError(f"{self._who} needs git, which is not installed") from None
        except subprocess.TimeoutExpired:
            raise UsageError(f"{self._who}: git did not answer ({words[0]})") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise UsageError(f"{self._who}: git {words[0]}: {said}") from OSError(said)
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
