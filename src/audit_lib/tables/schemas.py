"""The tables we keep, declared: their columns, types and what each means. `tables.py` checks them on load and save."""

import re
from typing import Any

import pandas as pd
import pandera.pandas as pa

from audit_lib.sources import JURISDICTION, PERIOD

MATCHES = ["exact", "prefix", "alias", "table_only", "list_only"]
KINDS = [
    *("town", "subdistrict", "department", "institution", "vertical", "company"),
    *("mass_organisation", "zone", "village", "county", "city", "ministry", "other"),
]
SIDES = ["town", "bureau", "other"]
BETTER = ["higher", "lower"]
SPLITS = ["town", "department", "institution"]
SEVERITIES = ["error", "warning", "note"]
EVENTS = ["renamed", "merged", "split", "transferred", "created", "abolished"]
SCOPES = ["national_rule", "provincial_rule", "place_confirmed", "rule_applied", "expected", "elsewhere"]
MEASURES = ["score_level", "upper_tiers", "reply_rate", "late_reply"]
BLANK = "blank"  # of a column of a web site on which nothing stands
DURATION = r"^P[1-9]\d*[DWMY]$"
REDUCED_DATE = r"\d{4}(-\d\d(-\d\d)?)?"


def _text(
    description: str,
    *,
    nullable: bool = True,
    matches: str | None = None,
    missing: str | None = None,
    unit: str | None = None,
    **options: Any,
) -> pa.Column:
    checks = [pa.Check.str_matches(matches)] if matches else []
    about = {"missing": missing, "unit": unit}
    return pa.Column("str", checks, nullable=nullable, description=description, metadata=about, **options)


def _word(
    description: str, words: list[str], *, nullable: bool = False, missing: str | None = None, **options: Any
) -> pa.Column:
    about = {"missing": missing}
    return pa.Column("str", pa.Check.isin(words), nullable=nullable, description=description, metadata=about, **options)


def _whole(
    description: str, bits: int = 16, *, nullable: bool = True, missing: str | None = None, **options: Any
) -> pa.Column:
    about = {"missing": missing}
    check = pa.Check.ge(0)
    return pa.Column(f"Int{bits}", check, nullable=nullable, description=description, metadata=about, **options)


def _points(description: str, missing: str) -> pa.Column:
    """An end of a scale. Infinity is none."""
    check = pa.Check.in_range(-1e6, 1e6, error="a number of points")
    about = {"unit": "points", "missing": missing}
    return pa.Column("float64", check, nullable=True, required=False, description=description, metadata=about)


def _day(description: str) -> pa.Column:
    checks = [pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$")]
    about = {"type": "date"}
    return pa.Column("str", checks, nullable=True, description=f"{description} (ISO date)", metadata=about)


def is_date(value: str) -> bool:
    """Return whether a text is a day, a month or a year in ISO form.

    >>> is_date("2017-08"), is_date("2017-02-30")
    (True, False)
    """
    try:
        return bool(re.fullmatch(REDUCED_DATE, value)) and bool(pd.Period(value))
    except ValueError:
        return False


def _is_update(value: str) -> bool:
    return value == BLANK or is_date(value)


def _update(description: str) -> pa.Column:
    expected = f"a day, a month or a year (2017-08-31, 2017-08, 2017), or the word {BLANK}"
    check = pa.Check(_is_update, element_wise=True, error=expected)
    about = {"type": "reduced date", "missing": "only how long it stayed unchanged is stated"}
    return pa.Column("str", check, nullable=True, description=description, metadata=about)


def _share(description: str, missing: str | None = None) -> pa.Column:
    about = {"unit": "%", "missing": missing}
    check = pa.Check.in_range(0, 100)
    return pa.Column("float64", check, nullable=True, description=description, metadata=about)


def _is_scale_in_order(notices: pd.DataFrame) -> "bool | pd.Series":
    if not {"scale_min", "scale_max"} <= set(notices.columns):
        return True
    return ~(notices["scale_min"] >= notices["scale_max"])


_QUOTE_COLUMNS = {
    "section": _text("numeral of the section", missing="it stands in none"),
    "item": _text("numeral of the item, or of the subsection in brackets", missing="it stands in none"),
    "place": _text("the place of the quote in the raw file, in words: line 27", nullable=False),
    "evidence": _text("how it was read", nullable=False),
}

_PLACE_COLUMNS = {
    "notice_id": _text("<jurisdiction>-<period>", nullable=False),
    "jurisdiction": _text("which government, as in the folder names", nullable=False, matches=JURISDICTION),
    "period": _text("what the inspection covers, not when it was published", nullable=False, matches=PERIOD),
}

SCHEMAS = {
    "scores": pa.DataFrameSchema(
        {
            **_PLACE_COLUMNS,
            "year": _whole("year of the period", nullable=False),
            "table_no": _whole(
                "which table of the notice; ranks count within it; 0: named in a list only", 8, nullable=False
            ),
            "unit_id": _text("ours, stable over the years", nullable=False),
            "unit_name": _text("ours, the short name used in reports", nullable=False),
            "name_in_table": _text("as printed in the table", missing="no row in a table"),
            "name_in_list": _text("as printed in a tier list", missing="in no tier list"),
            "match": _word("how the two printed names were joined", MATCHES),
            "kind": _word("what kind of unit", KINDS),
            "side": _word("town or bureau, from the kind", SIDES),
            "split": _word(
                "an analyst's own grouping from units.csv, with its evidence there",
                SPLITS,
                nullable=True,
                missing="nobody grouped this unit",
            ),
            "kind_source": _word("where the kind was read", ["registry", "list_label", "suffix"]),
            "score": pa.Column(
                "float64",
                nullable=True,
                description="points as printed or corrected; never clipped or filled",
                metadata={"unit": "points", "missing": "no score is printed"},
            ),
            "serial": _whole("序号 as printed", missing="none is printed"),
            "rank_printed": _whole("名次 as printed", missing="none is printed"),
            "rank": _whole("ours: competition rank within the table, 1 the best score", missing="no score to rank"),
            "n_tied": _whole("ours: how many units share the score, this one included", missing="no score to share"),
            "tier": _text("as printed", missing="the notice gives none"),
            "tier_order": _whole("1 is the best tier", 8, missing="no tier, or one whose order is not known"),
            "table_line": _whole(
                "line of the raw file that names the unit in the table", 32, missing="no row in a table, or no line"
            ),
            "list_line": _whole(
                "line of the raw file that names the unit in a tier list", 32, missing="in no tier list, or no line"
            ),
            "source_place": _text("the place of the row in the raw file, in words", nullable=False),
            "is_corrected": pa.Column("boolean", description="a row of corrections.csv changed the score"),
        },
        description="one row for each unit named in a table or a tier list of the notice",
        unique=["notice_id", "table_no", "unit_id"],
        strict=True,
        coerce=True,
        ordered=True,
    ),
    "mentions": pa.DataFrameSchema(
        {
            **_PLACE_COLUMNS,
            "unit_id": _text("as in scores", nullable=False),
            "unit_name": _text("as in scores", nullable=False),
            "name_raw": _text("as printed in the prose", nullable=False),
            "section": _text("numeral of the section", missing="it stands in none"),
            "item": _text("numeral of the item", missing="it stands in none"),
            "sentiment": _word(
                "how the heading above speaks of it",
                ["criticised", "praised"],
                nullable=True,
                missing="the heading says neither",
            ),
            "line": _whole("line of the raw file", 32, missing="the place is no line"),
            "place": _text("the place in the raw file, in words: line 27, Sheet1!B7, page 3 line 12", nullable=False),
        },
        description="one row for each unit named in the prose",
        strict=True,
        coerce=True,
        ordered=True,
    ),
    "problems": pa.DataFrameSchema(
        {
            "notice_id": _text("<jurisdiction>-<period>", nullable=False),
            "check": _text("name of the check", nullable=False),
            "severity": _word("error, warning or note", SEVERITIES),
            "unit_id": _text("the unit concerned", missing="it concerns no unit, or several"),
            "line": _whole("line of the raw file", 32, missing="no place, or one that is no line"),
            "place": _text(
                "the place in the raw file, in words: line 27, Sheet1!B7, page 3 line 12",
                missing="it concerns the notice as a whole",
            ),
            "found": _text("what the notice says", nullable=False),
            "expected": _text("what it should say", nullable=False),
            "message": _text("the finding in a sentence", nullable=False),
        },
        description="one row for each finding about the notice, such as a unit in no list: not failures of ours",
        strict=True,
        coerce=True,
        ordered=True,
    ),
    "notices": pa.DataFrameSchema(
        {
            **_PLACE_COLUMNS,
            "publisher": _text("who issued the notice"),
            "title": _text("title of the page"),
            "subject": _text("what was inspected, as a noun: open-government inspection", required=False),
            "document_number": _text("文号"),
            "url": _text("where it was published", matches=r"^https?://"),
            "inspected_from": _day("first day of the inspection"),
            "inspected_to": _day("last day of the inspection"),
            "issued_on": _day("signed"),
            "published_on": _day("put on the page"),
            "form": _text("what the raw file is: the page, a transcription, an abridged transcription"),
            "summarised": _text(
                "parts that are our summary in the raw file: numerals of sections, preamble; separated by spaces",
                required=False,
                missing="none, or all of a transcription of the facts (see form)",
            ),
            "sha256": _text("of the raw file", nullable=False, matches=r"^[0-9a-f]{64}$"),
            "terms": _text("terms of use"),
            "rubric_id": _text(
                "marking scheme with its scale: points of notices with the same one may be compared", required=False
            ),
            "score_name": _text("what the scores are, in words", required=False, missing="points, or there are none"),
            "score_column": _text(
                "heading of the column that holds the scores, as printed",
                required=False,
                missing="read by its words, or there is none",
            ),
            "better": _word(
                "which scores are better; rank 1 is the best",
                BETTER,
                nullable=True,
                required=False,
                missing="not stated; higher is taken to be",
            ),
            "scale_min": _points("lowest score that can be given", "not stated"),
            "scale_max": _points("highest score that can be given", "not stated; scores above 100 are asked about"),
            "n_ranked": _whole(
                "how many units were ranked, where a list shows only some",
                32,
                required=False,
                missing="the list is complete, or the number is not stated",
            ),
            "measure_evidence": _text("where subject, direction, scale and number were read", required=False),
            "method_note": _text("how the inspection was done, in a few words that a report can quote", required=False),
            "note": _text("anything else"),
            "publisher_zh": _text("publisher in Chinese, where it is recorded in English", required=False),
            "title_zh": _text("title in Chinese, where it is recorded in English", required=False),
            "score_name_zh": _text("score_name in Chinese, where it is recorded in English", required=False),
            "measure_evidence_zh": _text("measure_evidence in Chinese", required=False),
            "method_note_zh": _text("method_note in Chinese", required=False),
            "subject_zh": _text("subject in Chinese", required=False),
        },
        description="one row for each raw file",
        checks=pa.Check(_is_scale_in_order, error="scale_min below scale_max"),
        unique=["notice_id"],
        strict=True,
        coerce=True,
    ),
    "jurisdictions": pa.DataFrameSchema(
        {
            "jurisdiction": _text("as in the folder names", nullable=False, matches=JURISDICTION),
            "name_en": _text("name in English", nullable=False),
            "name_zh": _text("name in Chinese", nullable=False),
            "division_code": _text("code of the administrative division"),
            "evidence": _text("where this was read", nullable=False),
        },
        description="one row for each place",
        unique=["jurisdiction"],
        strict=True,
        coerce=True,
    ),
    "units": pa.DataFrameSchema(
        {
            "unit_id": _text("<jurisdiction>-<unit name>, stable over the years", nullable=False),
            "unit_name": _text("the short name used in reports", nullable=False),
            "full_name": _text("the full name, where one was seen"),
            "kind": _word("what kind of unit, where there is evidence", KINDS, nullable=True),
            "split": _word("an analyst's own grouping", SPLITS, nullable=True),
            "division_code": _text("code of the administrative division"),
            "evidence": _text("where name and kind were read", nullable=False),
            "split_evidence": _text("where the split was read"),
            "evidence_zh": _text("evidence in Chinese", required=False),
            "name_en": _text("short name in English, as reports use it", required=False, missing="spelled in pinyin"),
            "name_en_evidence": _text("where name_en was read, or that it is our translation", required=False),
        },
        description="one row for each unit",
        unique=["unit_id"],
        strict=True,
        coerce=True,
    ),
    "aliases": pa.DataFrameSchema(
        {
            "name_printed": _text("a name as printed", nullable=False),
            "unit_id": _text("as in units", nullable=False),
            "evidence": _text("why it is the same unit", nullable=False),
            "evidence_zh": _text("evidence in Chinese", required=False),
        },
        description="one row for each printed name that no rule joins to its unit",
        unique=["name_printed"],
        strict=True,
        coerce=True,
    ),
    "lineage": pa.DataFrameSchema(
        {
            "jurisdiction": _text("whose units these are; missing for a rule about many places", matches=JURISDICTION),
            "old_unit": _text("name of the unit before, as in units; missing where one was created"),
            "new_unit": _text("name of the unit after; missing where one was abolished"),
            "event": _word("what happened; one row for each pair of an old and a new unit", EVENTS),
            "date": _day("when"),
            "date_is": _word("how exact the date is", ["on", "by", "about"], nullable=True),
            "scope": _word("what the evidence covers; expected and elsewhere change no result", SCOPES),
            "confidence": _word("how sure", ["high", "medium", "low"]),
            "source_url": _text("where it was read", matches=r"^https?://"),
            "evidence": _text("what was read there, and how it bears on these units"),
            "evidence_zh": _text("evidence in Chinese", required=False),
        },
        description="one row for each pair of an old and a new unit that an event joins",
        unique=["jurisdiction", "old_unit", "new_unit", "date"],
        strict=True,
        coerce=True,
    ),
    "corrections": pa.DataFrameSchema(
        {
            "notice_id": _text("<jurisdiction>-<period>", nullable=False),
            "unit_name": _text("the unit as its table prints it", missing="a line read from a picture"),
            "column": _text("heading of the cell as printed", missing="a line read from a picture"),
            "place": _text(
                "of a line that a program read in a picture: file, page and box, or `notice` for all of it",
                missing="the notice prints the error",
                required=False,
            ),
            "printed": _text("what is printed there; where it is not, the correction is not made", nullable=False),
            "corrected": _text("what it should say", nullable=False),
            "reason": _text("what went wrong", nullable=False),
            "evidence": _text("what proves it", nullable=False),
            "reason_zh": _text("reason in Chinese", required=False),
            "evidence_zh": _text("evidence in Chinese", required=False),
        },
        description="one row for each known typing error, and for each answer to what was read in a picture",
        unique=["notice_id", "place", "unit_name", "column", "printed"],
        strict=True,
        coerce=True,
    ),
    "claims": pa.DataFrameSchema(
        {
            "notice_id": _text("<jurisdiction>-<period>", nullable=False),
            "quote": _text("the words of the claim, as in the raw file", nullable=False),
            "quantifier": _text("the word for how many: 绝大部分, 大多数", missing="the claim has none"),
            "meaning_en": _text("the claim in English", nullable=False),
            "measure": _word(
                "what it can be counted by", MEASURES, nullable=True, missing="nothing is published to count it by"
            ),
            "more_than_pct": _share(
                "the share that the quantifier must exceed to be true", "it is no claim about a share"
            ),
            "stated_n": _whole("a number that the notice states", missing="none is stated"),
            "stated_pct": _share("a share that the notice states", "none is stated"),
            **_QUOTE_COLUMNS,
        },
        description="one row for each claim or figure of the prose, recorded by hand",
        strict=True,
        coerce=True,
    ),
    "update_rules": pa.DataFrameSchema(
        {
            "notice_id": _text("<jurisdiction>-<period>", nullable=False),
            "rule": _text("what must be kept up to date; one rule may be stated more than once", nullable=False),
            "quote": _text("one wording of the rule, as in the raw file", nullable=False),
            "every": _text(
                "how often: P2W, P6M, P1Y", matches=DURATION, missing="no period is stated", unit="ISO 8601 duration"
            ),
            "covers": _text("the columns of a web site that this wording names, parted by 、", nullable=False),
            **_QUOTE_COLUMNS,
        },
        description="one row for each wording of an update rule, recorded by hand",
        strict=True,
        coerce=True,
    ),
    "web_columns": pa.DataFrameSchema(
        {
            "notice_id": _text("<jurisdiction>-<period>", nullable=False),
            "unit": _text("whose column, as printed", missing="units in general are meant"),
            "column": _text("the column of the web site (栏目), as printed", nullable=False),
            "last_updated": _update("day, month or year of the last update as stated; blank: nothing stands there"),
            "unchanged_for": _text(
                "at least how long it had not been updated",
                matches=DURATION,
                missing="the last update is stated, or nothing is",
                unit="ISO 8601 duration",
            ),
            "site": _text("which web site", missing="not stated"),
            "quote": _text("the words of the notice, as in the raw file", nullable=False),
            **_QUOTE_COLUMNS,
        },
        description="one row for each column of a web site that the notice names, recorded by hand",
        strict=True,
        coerce=True,
    ),
    "column_dates": pa.DataFrameSchema(
        {
            "unit": _text("whose column", nullable=False),
            "column": _text("the column of the web site (栏目)", nullable=False),
            "last_updated": _update("day, month or year of the last update; blank: nothing stands there"),
        },
        description="one row for each column of a web site",
        unique=["unit", "column"],
        strict="filter",
        coerce=True,
    ),
}

_IN_PANEL = (
    *("table_no", "unit_id", "unit_name", "name_in_table", "name_in_list", "kind", "side", "split"),
    *("score", "rank_printed", "rank", "n_tied", "tier", "tier_order", "source_place", "is_corrected"),
)
OF_NOTICE = ("subject", "score_name", "rubric_id", "better", "scale_min", "scale_max", "n_ranked")

SCHEMAS["panel"] = pa.DataFrameSchema(
    {
        **_PLACE_COLUMNS,
        "starts": _day("first day of the period"),
        "ends": _day("last day of the period"),
        "unit_path": _text(
            "the same for all periods in which a unit is one and the same, by its id or a recorded new name; a merged "
            "or split unit is a new one",
            nullable=False,
        ),
        **{name: SCHEMAS["scores"].columns[name] for name in _IN_PANEL},
        **{name: SCHEMAS["notices"].columns[name] for name in OF_NOTICE},
    },
    description="the rows of scores of all notices, with what their scores measure",
    unique=["notice_id", "table_no", "unit_id"],
    strict=True,
    coerce=True,
    ordered=True,
)
