"""The house itself: dependencies agree in every file that names them, and what is committed is clean."""

import ast
import doctest
import json
import re
import tomllib
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from audit_lib.notebook.parameters import GROUP_COLUMNS, Parameters
from audit_lib.wording.languages import LANGUAGES

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

HAN = re.compile("[\u4e00-\u9fff]")
CONDA_NAMES = {"pandera[pandas]": "pandera-pandas"}
NOT_ON_CONDA = {"pylopdf-fonts-zh-cn"}


def split_requirement(requirement: str) -> tuple[str, str]:
    """Part a requirement into its name and its versions: click>=8.1 → (click, >=8.1)."""
    match = re.fullmatch(r"([\w.\[\]-]+?)\s*([<>=!~].*)?", requirement)
    assert match, requirement
    return match[1].lower(), match[2] or ""


def declared() -> dict[str, str]:
    return dict(split_requirement(each) for each in PYPROJECT["project"]["dependencies"])


def test_environment_names_the_same_packages() -> None:
    plain = dict(split_requirement(each) for each in ENVIRONMENT if isinstance(each, str))
    by_pip = next(each["pip"] for each in ENVIRONMENT if isinstance(each, dict))
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(plain.pop("python").removeprefix("="))
    assert plain.pop("pip") == ""
    ours = {CONDA_NAMES.get(name, name): versions for name, versions in declared().items()}
    assert plain == {name: versions for name, versions in ours.items() if name not in NOT_ON_CONDA}
    assert by_pip == [*(name + ours[name] for name in sorted(NOT_ON_CONDA)), "-e ."]


def test_lock_pins_every_declared_package_with_hashes() -> None:
    pinned = re.findall(r"^([a-z0-9.-]+)==\S+(?: ; [^\\\n]+)? \\\n    --hash=sha256:", LOCK, flags=re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^\S", LOCK, flags=re.MULTILINE))
    dev = [split_requirement(each)[0] for each in PYPROJECT["dependency-groups"]["dev"]]
    wanted = {re.sub(r"\[.*\]", "", name).replace("_", "-") for name in [*declared(), *dev]}
    assert wanted <= set(pinned)


def test_lock_satisfies_the_declared_versions() -> None:
    from packaging.requirements import Requirement

    pinned = dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", LOCK, flags=re.MULTILINE))
    for each in [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]:
        requirement = Requirement(each)
        assert requirement.specifier.contains(pinned[requirement.name.lower()]), each


@pytest.mark.parametrize("path", [ROOT / name for name in ("requirements.lock", "pyproject.toml", "environment.yml")])
def test_no_file_names_a_package_index(path: Path) -> None:
    assert not re.search(r"index-url|find-links|/simple\b", path.read_text(encoding="utf-8"))


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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_headings_are_questions_in_both_languages_and_it_ends_with_its_limits(path: Path) -> None:
    texts = [text for text, tags in read_prose(path) if not set(tags) - {"method"}]
    pairs = [tuple(re.fullmatch("#+ (.*)", text)[1].split(" · ")) for text in texts]  # type: ignore[index]
    assert pairs[-1] in {("What this does not show", chinese) for chinese in ("局限", "本报告不能说明什么")}
    assert [(english[-1], chinese[-1]) for english, chinese in pairs[:-1]] == [("?", "？")] * (len(pairs) - 1)
    assert not [english for english, _ in pairs if HAN.search(english)]
    assert [chinese for _, chinese in pairs if HAN.search(chinese)] == [chinese for _, chinese in pairs]
    title = json.loads(path.read_text(encoding="utf-8"))["metadata"]["title"]
    assert title == " · ".join(pairs[0])


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
def test_notebook_states_a_headline_and_two_further_messages_or_more(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    last = ["".join(cell["source"]).splitlines()[-1] for cell in cells if cell["cell_type"] == "code"]
    assert sum(line.startswith("report.headline(") for line in last) == 1
    assert sum(line.startswith(("report.finding(", "report.bullets(")) for line in last) >= 2


def test_the_parameter_cell_is_the_same_everywhere_and_says_what_is_allowed() -> None:
    cells = [cell for path in NOTEBOOKS for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    [source] = {"".join(cell["source"]) for cell in cells if cell["id"] == "parameters"}
    comments = dict(re.findall(r"^(\w+): .*?  # (.*)$", source, flags=re.MULTILINE))
    assert list(comments) == [field.name for field in fields(Parameters)]
    for name, allowed in (("language", LANGUAGES), ("group_column", GROUP_COLUMNS)):
        assert set(allowed) <= set(re.findall(r"\w+", comments[name]))


WITH_EXAMPLES = sorted(path for path in (ROOT / "src").rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.stem)
def test_examples_in_docstrings_give_what_they_say(path: Path) -> None:
    module = import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
    results = doctest.testmod(module)
    assert (results.failed, results.attempted > 0) == (0, True)
