"""One database for all tests here, emptied before each."""

from ..run.conftest import database

__all__ = ["database"]
