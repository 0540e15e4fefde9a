"""The command line as a process: its streams, its errors as one line each, its exit codes.

0: done. 1: some run or check failed, the others are done. 2: unusable arguments or input.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

import click

from audit_lib.errors import AuditError, show_controls

DONE, FAILED, UNUSABLE = 0, 1, 2


class OutputError(Exception):
    """Standard output or standard error cannot be written."""


class _Stream:
    """Standard output or standard error, with OutputError for its faults, to tell them from other OSErrors."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._faults():
            return self._stream.write(text)

    def flush(self) -> None:
        with self._faults():
            self._stream.flush()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(f"output: {error.strerror or error}") from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def run_command(command: click.Command) -> NoReturn:
    """Run a command and exit. Errors are one line; a traceback only with --debug."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: so ask systemd, Slurm and docker stop
    settings = {"debug": False}
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_Stream, streams)
    try:
        code = command(standalone_mode=False, obj=settings)
    except click.Abort:  # Ctrl-C: what works for us ends with us, and nothing is half-written
        _stop()
    except (click.ClickException, AuditError, OutputError, OSError) as error:
        if settings["debug"] or (message := _word_error(error)) is None:
            raise
        code = DONE if message == "" else UNUSABLE
        if message:
            click.echo(f"error: {show_controls(message)}", err=True)
    finally:
        sys.stdout, sys.stderr = streams
    sys.exit(code)


def _word_error(error: Exception) -> str | None:
    """Return the line for an error: empty if the reader of our output is gone, None for an error of the library."""
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OutputError):  # nothing more can be printed there: not when Python exits either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return "" if isinstance(error.__cause__, BrokenPipeError) else str(error)
    if isinstance(error, OSError):  # a file that cannot be read or written
        return f"{error.filename}: {error.strerror or error}" if error.filename else None
    return str(error)


def _stop() -> NoReturn:
    """End after Ctrl-C, with everything that this process started."""
    from audit_lib.batch.processes import end_all

    end_all()
    with suppress(OutputError):
        click.echo("stopped; what was done is kept, and run again goes on from there", err=True)
        sys.stdout.flush()
    os._exit(130)
