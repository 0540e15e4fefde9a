"""Notices of kinds that real ones print, each with the facts that a person reads from it: lists, tables, sentences."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from audit_lib.documents.html import read_html
from audit_lib.documents.model import Document
from audit_lib.documents.text import read_text
from audit_lib.notices.notice import Notice, parse_notice

KINDS: list[tuple[str, Sequence[str], dict[str, object]]] = [
    (
        "subtotal rows",
        [
            "单位\t上报\t采用\t得分",
            "一、乡镇",
            "东山镇\t12\t5\t25",
            "西山镇\t10\t4\t20",
            "小计\t22\t9\t45",
            "二、部门",
            "教育局\t8\t3\t15",
            "财政局\t6\t1\t8",
            "小计\t14\t4\t23",
            "总计\t36\t13\t68",
        ],
        {"scores": {"东山镇": 25.0, "西山镇": 20.0, "教育局": 15.0, "财政局": 8.0}},
    ),
    (
        "header in two rows pipes",
        [
            "| 序号 | 乡镇 | 考核得分 | | 总分 | 排名 |",
            "| | | 日常 | 现场 | | |",
            "| 1 | 东山镇 | 45 | 48 | 93 | 1 |",
            "| 2 | 西山镇 | 44 | 47.5 | 91.5 | 2 |",
            "| 3 | 南山镇 | 43 | 46 | 89 | 3 |",
        ],
        {"scores": {"东山镇": 93.0, "西山镇": 91.5, "南山镇": 89.0}, "ranks": {"东山镇": 1, "西山镇": 2, "南山镇": 3}},
    ),
    (
        "lowest first 由低到高",
        ["1、青羊区 3.21", "2、锦江区 3.35", "3、武侯区 3.66", "4、金牛区 3.90"],
        {"scores": {"青羊区": 3.21, "锦江区": 3.35, "武侯区": 3.66, "金牛区": 3.9}},
    ),
    (
        "page number mid list",
        [
            "一、优秀单位(5个)",
            "财政局、教育局、水利局、",
            "— 2 —",
            "林业局、司法局",
            "二、良好单位(2个)",
            "民政局、审计局",
        ],
        {"tiers": {"优秀": ["司法局", "教育局", "林业局", "水利局", "财政局"], "良好": ["审计局", "民政局"]}},
    ),
    (
        "page number mid table",
        [
            "| 序号 | 单位 | 得分 |",
            "| 1 | 财政局 | 96 |",
            "| 2 | 教育局 | 95 |",
            "- 3 -",
            "| 3 | 水利局 | 94 |",
            "| 4 | 林业局 | 93 |",
        ],
        {"scores": {"财政局": 96.0, "教育局": 95.0, "水利局": 94.0, "林业局": 93.0}},
    ),
    (
        "footnote markers",
        [
            "| 名次 | 单位 | 得分 |",
            "| 1 | 东山镇* | 95 |",
            "| 2 | 西山镇 | 92 |",
            "| 3 | 南山镇 | 90 |",
            "*东山镇为附加考核单位。",
        ],
        {"scores": {"东山镇": 95.0, "西山镇": 92.0, "南山镇": 90.0}, "ranks": {"东山镇": 1, "西山镇": 2, "南山镇": 3}},
    ),
    (
        "sub scores w/o total word",
        [
            "乡镇\t党建\t经济\t民生\t考核结果",
            "东山镇\t38\t37\t19\t94",
            "西山镇\t37\t36\t18.5\t91.5",
            "南山镇\t36\t36\t18\t90",
        ],
        {"scores": {"东山镇": 94.0, "西山镇": 91.5, "南山镇": 90.0}},
    ),
    (
        "numbered list scores full stop english",
        ["1. 东山镇 95.5", "2. 西山镇 94", "3. 南山镇 93.25"],
        {"scores": {"东山镇": 95.5, "西山镇": 94.0, "南山镇": 93.25}},
    ),
    (
        "names with spaces for alignment",
        ["名次   单  位     得  分", "1      教 育 局    95.5", "2      财 政 局    94", "3      住 建 局    93"],
        {"scores": {"教育局": 95.5, "财政局": 94.0, "住建局": 93.0}, "ranks": {"教育局": 1, "财政局": 2, "住建局": 3}},
    ),
    (
        "tiers as clauses with 的",
        ["评为“好”等次的单位有:东山镇、西山镇。评为“较好”等次的单位有:南山镇、北山镇。评为“一般”等次的单位有:中山镇。"],
        {"tiers": {"好": ["东山镇", "西山镇"], "较好": ["北山镇", "南山镇"], "一般": ["中山镇"]}},
    ),
    (
        "先进 落后",
        ["先进单位:东山镇、西山镇", "达标单位:南山镇、北山镇、中山镇", "落后单位:河口乡"],
        {"tiers": {"先进": ["东山镇", "西山镇"], "达标": ["中山镇", "北山镇", "南山镇"], "落后": ["河口乡"]}},
    ),
    (
        "tier with count and 分别是",
        ["优秀单位共3个,分别是:东山镇、西山镇、南山镇。合格单位共2个,分别是北山镇、中山镇。"],
        {"tiers": {"优秀": ["东山镇", "南山镇", "西山镇"], "合格": ["中山镇", "北山镇"]}},
    ),
    (
        "lists nested by group",
        [
            "一、优秀等次",
            "(一)乡镇(2个)",
            "东山镇、西山镇",
            "(二)县直部门(3个)",
            "财政局、教育局、水利局",
            "二、合格等次",
            "(一)乡镇(1个)",
            "南山镇",
            "(二)县直部门(1个)",
            "林业局",
        ],
        {"tiers": {"优秀": ["东山镇", "教育局", "水利局", "西山镇", "财政局"], "合格": ["南山镇", "林业局"]}},
    ),
    (
        "semicolon names on lines",
        ["优胜单位:", "东山镇;", "西山镇;", "南山镇。", "后进单位:", "北山镇;", "中山镇。"],
        {"tiers": {"优胜": ["东山镇", "南山镇", "西山镇"], "后进": ["中山镇", "北山镇"]}},
    ),
    (
        "score ranges with names",
        ["90分以上(优秀):东山镇、西山镇", "80-89分(良好):南山镇、北山镇", "60-79分(合格):中山镇"],
        {"tiers": {"优秀": ["东山镇", "西山镇"], "良好": ["北山镇", "南山镇"], "合格": ["中山镇"]}},
    ),
    (
        "three kinds per sentence",
        [
            "经考核评定,城投集团、水务集团、交投集团3家企业为“优秀”,公交公司、粮油公司2家企业为“良好”,旅游公司1家企业为“一般”。"
        ],
        {
            "tiers": {
                "优秀": ["交投集团", "城投集团", "水务集团"],
                "良好": ["公交公司", "粮油公司"],
                "一般": ["旅游公司"],
            }
        },
    ),
    (
        "side by side text tabs",
        [
            "序号\t单位\t得分\t序号\t单位\t得分",
            "1\t东山镇\t95\t4\t北山镇\t88",
            "2\t西山镇\t94\t5\t中山镇\t86",
            "3\t南山镇\t92\t\t\t",
        ],
        {"scores": {"东山镇": 95.0, "西山镇": 94.0, "南山镇": 92.0, "北山镇": 88.0, "中山镇": 86.0}},
    ),
    (
        "wrapped name without marker",
        ["优秀单位:县财政局、县教育局、县人力资源和社会保", "障局、县水利局", "合格单位:县林业局"],
        {"tiers": {"优秀": ["县人力资源和社会保障局", "县教育局", "县水利局", "县财政局"], "合格": ["县林业局"]}},
    ),
    (
        "quotes tier rank words",
        ["获得一等奖的单位:东山镇、西山镇;", "获得二等奖的单位:南山镇;", "获得三等奖的单位:北山镇、中山镇。"],
        {"tiers": {"一等奖": ["东山镇", "西山镇"], "二等奖": ["南山镇"], "三等奖": ["中山镇", "北山镇"]}},
    ),
    (
        "table multi-line cell html br",
        [
            "<table>",
            "<tr><td>等次</td><td>单位</td></tr>",
            "<tr><td>优秀</td><td>东山镇<br>西山镇<br>南山镇</td></tr>",
            "<tr><td>良好</td><td>北山镇<br>中山镇</td></tr>",
            "</table>",
        ],
        {"tiers": {"优秀": ["东山镇", "南山镇", "西山镇"], "良好": ["中山镇", "北山镇"]}},
    ),
    (
        "columns of lists by tier (transposed)",
        [
            "<table>",
            "<tr><td>优秀</td><td>良好</td><td>合格</td></tr>",
            "<tr><td>东山镇</td><td>南山镇</td><td>中山镇</td></tr>",
            "<tr><td>西山镇</td><td>北山镇</td><td></td></tr>",
            "</table>",
        ],
        {"tiers": {"优秀": ["东山镇", "西山镇"], "良好": ["北山镇", "南山镇"], "合格": ["中山镇"]}},
    ),
    (
        "prose ranks 第一名",
        ["第一名:东山镇;第二名:西山镇;第三名:南山镇;第四名:北山镇。"],
        {"ranks": {"东山镇": 1, "西山镇": 2, "南山镇": 3, "北山镇": 4}},
    ),
    (
        "tie in prose",
        ["东山镇95分,排名第一;西山镇、南山镇均为93分,并列第二;北山镇90分,排名第四。"],
        {
            "scores": {"东山镇": 95.0, "西山镇": 93.0, "南山镇": 93.0, "北山镇": 90.0},
            "ranks": {"东山镇": 1, "西山镇": 2, "南山镇": 2, "北山镇": 4},
        },
    ),
    (
        "br in both cells",
        [
            "<table>",
            "<tr><td>序号</td><td>单位</td><td>得分</td></tr>",
            "<tr><td>1</td><td>东山镇<br>西山镇</td><td>95<br>94</td></tr>",
            "<tr><td>2</td><td>南山镇</td><td>90</td></tr>",
            "</table>",
        ],
        {"scores": {"东山镇": 95.0, "西山镇": 94.0, "南山镇": 90.0}},
    ),
    (
        "tier table with several unit columns",
        [
            "<table>",
            "<tr><td>等次</td><td colspan=3>单位</td></tr>",
            "<tr><td>优秀</td><td>东山镇</td><td>西山镇</td><td>南山镇</td></tr>",
            "<tr><td>良好</td><td>北山镇</td><td>中山镇</td><td></td></tr>",
            "</table>",
        ],
        {"tiers": {"优秀": ["东山镇", "南山镇", "西山镇"], "良好": ["中山镇", "北山镇"]}},
    ),
    (
        "list with sub numbering per name",
        ["一、优秀等次", "1.财政局", "2.教育局", "3.水利局", "二、良好等次", "1.林业局", "2.民政局"],
        {"tiers": {"优秀": ["教育局", "水利局", "财政局"], "良好": ["林业局", "民政局"]}},
    ),
    (
        "pipes no header",
        ["| 1 | 东山镇 | 95.5 |", "| 2 | 西山镇 | 94 |", "| 3 | 南山镇 | 90 |"],
        {"scores": {"东山镇": 95.5, "西山镇": 94.0, "南山镇": 90.0}},
    ),
    (
        "wrapped sentence over lines",
        ["经研究,确定东山镇、西山镇、南", "山镇为优秀等次,北山镇、中山镇为良好等次。"],
        {"tiers": {"优秀": ["东山镇", "南山镇", "西山镇"], "良好": ["中山镇", "北山镇"]}},
    ),
    (
        "wrapped scored sentence",
        ["东山镇95.5分、西山镇94分、南", "山镇90分、北山镇88", "分。"],
        {"scores": {"东山镇": 95.5, "西山镇": 94.0, "南山镇": 90.0, "北山镇": 88.0}},
    ),
    (
        "units mixed with sub count",
        ["采用10条以上的单位有:财政局(15条)、教育局(12条);采用5条以上的单位有:水利局(8条)、林业局(6条)。"],
        {},
    ),
    (
        "tier lists with pipes",
        ["| 等次 | 单位 |", "| 优秀 | 财政局、教育局、水利局 |", "| 良好 | 林业局、民政局 |", "| 一般 | 无 |"],
        {"tiers": {"优秀": ["教育局", "水利局", "财政局"], "良好": ["林业局", "民政局"]}},
    ),
    (
        "tier in bracket after names",
        ["财政局(优秀)、教育局(优秀)、水利局(良好)、林业局(合格)。"],
        {"tiers": {"优秀": ["教育局", "财政局"], "良好": ["水利局"], "合格": ["林业局"]}},
    ),
    (
        "tier after name tab",
        ["财政局\t优秀", "教育局\t优秀", "水利局\t良好", "林业局\t合格"],
        {"tiers": {"优秀": ["教育局", "财政局"], "良好": ["水利局"], "合格": ["林业局"]}},
    ),
    (
        "percent list",
        ["按期办结率排名:东山镇100%、西山镇98.2%、南山镇95%。"],
        {"scores": {"东山镇": 100.0, "西山镇": 98.2, "南山镇": 95.0}},
    ),
    (
        "annex lists w/o tier labels",
        ["附件1:平安建设优秀单位名单", "财政局、教育局、水利局", "附件2:平安建设良好单位名单", "林业局、民政局"],
        {"tiers": {"优秀": ["教育局", "水利局", "财政局"], "良好": ["林业局", "民政局"]}},
    ),
    (
        "tiers sentence with (含)",
        [
            "考核得分在90分(含)以上的优秀单位有财政局、教育局;80-90分的良好单位有水利局、林业局;80分以下的一般单位有民政局。"
        ],
        {"tiers": {"优秀": ["教育局", "财政局"], "良好": ["林业局", "水利局"], "一般": ["民政局"]}},
    ),
    (
        "table after each heading, tiers above",
        [
            "一、优秀等次",
            "| 序号 | 单位 | 得分 |",
            "| 1 | 财政局 | 96 |",
            "| 2 | 教育局 | 95 |",
            "二、良好等次",
            "| 序号 | 单位 | 得分 |",
            "| 1 | 水利局 | 88 |",
            "| 2 | 林业局 | 86 |",
        ],
        {
            "scores": {"财政局": 96.0, "教育局": 95.0, "水利局": 88.0, "林业局": 86.0},
            "tiers": {"优秀": ["教育局", "财政局"], "良好": ["林业局", "水利局"]},
        },
    ),
    (
        "tier row as group title in table",
        [
            "<table>",
            "<tr><td>序号</td><td>单位</td><td>得分</td></tr>",
            "<tr><td colspan=3>优秀</td></tr>",
            "<tr><td>1</td><td>财政局</td><td>96</td></tr>",
            "<tr><td>2</td><td>教育局</td><td>95</td></tr>",
            "<tr><td colspan=3>良好</td></tr>",
            "<tr><td>3</td><td>水利局</td><td>88</td></tr>",
            "</table>",
        ],
        {
            "scores": {"财政局": 96.0, "教育局": 95.0, "水利局": 88.0},
            "tiers": {"优秀": ["教育局", "财政局"], "良好": ["水利局"]},
        },
    ),
    (
        "tabs transposed",
        ["单位\t财政局\t教育局\t水利局", "得分\t96\t95\t90"],
        {"scores": {"财政局": 96.0, "教育局": 95.0, "水利局": 90.0}},
    ),
    (
        "prose with previous score",
        ["东山镇本月得分95分(上月93分),西山镇本月得分94分(上月95分)。"],
        {"scores": {"东山镇": 95.0, "西山镇": 94.0}},
    ),
    (
        "scores in parallel list 分别为",
        ["东山镇、西山镇、南山镇得分分别为95分、94分、93分。"],
        {"scores": {"东山镇": 95.0, "西山镇": 94.0, "南山镇": 93.0}},
    ),
    (
        "parallel tier list 分别",
        ["东山镇、西山镇、南山镇考核结果分别为优秀、良好、合格。"],
        {"tiers": {"优秀": ["东山镇"], "良好": ["西山镇"], "合格": ["南山镇"]}},
    ),
    (
        "per-unit block with total",
        ["一、东山镇(总分92分)", "二、西山镇(总分90分)", "三、南山镇(总分88分)"],
        {"scores": {"东山镇": 92.0, "西山镇": 90.0, "南山镇": 88.0}},
    ),
    (
        "colon scores no fen",
        ["东山镇:95.5", "西山镇:94", "南山镇:90"],
        {"scores": {"东山镇": 95.5, "西山镇": 94.0, "南山镇": 90.0}},
    ),
    (
        "tier order unknown with table",
        ["单位\t类别", "财政局\t一档", "教育局\t一档", "水利局\t二档", "林业局\t三档"],
        {"tiers": {"一档": ["教育局", "财政局"], "二档": ["水利局"], "三档": ["林业局"]}},
    ),
    (
        "通过/未通过",
        ["| 单位 | 验收结果 |", "| 财政局 | 通过 |", "| 教育局 | 通过 |", "| 水利局 | 未通过 |"],
        {"tiers": {"通过": ["教育局", "财政局"], "未通过": ["水利局"]}},
    ),
    (
        "check marks",
        [
            "<table>",
            "<tr><td>单位</td><td>优秀</td><td>良好</td><td>合格</td></tr>",
            "<tr><td>财政局</td><td>√</td><td></td><td></td></tr>",
            "<tr><td>教育局</td><td></td><td>√</td><td></td></tr>",
            "<tr><td>水利局</td><td></td><td></td><td>√</td></tr>",
            "</table>",
        ],
        {"tiers": {"优秀": ["财政局"], "良好": ["教育局"], "合格": ["水利局"]}},
    ),
    (
        "third-tier none word",
        ["优秀等次:财政局、教育局", "合格等次:水利局", "不合格等次:(空缺)"],
        {"tiers": {"优秀": ["教育局", "财政局"], "合格": ["水利局"]}},
    ),
    (
        "rank list lines",
        ["第1名 东山镇", "第2名 西山镇", "第3名 南山镇"],
        {"ranks": {"东山镇": 1, "西山镇": 2, "南山镇": 3}},
    ),
    (
        "tiers in heading text with table units only",
        [
            "<p>一、优秀等次</p>",
            "<table>",
            "<tr><td>序号</td><td>单位</td></tr>",
            "<tr><td>1</td><td>财政局</td></tr>",
            "<tr><td>2</td><td>教育局</td></tr>",
            "</table><p>二、合格等次</p>",
            "<table>",
            "<tr><td>序号</td><td>单位</td></tr>",
            "<tr><td>1</td><td>水利局</td></tr>",
            "</table>",
        ],
        {"tiers": {"优秀": ["教育局", "财政局"], "合格": ["水利局"]}},
    ),
    (
        "half width katakana dot separators",
        ["优秀单位:财政局·教育局·水利局", "合格单位:林业局·民政局"],
        {"tiers": {"优秀": ["教育局", "水利局", "财政局"], "合格": ["林业局", "民政局"]}},
    ),
    (
        "ranks by their form, whatever the names end with",
        ["一、派出所考评结果", "第一名:东街派出所", "第二名:西街派出所", "第三名:老城警务站"],
        {"ranks": {"东街派出所": 1, "西街派出所": 2, "老城警务站": 3}, "tiers": {}},
    ),
    (
        "honours with a quoted name, names on lines",
        ["一、“春雨杯”金杯单位", "东山县人民政府", "西山县人民政府", "二、“春雨杯”银杯单位", "南山县人民政府"],
        {"tiers": {"春雨杯金杯": ["东山县人民政府", "西山县人民政府"], "春雨杯银杯": ["南山县人民政府"]}},
    ),
    (
        "a name and a reason on each numbered line",
        [
            "一、红榜名单(2个)",
            "1.东山村石湾村民小组:户厕干净,庭院整洁。",
            "2.西山村大水井:常态化保洁。",
            "二、黑榜名单(1个)",
            "1.南山村:河边有垃圾。",
        ],
        {"tiers": {"红榜": ["东山村石湾村民小组", "西山村大水井"], "黑榜": ["南山村"]}},
    ),
    (
        "a count in brackets ends the heading",
        ["2022督查考核优秀单位(共3个)县教育局 县财政局 县水利局", "2022督查考核良好单位(共2个)县林业局 县民政局"],
        {"tiers": {"优秀": ["县教育局", "县水利局", "县财政局"], "良好": ["县林业局", "县民政局"]}},
    ),
    (
        "labels that differ in their number alone",
        ["红榜名单", "第一组:县教育局、县财政局", "第二组:东山党校", "黑榜名单", "第一组:县水利局", "第二组:西山科协"],
        {"tiers": {"红榜": ["东山党校", "县教育局", "县财政局"], "黑榜": ["县水利局", "西山科协"]}},
    ),
    (
        "a list that goes on after 和",
        ["东山、西山、南山市和北山、中山市评定为优秀等次,石湾、大水、河口市和林场、老城市评定为良好等次。"],
        {
            "tiers": {
                "优秀": ["东山", "中山市", "北山", "南山市", "西山"],
                "良好": ["大水", "林场", "河口市", "石湾", "老城市"],
            }
        },
    ),
    (
        "a verb between the last name and its rank",
        ["东山市名列第1位,西山市、南山市、北山市分列第2位到第4位。"],
        {"ranks": {"东山市": 1, "西山市": 2, "南山市": 3, "北山市": 4}},
    ),
    (
        "a number of something beside ranked names",
        ["办理量排在前三位的是:东山县(438件)、西山县(404件)和南山县(353件)。办结率99.88%,按期办结率99.08%。"],
        {"ranks": {"东山县": 1, "西山县": 2, "南山县": 3}, "scores": {}},
    ),
    (
        "a heading that leads to clauses with their tiers",
        ["(一)各乡镇考评等次为:东山镇、西山镇为优秀等次;南山镇为良好等次;北山镇为一般等次。"],
        {"tiers": {"优秀": ["东山镇", "西山镇"], "良好": ["南山镇"], "一般": ["北山镇"]}},
    ),
    (
        "a tier in the middle of a heading",
        ["一、考核结果为优秀的乡镇政府", "东山镇政府、西山镇政府。", "二、考核结果为良好的乡镇政府", "南山镇政府。"],
        {"tiers": {"优秀": ["东山镇政府", "西山镇政府"], "良好": ["南山镇政府"]}},
    ),
    (
        "lists that sentences put on a board",
        ["此次共有2个镇乡(街道)被列红榜,它们分别是:东山镇、西山镇。", "南山镇、北山镇等2个镇乡(街道)登上绿榜。"],
        {"tiers": {"红榜": ["东山镇", "西山镇"], "绿榜": ["北山镇", "南山镇"]}},
    ),
    (
        "a column that adds up the others",
        [
            "排名|单位|县网采用条数|县网采用得分|市网采用条数|市网采用得分|1-3月得分",
            "1|教育局|35|175|3|30|205",
            "2|水利局|36|180|0|0|180",
            "3|财政局|27|135|1|10|145",
        ],
        {"scores": {"教育局": 205.0, "水利局": 180.0, "财政局": 145.0}},
    ),
]


def read(lines: Sequence[str]) -> Notice:
    title = "某县2022年6月份考评情况的通报"
    is_page = lines[0].startswith("<")
    content = "\n".join([f"<h1>{title}</h1>" if is_page else title, *lines]).encode()
    encoding, blocks = read_html(content) if is_page else read_text(content)
    return parse_notice(Document(Path("notice"), "", "html" if is_page else "text", encoding, tuple(blocks)))


@pytest.mark.parametrize(("lines", "facts"), [kind[1:] for kind in KINDS], ids=[kind[0] for kind in KINDS])
def test_every_kind_is_read_exactly(lines: Sequence[str], facts: dict[str, object]) -> None:
    notice = read(lines)
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


def test_units_that_a_sentence_does_not_name_are_in_doubt() -> None:
    notice = read(["优秀单位:县教育局、县财政局。", "列入考核范围的其它部门均为良好部门。"])
    assert {tier.tier: tier.units for tier in notice.tiers} == {"优秀": ("县教育局", "县财政局")}
    assert [problem.message for problem in notice.problems if "其它" in problem.message]


def test_a_remark_after_a_list_is_in_doubt_and_no_name() -> None:
    notice = read(["优秀等次:县教育局、县财政局,其中县财政局降低一个等次;", "良好等次:县水利局。"])
    assert {tier.tier: tier.units for tier in notice.tiers} == {
        "优秀": ("县教育局", "县财政局"),
        "良好": ("县水利局",),
    }
    assert [problem.message for problem in notice.problems if "其中" in problem.message]
