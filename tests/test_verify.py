"""A published report against its notice and a new computation: what was changed in it is named, the rest confirmed.

What is computed anew is computed once for all cases that ask for the same; it runs in a process of its own.
"""

import base64
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audit_lib.batch.batch import Batch, lock_reports
from audit_lib.batch.plan import Folders, choose_notebooks, plan_runs
from audit_lib.batch.processes import RunOptions
from audit_lib.batch.run import open_executor
from audit_lib.batch.snapshot import Snapshot
from audit_lib.errors import AuditError
from audit_lib.notebook.report import Report
from audit_lib.notebook.statements import Statement
from audit_lib.sources import find_sources
from audit_lib.verify.cited_lines import check_links, check_rows, holds, quote_row
from audit_lib.verify.published import MOST_BYTES, Issue, find_issues, read_issue
from audit_lib.verify.verify import Verifier

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("verify")]  # what is computed anew serves all

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ("00_year_card", "03_tiers")
Tamper = Callable[[str], str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Reports of Leizhou 2017, made by a batch, with their pages. Not to be changed."""
    folders = Folders(ROOT / "data", ROOT / "notebooks", tmp_path_factory.mktemp("made") / "reports")
    sources = find_sources(folders.data, "leizhou")
    chosen = choose_notebooks(folders.notebooks, NOTEBOOKS)
    reasons = dict.fromkeys(plan_runs(folders, sources, chosen, ("en",)), "to verify it")
    with lock_reports(folders.reports), open_executor(2, None) as (executor, max_in_flight):
        snapshot = Snapshot(folders.data, sources)
        batch = Batch(folders, [dict(reasons)], snapshot, executor, max_in_flight, languages=("en",))
        batch.do()
    assert (batch.counts["done"], batch.failed, batch.n_bad_pages) == (2, [], 0)
    return folders


@pytest.fixture(scope="module")
def verifier(made: Folders) -> Verifier:
    return Verifier(made, RunOptions())


@pytest.fixture
def copy(made: Folders, tmp_path: Path) -> Path:
    """A copy of the folder of reports, to change at will."""
    return Path(shutil.copytree(made.reports / "leizhou" / "2017", tmp_path / "2017"))


def differences(verifier: Verifier, path: Path) -> list[str]:
    *told, counted = verifier.verify(path).lines(every=False)
    assert counted.startswith(f"{path}: ")
    return [line for line in told if not line.startswith("confirmed")]


def swap(old: str, new: str, times: int = 1) -> Tamper:
    def tamper(text: str) -> str:
        assert old in text
        return text.replace(old, new, times)

    return tamper


def in_link(opening: str, old: str, new: str) -> Tamper:
    """Change what a page offers as a download."""

    def tamper(text: str) -> str:
        start = text.index("base64,", text.index(opening)) + len("base64,")
        end = text.index('"', start)
        held = base64.b64decode(text[start:end]).decode("utf-8-sig")
        assert old in held
        return text[:start] + base64.b64encode(held.replace(old, new, 1).encode("utf-8-sig")).decode() + text[end:]

    return tamper


def cut(pattern: str) -> Tamper:
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.DOTALL)


@pytest.mark.parametrize("name", ["00_year_card.html", "00_year_card.ipynb", "03_tiers.html", "03_tiers.ipynb"])
def test_an_untouched_report_is_confirmed(made: Folders, verifier: Verifier, name: str) -> None:
    verified = verifier.verify(made.reports / "leizhou" / "2017" / name)
    assert verified.is_confirmed
    assert verified.notes == []
    kinds = {each.kind for each in verified.verdicts}
    assert {"input", "line", "headline", "cell", "alt", "image", "code", "text", "setting"} <= kinds
    assert ("finding" in kinds) == (name != "00_year_card.html"), "its findings stand at the top, as text"
    assert sum(each.kind == "line" for each in verified.verdicts) == 57
    *told, counted = verified.lines(every=False)
    assert [line.split(":")[0].split(" ")[0] for line in told] == ["confirmed"] * len(told)
    assert counted.endswith(", 0 changed, 0 missing, 0 added (57 rows of the notice among them)")


TIERS = "Leizhou 2017: scores by printed tier"
RULE = "A 90/80 rule reproduces 51 of 55 tiers; the 4 exceptions (水务局 93, 发改局, 杨家镇, 北和镇 90) a…"
DOTS = "Stacked dot chart of 56 unit scores from 70 to 97, mean 85.59. Cuts at 90 and 80 g…"
LINE = "data/raw/leizhou/2017.txt line"
TAMPERS = {
    "a digit of the headline": (
        "03_tiers.html",
        swap('class="headline">A 90/80 rule reproduces 51', 'class="headline">A 90/80 rule reproduces 52'),
        [f"changed    headline: shows {RULE.replace('51', '52')}, recomputed {RULE}"],
    ),
    "a digit of a cell": (
        "03_tiers.html",
        swap(">85.91<", ">85.97<"),
        [f"changed    cell {TIERS} › 良好 › Mean: shows 85.97, recomputed 85.91"],
    ),
    "a digit of an alt text": (
        "03_tiers.html",
        swap('alt="Stacked dot chart of 56', 'alt="Stacked dot chart of 57'),
        [f"changed    alt How far does a rule of two cuts reach?: shows {DOTS.replace('56', '57')}, recomputed {DOTS}"],
    ),
    "a digit of the prose": (
        "03_tiers.html",
        swap("Listed counts every unit", "Listed counts 3 units"),
        [
            "changed    text What are the tiers made of? › 2: shows Listed counts 3 units of a list; scored counts those with "
            "a row in the table., recomputed Listed counts every unit of a list; scored counts those with a row in the table."
        ],
    ),
    "a digit of a download": (
        "03_tiers.html",
        in_link('download="leizhou-2017-scores-by-printed-tier.csv"', "85.91", "85.97"),
        [
            "changed    data leizhou-2017-scores-by-printed-tier.csv › 良好: "
            "shows 良好,41,40,85.97,3.00,86,81,93,17,24, recomputed 良好,41,40,85.91,3.00,86,81,93,17,24"
        ],
    ),
    "a removed row of a table": (
        "03_tiers.html",
        cut(r'<tr><th class="text" scope="row">一般</th><td class="number">7<.*?</tr>'),
        [f"missing    cell {TIERS} › 一般: recomputed 一般 · 7 · 7 · 75.50 · 3.62 · 78 · 70 · 78.5 · 2 · 5"],
    ),
    "a row that was put in": (
        "03_tiers.html",
        swap("<tbody>\n", '<tbody>\n<tr><th scope="row">及格</th><td>3</td></tr>\n'),
        [f"added      cell {TIERS} › 及格: shows 及格 · 3"],
    ),
    "a figure of another chart": (
        "03_tiers.html",
        swap("data:image/png;base64,iVBOR", "data:image/png;base64,iVBOS"),
        ["changed    image What are the tiers made of?: shows "],
    ),
    "a hash": (
        "03_tiers.html",
        swap("<code>b50ff08788dae4", "<code>c50ff08788dae4"),
        ["changed    input data/raw/leizhou/2017.txt has changed since"],
    ),
    "a digit of a notebook's headline": (
        "03_tiers.ipynb",
        swap('class=\\"headline\\">A 90/80 rule reproduces 51', 'class=\\"headline\\">A 90/80 rule reproduces 52'),
        [f"changed    headline: shows {RULE.replace('51', '52')}, recomputed {RULE}"],
    ),
    "the code of a notebook": (
        "03_tiers.ipynb",
        swap("show(summarise_tiers(scores), ", "show(summarise_tiers(scores[1:]), "),
        [
            'changed    code What are the tiers made of?: shows show(summarise_tiers(scores[1:]), "tiers", words), '
            'recomputed show(summarise_tiers(scores), "tiers", words)'
        ],
    ),
    "a chart's title in a notebook": (
        "03_tiers.ipynb",
        swap("Two cuts on the score give 51 of 55", "Two cuts on the score give 52 of 55"),
        [
            "changed    title How far does a rule of two cuts reach?: shows Two cuts on the score give 52 of 55 tiers; "
            "4 units do not fit, recomputed Two cuts on the score give 51 of 55 tiers; 4 units do not fit"
        ],
    ),
    "the plain text of a notebook's headline": (
        "03_tiers.ipynb",
        swap('"A 90/80 rule reproduces 51', '"A 90/80 rule reproduces 52'),
        [f"changed    plain 2: shows {RULE.replace('51', '52')}, recomputed {RULE}"],
    ),
    "a page without its data": (
        "03_tiers.html",
        swap('<a id="data"', "<a"),
        ["missing    data of the report: recomputed 57 rows"],
    ),
}


@pytest.mark.parametrize("case", TAMPERS)
def test_what_was_changed_is_named(verifier: Verifier, copy: Path, case: str) -> None:
    name, tamper, expected = TAMPERS[case]
    path = copy / name
    path.write_text(tamper(path.read_text(encoding="utf-8")), encoding="utf-8")
    told = differences(verifier, path)
    assert [line[: len(start)] for line, start in zip(told, expected, strict=True)] == expected


def test_a_cited_score_differs_from_its_line_and_from_what_follows(verifier: Verifier, copy: Path) -> None:
    path = copy / "03_tiers.html"
    change = in_link('id="data"', "department,suffix,97,1,", "department,suffix,79,1,")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    told = differences(verifier, path)
    assert told[0] == f"changed    line {LINE} 101 › 食药监局 › score: shows 79, the notice has 97"
    assert [line for line in told[1:] if line.split()[1] == "line"] == []
    assert f"changed    cell {TIERS} › 优秀 › Mean: shows 93.50, recomputed 91.25" in told
    assert any(line.startswith("changed    headline: shows A 90/80 rule reproduces 51 of 55") for line in told)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (r"leizhou-2017,[^\n]*,食药监局,食药监局,[^\n]*\n", "", f"missing    line {LINE} 101 › 食药监局: the notice has 97 · 优秀"),
        (r"(,食药监局,食药监局,[^\n]*),优秀,1,101", r"\1,良好,1,101", f"changed    line {LINE} 101 › 食药监局 › tier: shows 良好, the notice has 优秀"),
        (r"(,食药监局,食药监局,[^\n]*,97),1,", r"\1,2,", f"changed    line {LINE} 101 › 食药监局 › serial: shows 2, the notice has 1"),
        (r"(,食药监局,食药监局,[^\n]*,97,1,),1,1,", r"\1,2,1,", f"changed    line {LINE} 101 › 食药监局 › rank: shows 2, the notice has 1"),
        (r"(,食药监局,食药监局,[^\n]*),101,59,", r"\1,102,59,", f"changed    line {LINE} 101 › 食药监局 › table_line: shows 102, the notice has 101"),
        (r"食药监局,97", "食药监局,九十七", None),
    ],
    ids=["a row", "a tier", "a serial", "a rank", "a line", "nothing"],
)  # fmt: skip
def test_rows_that_a_report_carries_are_held_against_their_lines(
    leizhou: Report, made: Folders, old: str, new: str, expected: str | None
) -> None:
    issue = read_issue(made.reports / "leizhou" / "2017" / "03_tiers.html")
    changed = replace(issue, data=re.sub(old, new, issue.data, count=1))
    told = [str(each) for each in check_rows(changed, leizhou.reading) if each.verdict != "confirmed"]
    assert told == ([expected] if expected else [])


def test_data_that_is_no_table_is_one_verdict(verifier: Verifier, copy: Path) -> None:
    path = copy / "03_tiers.ipynb"
    text = path.read_text(encoding="utf-8")
    assert text.count(",97,1,,1,1,优秀") == 1
    path.write_text(text.replace(",97,1,,1,1,优秀", ",9x,1,,1,1,优秀"), encoding="utf-8")
    assert differences(verifier, path) == [
        f"changed    line {LINE} 101 › 食药监局 › score: shows 9x, the notice has 97",
        "changed    data of the report, which cannot be computed with: "
        "shows the data of the report line 2: found score '9x'; expected a number",
    ]


def test_a_changed_line_of_the_notice_is_named(made: Folders, leizhou_data: Path) -> None:
    raw = leizhou_data / "raw" / "leizhou" / "2017.txt"
    text = raw.read_text(encoding="utf-8")
    assert text.count("\n97\n") == 1
    raw.write_text(text.replace("\n97\n", "\n79\n"), encoding="utf-8")
    changed = Verifier(Folders(leizhou_data, made.notebooks, made.reports), RunOptions())
    told = differences(changed, made.reports / "leizhou" / "2017" / "03_tiers.html")
    assert told[:2] == [
        "changed    input data/raw/leizhou/2017.txt has changed since",
        f"changed    line {LINE} 101 › 食药监局 › score: shows 97, the notice has 79",
    ]
    assert [line for line in told[2:] if line.split()[1] in ("headline", "finding", "cell", "alt")] == []


def test_links_to_lines_are_held_against_them(leizhou: Report) -> None:
    cells = {
        ("97", "notice.html#L101"): "confirmed",
        ("97.0", "notice.html#L101"): "confirmed",
        ("食药监局", "notice.html#L101"): "confirmed",
        ("101", "notice.html#L101"): "confirmed",
        ("9", "notice.html#L101"): "changed",
        ("96", "notice.html#L101"): "changed",
        ("住建局", "notice.html#L101"): "changed",
        ("97", "notice.html#L99999"): "changed",
        ("97", "../2017/notice.html#L101"): "confirmed",
        ("97", "../1999/notice.html#L101"): "changed",
    }
    stated = [Statement("cell", ("T", text, "Score"), text, links=((text, href),)) for text, href in cells]
    stated.append(Statement("cell", ("T", "x", "Score"), "x", links=(("x", "https://example.org/notice.html#L3"),)))
    issue = Issue(Path("a.html"), "03_tiers", leizhou.parameters, "", {}, {}, stated)
    told = list(check_links(issue, {"2017": leizhou.reading}.get))
    assert [each.verdict for each in told] == list(cells.values())
    assert str(told[5]) == (
        "changed    link data/raw/leizhou/2017 line 101 › T › 96 › Score: shows 96, the notice has 食药监局 97 2 食药监局"
    )
    assert holds("85．5 分", "85.5")
    assert quote_row(leizhou.reading, 10**6) == ""


GOOD_PAGE = '<dd class="notebook"><a>03_tiers.ipynb</a></dd><ul class="parameters">{}</ul>'
OURS = "<li>jurisdiction = 'leizhou'</li><li>period = '2017'</li>"
UNUSABLE = {
    "a page that is not ours": ("a.html", "<p>Hello</p>", "found a page that does not say what it was made from; expected a report made by audit-lib run"),
    "an empty file": ("a.html", "  \n", "found an empty file; expected a report made by audit-lib run"),
    "a huge file": ("a.html", " " * (MOST_BYTES + 2**20), "found 21 MB; expected a report of 20 MB at most"),
    "another kind": ("a.pdf", "x", "found a file named .pdf; expected a report: .html or .ipynb"),
    "bytes": ("a.ipynb", b"\xff\xfe\x00", "found no UTF-8 text; expected a report made by audit-lib run"),
    "no JSON": ("a.ipynb", "{", "found a damaged file; expected a report made by audit-lib run"),
    "no notebook": ("a.ipynb", "[]", "found a damaged file; expected a report made by audit-lib run"),
    "deep JSON": ("a.ipynb", "[" * 200_000, "found a damaged file; expected a report made by audit-lib run"),
    "a source": ("03_tiers.ipynb", ROOT / "notebooks" / "03_tiers.ipynb", "found a notebook without outputs; expected an executed report"),
    "no parameters": ("a.html", GOOD_PAGE.format(""), "parameters: found no jurisdiction; expected a jurisdiction and a period"),
    "an unknown parameter": ("a.html", GOOD_PAGE.format(f"{OURS}<li>colour = 1</li>"), "parameters: found the unknown parameter colour; expected one of "),
    "code as a parameter": ("a.html", GOOD_PAGE.format("<li>jurisdiction = __import__('os').getcwd()</li>"), "found a damaged file; "),
    "a path as jurisdiction": ("a.html", GOOD_PAGE.format("<li>jurisdiction = '../../etc'</li><li>period = '2017'</li>"), "parameter jurisdiction: found '../../etc'; expected a folder name such as leizhou"),
    "a path as period": ("a.html", GOOD_PAGE.format("<li>jurisdiction = 'leizhou'</li><li>period = '../2017'</li>"), "parameter period: found '../2017'; expected a period"),
    "an unknown place": ("a.html", GOOD_PAGE.format("<li>jurisdiction = 'nowhere'</li><li>period = '2017'</li>"), "found no jurisdiction nowhere; expected "),
    "an unknown notebook": ("a.html", GOOD_PAGE.format(OURS).replace("03_tiers", "../../03_tiers"), "found a report of notebook ../../03_tiers; expected one of 00_year_card, "),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_is_no_report_is_one_line(verifier: Verifier, tmp_path: Path, case: str) -> None:
    name, content, expected = UNUSABLE[case]
    path = tmp_path / name
    given = content.read_bytes() if isinstance(content, Path) else content
    path.write_bytes(given if isinstance(given, bytes) else given.encode())
    with pytest.raises(AuditError) as told:
        verifier.verify(path)
    assert str(told.value).startswith(f"{path}: ")
    assert expected in str(told.value)
    assert "\n" not in str(told.value)


def test_the_command_prints_findings_differences_and_counts(audit, copy: Path) -> None:
    path = copy / "03_tiers.html"
    path.write_text(swap(">85.91<", ">85.97<")(path.read_text(encoding="utf-8")), encoding="utf-8")
    code, out, err = audit("verify", copy)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert [line.split(": ")[0] for line in lines if line.startswith(str(copy))] == [
        str(copy / f"{name}{ending}") for name in NOTEBOOKS for ending in (".html", ".ipynb")
    ]
    assert [line for line in lines if line.startswith("changed")] == [TAMPERS["a digit of a cell"][2][0]]
    code, out, _ = audit("verify", path, "--json")
    told = json.loads(out)
    assert (code, told["report"], told["confirmed"], told["notes"]) == (1, str(path), False, [])
    assert [each for each in told["verdicts"] if each["verdict"] != "confirmed"] == [
        {
            "verdict": "changed",
            "kind": "cell",
            "where": [TIERS, "良好", "Mean"],
            "shown": "85.97",
            "expected": "85.91",
        }
    ]


def test_the_command_confirms_with_zero(audit, made: Folders) -> None:
    code, out, _ = audit("verify", made.reports / "leizhou" / "2017" / "00_year_card.ipynb", "--all")
    assert code == 0
    assert "confirmed  cell Leizhou 2017: " in out
    assert f"confirmed  line {LINE} 101 › 食药监局: 97 · 优秀" in out


@pytest.mark.parametrize("name", ["nothing here.html", "empty"])
def test_a_path_without_a_report_is_unusable(audit, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = audit("verify", tmp_path / name)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith(f"error: {tmp_path / name}: found no")


def test_a_folder_goes_on_after_what_cannot_be_read(audit, copy: Path) -> None:
    for path in (copy / "03_tiers.html", copy / "03_tiers.ipynb", copy / "00_year_card.html"):
        path.unlink()
    (copy / "99_broken.ipynb").write_text("{", encoding="utf-8")
    code, out, err = audit("verify", copy)
    assert code == 1
    assert err == f"error: {copy / '99_broken.ipynb'}: found a damaged file; expected a report made by audit-lib run\n"
    assert "00_year_card.ipynb: " in out.splitlines()[-1]


def test_reports_of_a_folder_are_found_and_nothing_else(made: Folders) -> None:
    folder = made.reports / "leizhou" / "2017"
    assert find_issues(made.reports) == [[folder / f"{name}.html", folder / f"{name}.ipynb"] for name in NOTEBOOKS]


COMMITTED = [
    ROOT / "reports" / f"{name}.ipynb"
    for name in (
        "leizhou/2017/01_source",
        "louxing/2017-05/05_trends",
        "ministries/2022/05_trends",
        "baoshan/2021/04_groups",
    )
]


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: "-".join(path.parts[-3:]))
def test_a_committed_report_is_confirmed(verifier: Verifier, path: Path) -> None:
    if '"text/csv"' not in path.read_text(encoding="utf-8"):
        pytest.skip("rendered before reports carried their data")
    assert [str(each) for each in verifier.verify(path).verdicts if each.verdict != "confirmed"] == []
