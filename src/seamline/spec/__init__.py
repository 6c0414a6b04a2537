"""The three files that a user owns: read with positions, typed, held against rules; their JSON Schemas."""

from seamline.spec.data import DataFramework
from seamline.spec.endpoints import EndpointSpecs
from seamline.spec.files import (
    DATA,
    ENDPOINTS,
    PROJECT,
    find_spec,
    load_data,
    load_endpoints,
    load_project,
)
from seamline.spec.loader import load
from seamline.spec.project import Project
from seamline.spec.reference import Lookup, ReferenceProblem, references_in, resolve
from seamline.spec.schema import export

__all__ = [
    "DATA",
    "ENDPOINTS",
    "PROJECT",
    "DataFramework",
    "EndpointSpecs",
    "Lookup",
    "Project",
    "ReferenceProblem",
    "export",
    "find_spec",
    "load",
    "load_data",
    "load_endpoints",
    "load_project",
    "references_in",
    "resolve",
]
