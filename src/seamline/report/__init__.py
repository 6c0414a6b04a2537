"""Events in, documents out: terminal, Markdown, JUnit and the record of the run itself."""

from seamline.report.dispatch import Reporter, Reporters
from seamline.report.github import GithubReporter
from seamline.report.junit import JunitReporter
from seamline.report.markdown import MarkdownReporter
from seamline.report.ndjson import NdjsonReporter, read_events
from seamline.report.sarif import SarifReporter
from seamline.report.summary import Summary
from seamline.report.terminal import TerminalReporter

__all__ = [
    "GithubReporter",
    "JunitReporter",
    "MarkdownReporter",
    "NdjsonReporter",
    "Reporter",
    "Reporters",
    "SarifReporter",
    "Summary",
    "TerminalReporter",
    "read_events",
]
