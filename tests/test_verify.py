"""Published files against the same files made anew: what was changed in one is named, the rest is confirmed.

What is made anew is made once for all cases that ask for the same; it runs in a process of its own.
"""

import html
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_lib.batch.batch import Batch, lock_reports
from audit_lib.batch.plan import Folders, choose_notebooks, plan_runs
from audit_lib.batch.processes import RunOptions
from audit_lib.batch.run import open_executor
from audit_lib.batch.snapshot import Snapshot
from audit_lib.errors import AuditError
from audit_lib.fingerprints import list_versions
from audit_lib.pages.origin import CHARSET, CLOSING, OPENING, Origin, finish_page, read_origin
from audit_lib.pages.site import render_at
from audit_lib.sources import find_sources
from audit_lib.verify.differences import MOST_LINES, find_differences
from audit_lib.verify.given import MOST_BYTES, list_files
from audit_lib.verify.verify import CHANGED, CONFIRMED, ELSEWHERE, EXCEPTED, UNKNOWN, Verifier
from audit_lib.wording.words import Words

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGE, REPORT = "03_tiers.html", "03_tiers.ipynb"
CHANGES = {"cause": ["data"], "statements": [{"kind": "headline", "where": [""], "old": "1 of 2", "new": "2 of 2"}]}
Tamper = Callable[[str], str]


@pytest.fixture(scope="module")
def made(site: Path) -> Folders:
    """The project with the reports and pages of the site. Not to be changed."""
    return Folders(ROOT / "data", ROOT / "notebooks", site)


@pytest.fixture(scope="module")
def verifier(made: Folders, tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    return Verifier(made, RunOptions(), tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="module")
def texts(made: Folders) -> dict[str, str]:
    return {name: (made.reports / "leizhou" / "2017" / name).read_text(encoding="utf-8") for name in (PAGE, REPORT)}


@pytest.fixture
def tree(made: Folders, tmp_path: Path) -> Path:
    """A copy of the reports folder, to change at will."""
    return Path(shutil.copytree(made.reports, tmp_path / "reports"))


def swap(old: str, new: str) -> Tamper:
    def tamper(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return tamper


def edit(change: Callable[[dict[str, Any]], object]) -> Tamper:
    """Change a notebook as the tree that it is."""

    def tamper(text: str) -> str:
        notebook = json.loads(text)
        change(notebook)
        return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    return tamper


def with_outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell.get("outputs")]


def test_every_file_that_a_batch_leaves_is_confirmed(site: Path, verifier: Verifier) -> None:
    """All files of Leizhou but those of six notebooks, and the pages of all places."""
    others = re.compile("/louxing/|/0(?!3_)[^/]*$")
    verified = [verifier.verify(path) for path in list_files(site) if not others.search(str(path))]
    assert [(each.path, each.verdict, each.why) for each in verified if not each.is_confirmed] == []
    kinds = {
        re.sub("[^/]*[镇局街道公司总站联0-9]+.html", "unit", each.path.relative_to(site).as_posix())
        for each in verified
    }
    there = {path for path in site.rglob("[!.]*.*") if ".manifest" not in path.parts and not others.search(str(path))}
    assert {each.path for each in verified} == there
    assert len(there) > 120
    assert {
        "index.html",
        "zh/index.html",
        "leizhou/2017/notice.html",
        "leizhou/2017/cover.png",
        "leizhou/units/unit",
    } <= kinds


TAMPERS = {
    "a digit of the headline": (PAGE, swap("four were not rated", "five were not rated"), "five were not rated"),
    "a digit of a cell": (PAGE, swap(">94.5<", ">94.7<"), "under Units and scores of each rating: shows …"),
    "a digit of an alt text": (PAGE, swap("scores of 56 units", "scores of 57 units"), "scores of 57 units"),
    "what nobody sees": (PAGE, swap(">94.5<", ">94\u200b.5<"), r"94\u200b.5"),
    "a row that is hidden": (PAGE, swap("<tbody>\n<tr>", "<tbody>\n<tr hidden>"), "shows <tr hidden>"),
    "a style": (PAGE, swap("</head>", "<style>p{font-size:0}</style></head>"), "shows <style>p{font-size:0}</style></head>, expected </head>"),
    "its policy taken out": (PAGE, lambda text: re.sub(r"<meta http-equiv=[^\n]*\n", "", text, count=1), "expected <meta http-equiv="),
    "a link": (PAGE, lambda text: re.sub(r'href="notice\.html#L\d+"', 'href="javascript:alert(1)"', text, count=1), "javascript:alert(1)"),
    "another address": (PAGE, swap("http://www.leizhou.gov.cn/", "http://example.org/"), "http://example.org/"),
    "a section of changes": (PAGE, swap("</main>", "<h2>What changed</h2></main>"), "What changed"),
    "a parameter shown": (PAGE, swap("top_cut = 90.0", "top_cut = 91.0"), "top_cut = 91.0"),
    "its last line": (PAGE, lambda text: text.rstrip("\n")[:-1], "expected </html>"),
    "a line end": (PAGE, swap("</head>\n", "</head>\r\n"), r"shows </head>\r"),
    "a raw cell": (REPORT, edit(lambda d: d["cells"].insert(1, {"cell_type": "raw", "id": "z", "metadata": {}, "source": "x"})), '"cell_type": "raw"'),
    "an SVG": (REPORT, edit(lambda d: with_outputs(d)[0]["outputs"].append({"data": {"image/svg+xml": "<svg/>"}, "metadata": {}, "output_type": "display_data"})), "image/svg+xml"),
    "Markdown beside HTML": (REPORT, edit(lambda d: with_outputs(d)[1]["outputs"][0]["data"].update({"text/markdown": "31"})), '"text/markdown": "31"'),
    "hidden outputs": (REPORT, edit(lambda d: with_outputs(d)[0]["metadata"].update(jupyter={"outputs_hidden": True})), "outputs_hidden"),
    "an attachment": (REPORT, edit(lambda d: d["cells"][0].update(attachments={"a.png": {"image/png": "QQ=="}})), "attachments"),
    "the order of cells": (REPORT, edit(lambda d: d["cells"].append(d["cells"].pop(5))), '"id": "open"'),
    "code where parameters are": (REPORT, swap('"language = \\"en\\"\\n"', '"language = \\"en\\"\\nimport os"'), "import os"),
    "the code": (REPORT, swap("tiers.summarise(report.scores)", "tiers.summarise(report.scores[1:])"), "scores[1:]"),
    "a hash": (REPORT, swap("e9df53f5aaaaf3", "c9df53f5aaaaf3"), "c9df53f5aaaaf3"),
    "its title": (REPORT, edit(lambda d: d["metadata"].update(title="31 of 55")), '"title": "31 of 55"'),
    "its own formatting": (REPORT, lambda text: json.dumps(json.loads(text)), "{"),
}  # fmt: skip


@pytest.mark.parametrize("case", TAMPERS)
def test_what_was_changed_is_named(verifier: Verifier, texts: dict[str, str], tmp_path: Path, case: str) -> None:
    name, tamper, named = TAMPERS[case]
    path = tmp_path / name
    path.write_bytes(tamper(texts[name]).encode())
    verified = verifier.verify(path)
    assert (verified.verdict, verified.why) == (CHANGED, "")
    assert named in str(verified.differences[0])


def test_a_difference_tells_line_heading_and_both_sides(
    verifier: Verifier, texts: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / PAGE
    path.write_text(swap(">94.5<", ">94.7<")(texts[PAGE]), encoding="utf-8")
    line = texts[PAGE][: texts[PAGE].index(">94.5<")].count("\n") + 1
    [difference] = verifier.verify(path).differences
    assert (difference.line, difference.heading) == (line, "Units and scores of each rating")
    assert difference.shown is not None
    assert difference.expected == difference.shown.replace("94.7", "94.5")


ELEMENTS = (
    "<p>31 of 55</p>",
    "<style>p{}</style>",
    "<!-- x -->",
    "<svg/>",
    "<br>",
    "<script>1</script>",
    '<a href="#">1</a>',
    "31",
    "\u202e",
    " ",
)
KINDS = ("text/html", "text/markdown", "text/latex", "image/svg+xml", "image/jpeg", "application/javascript", "application/json", "x/y")  # fmt: skip


@st.composite
def page_tamperings(draw: st.DrawFn) -> Tamper:
    """Draw a change of a page: an element added, an attribute changed or gone, lines reordered, a letter replaced."""
    kind, at, other = (
        draw(st.sampled_from(["element", "attribute", "order", "letter"])),
        draw(st.integers(0)),
        draw(st.integers(0)),
    )
    text = draw(st.sampled_from(ELEMENTS))

    def tamper(page: str) -> str:
        if kind == "order":
            lines = page.split("\n")
            one, two = at % len(lines), other % len(lines)
            lines[one], lines[two] = lines[two], lines[one]
            return "\n".join(lines)
        if kind == "letter":
            return page[: at % len(page)] + text + page[at % len(page) + 1 :]
        found = list(re.finditer("<" if kind == "element" else r' [a-z-]+="[^"]*"', page))
        place = found[at % len(found)]
        return page[: place.start()] + text + page[place.start() if kind == "element" else place.end() :]

    return tamper


@st.composite
def notebook_tamperings(draw: st.DrawFn) -> Tamper:
    """Draw a change of a notebook: an output of another kind, a cell or metadata added, cells reordered, a letter."""
    kind, at, other = draw(st.sampled_from(["output", "kind", "cell", "metadata", "order", "letter"])), draw(st.integers(0)), draw(st.integers(0))  # fmt: skip
    text, mime = draw(st.sampled_from(ELEMENTS)), draw(st.sampled_from(KINDS))

    def change(notebook: dict[str, Any]) -> None:
        cells, shown = notebook["cells"], with_outputs(notebook)
        cell = shown[at % len(shown)]
        if kind == "output":
            cell["outputs"].insert(0, {"data": {mime: text}, "metadata": {}, "output_type": "display_data"})
        elif kind == "kind":
            cell["outputs"][0]["data"][mime] = text
        elif kind == "cell":
            cells.insert(at % (len(cells) + 1), {"cell_type": "markdown", "id": "z", "metadata": {}, "source": [text]})
        elif kind == "metadata":
            cells[at % len(cells)]["metadata"][mime] = text
        else:
            one, two = at % len(cells), other % len(cells)
            cells[one], cells[two] = cells[two], cells[one]

    def tamper(notebook: str) -> str:
        if kind == "letter":
            return notebook[: at % len(notebook)] + text + notebook[at % len(notebook) + 1 :]
        return edit(change)(notebook)

    return tamper


@pytest.mark.parametrize(("name", "tamperings"), [(PAGE, page_tamperings()), (REPORT, notebook_tamperings())])
def test_no_tampering_is_confirmed(
    verifier: Verifier, texts: dict[str, str], tmp_path: Path, name: str, tamperings: st.SearchStrategy[Tamper]
) -> None:
    path, text = tmp_path / name, texts[name]
    assert edit(lambda notebook: None)(texts[REPORT]) == texts[REPORT]

    @settings(max_examples=int(os.environ.get("AUDIT_EXAMPLES", "150")), suppress_health_check=list(HealthCheck))
    @given(tamperings)
    def check(tamper: Tamper) -> None:
        changed = tamper(text)
        path.write_bytes(changed.encode("utf-8", "surrogatepass"))
        assert verifier.verify(path).is_confirmed == (changed == text)

    check()


def test_neighbours_and_translations_may_be_there_or_not(made: Folders, verifier: Verifier, tree: Path) -> None:
    page, alone = tree / "leizhou" / "2017" / PAGE, tree.parent / "alone"
    report = page.with_suffix(".ipynb").read_bytes()
    (alone / "leizhou" / "2017").mkdir(parents=True)
    (alone / "leizhou" / "2017" / REPORT).write_bytes(report)
    render_at(alone, f"leizhou/2017/{PAGE}", made.data)
    text = (alone / "leizhou" / "2017" / PAGE).read_text(encoding="utf-8")
    assert "02_distribution" not in text
    assert "hreflang" not in text
    page.write_text(text, encoding="utf-8")
    assert verifier.verify(page).verdict == CONFIRMED, "it links fewer than there are now"
    text = text.replace("leizhou/2017/03_tiers.ipynb&quot;", "leizhou/2017/09_none.ipynb&quot;", 1)
    page.write_text(text, encoding="utf-8")
    verified = verifier.verify(page)
    assert (verified.verdict, "made beside" in verified.why) == (ELSEWHERE, True)


def test_a_list_of_what_changed_is_not_confirmed_and_that_is_told(verifier: Verifier, tree: Path) -> None:
    report = tree / "leizhou" / "2017" / REPORT
    text = report.read_text(encoding="utf-8")
    report.write_text(edit(lambda d: d["metadata"]["audit"].update(changed=CHANGES))(text), encoding="utf-8")
    assert [*verifier.verify(report).lines(every=False)] == [f"confirmed: {report}: {EXCEPTED}"]
    page = report.with_suffix(".html")
    assert verifier.verify(page).verdict == CHANGED, "the page beside it lists none"
    render_at(tree, f"leizhou/2017/{PAGE}", ROOT / "data")
    assert "2 of 2" in page.read_text(encoding="utf-8")
    assert verifier.verify(page).verdict == CONFIRMED


def test_a_page_with_other_parameters_is_made_anew_with_them_as_they_are_written(
    verifier: Verifier, tree: Path
) -> None:
    """91 and 91.0 are the same cut; a report and its page show which was given."""
    folders = Folders(ROOT / "data", ROOT / "notebooks", tree)
    [source] = find_sources(folders.data, "leizhou")
    [notebook] = choose_notebooks(folders.notebooks, ["03_tiers"])
    [run] = plan_runs(folders, [source], [notebook], ("en",), (("top_cut", 91),))
    with lock_reports(tree), open_executor(1, None) as (executor, max_in_flight):
        snapshot = Snapshot(folders.data, [source])
        Batch(folders, [{run: "to verify it"}], snapshot, executor, max_in_flight, languages=("en",)).do()
    page = run.report.with_suffix(".html")
    assert "<code>top_cut = 91</code>" in page.read_text(encoding="utf-8")
    assert [verifier.verify(path).verdict for path in (run.report, page)] == [CONFIRMED] * 2


@pytest.mark.parametrize(
    "changed",
    [
        "31 of 55",
        {**CHANGES, "html": "<p>31 of 55</p>"},
        {**CHANGES, "cause": ["the city"]},
        {**CHANGES, "more": "31"},
        {**CHANGES, "statements": [{**CHANGES["statements"][0], "kind": "text"}]},  # type: ignore[dict-item]
        {**CHANGES, "statements": [{"kind": "headline", "where": [""], "old": {"text/html": "31"}, "new": None}]},
        {**CHANGES, "statements": "31 of 55"},
    ],
)
def test_what_is_no_list_of_changes_is_named(
    verifier: Verifier, texts: dict[str, str], tmp_path: Path, changed: object
) -> None:
    path = tmp_path / REPORT
    path.write_text(edit(lambda d: d["metadata"]["audit"].update(changed=changed))(texts[REPORT]), encoding="utf-8")
    assert verifier.verify(path).verdict == CHANGED


def test_other_versions_confirm_nothing_and_hide_nothing(
    verifier: Verifier, texts: dict[str, str], tmp_path: Path
) -> None:
    pandas = list_versions()["pandas"]
    other = swap(f'"pandas": "{pandas}"', '"pandas": "2.0.0"')(texts[REPORT])
    (tmp_path / REPORT).write_text(swap("four were not", "five were not")(other), encoding="utf-8")
    verified = verifier.verify(tmp_path / REPORT)
    assert (verified.verdict, verified.why) == (ELSEWHERE, f"it was made with pandas 2.0.0 (here {pandas})")
    assert "five were not" in str(verified.differences[0])
    page = swap(f"&quot;pandas&quot;: &quot;{pandas}&quot;", "&quot;pandas&quot;: &quot;2.0.0&quot;")(texts[PAGE])
    (tmp_path / PAGE).write_text(page, encoding="utf-8")
    assert verifier.verify(tmp_path / PAGE).verdict == ELSEWHERE


PARAMETER = "&quot;min_n&quot;: 8"
UNUSABLE = {
    "a page that is not ours": ("a.html", "<p>Hello</p>", UNKNOWN, "found no origin"),
    "an empty file": ("a.html", "", UNKNOWN, "found no origin"),
    "a huge file": ("a.html", " " * (MOST_BYTES + 1), UNKNOWN, "found more than 20 MB"),
    "another kind": ("a.pdf", "%PDF-1.7", UNKNOWN, "found no origin"),
    "bytes": ("a.ipynb", b"\xff\xfe\x00", UNKNOWN, "found no UTF-8 text"),
    "no JSON": ("a.ipynb", "{", UNKNOWN, "found a damaged notebook"),
    "no notebook": ("a.ipynb", "{}", UNKNOWN, "found a damaged notebook"),
    "deep JSON": ("a.ipynb", '{"cells":' + "[" * 200_000, UNKNOWN, "found a damaged notebook"),
    "a source": ("03_tiers.ipynb", ROOT / "notebooks" / "03_tiers.ipynb", UNKNOWN, "found a notebook without outputs"),
    "a picture": ("cover.png", "x", UNKNOWN, "found a picture beside no report"),
    "code as a parameter": (REPORT, swap('period = \\"2017\\"', "period = __import__('os').getcwd()"), CHANGED, ""),
    "no Python as a parameter": (REPORT, swap('period = \\"2017\\"', "period = ("), UNKNOWN, "found a damaged notebook"),
    "megabytes of parameters": (REPORT, swap('period = \\"2017\\"', f"period = [{'1,' * 9999}]"), UNKNOWN, "the parameters: found a long cell"),
    "nested parameters": (REPORT, swap('period = \\"2017\\"', f"period = {'(' * 4000}1{')' * 4000}"), UNKNOWN, "found a damaged notebook"),
    "a path as place": (REPORT, swap('jurisdiction = \\"leizhou\\"', 'jurisdiction = \\"../..\\"'), ELSEWHERE, "parameter jurisdiction: found '../..'"),
    "an unknown place": (REPORT, swap('jurisdiction = \\"leizhou\\"', 'jurisdiction = \\"nowhere\\"'), ELSEWHERE, "found no jurisdiction nowhere"),
    "an unknown notebook": ("x.ipynb", edit(lambda d: d["metadata"].pop("title")), ELSEWHERE, "found a report of notebook x; expected one of 00_year_card, "),
    "a page of an unknown notebook": (PAGE, swap("&quot;notebook&quot;: &quot;03_tiers", "&quot;notebook&quot;: &quot;../03_tiers"), ELSEWHERE, "found a report of notebook ../03_tiers"),
    "a parameter of another type": (PAGE, swap(PARAMETER, "&quot;min_n&quot;: true"), ELSEWHERE, "parameter min_n: found True"),
    "a parameter that is no number": (PAGE, swap(PARAMETER, "&quot;min_n&quot;: NaN"), ELSEWHERE, "parameter min_n: found nan"),
    "a parameter of 5,000 digits": (PAGE, swap(PARAMETER, f"&quot;min_n&quot;: {'9' * 5000}"), UNKNOWN, "found an origin that cannot be read"),
    "a parameter too much": (PAGE, swap(PARAMETER, "&quot;colour&quot;: 1"), ELSEWHERE, "found the unknown parameter colour"),
    "another place's parameters": (PAGE, swap("jurisdiction&quot;: &quot;leizhou", "jurisdiction&quot;: &quot;louxing"), ELSEWHERE, "found no period 2017"),
    "an address above": (PAGE, swap("&quot;page&quot;: &quot;leizhou/", "&quot;page&quot;: &quot;../leizhou/"), UNKNOWN, "found an origin that cannot be read"),
    "an address of nothing": (PAGE, swap("&quot;page&quot;: &quot;leizhou/2017/03_tiers.html", "&quot;page&quot;: &quot;leizhou/a/b/c.html"), ELSEWHERE, "found a report of leizhou 2017 en"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_be_made_anew_is_one_line(
    verifier: Verifier, texts: dict[str, str], tmp_path: Path, case: str
) -> None:
    name, content, verdict, expected = UNUSABLE[case]
    path = tmp_path / name
    if callable(content):
        content = content(texts.get(name, texts[REPORT]))
    content = content.read_bytes() if isinstance(content, Path) else content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    verified = verifier.verify(path)
    assert (verified.verdict, expected in verified.why) == (verdict, True), verified.why
    assert "\n" not in verified.why


def read_exception(path: Path) -> str:
    """Return what is said of a confirmed report that lists what changed; nothing of one that does not."""
    return EXCEPTED if json.loads(path.read_text(encoding="utf-8"))["metadata"]["audit"].get("changed") else ""


def test_hostile_files_stop_no_other(audit, made: Folders, tree: Path) -> None:
    folder = tree / "hostile"
    folder.mkdir()
    os.mkfifo(folder / "fifo.html")
    for name, to in {
        "zero.html": "/dev/zero",
        "loop.html": "loop.html",
        "nowhere.html": "/nowhere",
        "folder": ".",
    }.items():
        (folder / name).symlink_to(to)
    (folder / "a\x1b[2J\n.html").write_text("x", encoding="utf-8")
    (folder / "b.ipynb").write_text("{", encoding="utf-8")
    shutil.copy(tree / "leizhou" / "2017" / REPORT, folder / "good.ipynb")
    code, out, err = audit("verify", folder, "--reports", made.reports)
    assert (code, err) == (1, "1 of 8 files confirmed\n")
    assert [line.partition(": ")[0] for line in out.splitlines()] == [UNKNOWN] * 5 + [CONFIRMED] + [UNKNOWN] * 2 or out
    told = {line.split(": ")[1].rpartition("/")[2]: ": ".join(line.split(": ")[2:]) for line in out.splitlines()}
    assert told == {
        r"a\x1b[2J\n.html": "the page: found no origin; expected a page made by audit-lib run",
        "b.ipynb": "found a damaged notebook; expected one made by audit-lib run",
        "fifo.html": "found no regular file; expected a page or notebook",
        "folder": "cannot be read: Is a directory",
        "good.ipynb": read_exception(folder / "good.ipynb"),
        "loop.html": "cannot be read: Too many levels of symbolic links",
        "nowhere.html": "cannot be read: No such file or directory",
        "zero.html": "found no regular file; expected a page or notebook",
    }


def test_pages_under_any_name_and_kind_are_verified(
    verifier: Verifier, texts: dict[str, str], tree: Path, tmp_path: Path
) -> None:
    folder, names = tmp_path / "some", ("a.HTML", "b.htm", "c.failed.html", "d", "e.html")
    folder.mkdir()
    for name in names:
        (folder / name).write_text(swap("four were not", "five were not")(texts[PAGE]), encoding="utf-8")
        assert verifier.verify(folder / name).verdict == CHANGED
        (folder / name).write_text(texts[PAGE], encoding="utf-8")
        assert verifier.verify(folder / name).verdict == CONFIRMED
    assert [path.name for path in list_files(folder)] == sorted(names)
    [unit, *_] = sorted((tree / "leizhou" / "units").glob("*.html"))
    for page in (tree / "index.html", tree / "zh" / "index.html", unit, tree / "leizhou" / "2017" / "notice.html"):
        assert verifier.verify(page).verdict == CONFIRMED
        text = page.read_text(encoding="utf-8")
        start = text.index("<main")
        page.write_text(text[:start] + re.sub(r"\d\d", "11", text[start:], count=1), encoding="utf-8")
        assert verifier.verify(page).verdict == CHANGED, page
    cover = tree / "leizhou" / "2017" / "cover.png"
    cover.write_bytes(cover.read_bytes() + b"\0")
    assert verifier.verify(cover).verdict == CHANGED


def test_a_page_in_the_place_of_another_is_named(verifier: Verifier, tree: Path) -> None:
    page = tree / "leizhou" / "2017" / PAGE
    shutil.copy(tree / "zh" / "leizhou" / "2017" / PAGE, page)
    found = verifier.verify(page)
    assert (found.verdict, found.why) == (ELSEWHERE, f"found in the place of leizhou/2017/{PAGE}; it is zh/leizhou/2017/{PAGE}")  # fmt: skip
    shutil.copy(ROOT / "reports" / "louxing" / "2017-05" / "02_distribution.ipynb", page.with_suffix(".ipynb"))
    found = verifier.verify(page.with_suffix(".ipynb"))
    assert found.why == f"found in the place of leizhou/2017/{REPORT}; it is louxing/2017-05/{REPORT}"
    shutil.copy(tree / "zh" / "index.html", tree / "index.html")
    assert verifier.verify(tree / "index.html").why == "found in the place of index.html; it is zh/index.html"


def test_tables_are_built_anew_and_raw_files_count(
    made: Folders, leizhou_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    report = made.reports / "leizhou" / "2017" / REPORT
    scores = leizhou_data / "processed" / "leizhou" / "scores.csv"
    scores.write_text(swap(",97,1,,", ",79,1,,")(scores.read_text(encoding="utf-8")), encoding="utf-8")
    folders = Folders(leizhou_data, made.notebooks, made.reports)
    verifier = Verifier(folders, RunOptions(), tmp_path_factory.mktemp("one"))
    assert verifier.verify(report).verdict == CONFIRMED, "nothing rests on processed tables"
    raw = leizhou_data / "raw" / "leizhou" / "2017.txt"
    raw.write_text(swap("\n97\n", "\n79\n")(raw.read_text(encoding="utf-8")), encoding="utf-8")
    verified = Verifier(folders, RunOptions(), tmp_path_factory.mktemp("two")).verify(report)
    assert verified.verdict == CHANGED
    assert any('"raw/leizhou/2017.txt"' in str(each) for each in verified.differences)
    assert any("食药监局" in str(each) for each in verified.differences)


@pytest.mark.usefixtures("fork_kernels")
def test_a_run_of_papermill_under_another_name_is_verified(verifier: Verifier, tmp_path: Path) -> None:
    from papermill.cli import papermill  # takes as long to import as pytest

    path = tmp_path / "my cuts.ipynb"
    given = ["-p", "jurisdiction", "leizhou", "-r", "period", "2017", "-p", "top_cut", "91.0"]
    papermill([str(ROOT / "notebooks" / REPORT), str(path), *given], standalone_mode=False)
    assert verifier.verify(path).verdict == CONFIRMED
    text = path.read_text(encoding="utf-8")
    for tamper in (
        swap("Read this first", "Read this last"),
        swap("三档用两条", "三档用三条"),
        edit(lambda d: with_outputs(d)[0]["outputs"].append({"data": {"text/html": "31"}, "metadata": {}, "output_type": "display_data"})),
        edit(lambda d: d["metadata"].update(title="31 of 55")),
        edit(lambda d: d["cells"][0]["metadata"].update(jupyter={"source_hidden": True})),
    ):  # fmt: skip
        path.write_text(tamper(text), encoding="utf-8")
        assert verifier.verify(path).verdict == CHANGED


def test_the_command_prints_verdicts_and_differences(
    audit, made: Folders, texts: dict[str, str], tmp_path: Path
) -> None:
    page = tmp_path / PAGE
    page.write_text(texts[PAGE].replace('class="number"', 'class="digits"'), encoding="utf-8")
    shutil.copy(made.reports / "leizhou" / "2017" / REPORT, tmp_path / REPORT)
    code, out, err = audit("verify", tmp_path, "--reports", made.reports)
    lines = out.splitlines()
    assert (code, err) == (1, "1 of 2 files confirmed\n")
    why = read_exception(tmp_path / REPORT)
    assert (lines[0], lines[-1]) == (f"changed: {page}", f"confirmed: {tmp_path / REPORT}{': ' if why else ''}{why}")
    n = int(re.fullmatch(r"  and (\d+) more differences \(--all\)", lines[6])[1])  # type: ignore[index]
    assert len(lines) == 8
    code, out, _ = audit("verify", page, "--all", "--reports", made.reports)
    assert (code, len(out.splitlines())) == (1, 1 + 5 + n)
    code, out, _ = audit("verify", page, "--json", "--reports", made.reports)
    told = json.loads(out)
    assert (code, told["file"], told["verdict"], told["why"], len(told["differences"])) == (
        1,
        str(page),
        CHANGED,
        "",
        5 + n,
    )
    assert set(told["differences"][0]) == {"heading", "line", "shown", "expected"}


@pytest.mark.parametrize("name", ["nothing here.html", "empty"])
def test_a_path_without_a_file_is_unusable(audit, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = audit("verify", tmp_path / name)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith(f"error: {tmp_path / name}: found no")


@pytest.mark.parametrize(
    ("shown", "expected", "named"),
    [
        ("a\nb", "a\nb", []),
        ("a\nx\nc", "a\nb\nc", ["line 2: shows x, expected b"]),
        ("a\nx\ny\nd", "a\nb\nc\nd", ["line 2: shows x, expected b", "line 3: shows y, expected c"]),
        ("a  b", "a b", ["line 1: shows a  b, expected a b"]),
        ("a\nc", "a\nb\nc", ["line 2: expected b"]),
        ("a\nb\nc", "a\nc", ["line 2: shows b"]),
        ("<h2>A &amp; <b>B</b></h2>\n1\n2\n4", "<h2>A &amp; <b>B</b></h2>\n1\n3\n4", ["line 3 under A & B: shows 2, expected 3"]),
        ('["## A?\\n",\n1', '["## A?\\n",\n2', ["line 2: shows 1, expected 2"]),
        (' "## A?\\n",\n1', ' "## A?\\n",\n2', ["line 2 under A?: shows 1, expected 2"]),
        ("\x1b[2J\u202e", "", [r"line 1: shows \x1b[2J\u202e, expected "]),
        ("a" * 500 + "1" + "b" * 500, "a" * 500 + "2" + "b" * 500, [f"line 1: shows …{'a' * 60}1{'b' * 59}…, expected …{'a' * 60}2{'b' * 59}…"]),
        ("\n".join("x" * (MOST_LINES + 1)), "\n".join("y" * (MOST_LINES + 1)), ["line 1: shows " + r"x\n" * 30 + "…, expected " + r"y\n" * 30 + "…"]),
    ],
)  # fmt: skip
def test_differences_are_named(shown: str, expected: str, named: list[str]) -> None:
    assert [str(each) for each in find_differences(shown, expected)] == named


ORIGIN = Origin(
    'zh/leizhou/2017/"><b>.html', ("zh/leizhou/2017/甲.ipynb",), "03_tiers", {"top_cut": 90.0}, {"jinja2": "3"}
)


def test_a_page_tells_its_origin() -> None:
    page = finish_page(f"<html><head>{CHARSET}\n</head><body></body></html>", ORIGIN, Words("en"))
    assert read_origin(page) == ORIGIN
    assert page.count("<b>") == 0


@pytest.mark.parametrize(
    "stated",
    ["", "[]", "{}", "[" * 9000, '{"page": 1}', '{"page": "a.html", "beside": "x", "notebook": "", "parameters": {}, "versions": {}}']
    + [json.dumps({"page": page, "beside": [], "notebook": "", "parameters": {}, "versions": {}}) for page in ("", "/etc/passwd", "a/../b", "a//b", ".a", "a\\b", "a/b/c/d/e/f", "a\x00")],
)  # fmt: skip
def test_an_origin_that_nobody_of_us_wrote_is_refused(stated: str) -> None:
    with pytest.raises(AuditError, match="found an origin that cannot be read"):
        read_origin(f"<head>{OPENING}{html.escape(stated)}{CLOSING}</head>")
