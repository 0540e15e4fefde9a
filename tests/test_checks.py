"""The checks: what Leizhou 2017 does not agree with itself about, and each check on a notice with and without a fault."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit_lib.errors import AuditError
from audit_lib.notebook.report import open_report
from audit_lib.sources import find_sources
from audit_lib.tables.build import read_source
from audit_lib.tables.check_registry import (
    CHECKS,
    Outcome,
    describe_register,
    run_checks,
    tabulate_problems,
    tabulate_register,
)
from audit_lib.wording.words import Words

Run = Callable[..., dict[str, Outcome]]
RECORD = "notice_id,jurisdiction,period,publisher,title,document_number,url,inspected_from,inspected_to,issued_on,"
RECORD += "published_on,form,sha256,terms,note\ndemo-2017,demo,2017,,,,,,,,,,{sha256},,\n"

Rows = list[tuple[object, ...]]

# A notice that agrees with itself: one unit in each tier, as cuts at 90 and 80 would have it.
ROWS: Rows = [("甲镇", 95), ("乙局", 85), ("丙局", 75)]
RANKED = ("序号", "单位", "得分", "名次")
TIERS = {"优秀": ["甲镇"], "良好": ["乙局"], "一般": ["丙局"]}

UNITS = "unit_id,unit_name,full_name,kind,split,division_code,evidence,split_evidence\n" + "".join(
    f"demo-{unit},{unit},,{kind},,,seen,\n"
    for unit, kind in [("甲镇", "town"), ("乙局", "department"), ("丙局", "company")]
)
ALIASES = "name_printed,unit_id,evidence\n老甲,demo-甲镇,seen\n"


@pytest.fixture
def run(make_data: Callable[..., Path], notice_text: Callable[..., str]) -> Run:
    """Run the checks on a sound notice but for what is given, in a data folder with these reference files."""

    def run_on(reference: dict[str, str] | None = None, **options: object) -> dict[str, Outcome]:
        text = notice_text(**({"rows": ROWS, "tiers": TIERS} | options))
        folder = make_data({"demo/2017": text}, reference)
        return {
            outcome.check.name: outcome for outcome in run_checks(read_source(folder, find_sources(folder)[0]).evidence)
        }

    return run_on


def word_findings(outcome: Outcome) -> list[str]:
    return list(tabulate_problems((outcome,), "demo-2017", Words("en"))["message"])


# Leizhou 2017.


def test_leizhou_register(data: Path) -> None:
    [source] = find_sources(data, "leizhou", "2017")
    register = tabulate_register(run_checks(read_source(data, source).evidence))
    assert len(register) == 13
    assert register["question"].is_unique
    assert Words("en").word(register["found"].iloc[0]) == (
        "Jianchaju (监察局) (80) is in the table but in no rating list"
    )
    assert register[["severity", "treatment"]].notna().all(axis=None)


# One check a time: what it says of a fault.

FAULTS: list[tuple[str, dict[str, object], list[str]]] = [
    ("raw_record", {}, ["2017.txt has no record in notices.csv, so its source and terms are unknown"]),
    (
        "unread_cells",
        {"rows": [("甲镇", "86..67"), *ROWS[1:]]},
        ["line 39: 甲镇: found score '86..67'; expected a number"],
    ),
    (
        "unread_cells",
        {"rows": (), "tiers": {"优秀": ["甲镇"], "良好": ["情况另行通报"]}, "stated": {"良好": 7}},
        ["line 11: found no list of units under '(二)良好单位(7个)'"],
    ),
    (
        "balance",
        {"prose": ["丁镇、戊局、己局。"]},
        ["line 7: found 3 names outside all lists, beginning with '丁镇': not read"],
    ),
    (
        "sum_row",
        {
            "columns": (),
            "rows": (),
            "below": ["| 单位 | 得分 |", "| 甲镇 | 95 |", "| 乙局 | 85 |", "| 丙局 | 75 |", "| 平均分 | 88 |"],
        },
        ["line 33: 平均分 is 88; the rows give 85"],
    ),
    (
        "left_aside",
        {"rows": ROWS, "below": ["合计", "255"]},
        ["line 53: found 合计: no unit, not read"],
    ),
    (
        "scale",
        {"rows": [("甲镇", 104.5), ("乙局", 85), ("丙局", -1)]},
        [
            "2 scores outside 0 to 100 (−1 to 104.5), and no scale is recorded: scale_min, scale_max in notices.csv",
        ],
    ),
    (
        "direction",
        {"rows": [("甲镇", 3.5), ("乙局", 4), ("丙局", 5.25)]},
        [
            "all ranks or rows begin with the lowest score (甲镇, 3.5), and no direction is recorded: better in notices.csv",
        ],
    ),
    ("tier_count", {"stated": {"良好": 41}}, ["the list 良好 states 41 units and holds 1"]),
    (
        "units_stated",
        {"prose": ["检查了4个单位"], "tiers": {"优秀": ["甲镇"]}},
        ["the text states 4 units; 3 are in the table", "the text states 4 units; 1 are in the lists"],
    ),
    (
        "in_no_list",
        {"tiers": {"优秀": ["甲镇"], "良好": ["乙局"]}},
        ["丙局 (75) is in the table but in no rating list"],
    ),
    ("in_no_table", {"rows": ROWS[:2]}, ["丙局 is listed as 一般 but has no row in the table"]),
    (
        "equal_counts",
        {"rows": [*ROWS[:2], ("丁局", 75)]},
        ["table and lists hold 3 units each but name 4 different ones: equal counts hide the mismatch"],
    ),
    ("twice_in_table", {"rows": [*ROWS, ("甲镇", 70)]}, ["甲镇 has 2 rows in one table (line 37, line 55)"]),
    ("twice_in_table", {"rows": [*ROWS, ("市丙局", 70)]}, ["丙局 has 2 rows in one table (line 49, line 55)"]),
    (
        "twice_in_lists",
        {"tiers": {"优秀": ["甲镇"], "良好": ["乙局", "甲镇"]}},
        ["甲镇 is listed 2 times (line 9, line 13)"],
    ),
    (
        "twice_in_lists",
        {"rows": [("甲镇", 95, "良好"), ("乙局", 85, "良好")], "columns": ("序号", "单位", "得分", "等次")},
        ["甲镇 is listed 2 times (line 9, line 39)"],
    ),
    ("serial_gap", {"rows": [ROWS[0], ("乙局", "85\n\n7\n\n丙局\n\n75")]}, ["序号 goes from 2 to 7"]),
    ("serial_gap", {"rows": [ROWS[0], ("乙局", "85\n\n2\n\n丙局\n\n75")]}, ["序号 goes from 2 to 2"]),
    ("score_order", {"rows": [("甲镇", 85), ("乙局", 95.5)]}, ["乙局 (95.5) is printed below 甲镇 (85)"]),
    (
        "score_order",
        {"rows": [(f"{n}镇", 80 + n % 2) for n in "23456789" for n in [int(n)]], "tiers": {}},
        ["the table is in another order than that of its scores: 4 of 8 rows are printed below a worse one"],
    ),
    (
        "serial_rank",
        {"rows": [("甲镇", 95), ("乙局", 95), ("丙局", 75)]},
        ["序号 differs from the competition rank for 1 of 3 units: 3 numbers, 2 ranks"],
    ),
    (
        "rank_reversed",
        {"rows": [("甲镇", 95, 2), ("乙局", 85, 1), ("丙局", 75, 3)], "columns": RANKED},
        ["乙局 (85) has the printed rank 1, 甲镇 with more (95) rank 2"],
    ),
    ("rank_reversed", {"rows": [("甲镇", 95, 1), ("乙局", 85, 2), ("丙局", 75, 1)], "columns": RANKED}, []),
    (
        "rank_ties",
        {"rows": [("甲镇", 95, 1), ("乙局", 95, 1), ("丙局", 75, 2)], "columns": RANKED},
        [
            "the printed rank (名次) differs from the competition rank for 1 of 3 units: it counts scores, not units, and "
            "ends at 2, where the competition rank ends at 3"
        ],
    ),
    (
        "rank_ties",
        {"rows": [("甲镇", 95, 1), ("乙局", 95, 2), ("丙局", 75, 3)], "columns": RANKED},
        [
            "the printed rank (名次) differs from the competition rank for 1 of 3 units: units with equal scores have "
            "different ranks"
        ],
    ),
    ("rank_ties", {"rows": [("甲镇", 95, 1), ("乙局", 95, 1), ("丙局", 75, 3)], "columns": RANKED}, []),
    ("rank_ties", {"rows": [("甲镇", 95, 1), ("乙局", "—", 2), ("丙局", 75, 3)], "columns": RANKED}, []),
    (
        "tier_reversed",
        {"rows": [("甲镇", 85), ("乙局", 86), ("丙局", 75)]},
        ["乙局 (86) is 良好, though 甲镇 with less are 优秀 (1 reversed pair)"],
    ),
    (
        "tier_equal",
        {"rows": [("甲镇", 85), ("乙局", 85), ("丙局", 75)]},
        ["at 85, 甲镇 are 优秀 and 乙局 are 良好 (1 equal pair)"],
    ),
    (
        "cut_rule",
        {"rows": [("甲镇", 95), ("乙局", 90), ("丙局", 80)]},
        [
            "乙局 (90) is 良好; pass marks of 90 and 80 would give 优秀",
            "丙局 (80) is 一般; pass marks of 90 and 80 would give 良好",
        ],
    ),
    (
        "name_prefix",
        {"tiers": {"优秀": ["甲镇"], "良好": ["市乙局"], "一般": ["市丙局"]}},
        ["2 names are without their level of government in the table (市乙局); 1 are the same"],
    ),
    (
        "name_alias",
        {"reference": {"demo/units.csv": UNITS, "demo/aliases.csv": ALIASES}, "tiers": TIERS | {"优秀": ["老甲"]}},
        ["甲镇 in the table is read as 老甲 in the list"],
    ),
    (
        "name_level",
        {"rows": [ROWS[0], ("市乙局", 85), ROWS[2]]},
        ["市乙局 begins with a level of government, where most names do not"],
    ),
    ("name_level", {"rows": [ROWS[0], ("市场监管局", 85), ROWS[2]]}, []),
    ("kind_by_suffix", {}, ["the kind of 3 of 3 units is read off the ending of the name"]),
    (
        "numbering",
        {"prose": ["一、情况", "三、问题"]},
        ["the numbered heading 三 (问题) is out of sequence or stands alone"],
    ),
    ("period", {"title": "甲市2016年检查通报"}, ["the title names 2016, the file is kept as 2017"]),
    ("period", {"title": "甲市2017年5月检查通报"}, ["the title names May 2017, the file is kept as 2017"]),
    ("period", {"title": "甲市2017年上半年检查通报"}, ["the title names 2017H1, the file is kept as 2017"]),
    ("dates", {"prose": ["于2018年1月1日至2018年2月1日检查"]}, ["2018-01-23 is stated after 2018-02-01"]),
    ("header_padding", {}, ["the headers 序号, 评分 are printed with white space inside"]),
]


@pytest.mark.parametrize(("check", "options", "messages"), FAULTS)
def test_a_fault_is_found(run: Run, check: str, options: dict[str, Any], messages: list[str]) -> None:
    assert word_findings(run(**options)[check]) == messages


def test_a_changed_raw_file_is_found(run: Run) -> None:
    [message] = word_findings(run({"notices.csv": RECORD.format(sha256="0" * 64)})["raw_file"])
    assert re.fullmatch(r"the raw file \(SHA-256 \w{12}…\) is not the one recorded \(0{12}…\)", message)


ELSEWHERE = {"corrected", "correction_unused", "pictures"}  # covered by test_trends.py and test_scans.py


def test_a_sound_notice_gives_no_check_anything_to_say(run: Run, notice_text: Callable[..., str]) -> None:
    options: dict[str, Any] = {
        "columns": ("序号", "单位名称", "评分"),
        "prose": ["一、情况", "检查了3个单位", "二、结果"],
    }
    sha256 = hashlib.sha256(notice_text(ROWS, TIERS, **options).encode()).hexdigest()
    outcomes = run({"notices.csv": RECORD.format(sha256=sha256), "demo/units.csv": UNITS}, **options)
    assert {name for name, outcome in outcomes.items() if not outcome.applies} == ELSEWHERE | NO_RANKS
    assert {name: word_findings(outcome) for name, outcome in outcomes.items() if outcome.findings} == {}


def test_every_check_is_covered() -> None:
    assert {check for check, *_ in FAULTS} | {"raw_file"} | ELSEWHERE == {check.name for check in CHECKS}


def test_a_count_that_a_table_of_tiers_states_is_compared(tmp_path: Path) -> None:
    path = tmp_path / "data/raw/demo/2017.csv"
    path.parent.mkdir(parents=True)
    path.write_text("等次,数量,单位\n优秀,2,甲镇、乙局\n良好,3,丙镇、丁镇\n", encoding="utf-8")
    reading = read_source(tmp_path / "data", find_sources(tmp_path / "data")[0])
    [outcome] = [each for each in run_checks(reading.evidence) if each.check.name == "tier_count"]
    assert outcome.applies
    assert word_findings(outcome) == ["the list 良好 states 3 units and holds 2"]


# What a notice does not print cannot disagree; what nobody recorded neither.

NO_LISTS = {"in_no_list", "in_no_table", "equal_counts", "name_prefix", "name_alias", "tier_count", "twice_in_lists"}
NO_RANKS = {"rank_reversed", "rank_ties"}
NO_SCORES = {*NO_RANKS, "serial_gap", "serial_rank", "tier_reversed", "tier_equal", "cut_rule"}


@pytest.mark.parametrize(
    ("options", "silent"),
    [
        ({}, {"raw_file", "units_stated", *NO_RANKS}),
        ({"tiers": {}}, {"raw_file", "units_stated", *NO_RANKS, *NO_LISTS, "tier_reversed", "tier_equal", "cut_rule"}),
        (
            {"rows": ()},
            {
                *("raw_file", "units_stated", *NO_LISTS, *NO_SCORES, "scale", "direction", "twice_in_table", "sum_row"),
                *("score_order", "name_level", "header_padding"),
            }
            - {"tier_count", "twice_in_lists"},
        ),
        ({"stated": dict.fromkeys(TIERS)}, {"raw_file", "units_stated", "tier_count", *NO_RANKS}),
        (
            {"columns": (), "rows": (), "below": ["单位", "得分", "甲镇", "95", "乙局", "85", "丙局", "75"]},
            {"raw_file", "units_stated", "serial_gap", "serial_rank", *NO_RANKS},
        ),
        ({"prose": ["检查了3个单位"]}, {"raw_file", *NO_RANKS}),
    ],
    ids=["nothing stated", "table only", "lists only", "lists without counts", "table without 序号", "number of units"],
)
def test_a_check_that_does_not_apply_says_so(run: Run, options: dict[str, Any], silent: set[str]) -> None:
    outcomes = run(**options)
    silent = silent | ELSEWHERE
    assert {name for name, outcome in outcomes.items() if not outcome.applies} == silent
    listed = set(tabulate_register(tuple(outcomes.values())).map(str)["question"])
    assert not listed & {Words("en")(f"checks.{name}.question") for name in silent}


def test_the_register_in_a_sentence(leizhou) -> None:
    assert leizhou.words.word(describe_register(leizhou.outcomes)) == (
        "Checks: 13 of the 29 that apply find something, 17 points in all: 2 contradictions, 9 queries and 6 remarks."
    )
    ministries = open_report("ministries", "2014")
    assert (
        ministries.words.word(describe_register(ministries.outcomes)) == "Checks: nothing found by the 17 that apply."
    )


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("tier_count", "the list excellent (优秀) states 2 units and holds 1"),
        ("kind_by_suffix", "the kind of 3 of 3 units is read off the ending of the name"),
    ],
)
def test_one_finding_is_worded_in_full(run: Run, check: str, message: str) -> None:
    outcomes = [each for name, each in run(stated={"优秀": 2}).items() if name == check or not each.findings]
    sentence = Words("en").word(describe_register(tuple(outcomes)))
    n = sum(each.applies for each in outcomes)
    assert sentence == f"Checks: one of the {n} that apply finds something: {message}."


# What notices.csv records of the scores.

MEASURED = RECORD.replace(",note\n", ",note,better,scale_min,scale_max\n").replace(
    "{sha256},,\n", "{sha256},,,{facts}\n"
)
LOWER = {"rows": [("甲镇", 3.5, 1), ("乙局", 4, 2), ("丙局", 5.25, 3)], "columns": RANKED}


def test_ranks_and_checks_follow_lower_is_better(run: Run) -> None:
    record = {"notices.csv": MEASURED.format(sha256="0" * 64, facts="lower,,")}
    outcomes = run(record, **LOWER)
    for check in ("direction", "score_order", "rank_reversed", "rank_ties", "tier_reversed", "serial_rank"):
        assert word_findings(outcomes[check]) == []
    assert not outcomes["cut_rule"].applies
    swapped = run(record, rows=[("乙局", 4, 1), ("甲镇", 3.5, 2), ("丙局", 5.25, 3)], columns=RANKED)
    assert word_findings(swapped["rank_reversed"]) == ["乙局 (4) has the printed rank 1, 甲镇 with less (3.5) rank 2"]
    assert word_findings(swapped["score_order"]) == ["甲镇 (3.5) is printed below 乙局 (4)"]


def test_the_direction_is_asked_once_where_all_ranks_say_it(run: Run) -> None:
    outcomes = run(**LOWER)
    assert len(outcomes["direction"].findings) == 1
    for check in ("score_order", "rank_reversed", "rank_ties", "tier_reversed"):
        assert word_findings(outcomes[check]) == []


def test_rank_1_is_the_lowest_score_where_that_is_recorded(make_data: Callable[..., Path], notice_text: Any) -> None:
    reference = {"notices.csv": MEASURED.format(sha256="0" * 64, facts="lower,,")}
    data = make_data({"demo/2017": notice_text(**LOWER)}, reference)
    reading = read_source(data, find_sources(data)[0])
    assert reading.scores[["unit_name", "rank"]].to_numpy().tolist() == [["甲镇", 1], ["乙局", 2], ["丙局", 3]]


@pytest.mark.parametrize(
    ("facts", "rows", "messages"),
    [
        (",,120", [("甲镇", 118), ("乙局", 85)], []),
        (",,120", [("甲镇", 121), ("乙局", 85)], ["甲镇 has 121, outside 0 to 120"]),
        (",60,100", [("甲镇", 95), ("乙局", 55)], ["乙局 has 55, outside 60 to 100"]),
        (
            ",,",
            [(f"甲{n}镇", 140 - n) for n in range(36)] + [("乙局", 85)],
            ["36 scores outside 0 to 100 (85 to 140), and no scale is recorded: scale_min, scale_max in notices.csv"],
        ),
    ],
)
def test_the_recorded_scale_counts(run: Run, facts: str, rows: Rows, messages: list[str]) -> None:
    record = {"notices.csv": MEASURED.format(sha256="0" * 64, facts=facts)}
    assert word_findings(run(record, rows=rows, tiers={})["scale"]) == messages


@pytest.mark.parametrize("facts", ["up,,", ",100,0", ",nan,x", ",,inf", ",-1e9,"])
def test_a_record_that_is_no_measure_is_one_line(run: Run, facts: str) -> None:
    with pytest.raises(AuditError, match=r"notices\.csv"):
        run({"notices.csv": MEASURED.format(sha256="0" * 64, facts=facts)})
