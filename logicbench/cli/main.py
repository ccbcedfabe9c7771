"""The command `logicbench`: names the subcommands and turns errors into one sentence and an exit code.

Exit codes: 0 done, 1 a check that was asked for failed, 2 bad input, 130 interrupted. A subcommand's module is imported
only when the command is run, so that ``--help`` is instant.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

import logicbench
from logicbench.errors import LogicbenchError

_COMMANDS: dict[str, tuple[str, str]] = {
    "families": ("logicbench.cli.families", "List the problem families, or describe one."),
    "generate": ("logicbench.cli.generate", "Generate problems as JSONL."),
    "import": ("logicbench.cli.import_", "Make problems of published question files."),
    "verify": ("logicbench.cli.verify", "Check answers against problems."),
    "audit": ("logicbench.cli.audit", "Attack a data set with shallow baselines."),
    "hardness": ("logicbench.cli.hardness", "Show a family's phase transition."),
    "fol": ("logicbench.cli.fol", "Read, print, check and prove first-order formulas."),
    "translate": ("logicbench.cli.translate", "Translate sentences into first-order logic."),
    "models": ("logicbench.cli.models", "List and fetch models."),
    "eval": ("logicbench.cli.eval", "Evaluate a model."),
    "compress": ("logicbench.cli.compress", "Prune or quantise a model."),
    "sweep": ("logicbench.cli.sweep", "Compress a model in many ways, evaluate and compare."),
    "compare": ("logicbench.cli.compare", "Compare runs on identical problems."),
    "rescore": ("logicbench.cli.rescore", "Check a run's completions anew."),
    "analyze": ("logicbench.cli.analyze", "Analyse a run: votes, cost, traces, token limits."),
    "plan": ("logicbench.cli.plan", "Say how many problems a comparison needs."),
    "serve": ("logicbench.cli.serve", "Serve the reward over HTTP."),
    "export": ("logicbench.cli.export", "Write problems for trainers and other evaluation tools."),
    "report": ("logicbench.cli.report", "Write a run's report as one HTML file."),
}
"""Subcommand -> (module with a Typer `app`, one-line help), in the order of the help page."""


class LazyGroup(TyperGroup):
    """A group whose subcommands are imported when they are run."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return a subcommand; on the help page, a stub that has only the help line."""
        if cmd_name not in _COMMANDS:
            return None
        module, summary = _COMMANDS[cmd_name]
        if ctx.resilient_parsing is False and not ctx.params and _asks_for_help(ctx):
            return _stub(cmd_name, summary)
        command = typer.main.get_command(importlib.import_module(module).app)
        command.name = cmd_name
        return command


def _asks_for_help(ctx: Any) -> bool:
    first = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), None)
    return first not in _COMMANDS


def _stub(name: str, summary: str) -> Any:
    stub = typer.Typer()
    stub.command(name, help=summary)(lambda: None)
    return typer.main.get_command(stub)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Logical-reasoning benchmarks with solver-checked answers and measured hardness.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"logicbench {logicbench.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line and exit."""
    try:
        app()
    except LogicbenchError as error:
        sys.stderr.write(f"logicbench: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("logicbench: interrupted\n")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe has gone; point stdout at nothing so that the interpreter's last flush is silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
