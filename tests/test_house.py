"""The house itself: dependencies agree in every file that names them, and what is committed is clean."""

import ast
import doctest
import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_headings_are_questions_and_it_ends_with_its_limits(path: Path) -> None:
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "markdown"]
    headings = re.findall(r"^#+ (.*)$", "\n".join("".join(cell["source"]) for cell in cells), flags=re.MULTILINE)
    assert headings[-1] == "What this does not show"
    assert all(heading.endswith("?") for heading in headings[:-1])


WITH_EXAMPLES = sorted(path for path in (ROOT / "src").rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.stem)
def test_examples_in_docstrings_give_what_they_say(path: Path) -> None:
    module = import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
    results = doctest.testmod(module)
    assert (results.failed, results.attempted > 0) == (0, True)
