"""Pure judgement: an exchange and its context in, findings out. One check a file.

A new check is one new file here and one name in the list below.
"""

from seamline.checks import (
    absent_is404,
    auth_required,
    content_type,
    created_row_matches,
    delete_removes_only_its_row,
    duplicate_refused,
    error_leaves_no_trace,
    forged_token_refused,
    idempotent_twice,
    invalid_input_rejected,
    later_read_agrees,
    no_secret_in_clear,
    no_server_error,
    nothing_leaked,
    pagination_stable,
    response_schema,
    safe_method_writes_nothing,
    status_as_expected,
    status_documented,
    undeclared_method_refused,
    update_changes_only_asked,
)
from seamline.checks.context import Context
from seamline.checks.registry import CHECKS, Abstain, Check, Fault, judge

__all__ = [
    "CHECKS",
    "Abstain",
    "Check",
    "Context",
    "Fault",
    "absent_is404",
    "auth_required",
    "content_type",
    "created_row_matches",
    "delete_removes_only_its_row",
    "duplicate_refused",
    "error_leaves_no_trace",
    "forged_token_refused",
    "idempotent_twice",
    "invalid_input_rejected",
    "judge",
    "later_read_agrees",
    "no_secret_in_clear",
    "no_server_error",
    "nothing_leaked",
    "pagination_stable",
    "response_schema",
    "safe_method_writes_nothing",
    "status_as_expected",
    "status_documented",
    "undeclared_method_refused",
    "update_changes_only_asked",
]
