"""Tiers compared with scores: Leizhou 2017 in full, and notices with two, four, overlapping or unknown tiers."""

from dataclasses import replace

import pandas as pd
import pytest

from audit_lib.analysis.cuts import (
    compare_rule,
    describe_at_cut,
    describe_below,
    describe_best_cuts,
    describe_overlap,
    describe_rule,
    explain_exceptions,
    find_best_cuts,
    imply_cuts,
    list_exceptions,
    tabulate_rule,
    title_exceptions,
)
from audit_lib.analysis.tiers import summarise_tiers
from audit_lib.display.scene import Dot, Label, Rect, Ring
from audit_lib.figures.tiers import plot_rule
from audit_lib.figures.units import colour_tiers
from audit_lib.notebook.parameters import Parameters
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.tables.tiers import DEFAULT_CUTS, find_orders, fit_cuts, list_tiers, pair_tiers, scale_tiers
from audit_lib.wording.words import Words

CLEAN = [("甲局", 95, "优秀"), ("乙局", 85, "良好"), ("丙局", 75, "一般")]
BOTH_WAYS = [("甲局", 95, "优秀"), ("乙局", 91, "良好"), ("丙局", 85, "一般")]


@pytest.fixture
def words(leizhou) -> Words:
    return replace(leizhou.words, introduced=None)


def test_without_tiers_there_is_nothing_to_summarise(make_scores) -> None:
    assert summarise_tiers(make_scores([("甲局", 90.0, None), ("乙镇", 80.5, None)])).empty


def test_sides_are_counted_where_there_are_both(make_scores) -> None:
    assert "n_town" not in summarise_tiers(make_scores([("甲局", 95, "优秀"), ("乙局", 85, "良好")]))


def test_leizhou_rule(leizhou) -> None:
    rule = compare_rule(leizhou.scores, 90, 80)
    assert rule is not None
    assert tabulate_rule(rule).set_index("row_tier").to_numpy().tolist() == [[8, 4, 0], [0, 36, 0], [0, 0, 7]]
    assert tabulate_rule(rule)["row_tier"].to_list() == ["优秀", "良好", "一般"]
    assert (rule.n_agree, rule.n_rated) == (51, 55)
    assert list(rule.exceptions["unit_name"]) == ["水务局", "发改局", "杨家镇", "北和镇"]
    at_cut = rule.at_cut.groupby("tier")["unit_name"].agg(list)
    assert at_cut["优秀"] == ["财政局", "唐家镇", "松竹镇"]
    assert at_cut["良好"] == ["发改局", "杨家镇", "北和镇"]


def test_other_pass_marks_fit_more_ratings_and_leave_out_other_units(leizhou, words) -> None:
    rule = compare_rule(leizhou.scores, 90, 80)
    assert rule is not None
    units = list(zip(rule.units["score"], rule.units["tier_order"], strict=True))
    errors = {
        (top, low): sum(order != (1 if score >= top else 2 if score >= low else 3) for score, order in units)
        for top in {score for score, _ in units}
        for low in {score for score, _ in units}
        if low < top
    }
    assert find_best_cuts(rule)[0] == 94
    assert min(errors.values()) == errors[94, 81] == 3
    assert words.without_glosses().word(describe_best_cuts(rule)) == (
        "Pass marks of 94 and 80 would fit 52 of 55 ratings, 1 more than 90 and 80; the exceptions would then be "
        "Finance, Tangjia and Songzhu."
    )
    assert describe_best_cuts(compare_rule(leizhou.scores, 94, 80)) is None
    assert describe_best_cuts(None) is None


def test_one_pass_mark_between_two_ratings(make_scores, words) -> None:
    rows = [("甲局", 95, "优秀"), ("乙局", 92, "良好"), ("丙局", 91, "良好"), ("丁局", 85, "良好")]
    assert describe_best_cuts(compare_rule(make_scores(rows), 90, 80)) is None, "one cut fits all"
    rows += [("戊局", 70, "优秀")]
    assert words.without_glosses().word(describe_best_cuts(compare_rule(make_scores(rows), 90, 80))) == (
        "A pass mark of 95 would fit 4 of 5 ratings, 2 more than 90; the exceptions would then be Wuju."
    )


def test_leizhou_exceptions_and_the_text(leizhou) -> None:
    rows = explain_exceptions(compare_rule(leizhou.scores, 90, 80), leizhou.mentions).set_index("unit_name")
    assert rows["sentiment"].dropna().to_dict() == {"水务局": "criticised", "北和镇": "praised"}
    assert list(rows) == ["score", "sentiment"], "one rating and one by the pass marks: the title has both"
    assert "sentiment" not in explain_exceptions(compare_rule(leizhou.scores, 90, 80), leizhou.mentions.iloc[:0])


def test_exceptions_of_several_kinds_have_their_ratings_and_none_is_an_empty_table(make_scores, leizhou) -> None:
    both = explain_exceptions(compare_rule(make_scores(BOTH_WAYS), 90, 80), leizhou.mentions)
    assert list(both) == ["unit_name", "score", "tier", "tier_by_cut"]
    for rows in ([("甲局", 95, "优秀"), ("乙局", 85, "良好")], [("甲局", None, "优秀"), ("乙局", None, "良好")]):
        assert explain_exceptions(compare_rule(make_scores(rows), 90, 80), leizhou.mentions).empty


def test_leizhou_sentences(leizhou, words) -> None:
    rule = compare_rule(leizhou.scores, 90, 80)
    texts = [
        *(describe_rule(rule, leizhou.notice), list_exceptions(rule), describe_at_cut(rule), describe_below(rule)),
        *(title_exceptions(rule), describe_overlap(leizhou.scores)),
    ]
    assert [words.without_glosses().word(text) for text in texts] == [
        "Of twelve units that scored 90 or more, four were not rated excellent; our copy gives no reason",
        "The four: Water Affairs with 93, higher than three units rated excellent; Development and Reform, Yangjia "
        "and Beihe with 90.",
        "At exactly 90, half and half: three units are excellent, three are good.",
        "Below that, the rating follows the score: every unit from 81 to 89 is good, every unit below 80 is fair.",
        "All four would be excellent by their score, and were rated good",
        "No single pass mark separates excellent from good: both occur from 90 to 93. Any pass mark above 78.5 and "
        "up to 81 separates good from fair.",
    ]


def test_bullets_begin_bold_and_gloss_names_once(leizhou, words) -> None:
    rule = compare_rule(leizhou.scores, 90, 80)
    shown = replace(words, introduced=set())
    assert shown.mark_up(list_exceptions(rule)).startswith(
        "<strong>The four:</strong> Water Affairs (水务局) with 93, "
    )
    assert shown.word(describe_at_cut(rule)).endswith("three units are excellent, three are good (良好).")


def test_a_unit_of_the_lower_tier_with_a_better_score_is_reversed(make_scores) -> None:
    rows = [("甲局", 95, "优秀"), ("乙局", 90, "优秀"), ("丙局", 90, "良好"), ("丁局", 92, "良好")]
    [pair] = pair_tiers(make_scores(rows))
    assert list(pair.reversed_low["unit_name"]) == ["丁局"]


def test_an_exception_is_not_called_higher_than_a_unit_of_its_score(make_scores) -> None:
    rows = [("甲局", 95, "优秀"), ("乙局", 93, "良好"), ("丙局", 93, "优秀"), ("丁局", 85, "良好")]
    assert str(list_exceptions(compare_rule(make_scores(rows), 90, 80))).endswith("93.")


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        ([("甲局", 95, None)], None),
        ([("甲局", None, "优秀"), ("乙局", None, "良好")], None),
        (CLEAN, "All 3 ratings follow the score: 90 or more is excellent, below 80 fair, in between good"),
        (CLEAN[:2], "All 2 ratings follow the score: 90 or more is excellent, less is good"),
        (
            [("甲局", 95, "优秀"), ("乙局", 91, "良好"), ("丙局", 85, "良好")],
            "Of two units that scored 90 or more, one was not rated excellent; our copy gives no reason",
        ),
        (
            [("甲局", 85, "优秀"), ("乙局", 84, "良好")],
            "All 2 ratings follow the score: 85 or more is excellent, less is good",
        ),
        (BOTH_WAYS, "Two of 3 ratings are not the ones that their scores suggest"),
        (
            [("甲局", 95, "良好"), ("乙局", None, "优秀"), ("丙局", 70, "一般")],
            "One unit scored 90 or more, and none was rated excellent; our copy gives no reason",
        ),
        ([("甲局", 95, "优秀"), ("乙局", 91, "优秀")], None),
        ([("甲局", 95, "优"), ("乙局", 85, "良"), ("丙局", 75, "及格"), ("丁局", 50, "不及格")], None),
    ],
    ids=[
        *("no tiers", "lists only", "three tiers agree", "two tiers agree", "one exception", "best below the cut"),
        *("both ways", "none of the best has a score", "one tier", "four tiers"),
    ],
)
def test_headline(make_scores, leizhou, words, rows, headline: str | None) -> None:
    text = describe_rule(compare_rule(make_scores(rows), 90, 80), leizhou.notice)
    assert text.is_finding == (headline is not None)
    if headline is not None:
        assert words.without_glosses().word(text) == headline


def test_what_the_text_says_of_the_cut_is_not_called_unexplained(make_scores, leizhou, words) -> None:
    rule = compare_rule(make_scores([("甲局", 95, "优秀"), ("乙局", 91, "良好"), ("丙局", 85, "良好")]), 90, 80)
    first = leizhou.notice.document.lines[0]
    document = replace(leizhou.notice.document, blocks=(replace(first, text="90分以上为优秀。"),))
    notice = replace(leizhou.notice, document=document)
    assert words.without_glosses().word(describe_rule(rule, notice)).endswith("one was not rated excellent")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (CLEAN, None),
        (BOTH_WAYS, None),
        (
            [
                ("甲局", 95, "良好"),
                ("乙局", 91, "优秀"),
                ("丙局", 85, "良好"),
                ("丁局", 84, None),
                ("戊局", 83, "良好"),
            ],
            "Below that, the rating follows the score: every rated unit below 90 is good.",
        ),
        (
            [("甲局", 95, "良好"), ("乙局", 91, "优秀"), ("丙局", 70, "一般"), ("丁局", 60, None)],
            "Below that, the rating follows the score: every rated unit below 80 is fair.",
        ),
    ],
    ids=["no exception", "exceptions below", "a unit without a rating among them", "one below all"],
)
def test_below_the_cut(make_scores, words, rows, sentence: str | None) -> None:
    text = describe_below(compare_rule(make_scores(rows), 90, 80))
    assert (text and words.without_glosses().word(text)) == sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲局", None, "优秀"), ("乙局", None, "良好")], ""),
        (
            [("甲局", 95, "优秀"), ("乙局", None, "良好"), ("丙局", 70, "一般")],
            "Any pass mark above 70 and up to 95 separates excellent from fair.",
        ),
        (
            [("甲局", 90, "优秀"), ("乙局", 90, "良好")],
            "No single pass mark separates excellent from good: both occur at 90.",
        ),
    ],
    ids=["lists only", "a tier without scores between two with", "one score in both"],
)
def test_a_pass_mark_separates_tiers_with_scores_only(make_scores, words, rows, sentence: str) -> None:
    assert words.without_glosses().word(describe_overlap(make_scores(rows))) == sentence


def test_with_a_tier_of_unknown_order_none_is_better(make_scores) -> None:
    scores = make_scores([("甲局", 95, "尚可"), ("乙局", 85, "优秀"), ("丙局", 75, "良好")])
    assert (list_tiers(scores), scale_tiers(scores)) == (["优秀", "良好", "尚可"], [])
    assert [pair.tiers for pair in pair_tiers(scores)] == [("优秀", "良好")]
    assert (compare_rule(scores, 90, 80), len(imply_cuts(scores))) == (None, 0)
    assert summarise_tiers(scores)["tier"].to_list() == ["优秀", "良好", "尚可"]


@pytest.mark.parametrize(
    ("rows", "orders"),
    [
        (
            [("甲局", 95, "一等奖"), ("乙局", 96, "三等奖"), ("丙局", 85, "二等奖")],
            {"一等奖": 1, "二等奖": 2, "三等奖": 3},
        ),
        ([("甲局", None, "三星"), ("乙局", None, "五星"), ("丙局", None, "四星")], {"五星": 1, "四星": 2, "三星": 3}),
        ([("甲局", 95, "绿牌"), ("乙局", 85, "黄牌"), ("丙局", 84, "黄牌")], {"绿牌": 1, "黄牌": 2}),
        ([("甲局", 95, "绿牌"), ("乙局", 84, "绿牌"), ("丙局", 85, "黄牌")], {}),
        ([("甲局", None, "红榜"), ("乙局", None, "黑榜")], {}),
        ([("甲局", None, "优秀"), ("乙局", None, "良好"), ("丙局", None, "差")], {"优秀": 1, "良好": 2, "差": 3}),
        ([("甲局", None, "优秀"), ("乙局", None, "差"), ("丙局", None, "良好")], {"优秀": 1, "良好": 2}),
        ([("甲局", None, "优秀"), ("乙局", None, "进步")], {"优秀": 1}),
        ([("甲局", 95, "优秀"), ("乙局", 96, "良好"), ("丙局", 60, "差")], {"优秀": 1, "良好": 2, "差": 3}),
        ([("甲局", 95, "优秀"), ("乙局", 80, "良好"), ("丙局", 85, "进步")], {"优秀": 1, "良好": 2}),
    ],
    ids=["prizes", "stars", "by score", "scores overlap", "open", "last", "between", "one known", "below", "inside"],
)
def test_tiers_of_a_notice_are_ordered_by_its_print(make_scores, rows, orders) -> None:
    lists = [TierList(tier, None, None, (unit,), "line 1") for unit, _, tier in rows]
    assert find_orders(make_scores(rows), lists) == orders


def test_lower_scores_may_be_better(make_scores) -> None:
    scores = make_scores([("甲局", 1.5, "绿牌"), ("乙局", 2.5, "黄牌")])
    assert find_orders(scores, [], lower_first=True) == {"绿牌": 1, "黄牌": 2}


def test_a_list_that_repeats_units_is_no_lower_tier(make_scores) -> None:
    rows = [("甲局", "优秀"), ("乙局", "良好"), ("甲局", "进步")]
    lists = [TierList(tier, None, None, (unit,), "line 1") for unit, tier in rows]
    assert find_orders(make_scores([("乙局", None, "良好")]), lists) == {"优秀": 1, "良好": 2}


def test_a_unit_without_tier_or_score_is_in_no_comparison(make_scores) -> None:
    scores = make_scores([("甲局", 95, "优秀"), ("乙局", 85, None), ("丙局", None, "良好"), ("丁局", 84, "良好")])
    [pair] = pair_tiers(scores)
    assert (list(pair.higher["unit_name"]), list(pair.lower["unit_name"])) == (["甲局"], ["丁局"])
    assert summarise_tiers(scores)["n_listed"].to_list() == [1, 2, 1]


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_the_drawing_shows_each_unit_at_its_score_in_the_colour_of_its_tier(leizhou, words, size: str) -> None:
    chart = plot_rule(leizhou.scores, 90.0, 80.0).draw(words)
    scene = getattr(chart, size)
    units = leizhou.scores.dropna(subset=["score"]).set_index("unit_id")
    dots = {dot.unit: dot for dot in scene.of(Dot)}
    assert set(dots) == set(units.index)
    ticks = {label.text: label.x for label in scene.of(Label) if label.anchor == "middle"}
    per_point = (ticks["95"] - ticks["75"]) / 20
    for unit, row in units.iterrows():
        assert ticks["75"] + (row["score"] - 75) * per_point == pytest.approx(dots[unit].x, abs=0.2)
        assert dots[unit].colour == colour_tiers(units).get(row["tier"], "unrated")
        assert row["unit_name"] in dots[unit].label
        assert f" {row['score']:g}, " in dots[unit].label
    rings = {(ring.x, ring.y) for ring in scene.of(Ring)}
    exceptions = {dots[f"leizhou-{name}"] for name in ("水务局", "发改局", "杨家镇", "北和镇")}
    assert rings == {(dot.x, dot.y) for dot in exceptions}
    low, middle, _ = scene.of(Rect)
    at = {score: dots[unit].x for unit, score in units["score"].items()}
    assert at[78.5] < low.x + low.width < at[80]
    assert at[89] < middle.x + middle.width < at[90]


def test_the_legend_counts_what_is_drawn(leizhou, words) -> None:
    chart = plot_rule(leizhou.scores, 90.0, 80.0).draw(words)
    assert [(key.colour, key.text, key.is_outlined) for key in chart.legend] == [
        ("best", "excellent 优秀, 8", False),
        ("middle", "good 良好, 40", False),
        ("middle", "good, at 90 or more, 4 of the 40", True),
        ("lowest", "fair 一般, 7", False),
        ("unrated", "not rated, 1", False),
    ]
    names = " ".join(label.text for label in chart.wide.of(Label) if label.is_bold)
    assert names.split(":")[0].endswith("90, but only good") or "Water Affairs 水务局 93" in names
    assert chart.title == "At 90 and above, the same score earned different ratings"
    assert chart.data.iloc[0].to_list()[:2] == ["Food and Drug 食药监局", "97"]


def test_without_exceptions_nothing_is_outlined(make_scores, words) -> None:
    chart = plot_rule(make_scores(CLEAN), 90.0, 80.0).draw(words)
    assert chart.wide.of(Ring) == []
    assert chart.title == "The rating follows the score"
    assert not any(key.is_outlined for key in chart.legend)


def test_without_tiers_there_is_no_drawing(make_scores, words) -> None:
    assert plot_rule(make_scores([("甲局", 95, None)]), 90.0, 80.0).draw(words).role == "note"


def test_the_zones_of_a_rule_run_from_the_lowest_rating_to_the_best(leizhou, words) -> None:
    rects = plot_rule(leizhou.scores, 90.0, 80.0).draw(words).wide.of(Rect)
    assert [rect.colour for rect in sorted(rects, key=lambda rect: rect.x)] == [
        "band-lowest",
        "band-middle",
        "band-best",
    ]


def test_the_default_cuts_give_way_to_those_at_which_the_ratings_part() -> None:
    assert (Parameters.top_cut, Parameters.low_cut) == DEFAULT_CUTS
    rows = [("甲", 968.5, "优秀", 1), ("乙", 951.0, "优秀", 1), ("丙", 921.25, "良好", 2), ("丁", 846.75, "合格", 3)]
    scores = pd.DataFrame(rows, columns=["unit_name", "score", "tier", "tier_order"]).assign(unit_id=list("abcd"))
    rule = compare_rule(scores, 90, 80)
    assert rule is not None
    assert (rule.top_cut, rule.low_cut, len(rule.exceptions)) == (951.0, 921.25, 0)
    asked = compare_rule(scores, 960, 900)  # what somebody asks for is compared as it is
    assert asked is not None
    assert (asked.top_cut, list(asked.exceptions["unit_name"])) == (960, ["乙"])
    near = scores.assign(score=[97, 92, 91, 85])  # of the same scale: 91 is good, where 90 would be excellent
    assert fit_cuts(near, 90, 80) == (90, 80)
    mixed = scores.assign(score=[968.5, 900.0, 921.25, 846.75])
    assert fit_cuts(mixed, 90, 80) == (90, 80)
