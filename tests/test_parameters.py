"""The contract of the parameters: an unknown or ill-typed one is named, before any kernel starts."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from audit_lib.errors import AuditError
from audit_lib.notebook.parameters import Parameters, check_parameters

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9]*.ipynb"))
GOOD = {"jurisdiction": "leizhou", "period": "2017"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"perod": "2017"}, "parameters: found the unknown parameter perod; expected one of jurisdiction, period,"),
        ({"period": 17}, "parameter period: found 17; expected a text"),
        ({"period": 2017.0}, "parameter period: found 2017.0; expected a text"),
        ({"period": True}, "parameter period: found True; expected a text"),
        (
            {"period": "17"},
            "parameter period: found '17'; expected a period such as 2017, 2021H1, 2020Q3, 2017-04, 2021W12, 2020R3 or 2023-01..2023-04",
        ),
        ({"period": "2017-13"}, "parameter period: found '2017-13'"),
        ({"jurisdiction": "../etc"}, "parameter jurisdiction: found '../etc'; expected a folder name such as leizhou"),
        ({"language": "fr"}, "parameter language: found 'fr'; expected one of en"),
        ({"group_column": "colour"}, "parameter group_column: found 'colour'; expected one of side, kind, split"),
        ({"top_cut": "90"}, "parameter top_cut: found '90'; expected a number"),
        ({"top_cut": True}, "parameter top_cut: found True; expected a number"),
        ({"low_cut": 95.0}, "parameter low_cut: found 95.0; expected less than top_cut (90)"),
        ({"min_n": 1}, "parameter min_n: found 1; expected 2 or more"),
        ({"min_n": 8.0}, "parameter min_n: found 8.0; expected a whole number"),
    ],
)
def test_wrong_parameter_is_named(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(AuditError) as caught:
        check_parameters({**GOOD, **wrong})
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_period_is_asked_for() -> None:
    with pytest.raises(AuditError, match="found no period"):
        check_parameters({"jurisdiction": "leizhou"})


@pytest.mark.parametrize("period", ["2017", "2017-04", "2020Q3", 2017])
def test_periods(period: str | int) -> None:
    assert check_parameters({"jurisdiction": "leizhou", "period": period}).period == str(period)


def test_whole_numbers_do_for_points() -> None:
    assert check_parameters({**GOOD, "top_cut": 91}).top_cut == 91.0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_declares_exactly_the_contract(path: Path) -> None:
    from papermill import inspect_notebook

    declared = inspect_notebook(path)
    assert list(declared) == [field.name for field in fields(Parameters)]
    assert all(each["help"] for each in declared.values())
    types = {name: each["inferred_type_name"] for name, each in declared.items()}
    assert types == {field.name: field.type.__name__ for field in fields(Parameters)}  # type: ignore[union-attr]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_parameters_are_the_first_code_cell_and_make_a_real_report(path: Path) -> None:
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert cells[0]["metadata"]["tags"] == ["parameters"]
    given: dict[str, object] = {}
    exec("".join(cells[0]["source"]), given)
    assert check_parameters({field.name: given[field.name] for field in fields(Parameters)}) == Parameters(**GOOD)
