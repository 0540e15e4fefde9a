"""The analyst's own questions: the scores of all notices as a table, a report on one's own table, no stale numbers."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest

from audit_lib import (
    distribution,
    groups,
    list_notices,
    load_scores,
    open_report,
    open_scores,
    tiers,
    trends,
    use_style,
    year,
)
from audit_lib.errors import AuditError
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


# The scores of all notices.


def test_scores_of_all_notices_are_one_typed_table(data: Path) -> None:
    scores = load_scores(data=data)
    sources = find_sources(data)
    assert list(scores["notice_id"].unique()) == [source.notice_id for source in sources]
    assert not scores.duplicated(["notice_id", "table_no", "unit_id"]).any()
    assert scores["unit_path"].notna().all()
    kinds = {column: str(scores[column].dtype) for column in ("score", "rank", "tier", "scale_max", "is_corrected")}
    assert kinds == {
        "score": "float64",
        "rank": "Int16",
        "tier": "str",
        "scale_max": "float64",
        "is_corrected": "boolean",
    }
    month = scores[scores["notice_id"] == "guangdong-2022-09"].iloc[0]
    assert [str(month[day].date()) for day in ("starts", "ends")] == ["2022-09-01", "2022-09-30"]
    assert (month["subject"], month["rubric_id"], month["better"], month["scale_max"]) == (
        "city air-quality ranking", "guangdong-air-days", "higher", 100,
    )  # fmt: skip


def test_a_unit_path_follows_a_new_name_and_breaks_at_a_merger(data: Path) -> None:
    scores = load_scores(data=data).set_index(["period", "unit_id"])["unit_path"]
    assert scores["2021", "baoshan-区生态环境局"] == scores["2016", "baoshan-区环保局"] == "baoshan-区环保局"
    assert scores["2022", "ministries-自然资源部"] == "ministries-自然资源部 2022"


def test_scores_are_chosen_by_place_and_period(data: Path) -> None:
    assert load_scores("louxing", data=data)["period"].unique().tolist() == ["2016-09", "2017-04", "2017-05"]
    assert load_scores("leizhou", 2017, data)["unit_id"].nunique() == 57
    assert load_scores(period=2016, data=data)["jurisdiction"].unique().tolist() == ["baoshan", "ministries"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("atlantis",), "found no jurisdiction atlantis; expected baoshan, "),
        (("leizhou", 2018), "found no period 2018; expected 2017"),
    ],
)
def test_what_there_is_not_is_one_line(data: Path, asked: tuple[Any, ...], message: str) -> None:
    with pytest.raises(AuditError, match=re.escape(message)):
        load_scores(*asked, data=data)


def test_a_notice_that_was_not_built_is_named_and_not_left_out(project_data: Path, notice_text) -> None:
    text = notice_text([("甲镇", 90), ("乙局", 80)])
    (project_data / "raw/leizhou/2018.txt").write_text(text, encoding="utf-8")
    expected = re.escape("found no rows of leizhou-2018; expected its tables: audit-lib build leizhou")
    for ask in (
        lambda: load_scores("leizhou", data=project_data),
        lambda: open_report("leizhou", 2018, data=project_data),
    ):
        with pytest.raises(AuditError, match=expected):
            ask()
    assert set(load_scores("leizhou", 2017, project_data)["period"]) == {"2017"}
    notices = list_notices(project_data).set_index("notice_id")
    assert notices.loc[["leizhou-2017", "leizhou-2018"], "is_built"].tolist() == [True, False]
    assert notices.at["leizhou-2017", "document_number"] == "雷府办函〔2018〕35号"
    assert notices.loc["leizhou-2018", ["publisher", "rubric_id"]].isna().all()


def test_a_place_without_reference_tables_is_loaded(make_data, notice_text) -> None:
    data = make_data({"jia/2017": notice_text([("甲镇", 90), ("乙局", 80)])})
    assert [error for _, error in build_tables(data, find_sources(data))] == [None]
    scores = load_scores(data=data)
    assert scores["score"].tolist() == [90, 80]
    assert scores[["subject", "rubric_id", "scale_max"]].isna().all(axis=None)


def test_the_style_draws_chinese_and_leaves_no_box(recwarn: pytest.WarningsRecorder) -> None:
    with mpl.rc_context():
        use_style()
        figure = mpl.figure.Figure()
        axes = figure.subplots()
        axes.plot([1, 2], [-1, 2], label="水务局")
        axes.set_title("雷州市：各单位得分")
        axes.legend()
        figure.canvas.draw()
        assert mpl.colors.to_hex(axes.lines[0].get_color()) == "#0b4f8a"
    assert [str(each.message) for each in recwarn if "Glyph" in str(each.message)] == []


def test_the_example_is_fifteen_lines_and_executed(project: Path) -> None:
    cells = json.loads((project / "notebooks/_example.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    lines = [line for cell in code for line in "".join(cell["source"]).splitlines() if line.strip()]
    assert len(lines) <= 15
    assert [cell["execution_count"] for cell in code] == [1, 2, 3, 4]
    assert all(cell["outputs"] for cell in code)
    assert "execution" not in json.dumps([cell["metadata"] for cell in cells])  # no clock


# A report on a table of one's own.


def own_table() -> pd.DataFrame:
    names = ["North End", "水务局", "甲镇", "Port", "Mill Town", "乙镇"]
    rows = {"unit": names * 2, "score": [91, 77.5, 95, 80, None, 60, 90, 77, 91, 85, 70, 61]}
    rows |= {"tier": ["gold", "bronze", "gold", "silver", None, "bronze"] * 2, "group": ["coast", "hills"] * 6}
    return pd.DataFrame(rows | {"period": [2017] * 6 + [2018] * 6})


def test_a_table_of_ones_own_has_the_same_functions_sentences_and_charts() -> None:
    report = open_scores(own_table(), "the survey", min_n=3)
    scores = report.scores
    column = report.parameters.group_column
    comparisons = groups.compare(scores, column, 3)
    assert report.headline(distribution.describe(scores)).text == "Six units scored from 61 to 91"
    assert (
        report.headline(groups.describe(scores, comparisons, column)).text
        == "On average, coast scored 83.7 and hills 74.3; all units above 85 are coast"
    )
    chart = report.chart(groups.plot_groups(scores, column, comparisons, 3))
    assert "the survey: 6 units, the analyst's own data, 2018, by group" in chart.subtitle
    assert chart.source == "Source: the analyst's own data, not a published notice. Own calculation."
    assert "These are an analyst's own numbers" in report.reading_note().text


def test_periods_of_ones_own_are_compared_by_points_only_under_one_rubric() -> None:
    table = own_table()
    by_places = trends.compare(open_scores(table, min_n=3).over_periods().history, 3)
    by_points = trends.compare(open_scores(table.assign(rubric_id="ours"), min_n=3).over_periods().history, 3)
    assert (by_places.main.gate.measure, by_points.main.gate.measure) == ("places", "points")


def test_an_ordered_categorical_orders_tiers_that_nobody_knows() -> None:
    table = own_table()
    order = pd.CategoricalDtype(["bronze", "silver", "gold"], ordered=True)
    ordered = open_scores(table.astype({"tier": order})).scores
    assert ordered.drop_duplicates("tier").dropna(subset=["tier"]).set_index("tier")["tier_order"].to_dict() == {
        "gold": 1, "bronze": 3, "silver": 2,
    }  # fmt: skip
    overlapping = table.assign(score=[90, 95, 85, 80, 70, 60] * 2)
    report = open_scores(overlapping)
    assert report.scores["tier_order"].isna().all()
    assert len(report.chart(distribution.plot_scores(report.scores)).legend) == 3 + 1  # and the unrated


def test_lower_scores_may_be_better() -> None:
    scores = open_scores(own_table(), better="lower").scores
    assert scores.set_index("unit_name")["rank"].to_dict()["乙镇"] == 1


def test_a_table_needs_no_period_and_no_tier() -> None:
    report = open_scores(own_table().iloc[:6][["unit", "score"]])
    assert report.scores["rank"].tolist() == [2, 4, 1, 3, pd.NA, 5]
    assert (
        report.headline(tiers.describe_rule(tiers.compare_rule(report.scores, 90, 80), report.notice)).role
        == "headline silent"
    )
    assert trends.compare(report.history, 3).main is None
    assert "undated" in report.words.facts["period"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"score": "90"}, "frame row 3: found score '90'; expected a number, or a missing value"),
        ({"score": float("inf")}, "frame row 3: found score inf; expected a number"),
        ({"unit": " "}, "frame row 3: found unit ' '; expected a name"),
        ({"unit": None}, "frame row 3: found unit None; expected a name"),
        ({"unit": "North  End"}, "frame row 3: found a second row for North  End; expected one in each period"),
        ({"period": "spring"}, "frame row 3: found period 'spring'; expected a period such as 2017"),
    ],
    ids=lambda each: "-".join(map(repr, each.items())) if isinstance(each, dict) else "",
)
def test_a_wrong_cell_is_one_line(change: dict[str, object], message: str) -> None:
    table = own_table().astype("object")
    for column, value in change.items():
        table.at[3, column] = value
    with pytest.raises(AuditError, match=re.escape(message)):
        open_scores(table)


def test_a_missing_column_is_one_line() -> None:
    with pytest.raises(
        AuditError, match=r"^frame: found no column score; expected the columns unit and score; optional: "
    ):
        open_scores(own_table().drop(columns="score"))
    with pytest.raises(AuditError, match=r"^frame: found no row; "):
        open_scores(own_table().iloc[:0])
    with pytest.raises(AuditError, match=r"^frame: found two columns score; expected one of each name$"):
        open_scores(own_table().rename(columns={"tier": "score"}))
    with pytest.raises(AuditError, match=r"^frame: found a list; expected a DataFrame$"):
        open_scores([90, 80])
    with pytest.raises(AuditError, match=r"^parameter better: found 'up'; expected one of higher, lower$"):
        open_scores(own_table(), better="up")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scores", [[90.0, 80.0], [90.0, None], [None, None]])
def test_no_sentence_on_a_table_of_ones_own_is_about_a_notice(language: str, scores: list[float | None]) -> None:
    report = open_scores(pd.DataFrame({"unit": ["甲局", "乙局"], "score": scores}), language=language)
    texts = [
        year.describe(report.scores),
        distribution.describe(report.scores),
        tiers.describe_rule(tiers.compare_rule(report.scores, 90, 80)),
        groups.describe(report.scores, groups.compare(report.scores, "side", 8), "side"),
    ]
    assert not [text for text in map(report.words.word, texts) if "notice" in text or "通报" in text]


def test_ratings_alone_are_not_compared_with_pass_marks() -> None:
    table = pd.DataFrame({"unit": ["甲局", "乙局"], "score": [None, None], "tier": ["优秀", "良好"]})
    assert tiers.tabulate_rule(tiers.compare_rule(open_scores(table).scores, 90, 80)).empty


# No stale numbers.


@pytest.fixture(scope="module")
def send_all() -> Iterator[Any]:
    """Send cells to a real kernel all at once, none waiting for another; returns what each shows."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager()
    manager.start_kernel(cwd=str(ROOT))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=300)

    def send(cells: list[str]) -> list[list[str]]:
        ids = [client.execute(cell, stop_on_error=False) for cell in cells]
        shown: dict[str, list[str]] = {each: [] for each in ids}
        ended = set()
        while ended < set(ids):
            message = client.get_iopub_msg(timeout=300)
            parent, content = message["parent_header"].get("msg_id"), message["content"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                ended.add(parent)
            elif parent in shown and message["msg_type"] in ("execute_result", "display_data", "stream"):
                shown[parent].append(str(content.get("data", content.get("text"))))
            elif parent in shown and message["msg_type"] == "error":
                shown[parent].append(f"{content['ename']}: {content['evalue']}")
        return [shown[each] for each in ids]

    send(["from audit_lib.figures import picture\npicture.SCALE = 0.25"])  # nobody looks at the figures
    yield send
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def code_of(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_below_a_wrong_period_no_cell_shows_another_places_numbers(send_all, path: Path) -> None:
    parameters, *cells = code_of(path)
    shown = [text for each in send_all([parameters, *cells]) for text in each]
    assert [text for text in shown if re.match(r"\w*Error: ", text)] == []
    wrong, opened, *below = send_all([parameters.replace('"2017"', '"2018"'), *cells])
    assert (wrong, len(opened)) == ([], 1)
    assert opened[0].startswith(f"AuditError: {ROOT}/data/raw/leizhou: found no period 2018; expected 2017")
    assert [shown for shown in below if not shown[0].startswith("NameError: ")] == []


@pytest.mark.slow
def test_only_the_names_of_the_failing_cell_are_gone(send_all) -> None:
    shown = send_all(
        [
            'from audit_lib import open_report\nfirst = open_report("leizhou", 2017)',
            'second = open_report("leizhou", 2017)',
            'import sys\nsecond, third = open_report("leizhou", 1999), 3',
            'sorted({"first", "second", "third", "sys", "open_report"} & set(globals()))',
            'def ask():\n    first = open_report("leizhou", 1999)\nask()',
            "first.parameters.period",
        ]
    )
    assert shown[3] == [str({"text/plain": "['first', 'open_report', 'sys']"})]
    assert shown[5] == [str({"text/plain": "'2017'"})]
    assert [each[0].split(":")[0] for each in (shown[2], shown[4])] == ["AuditError", "AuditError"]


# papermill alone, from any folder.


@pytest.mark.slow
def test_the_loop_of_the_readme_runs_as_printed(project: Path, tmp_path: Path) -> None:
    readme = (project / "README.md").read_text(encoding="utf-8")
    [printed] = re.findall(r"papermill alone,\s+from any folder:\n\n((?:    .*\n)+)", readme)
    assert "for period in 2016-09 2017-04 2017-05; do" in printed
    script = textwrap.dedent(printed).replace("~/inspections", str(tmp_path / "inspections"))
    script = script.replace("2016-09 2017-04 2017-05", "2017-04")  # papermill takes as long each time
    shutil.copytree(project / "notebooks", tmp_path / "inspections/notebooks")
    (tmp_path / "inspections/data").symlink_to(project / "data")
    (tmp_path / "elsewhere").mkdir()
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["bash", "-euc", script]
    done = subprocess.run(command, cwd=tmp_path / "elsewhere", env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [made] = (tmp_path / "elsewhere").iterdir()
    report = open_report("louxing", "2017-04")
    found = report.headline(distribution.describe(report.scores)).text
    assert (made.name, found in made.read_text(encoding="utf-8")) == ("louxing-2017-04.ipynb", True)
