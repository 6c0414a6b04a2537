"""What is shown of a statement of a schedule."""

from __future__ import annotations

from seamline.explore.schedules.finding import ending, shown
from seamline.explore.schedules.outcome import Outcome
from seamline.model.schedule import Turn
from seamline.text.redact import HIDDEN, Redactor


def test_parameters_are_shown_and_no_secret() -> None:
    sold = Turn(side="A", sql="UPDATE stock\n SET amount = $1", params=("9",))
    assert shown(sold, Redactor()) == Turn(
        side="A", sql="UPDATE stock SET amount = $1", params=("9",)
    )
    kept = Turn(side="A", sql="UPDATE users SET password_hash = $1", params=("5f4d",))
    assert shown(kept, Redactor()).params == (HIDDEN,)
    whole = Turn(side="B", sql="UPDATE users SET password_hash = '5f4d'")
    assert "5f4d" not in shown(whole, Redactor()).sql


def test_rows_are_shown_without_the_values_of_secret_columns() -> None:
    rows = (
        'insert users {"id":"‹new users›","pass_hash":"5f4d","settings":{"otp":123456},"name":"Ann"}',
        'update stock {"amount":9,"sku":"A1"}',
    )
    shown = ending("this schedule", Outcome({"A": (201, "{}"), "B": (201, "{}")}, rows), Redactor())
    assert shown.rows == (
        f'insert users {{"id":"‹new users›","pass_hash":"{HIDDEN}",'
        f'"settings":{{"otp":"{HIDDEN}"}},"name":"Ann"}}',
        rows[1],
    )
