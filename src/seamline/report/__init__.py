"""Events in, documents out: terminal, Markdown, a page, JUnit and the record of the run itself."""

from seamline.report.dispatch import Reporter, Reporters
from seamline.report.github import GithubReporter
from seamline.report.html import HtmlReporter
from seamline.report.junit import JunitReporter
from seamline.report.markdown import MarkdownReporter
from seamline.report.ndjson import NdjsonReporter, read_events
from seamline.report.sarif import SarifReporter
from seamline.report.summary import Summary
from seamline.report.terminal import TerminalReporter

__all__ = [
    "GithubReporter",
    "HtmlReporter",
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
