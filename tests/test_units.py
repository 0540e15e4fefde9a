"""Names to units: exact, one prefix off, alias, and never a guess. Leizhou 2017 with and without its reference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.notice import Notice, parse_notice
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.tables.check_registry import run_checks, tabulate_problems
from audit_lib.tables.evidence import Evidence
from audit_lib.tables.schemas import KINDS, SCHEMAS
from audit_lib.tables.units import (
    Registry,
    Unit,
    line_of,
    load_registry,
    resolve_lists,
    resolve_mentions,
    resolve_tables,
    resolve_units,
)
from audit_lib.wording.words import Words

Resolve = Callable[..., pd.DataFrame]


def make_registry(*names: str, **aliases: str) -> Registry:
    units = {name: Unit(f"demo-{name}", name) for name in names}
    return Registry("demo", dict(units), {alias: units[name] for alias, name in aliases.items()})


@pytest.fixture
def resolve(make_notice: Callable[..., Path]) -> Resolve:
    """Resolve a synthetic notice (arguments as in `write_notice_text`), by default without any reference."""

    def resolve_notice(*args: object, registry: Registry | None = None, **options: object) -> pd.DataFrame:
        notice = parse_notice(read_document(make_notice(*args, **options)))
        return resolve_units(notice, registry or Registry("demo"), "2017").set_index("unit_name")

    return resolve_notice


@pytest.fixture(scope="module")
def leizhou_bare(data: Path) -> pd.DataFrame:
    """Leizhou as a notice that nobody has described."""
    notice = parse_notice(read_document(data / "raw/leizhou/2017.txt"))
    return resolve_units(notice, Registry("leizhou"), "2017").set_index("unit_name")


@pytest.mark.parametrize(
    ("printed", "name", "rule"),
    [
        ("民政局", "民政局", "exact"),
        ("市民政局", "民政局", "prefix"),
        ("县民政局", "民政局", "prefix"),
        ("民 政\u3000局", "民政局", "exact"),
        ("市市场监管局", "市市场监管局", "exact"),
        ("市场监管局", "市市场监管局", "prefix"),
        ("市市民政局", None, None),
        ("残联", "市残联", "prefix"),
        ("海洋与渔业局", "海洋渔业局", "alias"),
        ("市海洋与渔业局", None, None),
        ("新城(马陆镇)", "新城\uff08马陆镇\uff09", "exact"),
        ("民政", None, None),
        ("民政局办公室", None, None),
        ("", None, None),
    ],
)
def test_names_resolve_by_the_strongest_rule(printed: str, name: str | None, rule: str | None) -> None:
    registry = make_registry("民政局", "市市场监管局", "市残联", "海洋渔业局", 海洋与渔业局="海洋渔业局")
    registry.by_name["新城(马陆镇)"] = Unit("demo-新城", "新城\uff08马陆镇\uff09")
    found = registry.resolve(printed)
    assert (found and (found[0].name, found[1])) == (name and (name, rule))


def test_one_prefix_is_a_rule_that_neither_lstrip_nor_removeprefix_is() -> None:
    printed = "市市场监管局"  # in table and list alike: the 市 of the city, then the 市 of 市场
    assert (printed.lstrip("市"), printed.removeprefix("市")) == ("场监管局", "市场监管局")
    assert make_registry(printed).resolve(printed) == (Unit(f"demo-{printed}", printed), "exact")
    assert read_vocabulary().strip_level(printed) == "市场监管局"


def test_a_prefix_that_fits_two_units_fits_none() -> None:
    assert make_registry("市民政局", "县民政局").resolve("民政局") is None


def test_an_unknown_name_becomes_a_unit_and_stays_it() -> None:
    registry = make_registry("市民政局")
    assert registry.resolve_or_add("民政局") == (registry.by_name["市民政局"], "prefix")
    assert registry.resolve_or_add("县民政局") == (Unit("demo-县民政局", "县民政局"), "exact")
    assert registry.resolve_or_add("民政局") == (registry.by_name["市民政局"], "prefix")


@pytest.mark.parametrize(
    ("place", "line"), [("line 215", 215), ("Sheet1!B7", None), ("page 3 line 12", None), ("line x", None), ("", None)]
)
def test_line_of(place: str, line: int | None) -> None:
    assert line_of(place) == line


# Leizhou 2017. What its reference tables add is in data/processed, which is built again and compared (test_build.py).


def test_leizhou_without_reference(leizhou_bare: pd.DataFrame) -> None:
    assert leizhou_bare["match"].value_counts().to_dict() == {
        "prefix": 31,
        "exact": 22,
        "table_only": 3,
        "list_only": 3,
    }
    assert set(leizhou_bare.index[leizhou_bare["match"] == "list_only"]) == {
        "市食品药品监督管理局",
        "市海洋与渔业局",
        "市残联",
    }
    assert set(leizhou_bare["kind_source"]) == {"suffix"}
    assert leizhou_bare["kind"].value_counts().to_dict() == {
        "department": 33,
        "town": 18,
        "subdistrict": 3,
        "vertical": 2,
        "institution": 1,
        "company": 1,
        "mass_organisation": 1,
    }
    assert leizhou_bare["split"].isna().all()
    assert leizhou_bare.dropna(subset=["score"])["side"].value_counts().to_dict() == {"bureau": 35, "town": 21}


# Synthetic.


@pytest.mark.parametrize(
    ("rows", "tiers", "tier", "match"),
    [
        ([("甲镇", 90)], {"优秀": ["甲镇"]}, "优秀", "exact"),
        ([("甲局", 90)], {"优秀": ["市甲局"]}, "优秀", "prefix"),
        ([("市甲局", 90)], {"优秀": ["甲局"]}, "优秀", "prefix"),
        ([("甲镇", 90)], {"优秀": ["甲镇"], "良好": ["甲镇"]}, None, "exact"),
        ([("甲局", 90)], {"优秀": ["甲局"], "良好": ["市甲局"]}, None, "exact"),
        ([("甲镇", 90)], {"优秀": ["甲镇", "甲镇"]}, "优秀", "exact"),
        ([("甲镇", 90)], {}, None, "table_only"),
    ],
)
def test_tier_comes_from_the_lists(
    resolve: Resolve, rows: list[tuple[str, float]], tiers: dict[str, list[str]], tier: str | None, match: str
) -> None:
    [row] = resolve(rows, tiers).to_dict("records")
    assert (None if pd.isna(row["tier"]) else row["tier"], row["match"]) == (tier, match)


@pytest.mark.parametrize(("listed", "tier"), [("优秀", "优秀"), ("良好", None), (None, "优秀")])
def test_tier_column_and_list_must_agree(resolve: Resolve, listed: str | None, tier: str | None) -> None:
    columns = ("序号", "单位", "得分", "等次")
    scores = resolve([("甲镇", 90, "优秀")], {listed: ["甲镇"]} if listed else {}, columns=columns)
    assert (None if pd.isna(scores["tier"].iloc[0]) else scores["tier"].iloc[0]) == tier


def test_a_unit_twice_in_the_table_keeps_its_first_row(resolve: Resolve) -> None:
    scores = resolve([("甲镇", 90), ("乙镇", 80), ("甲镇", 70)])
    assert scores["score"].to_dict() == {"甲镇": 90, "乙镇": 80}
    assert scores[["serial", "rank"]].to_numpy().tolist() == [[1, 1], [2, 2]]


def test_ranks_share_ties_and_skip_missing_scores(resolve: Resolve) -> None:
    scores = resolve([("甲镇", 90), ("乙镇", 85), ("丙镇", "缺考"), ("丁镇", 90), ("戊镇", 104.5)])
    found = scores[["score", "rank", "n_tied"]].astype("object").where(scores.notna(), None)
    assert found.to_numpy().tolist() == [[90, 2, 2], [85, 4, 1], [None, None, None], [90, 2, 2], [104.5, 1, 1]]


def test_ranks_count_within_a_table(resolve: Resolve) -> None:
    second = ["表二", "序号", "单位名称", "评分", "1", "丙局", "70", "2", "甲镇", "60"]
    scores = resolve([("甲镇", 90), ("乙镇", 80)], {"优秀": ["甲镇"], "良好": ["丁局"]}, below=second).reset_index()
    found = scores[["unit_name", "table_no", "rank", "tier"]].astype("object").where(scores.notna(), None)
    assert found.to_numpy().tolist() == [
        ["甲镇", 1, 1, "优秀"],
        ["乙镇", 1, 2, None],
        ["丙局", 2, 1, None],
        ["甲镇", 2, 2, "优秀"],
        ["丁局", 0, None, "良好"],
    ]


@pytest.mark.parametrize(
    ("name", "kind", "side"),
    [
        ("甲镇", "town", "town"),
        ("甲街道", "subdistrict", "town"),
        ("甲街道办事处", "subdistrict", "town"),
        ("甲局", "department", "bureau"),
        ("国税局", "vertical", "bureau"),
        ("甲总站", "institution", "bureau"),
        ("甲公司", "company", "bureau"),
        ("市残联", "mass_organisation", "bureau"),
        ("甲管委会", "zone", "other"),
        ("甲村", "village", "other"),
        ("甲镇政府", "town", "town"),
        ("甲镇人民政府", "town", "town"),
        ("新村乡", "town", "town"),
        ("南川东路办事处", "subdistrict", "town"),
        ("嘉定镇街道", "subdistrict", "town"),
        ("甲新村", "village", "other"),
        ("雷波县", "county", "other"),
        ("雷波县政府办", "county", "other"),
        ("甲市人民政府办公室", "county", "other"),
        ("区政府办公室", "department", "bureau"),
        ("菊园新区", "county", "other"),
        ("嘉定新城(马陆镇)", "zone", "other"),
        ("嘉定新城（马陆镇）", "zone", "other"),
        ("区科创委(投促办)", "zone", "other"),
        ("宝山工业园区", "zone", "other"),
        ("甲景区管理中心", "zone", "other"),
        ("现代农业产业园服务中心", "institution", "bureau"),
        ("省财政厅", "department", "bureau"),
        ("工商总局", "department", "bureau"),
        ("工业和信息化部", "department", "bureau"),
        ("海关总署", "department", "bureau"),
        ("供销社", "institution", "bureau"),
        ("人事科", "institution", "bureau"),
        ("大科", "other", "other"),
        ("区公安分局", "vertical", "bureau"),
        ("河南证监局", "vertical", "bureau"),
        ("供电公司", "company", "bureau"),
        ("妇儿工委办公室", "mass_organisation", "bureau"),
        ("團委", "mass_organisation", "bureau"),
        ("甲鎮", "town", "town"),
        ("甲縣", "county", "other"),
        ("甲街道辦事處", "subdistrict", "town"),
        ("市國稅局", "vertical", "bureau"),
        ("甲管理委員會", "zone", "other"),
        ("(甲镇)", "other", "other"),
        ("双江", "other", "other"),
    ],
)
def test_kinds_by_ending(resolve: Resolve, name: str, kind: str, side: str) -> None:
    [row] = resolve([(name, 90)]).to_dict("records")
    assert (row["kind"], row["side"], row["kind_source"]) == (kind, side, "suffix")


# Labels: real units of made-up prints. What stands above a list or a group beats the ending of a name.

Label = tuple[str, str | None]  # the tier and the label of a list


@pytest.fixture
def resolve_kinds(make_notice: Callable[..., Path]) -> Callable[..., dict[str, str]]:
    """Resolve lists by their label, and tables by their title; gives the units of each kind and source, in order."""

    def resolve(
        lists: Mapping[Label, str] | None = None,
        tables: Mapping[str | None, str] | None = None,
        group: str | None = None,
    ) -> dict[str, str]:
        notice = parse_notice(read_document(make_notice([("甲镇", 90)])))
        tiers = [
            TierList(tier, stated=None, label=label, units=tuple(units.split("、")), place="line 1")
            for (tier, label), units in (lists or {}).items()
        ]
        printed = enumerate((tables or {}).items(), start=1)
        scored = [_print_table(notice, table_no, title, units, group) for table_no, (title, units) in printed]
        notice = replace(notice, tables=tuple(scored), tiers=tuple(tiers))
        scores = resolve_units(notice, Registry("demo"), "2017")
        kinds = scores["kind"] + ", " + scores["kind_source"]
        return {kind: "、".join(scores["unit_name"][kinds == kind]) for kind in kinds.unique()}

    return resolve


def _print_table(notice: Notice, table_no: int, title: str | None, units: str, group: str | None) -> ScoreTable:
    rows = tuple(replace(notice.tables[0].rows[0], unit=unit, group=group) for unit in units.split("、"))
    return replace(notice.tables[0], table_no=table_no, title=title, rows=rows)


def test_kinds_of_baoshan_2021(resolve_kinds: Callable[..., dict[str, str]]) -> None:
    lists = {
        (
            "优秀",
            "街镇(园区)",
        ): "吴淞街道、大场镇、友谊路街道、罗店镇、罗泾镇、张庙街道、庙行镇、顾村镇、杨行镇、月浦镇",
        ("优秀", "区级部门"): "区规划资源局、区经委、区公安分局、区民政局、区税务局、区司法局、区行政服务中心",
        ("良好", "街镇(园区)"): "高境镇、区科创委(投促办)、淞南镇、宝山工业园区",
        ("良好", "区级部门"): "区发展改革委、区民防办、区机管局、区城运中心",
    }
    assert resolve_kinds(lists) == {
        "subdistrict, list_label": "吴淞街道、友谊路街道、张庙街道",
        "town, list_label": "大场镇、罗店镇、罗泾镇、庙行镇、顾村镇、杨行镇、月浦镇、高境镇、淞南镇",
        "department, list_label": "区规划资源局、区经委、区民政局、区司法局、区发展改革委、区民防办、区机管局",
        "vertical, list_label": "区公安分局、区税务局",
        "institution, list_label": "区行政服务中心、区城运中心",
        "zone, list_label": "区科创委(投促办)、宝山工业园区",
    }


def test_kinds_of_jiading_2016(resolve_kinds: Callable[..., dict[str, str]]) -> None:
    lists = {
        ("优秀", "镇政府(街道、管委会)"): "南翔镇、安亭镇、嘉定新城(马陆镇)、嘉定工业区、菊园新区",
        ("优秀", "区政府委办局"): "区农委、区教育局、区卫计委",
        ("良好", "镇政府(街道、管委会)"): "江桥镇、新成路街道、真新街道、外冈镇、嘉定镇街道",
        ("良好", "区政府委办局"): "区文广局、区民防办",
    }
    assert resolve_kinds(lists) == {
        "town, list_label": "南翔镇、安亭镇、江桥镇、外冈镇",
        "zone, list_label": "嘉定新城(马陆镇)、嘉定工业区、菊园新区",
        "department, list_label": "区农委、区教育局、区卫计委、区文广局、区民防办",
        "subdistrict, list_label": "新成路街道、真新街道、嘉定镇街道",
    }


@pytest.mark.parametrize(
    ("titles", "group", "kinds"),
    [
        (("街道", "乡镇"), None, ["subdistrict, list_label", "town, list_label"]),
        (("附件1 街道", "附件2:乡镇(6个)"), None, ["subdistrict, list_label", "town, list_label"]),
        (("一、街道", "(二)乡镇"), None, ["subdistrict, list_label", "town, list_label"]),
        (("街道评分表", "乡镇评分表"), None, ["other, suffix"]),
        ((None, "乡镇"), None, ["other, suffix", "town, list_label"]),
        (("表一", "表二"), "街道", ["subdistrict, list_label"]),
    ],
)
def test_bare_names_of_louxing(
    resolve_kinds: Callable[..., dict[str, str]], titles: Sequence[str | None], group: str | None, kinds: list[str]
) -> None:
    units = ("花山、大科、黄泥塘、乐坪、长青", "石井、双江、水洞底、万宝、杉山、蛇形山")
    found = resolve_kinds(tables=dict(zip(titles, units, strict=True)), group=group)
    assert found == (dict(zip(kinds, units, strict=True)) if len(kinds) == 2 else {kinds[0]: "、".join(units)})


@pytest.mark.parametrize(
    ("label", "unit", "kind"),
    [
        (None, "甲局", "department, suffix"),
        ("名单", "甲局", "department, suffix"),
        ("市直部门", "甲管委会", "zone, suffix"),
        ("市直部门", "甲", "department, list_label"),
        ("市直部门", "供电公司", "company, list_label"),
        ("市直部门", "市残联", "mass_organisation, list_label"),
        ("县直部门", "县农业局", "department, list_label"),
        ("县(市、区)", "甲区", "county, list_label"),
        ("县(市、区)", "甲", "county, list_label"),
        ("乡镇", "甲中心", "town, list_label"),
        ("街道", "甲镇", "subdistrict, list_label"),
        ("各村", "甲", "village, list_label"),
        ("乡 镇", "甲", "town, list_label"),
        ("鄉鎮", "甲", "town, list_label"),
    ],
)
def test_kinds_by_label(resolve_kinds: Callable[..., dict[str, str]], label: str | None, unit: str, kind: str) -> None:
    assert resolve_kinds({("优秀", label): unit}) == {kind: unit}
    assert resolve_kinds(tables={"表": unit}, group=label) == {kind: unit}


def test_a_title_does_not_overrule_an_ending(resolve_kinds: Callable[..., dict[str, str]]) -> None:
    assert resolve_kinds(tables={"乡镇": "甲局"}) == {"department, suffix": "甲局"}


def test_the_first_label_that_names_kinds_counts(resolve_kinds: Callable[..., dict[str, str]]) -> None:
    assert resolve_kinds({("优秀", "名单"): "甲"}, {None: "甲"}, group="街道") == {"subdistrict, list_label": "甲"}
    assert resolve_kinds({("优秀", "乡镇"): "甲"}, {None: "甲"}, group="街道") == {"town, list_label": "甲"}


def test_every_kind_of_the_vocabulary_has_a_side() -> None:
    vocabulary = read_vocabulary()
    assert {*vocabulary.suffix.values(), *vocabulary.label.values(), "other"} <= set(vocabulary.side) == set(KINDS)


@pytest.fixture
def printed(make_notice: Callable[..., Path]) -> Notice:
    """A notice of one row and one list."""
    notice = parse_notice(read_document(make_notice([("甲镇", 90), ("乙局", 80)], {"优秀": ["甲镇"]})))
    return replace(notice, headings=())


def test_tiers_with_counts_alone_name_no_units(printed: Notice) -> None:
    notice = replace(printed, tables=(), tiers=tuple(replace(tier, units=(), stated=8) for tier in printed.tiers))
    scores = resolve_units(notice, Registry("demo"), "2017")
    assert scores.empty
    pd.testing.assert_index_equal(scores.columns, pd.Index(SCHEMAS["scores"].columns))
    assert resolve_mentions(notice, Registry("demo"), "2017").empty
    evidence = Evidence(notice, scores, resolve_tables(notice, Registry("demo")), [], None)
    problems = tabulate_problems(run_checks(evidence), "demo-2017", Words("en"))
    assert problems["check"].to_list() == ["raw_record"]


def test_rows_without_any_score(printed: Notice) -> None:
    rows = tuple(replace(row, score=None, extra={"完成率": "50%"}) for row in printed.tables[0].rows)
    notice = replace(printed, tables=(replace(printed.tables[0], rows=rows),))
    scores = resolve_units(notice, Registry("demo"), "2017")
    assert scores["unit_name"].to_list() == ["甲镇", "乙局"]
    assert scores[["score", "rank", "n_tied"]].isna().all(axis=None)
    assert scores["score"].dtype == "float64"


def test_places_that_are_no_lines(printed: Notice) -> None:
    rows = tuple(replace(row, place=f"Sheet1!B{at}") for at, row in enumerate(printed.tables[0].rows, start=2))
    tiers = tuple(replace(tier, place="page 1 line 9") for tier in printed.tiers)
    notice = replace(printed, tables=(replace(printed.tables[0], rows=(*rows, rows[0])),), tiers=tiers)
    registry = Registry("demo")
    scores = resolve_units(notice, registry, "2017")
    assert scores["source_place"].to_list() == ["Sheet1!B2", "Sheet1!B3"]
    assert scores[["table_line", "list_line"]].isna().all(axis=None)
    evidence = Evidence(notice, scores, resolve_tables(notice, registry), resolve_lists(notice, registry), None)
    problems = tabulate_problems(run_checks(evidence), "demo-2017", Words("en")).set_index("check")
    assert problems["line"].isna().all()
    assert problems["place"].dropna().to_dict() == {
        "in_no_list": "Sheet1!B3",
        "twice_in_table": "Sheet1!B2",
        "serial_gap": "Sheet1!B2",
    }
    assert problems.at["twice_in_table", "message"] == "甲镇 has 2 rows in one table (Sheet1!B2, Sheet1!B2)"


# The reference.

UNITS = "unit_id,unit_name,full_name,kind,split,division_code,evidence,split_evidence\n"
ALIASES = "name_printed,unit_id,evidence\n"


def test_registry_of_a_jurisdiction_nobody_has_described(tmp_path: Path) -> None:
    assert load_registry(tmp_path, "demo") == Registry("demo")


def test_registry_kinds_and_aliases(make_data: Callable[..., Path], resolve: Resolve) -> None:
    units = UNITS + "demo-jia,甲\uff08一\uff09局,,vertical,,,seen,\ndemo-yi,乙局,,,institution,,seen,seen\n"
    folder = make_data({}, {"demo/units.csv": units, "demo/aliases.csv": ALIASES + "老甲,demo-jia,seen\n"})
    scores = resolve([("老甲", 90), ("乙局", 80), ("甲(一)局", 70)], registry=load_registry(folder, "demo"))
    assert scores["unit_id"].to_list() == ["demo-jia", "demo-yi"]
    assert scores[["kind", "kind_source", "score"]].to_numpy().tolist() == [
        ["vertical", "registry", 90.0],
        ["department", "suffix", 80.0],
    ]
    assert scores["split"].isna().to_list() == [True, False]


def test_an_alias_of_an_unknown_unit_is_an_error(make_data: Callable[..., Path]) -> None:
    units = UNITS + "demo-jia,甲局,,,,,seen,\n"
    folder = make_data(
        {}, {"demo/units.csv": units, "demo/aliases.csv": ALIASES + "老甲,demo-jia,seen\n老乙,demo-yi,seen\n"}
    )
    with pytest.raises(AuditError) as caught:
        load_registry(folder, "demo")
    path = folder / "reference/demo/aliases.csv"
    assert str(caught.value) == f"{path} line 3: found unit_id demo-yi; expected a unit of units.csv"


def test_leizhou_reference_agrees_with_itself(data: Path) -> None:
    registry = load_registry(data, "leizhou")
    assert (len(registry.by_name), len(registry.by_alias)) == (57, 2)
    assert all(unit.unit_id == f"leizhou-{unit.name}" for unit in registry.by_name.values())
