"""The languages that reports are worded in: a file of words each, and a tree of reports each."""

from pathlib import Path

FOLDER = Path(__file__).parent
MAIN = "en"
LANGUAGES = (MAIN, *sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != MAIN))
BETWEEN = " · "  # what parts the languages of a heading, which stand in the order of LANGUAGES


def choose_part(heading: str, language: str) -> str:
    """Choose the part of a heading that is written in all languages; one that has not a part for each stays whole.

    >>> choose_part("Why? · 为什么?", "zh"), choose_part("Why?", "zh")
    ('为什么?', 'Why?')
    """
    parts = heading.split(BETWEEN)
    return dict(zip(LANGUAGES, parts, strict=True)).get(language, heading) if len(parts) == len(LANGUAGES) else heading


def find_tree(reports: Path, language: str) -> Path:
    """Find where the reports of a language are: those of the main one at the top, the others in a folder each.

    >>> find_tree(Path("reports"), "en").as_posix(), find_tree(Path("reports"), "zh").as_posix()
    ('reports', 'reports/zh')
    """
    return reports if language == MAIN else reports / language


def find_root(tree: Path, language: str) -> Path:
    """Return the reports folder to which the tree of a language belongs."""
    return tree if language == MAIN else tree.parent


def find_translations(page: Path, tree: Path, language: str) -> dict[str, Path]:
    """Find where the same page is in the other languages, there or not: by language. `tree` is that of the page."""
    root = find_root(tree, language)
    others = [each for each in LANGUAGES if each != language]
    return {each: find_tree(root, each) / page.relative_to(tree) for each in others}
