"""Options that several commands have, types of values that click lacks, and settings given as NAME=VALUE."""

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from audit_lib.batch.plan import Folders
from audit_lib.files import find_project


class Amount(click.FloatRange):
    """A number in a range: `nan`, which compares with nothing, is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


class Command(click.Command):
    """A command that `audit-lib --help` lists with its whole summary."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return " ".join((self.help or "").split("\n\n")[0].split())


class Group(click.Group):
    command_class = Command


debug = click.option(
    "--debug",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, parameter, value: context.ensure_object(dict).update(debug=value),
    help="Show a traceback if there is an error.",
)


def folder(*names: str, help: str) -> Callable[..., Any]:
    """Return an option that takes a folder."""
    return click.option(*names, type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help=help)


data = folder("--data", help="The data folder (default: the project's).")
notebooks = folder("--notebooks", help="The notebooks (default: the project's).")


def about(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the place and period arguments, --data and --debug to a command."""
    for decorate in (debug, data, *(click.argument(name, required=False) for name in ("period", "jurisdiction"))):
        command = decorate(command)
    return command


def find_folders(data: Path | None, notebooks: Path | None, reports: Path | None) -> Folders:
    """Return the folders given, else the project's; whole, for workers elsewhere."""
    given = {"data": data, "notebooks": notebooks, "reports": reports}
    return Folders(*((folder or find_project() / name).resolve() for name, folder in given.items()))


def read_settings(given: tuple[str, ...]) -> dict[str, Any]:
    """Return parameters given as NAME=VALUE, where a value is a number or text. Raises click.UsageError."""
    settings: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals:
            raise click.UsageError(f"-p {each}: found no value; expected NAME=VALUE, e.g. -p top_cut=92")
        if name in ("jurisdiction", "period", "language"):
            raise click.UsageError(f"-p {each}: found {name}; expected audit-lib run J P --language L")
        settings[name] = _read_value(text)
    return settings


def _read_value(text: str) -> int | float | str:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text
