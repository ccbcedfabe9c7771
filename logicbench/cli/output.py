"""Writing files and progress for the command line."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from logicbench.errors import InputError


@contextmanager
def atomic_output(path: str) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only when it is complete; ``-`` is standard output.

    Raises:
        InputError: If the file cannot be written.
    """
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)  # mkstemp gives 0600
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def progress(what: str, total: int, enabled: bool = True) -> Iterator[Callable[[], None]]:
    """Show a progress bar on a terminal, and a line every ten seconds elsewhere; yields the step function."""
    if not enabled or total < 2:
        yield lambda: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)
    else:
        yield _plain_progress(what, total)


def _plain_progress(what: str, total: int) -> Callable[[], None]:
    started = last = time.monotonic()
    done = 0

    def advance() -> None:
        nonlocal done, last
        done += 1
        now = time.monotonic()
        if now - last >= 10:
            last = now
            rate = done / (now - started)
            pace = f"{rate:.1f}/s" if rate >= 1 else f"{1 / rate:.1f} s each"
            sys.stderr.write(f"{what}: {done}/{total}, {pace}, {(total - done) / rate:.0f} s left\n")

    return advance
