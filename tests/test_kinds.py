"""Notices of kinds that real ones print, each with the facts that a person reads from it: lists, tables, sentences."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from audit_lib.analysis.source import list_apart
from audit_lib.documents.html import read_html
from audit_lib.documents.model import Document
from audit_lib.documents.text import read_text
from audit_lib.errors import AuditError
from audit_lib.notices.notice import Notice, parse_notice
from audit_lib.tables.units import Registry, resolve_units

KINDS = tomllib.loads((Path(__file__).parent / "samples" / "kinds.toml").read_text(encoding="utf-8"))["kinds"]


def read(lines: Sequence[str]) -> Notice:
    title = "某县2022年6月份考评情况的通报"
    is_page = lines[0].startswith("<")
    content = "\n".join([f"<h1>{title}</h1>" if is_page else title, *lines]).encode()
    encoding, blocks = read_html(content) if is_page else read_text(content)
    return parse_notice(Document(Path("notice"), "", "html" if is_page else "text", encoding, tuple(blocks)))


@pytest.mark.parametrize("kind", KINDS, ids=[kind["name"] for kind in KINDS])
def test_every_kind_is_read_exactly(kind: dict[str, Any]) -> None:
    notice = read(kind["print"].split("\n"))
    facts = {name: fact for name, fact in kind.items() if name not in ("name", "print")}
    rows = [row for table in notice.tables for row in table.rows]
    tiers: dict[str, list[str]] = {}
    for tier, units in [
        *((each.tier, each.units) for each in notice.tiers),
        *((r.tier, (r.unit,)) for r in rows if r.tier),
    ]:
        tiers.setdefault(tier, []).extend(units)
    read_facts: dict[str, object] = {
        "scores": {row.unit: row.score for row in rows if row.score is not None},
        "ranks": {row.unit: row.rank for row in rows if row.rank is not None},
        "tiers": {tier: sorted(units) for tier, units in tiers.items() if units},
    }
    assert {name: read_facts[name] for name in facts} == facts


def test_a_unit_that_is_not_read_before_its_tier_is_in_doubt() -> None:
    notice = read(
        ["其中接受检查的1所民办九年一贯制义务教育学校暨某县东山学校,被评为优秀。", "西山学校、南山学校被评为合格。"]
    )
    assert [(tier.tier, tier.units) for tier in notice.tiers] == [("合格", ("西山学校", "南山学校"))]
    assert [problem.check for problem in notice.problems if problem.place == "line 2"] == ["list_unread"]


def test_bare_names_of_an_unknown_tier_beside_a_known_one_are_reported() -> None:
    notice = read(["沙洲、蛇口为卓越。东山镇、西山镇为良好。"])
    assert [(tier.tier, tier.units) for tier in notice.tiers] == [("良好", ("东山镇", "西山镇"))]
    assert [problem.phrase.facts["found"] for problem in notice.problems] == ["沙洲", "蛇口"]


def test_an_unknown_level_above_a_bare_name_below_the_last_list_is_reported() -> None:
    notice = read(["良好", "东山市;大科;西山市", "待改进", "东莞", "特此通报。"])
    assert [(tier.tier, tier.units) for tier in notice.tiers] == [("良好", ("东山市", "大科", "西山市"))]
    assert "found names under '待改进', which is not known as a tier: not read" in [p.message for p in notice.problems]


def test_a_scored_unit_whose_place_is_counted_from_the_last_is_reported() -> None:
    notice = read(
        ["第1名:甲分公司,考评得分94.35分", "第2名:乙分公司,考评得分93.8分", "倒数第1名:丙分公司,考评得分79.92分"]
    )
    assert [(row.score, row.rank) for row in notice.tables[0].rows] == [(94.35, 1), (93.8, 2), (79.92, None)]
    assert [problem.phrase.facts["found"] for problem in notice.problems] == ["倒数第1名:丙分公司"]


def test_a_score_in_a_sentence_beside_lists_is_no_table_to_compare_them_with() -> None:
    lists = ["一、优秀单位(2个)", "甲镇、乙镇", "二、良好单位(2个)", "丙镇、丁镇"]
    stated = read([*lists, "三、其他", "其中,甲镇得97.35分,排名第一。"])
    assert [row.score for table in stated.tables for row in table.rows] == [97.35]
    assert not stated.has_both
    assert read([*lists, "单位 | 得分", "甲镇 | 97", "乙镇 | 96"]).has_both


def test_a_road_from_a_village_is_no_mention_of_it() -> None:
    lists = ["一、优秀单位(1个)", "甲村", "二、良好单位(1个)", "丁村"]
    notice = read([*lists, "三、存在问题", "一是甲村至省道路段有积水。", "二是丁村垃圾未清。"])
    assert [mention.unit for mention in notice.mentions] == ["丁村"]


def test_a_list_in_the_order_of_its_scores_is_of_a_group() -> None:
    notice = read(
        ["(一)城区板块(3个)", "按得分由高到低排列:东山区(94.5)、西山区(93.6)。", "(二)县域板块(1个)", "南山县(91.5)。"]
    )
    assert [(row.unit, row.group) for row in notice.tables[0].rows][:2] == [
        ("东山区", "城区板块"),
        ("西山区", "城区板块"),
    ]
    assert "城区板块: found 2 names; the heading states 3" in [problem.message for problem in notice.problems]


def test_ranks_that_a_sentence_repeats_are_one_table() -> None:
    notice = read(
        [
            "东山区、西山区综合评价得分排名前二。",
            "第一名,东山区,得分91.21分;第二名,西山区,得分91.02分;第三名,南山区,得分90.25分。",
        ]
    )
    assert [[(row.unit, row.score, row.rank) for row in table.rows] for table in notice.tables] == [
        [("东山区", 91.21, 1), ("西山区", 91.02, 2), ("南山区", 90.25, 3)]
    ]


def test_the_number_of_a_row_is_of_none_of_its_names() -> None:
    cells = ["序号", "等次", "单位", "1", "优秀", "东山镇<br>西山镇", "2", "良好", "南山镇"]
    rows = ["".join(f"<td>{cell}</td>" for cell in cells[at : at + 3]) for at in (0, 3, 6)]
    notice = read(["<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"])
    assert [(row.unit, row.serial) for row in notice.tables[0].rows] == [
        ("东山镇", None),
        ("西山镇", None),
        ("南山镇", 2),
    ]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["评定东山店为优秀,西山公司为良好,建业农贸市场为基本合格。"], "line 2"),
        (
            [
                "东山镇日常考核40.5分、现场考核38分、材料10分,列第1名;西山镇日常考核40分、现场考核37分、材料9分,列第2名。"
            ],
            "line 2",
        ),
    ],
)
def test_what_a_sentence_rates_and_is_not_read_is_in_doubt(lines: Sequence[str], place: str) -> None:
    assert place in [problem.place for problem in read(lines).problems if problem.severity == "warning"]


def test_what_follows_a_list_on_its_line_is_in_doubt() -> None:
    notice = read(["一、优秀单位", "甲镇、乙局;丙局因机构调整,不定等次。", "二、良好单位", "丁镇、戊局"])
    assert [tier.units for tier in notice.tiers] == [("甲镇", "乙局"), ("丁镇", "戊局")]
    assert [(problem.check, problem.place) for problem in notice.problems] == [("list_unread", "line 3")]


def test_what_stands_out_most_has_no_tier() -> None:
    notice = read(["前三名依次为东山镇、西山镇、南山镇。", "表现最为突出的是东山镇。"])
    assert notice.tiers == ()


def test_units_that_a_sentence_does_not_name_are_in_doubt() -> None:
    notice = read(["优秀单位:县教育局、县财政局。", "列入考核范围的其它部门均为良好部门。"])
    assert {tier.tier: tier.units for tier in notice.tiers} == {"优秀": ("县教育局", "县财政局")}
    assert [problem.message for problem in notice.problems if "其它" in problem.message]


def test_two_assessments_with_the_same_tiers_are_kept_apart() -> None:
    notice = read(["东山区、西山县为2007年度耕地保护考核优秀单位。", "西山县、南山县为2007年度土地开发考核优秀单位。"])
    assert {(tier.tier, tier.label): tier.units for tier in notice.tiers} == {
        ("优秀", "耕地保护考核"): ("东山区", "西山县"),
        ("优秀", "土地开发考核"): ("西山县", "南山县"),
    }
    assert [problem.message for problem in notice.problems] == [
        "土地开发考核 is another assessment of the same units; its ratings are not in our table"
    ]


def test_names_beside_a_sentence_on_all_units_are_in_doubt() -> None:
    notice = read(
        [
            "优秀单位:东山镇、西山镇。",
            "共采用信息97条,其中各县信息50条。完成较好的部门有:县教育局、县财政局、县水利局。",
        ]
    )
    assert [(p.check, p.place) for p in notice.problems] == [("not_read", "line 3")]


def test_what_units_must_have_done_for_an_award_is_no_name() -> None:
    with pytest.raises(AuditError, match="neither a score table nor a tier list"):
        read(
            [
                "授予获得三次红旗的班级“五星班级”称号,授予获得二次红旗的班级“三星班级”称号,获得一次红旗的班级“二星班级”称号。"
            ]
        )


def test_ratings_of_another_matter_than_the_scores_are_kept_apart() -> None:
    notice = read(
        [
            "一、河湖长制工作",
            "优秀等次:东山县、西山县。良好等次:南山县。",
            "二、林长制工作",
            "具体分数为:东山县96.89分、西山县94.48分、南山县97.73分。",
        ]
    )
    assert [(tier.tier, tier.is_apart) for tier in notice.tiers] == [("优秀", True), ("良好", True)]
    assert "河湖长制工作 is another assessment of the same units; its ratings are not in our table" in [
        problem.message for problem in notice.problems
    ]
    scores = resolve_units(notice, Registry("jia"), "2017")
    assert scores["tier"].isna().all()
    assert list(scores["score"]) == [96.89, 94.48, 97.73]


@pytest.mark.parametrize(
    "lines",
    [
        ["1.东山市(优秀)", "2.西山市(优秀)", "3.南山(优秀)", "4.北山市(基本合格)", "5.中山(基本合格)"],
        ["东山:好", "西山:好", "南山市:较好", "北山:一般", "中山市:较差"],
    ],
)
def test_a_pair_that_is_not_read_among_others_is_in_doubt(lines: Sequence[str]) -> None:
    notice = read(lines)
    read_units = {unit for tier in notice.tiers for unit in tier.units}
    assert len(read_units) < len(lines)
    assert any(problem.check == "not_read" for problem in notice.problems)


@pytest.mark.parametrize(
    "lines",
    [
        ["东山镇", "通过", "西山镇", "未通过", "南山镇"],
        ["东山镇", "优秀", "西山镇", "良好", "南山镇", "北山镇"],
    ],
)
def test_a_name_above_the_first_of_several_lists_is_in_doubt(lines: Sequence[str]) -> None:
    assert any("东山镇" in problem.message for problem in read(lines).problems)


def test_the_first_of_several_places_that_may_hold_a_word_of_the_sentence_is_in_doubt() -> None:
    notice = read(["根据考核结果,核定铜官区、义安区2022年度考核等级为优秀,枞阳县、郊区考核等级为良好。"])
    assert any("核定铜官区" in problem.message for problem in notice.problems)


def test_a_word_and_a_bare_name_below_lists_are_in_doubt() -> None:
    notice = read(["优", "茂名、乐坪", "良", "长青、万宝", "差", "石井", "特此通报。"])
    assert any("差" in problem.message for problem in notice.problems)


def test_an_unnamed_unit_that_is_given_a_quoted_label_is_in_doubt() -> None:
    line = "东山县税务局、西山县税务局获“五星级”称号;南山县行政服务中心办税服务窗口获“四星级”称号。"
    notice = read([line])
    assert [tier.tier for tier in notice.tiers] == ["五星级"]
    assert any("办税服务窗口" in problem.message for problem in notice.problems)


def test_places_counted_from_the_last_are_no_ranks() -> None:
    notice = read(["排名第一的是县教育局,第二的是县民政局;倒数第一名的是县水利局,倒数第二名的是县林业局。"])
    assert {row.unit: row.rank for table in notice.tables for row in table.rows} == {"县教育局": 1, "县民政局": 2}
    assert any("县水利局" in problem.message for problem in notice.problems)


def test_words_of_a_sentence_with_a_share_are_no_units() -> None:
    with pytest.raises(AuditError, match="neither a score table nor a tier list"):
        read(["抽查结果显示,政务新媒体总体合格率为90.87%,其中微信公众号、新浪微博合格率分别为95.57%、92.13%。"])


def test_a_list_in_order_that_is_longer_than_stated_is_in_doubt() -> None:
    notice = read(["得分前两位的是:县教育局(97分)、县财政局(96分)、县水利局(95分)。"])
    assert [problem.check for problem in notice.problems] == ["not_read"]


def test_ones_in_every_row_are_no_ranks() -> None:
    rows = "".join(
        f"<tr><td>{unit}施业区</td><td>{n}</td><td>1</td></tr>"
        for unit, n in [("东山", 98), ("西山", 96), ("南山", 94)]
    )
    notice = read([f"<table><tr><td>施业区</td><td>抽查评分</td><td>次数</td></tr>{rows}</table>"])
    assert [(row.score, row.rank) for row in notice.tables[0].rows] == [(98.0, None), (96.0, None), (94.0, None)]


def test_a_date_is_no_unit_of_the_last_row() -> None:
    rows = [["乐坪", "98.5", "1", "整改中"], ["赤壁市", "95", "2", "迟报"], ["惠州", "84", "3", "整改中"]]
    rows += [["万宝", "81.5", "4", "迟报"], ["揭阳", "70", "5"]]
    lines = [f"{cell} |" for row in [["对象", "水平", "位次", "备注"], *rows] for cell in row]
    notice = read([*lines, "|", "特此通报。", "2022年7月5日"])
    assert "2022年7月5日" not in notice.names
    assert any("70" in problem.message for problem in notice.problems)


def test_names_before_what_all_of_them_share_are_whole() -> None:
    notice = read(["东山县、西山街道2021年度考核结果为良好等次。南山街道2021年度考核结果为不合格等次。"])
    assert {tier.tier: tier.units for tier in notice.tiers} == {
        "良好": ("东山县", "西山街道"),
        "不合格": ("南山街道",),
    }


@pytest.mark.parametrize(("above", "below"), [("一、评定等次", "二、考核得分"), ("一、总体情况", "二、各单位情况")])
def test_ratings_and_scores_of_one_matter_stay_together(above: str, below: str) -> None:
    notice = read(
        [
            above,
            "优秀等次:东山县、西山县。良好等次:南山县。",
            below,
            "东山县96.8分、西山县94.4分、南山县92分。",
        ]
    )
    assert not any(tier.is_apart for tier in notice.tiers)


def test_a_unit_with_its_tier_in_its_row_is_not_missing_in_the_lists() -> None:
    notice = read(["东山区(93.4分)(优秀等次)", "西山区(88分)(良好等次)", "南山区(82分)", "优秀单位:北山区、中山区"])
    scores = resolve_units(notice, Registry("jia"), "2017")
    assert list(list_apart(notice, scores)["unit_name"]) == ["南山区", "北山区", "中山区"]


def test_a_heading_of_names_that_heads_no_list_is_in_doubt() -> None:
    notice = read(["优秀单位:东山镇、西山镇、南山镇。", "三、另行约谈对象情况说明材料", "东山镇、西山镇"])
    assert [(p.check, p.place) for p in notice.problems] == [("not_read", "line 3")]


def test_a_remark_after_a_list_is_in_doubt_and_no_name() -> None:
    notice = read(["优秀等次:县教育局、县财政局,其中县财政局降低一个等次;", "良好等次:县水利局。"])
    assert {tier.tier: tier.units for tier in notice.tiers} == {
        "优秀": ("县教育局", "县财政局"),
        "良好": ("县水利局",),
    }
    assert [problem.message for problem in notice.problems if "其中" in problem.message]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("排名后三位的是:尤古庄镇、州河湾镇、白涧镇。", "尤古庄镇"),
        ("前两名是邦均镇、罗庄子镇,建阳、建瓯、邵武分列倒三。", "建阳、建瓯、邵武分列倒三"),
        ("水质最差的为临汾。", "水质最差的为临汾"),
        ("前两位的是邦均镇、罗庄子镇,后两位由好到差依次为尤古庄镇、州河湾镇。", "尤古庄镇"),
        ("排名后2名的是:市南-中山路街道(并列倒数第1)、即墨-龙山街道(并列倒数第1)。", "市南-中山路街道"),
    ],
)
def test_places_counted_from_the_last_are_reported_and_get_no_rank(line: str, found: str) -> None:
    notice = read(["优秀单位:县教育局、县财政局。", line])
    assert [row.unit for table in notice.tables for row in table.rows if row.unit not in ("邦均镇", "罗庄子镇")] == []
    assert any(found in problem.message and "counted from the last" in problem.message for problem in notice.problems)


def test_function_words_kinds_and_numbers_are_no_names() -> None:
    notice = read(
        [
            "优秀单位:县教育局、县财政局。",
            "希望在此次考核中获得优异成绩的单位再接再厉。",
            "在两项考核得分中,县教育局均位列第一,而",
            "县水利局排名最后。",
            "新余市以96.8%的满意度排名第一,吉安市、九江市分列第二、三位。",
        ]
    )
    assert {tier.tier: tier.units for tier in notice.tiers} == {"优秀": ("县教育局", "县财政局")}
    assert {"新余市": 1, "吉安市": 2, "九江市": 3}.items() <= {
        row.unit: row.rank for table in notice.tables for row in table.rows
    }.items()
    assert notice.names == {"县教育局", "县财政局", "新余市", "吉安市", "九江市"}


def test_a_rank_in_each_of_several_groups_is_reported() -> None:
    notice = read(["东湖区、黄陂区分别位居中心城区、新城区首位。", "优秀单位:东山镇、西山镇。"])
    assert not notice.tables
    assert any("分别位居中心城区、新城区第一" in problem.message for problem in notice.problems)


def test_roles_of_persons_are_no_tiers() -> None:
    notice = read(
        ["第一名:新华区93.81分;区长:刘建芳;主管副区长:张占宗", "第二名:桥西区93.28分;区长:张晋;主管副区长:高华"]
    )
    assert not notice.tiers
    assert {row.unit: row.score for table in notice.tables for row in table.rows} == {"新华区": 93.81, "桥西区": 93.28}


def test_a_sentence_that_names_one_of_several_units_is_in_doubt() -> None:
    notice = read(
        ["甲县政府、乙县政府为第二十二届竞赛县区级优胜单位;丙县古城镇政府等七个乡镇为第二十二届竞赛场乡级先进单位。"]
    )
    assert [tier.stated for tier in notice.tiers] == [None, 7]
    assert [problem.check for problem in notice.problems] == ["not_read", "not_read", "tier_count"]


def test_traditional_characters_are_read_and_printed_as_they_are() -> None:
    notice = read(["一等獎:東皇鎮人民政府、隆興鎮人民政府", "二等獎:大坡鄉人民政府,縣財政局"])
    assert {tier.tier: tier.units for tier in notice.tiers} == {
        "一等獎": ("東皇鎮人民政府", "隆興鎮人民政府"),
        "二等獎": ("大坡鄉人民政府", "縣財政局"),
    }
    with pytest.raises(AuditError, match="東皇鎮人民政府"):
        read(["各單位:", "東皇鎮人民政府", "醒民鎮人民政府", "回龍鎮人民政府"])
