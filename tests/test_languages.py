"""The languages: the same keys and facts in each, Chinese typography, and whole reports that are in Chinese only."""

import ast
import html
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbformat
import pytest

from audit_lib.analysis.claims import list_claims, mark_verbatim
from audit_lib.analysis.distribution import count_scores
from audit_lib.analysis.source import trace_source
from audit_lib.analysis.trend_sentences import describe_trends
from audit_lib.analysis.trends import compare
from audit_lib.analysis.year import describe_year
from audit_lib.display.tables import show
from audit_lib.notebook.report import Report, open_report
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.tables.check_registry import tabulate_register
from audit_lib.wording.items import say_item, say_ranks
from audit_lib.wording.languages import FOLDER, LANGUAGES, MAIN
from audit_lib.wording.templates import MEASURED
from audit_lib.wording.words import Words

ROOT = Path(__file__).parents[1]
CHINESE = sorted((ROOT / "reports/zh").glob("*/*/*.ipynb"))
OTHERS = [language for language in LANGUAGES if language != MAIN]
HAN = "\u4e00-\u9fff"

# English translates names, numerals and claims, Chinese has them as printed. English spells ranks as ordinals and
# sets a comma between the parts of a long predicate, Chinese does neither. Of two days of a month, English names the
# month with the last, Chinese with the first.
OTHER_FACTS = {
    "labels.exceptions_top",
    *("index.place", "place.gloss", "place.inspected_month", "place.subject_gloss"),
    *("units.joint_place", "units.place", "units.ranked_joint_place", "units.ranked_place"),
    *("units.joint_place_open", "units.place_open", "units.ranked_joint_place_open", "units.ranked_place_open"),
    *("units.opening_scored_given", "units.opening_scored_unlisted", "units.opening_scored_unread"),
    *(
        "narrative.half_rated",
        "narrative.notice_says",
        "narrative.subject",
        "narrative.summary_says",
        "reading.abridged",
        "reading.abridged_one",
    ),
    *("places.item", "places.paragraph", "places.section", "printed.both", "printed.gloss", "printed.short"),
    "units.meaning",
}
ENDS = {".": "。", "?": "？", ":": "："}

# What stays as it is in Chinese: methods and their signs, files, addresses, hashes, parameters as they are typed.
TERMS = re.compile(
    r"Tukey|G[12]|SHA-256|CSV|(?<![A-Za-z])(?:n=|n−1|p(?![A-Za-z]))"
    r"|[\w/]+\.(?:csv|md|txt)|https?://\S+|(?:www\.)?[\w-]+\.(?:com|cn|org\.cn)|\b[0-9a-f]{64}\b|\b[0-9a-f]{12}…"
)


def flatten(table: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


@cache
def read_templates(language: str) -> dict[str, str]:
    return dict(flatten(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))))


def list_fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys(language: str) -> None:
    assert sorted(set(read_templates(MAIN)) ^ set(read_templates(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_template_states_the_same_facts(language: str) -> None:
    main, other = read_templates(MAIN), read_templates(language)
    assert {key for key in main if list_fields(main[key]) != list_fields(other[key])} == OTHER_FACTS


def test_every_chinese_template_ends_as_the_english_one() -> None:
    main, chinese = read_templates(MAIN), read_templates("zh")
    ends = {key: (ENDS.get(text.rstrip(" ")[-1:]), chinese[key][-1:]) for key, text in main.items() if chinese[key]}
    wrong = {key for key, (expected, found) in ends.items() if expected and expected != found}
    wrong |= {key for key, (expected, found) in ends.items() if not expected and found in "。？："}
    assert wrong == set()


def find_faults(template: str) -> list[str]:
    """List what a Chinese typesetter would change in a template, and the nouns in it that count."""
    plain = re.sub(r"^    .*$", "", template, flags=re.MULTILINE)  # without commands
    text = re.sub(r"\{[^}]*\}", "一", plain)  # a fact may be a name
    spaced = re.sub(r"SHA-256 一|audit-lib 一", "", text)
    return [
        *re.findall(rf"[{HAN}][,;:!?()]|[,;:!?(][{HAN}]", text),
        *re.findall(rf"[{HAN}，。、；：？）] [^ ]|[^ ] [{HAN}（“]", spaced),
        *(spec for _, _, spec, _ in string.Formatter().parse(plain) if "|" in (spec or "")),
    ]


def test_chinese_is_set_as_chinese() -> None:
    templates = read_templates("zh").items()  # in a label of a drawing a space sets off the count
    drawn = ("labels.", "units.with_score_plain")
    faults = {key: find_faults(text.replace(" ", "") if key.startswith(drawn) else text) for key, text in templates}
    assert {key: found for key, found in faults.items() if found} == {}


@pytest.mark.parametrize("template", ["雷州,2017", "(雷州)", "共有 {n}个", "{n} 雷州", "{n:unit|units}"])
def test_what_is_not_set_as_chinese_is_found(template: str) -> None:
    assert find_faults(template)


def test_every_problem_of_reading_has_its_words() -> None:
    used, variable = set(), []
    for path in (ROOT / "src" / "audit_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "note_problem":
                keys = [each.value for each in ast.walk(node.args[1]) if isinstance(each, ast.Constant)]
                used |= {f"problems.{key}" for key in keys}
                variable += [] if keys else [path.name]
    assert variable == []
    assert used == {key for key in read_templates(MAIN) if key.startswith("problems.")}


# What reports say, word for word.


@pytest.fixture(scope="module")
def chinese() -> Report:
    return open_report("leizhou", "2017", language="zh")


def test_what_is_said_of_several_periods() -> None:
    report = open_report("baoshan", "2021", language="zh")
    sentence = report.words.word(describe_trends(compare(report.history, 8)))
    assert sentence == "24个镇街和部门中，12个在2021年政务公开考核中的档次与2016年廉洁和公开考核不同"


def test_the_register_words_what_could_not_be_read(make_data, notice_text, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("甲镇", "86..67"), ("乙局", "缺考"), ("丙局", 80)]
    data = make_data({"jia/2017": notice_text(rows, {"优秀": ["甲镇"]}, below=["合计", "160"])})
    assert [error for _, error in build_tables(data, find_sources(data))] == [None]
    monkeypatch.setenv("AUDIT_DATA", str(data))
    report = open_report("jia", "2017", language="zh")
    found = tabulate_register(report.outcomes).map(report.words.name).set_index("question")["found"]
    assert found["表中各单元格是否均可读取？"] == "甲镇：得分处为“86..67”，应为数字；乙局：得分处为“缺考”，应为数字"
    assert found["各行是否均为单位、各表头是否明确？"] == "第45行：“合计”不是单位，未读取"
    kept = report.problems.query("check == 'unread_cells'")["message"].to_list()
    assert kept == [
        "line 31: 甲镇: found score '86..67'; expected a number",
        "line 37: 乙局: found score '缺考'; expected a number",
    ]


def test_a_known_error_is_told_in_the_language_of_the_report() -> None:
    report = open_report("louxing", "2017-04", language="zh")
    found = tabulate_register(report.outcomes).map(report.words.name).set_index("question")["found"]
    assert found["是否更正了已知的录入错误？"] == (
        "蛇形山，得分：86..67更正为86.67（一个小数点误录为两个；"
        "该行九个村得分的均值为86.67，其他各镇得分也都是九个村得分的均值）"
    )


@pytest.mark.parametrize(
    ("place", "english", "worded"),
    [
        ("line 215", "line 215", "第215行"),
        ("page 3 line 12", "page 3 line 12", "第3页第12行"),
        ("page 5 box 1 2 30 40", "page 5, read from a picture", "第5页，图片识读"),
        ("scan.pdf page 5 box 1 2 30 40", "scan.pdf page 5, read from a picture", "scan.pdf，第5页，图片识读"),
        ("Sheet1!B7", "Sheet1!B7", "Sheet1!B7"),
    ],
)
def test_places(place: str, english: str, worded: str) -> None:
    assert (Words("en").place(place), Words("zh").place(place)) == (english, worded)


@pytest.mark.parametrize(
    ("item", "english", "worded"),
    [
        ("二、四是", "section 2, item 4", "第二部分第四项"),
        ("四、(二)", "section 4, item (2)", "第四部分第（二）项"),
        ("二、", "section 2", "第二部分"),
        ("附件", "附件", "附件"),
    ],
)
def test_items(item: str, english: str, worded: str) -> None:
    assert (Words("en").word(say_item(item)), Words("zh").word(say_item(item))) == (english, worded)


@pytest.mark.parametrize(("ranks", "english", "worded"), [("7–12", "7–12", "7～12"), ("1", "1", "1")])
def test_ranks(ranks: str, english: str, worded: str) -> None:
    assert (Words("en").word(say_ranks(ranks)), Words("zh").word(say_ranks(ranks))) == (english, worded)


def test_days_of_a_source_are_worded(chinese: Report) -> None:
    source = trace_source(chinese.reading.notice, chinese.reading.record)
    assert [chinese.words.name(source[name]) for name in ("inspected", "issued_on")] == [
        "2017年12月20日～2017年12月28日",
        "2018年1月23日",
    ]
    assert chinese.words.facts["source"] == "雷州市人民政府办公室，雷府办函〔2018〕35号，2018年1月23日"


def test_ranges_and_items_of_a_table_are_worded(chinese: Report) -> None:
    claims = mark_verbatim(chinese.claims, chinese.notice, chinese.record)
    league, named = count_scores(chinese.scores), list_claims(claims)
    shown = [show(table, key, chinese.words) for table, key in ((league, "league"), (named, "claims"))]
    ranks, items = (
        table.cells[column].to_list() for table, column in zip(shown, ("所占名次", "所在部分和项"), strict=True)
    )
    assert ranks[:3] == ["1", "2～3", "4"]
    assert items[:2] == ["第一部分", "第一部分第一项"]


def test_a_gloss_of_chinese_words_is_left_out_of_a_chinese_table(chinese: Report, leizhou: Report) -> None:
    claims = leizhou.claims[["quote"]].assign(meaning="most units …")
    shown = {report.words.language: show(claims, "claims", report.words) for report in (leizhou, chinese)}
    assert {language: list(table.cells) for language, table in shown.items() if table} == {
        "en": ["Words of the notice", "In English"],
        "zh": ["通报原文"],
    }


# Whole reports: what no list of cases thinks of.


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: "-".join(path.parts[-3:]))
def test_a_chinese_report_holds_no_english(path: Path) -> None:
    """The committed reports, which are all run again and compared by `make test`."""
    notebook = nbformat.read(path, as_version=4)
    english = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind in ("text/plain", "text/html"):
                text = re.sub(r"<[^>]+>", " ", output.get("data", {}).get(kind, ""))
                rest = TERMS.sub("", html.unescape(text)).replace(path.parts[-3], "")
                english += re.findall("[A-Za-z]+", rest)
    assert english == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_for_a_measure_stands_beside_one_for_points(language: str) -> None:
    keys = set(read_templates(language))
    assert {key for key in keys if key.endswith(MEASURED)} - {key + MEASURED for key in keys} == set()


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "21 cities had a share of clean-air days from 33.3% to 90%"),
        ("zh", "21个设区市的达标天数比例在33.3%～90%之间"),
    ],
)
def test_scores_that_are_no_points_are_named(language: str, headline: str) -> None:
    report = open_report("guangdong", "2022-09", language)
    assert report.words.word(describe_year(report.scores)) == headline
