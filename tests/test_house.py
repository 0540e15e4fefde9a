"""The project's habits: the declared dependencies agree in every file, and what is committed is clean."""

import ast
import doctest
import json
import re
import subprocess
import tomllib
from collections import Counter
from dataclasses import fields
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import audit_lib
from audit_lib.fingerprints import LIBRARIES, PAGE_LIBRARIES
from audit_lib.notebook.parameters import GROUP_COLUMNS, Parameters
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.wording.languages import LANGUAGES

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = [Requirement(each) for each in PYPROJECT["project"]["dependencies"]]
GROUPS = {name: [Requirement(each) for each in group] for name, group in PYPROJECT["dependency-groups"].items()}
LOCKS = {
    "requirements.lock": [*DECLARED, *GROUPS["install"]],
    "requirements-dev.lock": [*DECLARED, *GROUPS["install"], *GROUPS["dev"]],
}
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))

HAN = re.compile("[\u4e00-\u9fff]")
CONDA_NAMES = {"jupyter-client": "jupyter_client", "lazy-loader": "lazy_loader", "pandera": "pandera-pandas"}
NOT_ON_CONDA = ["fastparquet", "office-oxide", "ofdkit", "pylopdf-fonts-zh-cn"]
# Locks name packages by version and hash, so that any mirror can serve them.
REGISTRY = re.compile(
    r"(?<!emit-)index-url|find-links|/simple\b|pypi\.org|pythonhosted|registry\.npmjs|anaconda\.org|trusted-host"
)
TEXT = (
    "*.py",
    "*.pyi",
    "*.toml",
    "*.yml",
    "*.yaml",
    "*.cff",
    "*.md",
    "*.lock",
    "*.cfg",
    "*.json",
    "Makefile",
    ".ci/*",
    ".github/**",
    ".gitignore",
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def read_lock(name: str) -> dict[str, str]:
    """The pinned version of each package of a lock."""
    return dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", read(name), flags=re.MULTILINE))


def lock_name(requirement: Requirement) -> str:
    return re.sub(r"[._-]+", "-", requirement.name).lower()


def test_environment_names_the_same_packages() -> None:
    listed = yaml.safe_load(read("environment.yml"))["dependencies"]
    plain = [each for each in listed if isinstance(each, str)]
    [python, pip, *packages] = plain
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(python.removeprefix("python="))
    assert pip == "pip"
    expected = {
        CONDA_NAMES.get(each.name, each.name): each.specifier for each in DECLARED if each.name not in NOT_ON_CONDA
    }
    assert {each.name: each.specifier for each in map(Requirement, packages)} == expected
    by_pip = [f"{each.name}{each.specifier}" for each in DECLARED if each.name in NOT_ON_CONDA]
    assert listed[len(plain) :] == [{"pip": [*by_pip, "-e ."]}]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_satisfies_the_declared_versions(name: str) -> None:
    pinned = read_lock(name)
    assert [str(each) for each in LOCKS[name] if not each.specifier.contains(pinned.get(lock_name(each), ""))] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_holds_names_versions_and_hashes_only(name: str) -> None:
    package = r"[a-z0-9.-]+==[\w.!+]+(?: ; [^\\\n]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.sub(package, "", read(name)) == ""


def test_development_adds_to_the_run_time_lock_and_changes_nothing_in_it() -> None:
    packages = {name: set(re.findall(r"^\S+==[^\\]+", read(name), flags=re.MULTILINE)) for name in LOCKS}
    assert packages["requirements.lock"] < packages["requirements-dev.lock"]


def test_run_time_needs_no_browser_type_checker_or_cluster() -> None:
    assert {"playwright", "mypy", "distributed", "ruff", "hypothesis", "setuptools"} & set(
        read_lock("requirements.lock")
    ) == set()


def list_committed(*patterns: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True)
    return listed.stdout.decode().rstrip("\0").split("\0")


@pytest.mark.parametrize("library", sorted({*LIBRARIES, *PAGE_LIBRARIES} - {"audit-lib"}))
def test_reports_follow_only_libraries_that_the_package_imports(library: str) -> None:
    modules = [name for name, found in packages_distributions().items() if library in map(str.lower, found)]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py")))
    assert re.search(rf"(?:import|from) (?:{'|'.join(modules)})\b", sources), modules


def test_no_committed_file_names_a_package_registry() -> None:
    names = [name for name in list_committed(*TEXT) if name != "tests/test_house.py"]
    assert {"Makefile", "requirements.lock", ".ci/setup", ".github/workflows/ci.yml", "README.md"} <= set(names)
    assert [name for name in names if REGISTRY.search(read(name))] == []


def test_modules_have_at_most_300_lines() -> None:
    long = {"wording/words.py"}  # no seam was found in it yet
    modules = sorted((ROOT / "src/audit_lib").rglob("*.py"))
    found = {path for path in modules if len(path.read_text(encoding="utf-8").splitlines()) > 300}
    assert {path.relative_to(ROOT / "src/audit_lib").as_posix() for path in found} <= long


def test_version_is_the_same_everywhere() -> None:
    version = PYPROJECT["project"]["version"]
    assert yaml.safe_load(read("CITATION.cff"))["version"] == version
    released = re.findall(r"^## \[(\d[^\]]*)\] – (\S+)$", read("CHANGELOG.md"), flags=re.MULTILINE)
    assert released[0] == (version, str(yaml.safe_load(read("CITATION.cff"))["date-released"]))
    assert audit_lib.__version__ == version


def test_workflow_runs_every_supported_version_of_python() -> None:
    job = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["check"]
    named = {each.rsplit(" :: ", 1)[-1] for each in PYPROJECT["project"]["classifiers"] if "Python :: 3." in each}
    assert set(job["strategy"]["matrix"]["python"]) == named
    assert all(SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(each) for each in named)


MADE_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("path", [name for name in list_committed("*.md") if not name.startswith("reports/")])
def test_links_between_documents_lead_somewhere(path: str) -> None:
    folder = (ROOT / path).parent
    assert [link for link in MADE_LINK.findall(read(path)) if not (folder / link).exists()] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_sources_carry_no_outputs(path: Path) -> None:
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_sources_only_call_the_library(path: Path) -> None:
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    nodes = [node for cell in cells for node in ast.walk(ast.parse("".join(cell["source"])))]
    assert {node.module for node in nodes if isinstance(node, ast.ImportFrom)} == {"audit_lib"}
    assert not [node for node in nodes if isinstance(node, ast.Import | ast.FunctionDef | ast.For | ast.While | ast.If)]


def read_prose(path: Path) -> list[tuple[str, list[str]]]:
    """The markdown cells of a notebook: text and tags."""
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "markdown"]
    return [("".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in cells]


# Reports carry the name of their notebook: 05 keeps its first one, and asks more simply in its heading.
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_one_question_in_both_languages_and_ends_with_its_limits(path: Path) -> None:
    headings = [text for text, tags in read_prose(path) if text.startswith("#") and tags != ["question"]]
    [title, limits] = headings
    assert limits == "## What this does not show · 局限"
    english, chinese = title.removeprefix("# ").split(" · ")
    assert (english[-1], chinese[-1]) == ("?", "？")
    assert not HAN.search(english)
    assert HAN.search(chinese)
    named = json.loads(path.read_text(encoding="utf-8"))["metadata"]["title"]
    assert named == f"{english} · {chinese}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_prose_is_english_then_chinese_and_says_the_same_of_what_it_names(path: Path) -> None:
    tagged = [(text, tags) for text, tags in read_prose(path) if tags != ["notebook-only"]]
    [about] = [text.split("\n\n") for text, tags in read_prose(path) if tags == ["notebook-only"]]
    places = [place for place, (_, tags) in enumerate(tagged) if "en" in tags]
    assert [place - 1 for place, (_, tags) in enumerate(tagged) if "zh" in tags] == places
    assert places
    for english, chinese in [about, *((tagged[place][0], tagged[place + 1][0]) for place in places)]:
        assert len(HAN.findall(english)) <= 0.1 * len(english) < len(HAN.findall(chinese))
        names = re.findall(r"`[^`]+`|\]\([^)]+\)", english)
        assert [name for name in names if name not in chinese] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_opens_with_its_headline_and_the_messages_under_it(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    last = ["".join(cell["source"]).rpartition("\nreport.")[2] for cell in cells if cell["cell_type"] == "code"]
    calls = [text.removeprefix("report.").partition("(")[0] for text in last]
    assert calls[2:4] == ["headline", "bullets"], "after the parameters and the settings"
    assert (calls.count("headline"), calls.count("bullets")) == (1, 1)
    tags = [cell["metadata"].get("tags") for cell in cells if cell["cell_type"] == "code"]
    assert tags[:4] == [["parameters"], ["settings"], ["headline"], ["bullets"]]


def test_the_parameter_cell_is_the_same_everywhere_and_says_what_is_allowed() -> None:
    lines = {
        path.stem: "".join(cell["source"]).splitlines()
        for path in NOTEBOOKS
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["id"] == "parameters"
    }
    usual = Counter(map("\n".join, lines.values())).most_common(1)[0][0].splitlines()
    differing = {stem: sorted(set(usual) ^ set(own)) for stem, own in lines.items() if own != usual}
    assert (lines.keys(), differing) == ({path.stem for path in NOTEBOOKS}, {})
    source = "\n".join(usual)
    comments = dict(re.findall(r"^(\w+): .*?  # (.*)$", source, flags=re.MULTILINE))
    assert list(comments) == [field.name for field in fields(Parameters)]
    for name, allowed in (("language", LANGUAGES), ("group_column", GROUP_COLUMNS)):
        assert set(allowed) <= set(re.findall(r"\w+", comments[name]))


def test_the_words_that_lineage_may_use_are_listed() -> None:
    about = read("data/README.md")
    for name in ("event", "date_is", "confidence", "scope"):
        [check] = SCHEMAS["lineage"].columns[name].checks
        assert [word for word in check.statistics["allowed_values"] if f"`{word}`" not in about] == []


def test_each_change_that_tests_must_notice_can_be_made() -> None:
    for file, listed in tomllib.loads(read("benchmarks/mutants.toml")).items():
        text = read(file)
        assert [old for old, *_ in listed["changes"] if text.count(old) != 1] == [], file
        tests = [name.partition("::") for name in listed["tests"]]
        assert [name for path, _, name in tests if f"def {name}" not in read(path)] == [], file


WITH_EXAMPLES = sorted(path for path in (ROOT / "src").rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.stem)
def test_examples_in_docstrings_give_what_they_say(path: Path) -> None:
    module = import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
    results = doctest.testmod(module)
    assert (results.failed, results.attempted > 0) == (0, True)
