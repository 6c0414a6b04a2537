"""What the tests of the spec files share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from seamline.errors import SpecError
from seamline.spec.data import DataFramework
from seamline.spec.data_rules import data_problems
from seamline.spec.endpoint_rules import endpoint_problems
from seamline.spec.endpoints import EndpointSpecs
from seamline.spec.files import as_endpoints
from seamline.spec.loader import load
from seamline.spec.project import ProjectFile
from seamline.spec.project_rules import project_problems

DATA = Path(__file__).parent / "data"
IDENTITIES = ("customer", "other_customer", "admin")
LINE = re.compile(r"[^\n:]+:\d+:\d+: \S[^\n]*")

ENDPOINT_FILE = (DATA / "Endpoint_Validation_Specs.json").read_text()
DATA_FILE = (DATA / "Data_Validation_Framework.json").read_text()
PROJECT_FILE = (DATA / "seamline.toml").read_text()


def endpoints(text: str, name: str = "e.json") -> EndpointSpecs:
    return load(
        text,
        EndpointSpecs,
        name=name,
        rules=lambda document: endpoint_problems(document, IDENTITIES),
        arrange=as_endpoints,
    )


def data(text: str, name: str = "d.json") -> DataFramework:
    return load(text, DataFramework, name=name, rules=data_problems)


def project(text: str, name: str = "s.toml") -> ProjectFile:
    return load(text, ProjectFile, name=name, rules=project_problems)


def problems(function: Any, *args: Any) -> tuple[str, ...]:
    with pytest.raises(SpecError) as caught:
        function(*args)
    return caught.value.problems
