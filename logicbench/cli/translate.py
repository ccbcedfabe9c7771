"""``logicbench translate``: sentences into formulas by a language model, checked by the prover."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logicbench.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logicbench.logic.fol.normalise import Normalisation
    from logicbench.models.protocol import Backend
    from logicbench.translation.items import Item
    from logicbench.translation.pipelines.protocol import Verification
    from logicbench.translation.run import Outcome, RunConfig

_MODEL, _SAMPLING, _PIPELINE, _RUN = "Model", "Sampling", "Pipeline", "Run"

app = typer.Typer(add_completion=False)


@app.command()
def translate_command(
    model: Annotated[
        str,
        typer.Option(help="Folder of a model, or its name; scripted:FILE.jsonl replays texts.", rich_help_panel=_MODEL),
    ],
    data: Annotated[
        Path,
        typer.Option(
            help="JSONL: premises, conclusion, label, optional premises_fol and conclusion_fol; FOLIO's files; "
            "or context, question, options, answer."
        ),
    ],
    output: Annotated[Path, typer.Option(help="The run's folder.", rich_help_panel=_RUN)],
    pipeline: Annotated[
        str,
        typer.Option(
            help="direct, logic-lm, linc, clover, semantic-majority or incremental.", rich_help_panel=_PIPELINE
        ),
    ] = "direct",
    backend: Annotated[
        str, typer.Option(help="auto, vllm, transformers, openai, constant or scripted.", rich_help_panel=_MODEL)
    ] = "auto",
    base_url: Annotated[
        str | None, typer.Option(help="Address of an OpenAI-compatible server.", rich_help_panel=_MODEL)
    ] = None,
    backend_option: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE for the backend; may be given again.", rich_help_panel=_MODEL)
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most that many items.")] = None,
    samples: Annotated[
        int,
        typer.Option(min=1, help="Samples that vote; for clover, structures a sentence.", rich_help_panel=_PIPELINE),
    ] = 10,
    rounds: Annotated[int, typer.Option(min=0, help="Most refinements or corrections.", rich_help_panel=_PIPELINE)] = 3,
    verification: Annotated[
        str, typer.Option(help="clover: consistency or counter-model.", rich_help_panel=_PIPELINE)
    ] = "consistency",
    lint: Annotated[
        bool,
        typer.Option("--lint", help="linc: leave out samples that use a name in two ways.", rich_help_panel=_PIPELINE),
    ] = False,
    normalise: Annotated[
        str,
        typer.Option(
            help="Names merged before the prover, declared: none, case, number, words, typo, initials or objects. "
            "Unbound variables are always bound.",
            rich_help_panel=_PIPELINE,
        ),
    ] = "none",
    temperature: Annotated[
        float | None, typer.Option(min=0.0, help="By default the pipeline's own.", rich_help_panel=_SAMPLING)
    ] = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Most tokens of an answer.", rich_help_panel=_SAMPLING)] = 1024,
    seed: Annotated[int, typer.Option(help="Seed of the sampling.", rich_help_panel=_SAMPLING)] = 0,
    fresh: Annotated[
        bool,
        typer.Option("--fresh/--resume", help="Start over, or go on with the run in the folder.", rich_help_panel=_RUN),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.", rich_help_panel=_RUN)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.", rich_help_panel=_RUN)] = False,
) -> None:
    """Translate problems into first-order logic, let the prover answer, and compare with labels and gold formulas.

    Model text is read into formulas and never run. A run that was stopped goes on where it was when the same command
    is given again. Exits with 1 if the backend failed on some items.
    """
    from logicbench.cli.eval import backend_options
    from logicbench.models.protocol import Sampling
    from logicbench.translation.items import load_items
    from logicbench.translation.pipelines.protocol import SEPARATOR, Settings
    from logicbench.translation.pipelines.registry import get_pipeline
    from logicbench.translation.run import RunConfig

    chosen = get_pipeline(pipeline)
    items = load_items(data)[:limit]
    for item in items:
        chosen.check(item)
    config = RunConfig(
        model,
        backend,
        pipeline,
        _digest(data),
        Settings(samples, rounds, _verification(verification), lint, normalise=_normalisation(normalise)),
        Sampling(
            max_tokens=max_tokens,
            temperature=chosen.temperature if temperature is None else temperature,
            stop=(SEPARATOR,),
            logprobs=False,
        ),
        seed,
        backend_options("auto", "auto", 1, base_url, {}, backend_option or ()),
    )
    outcome = _run(config, items, output, fresh, quiet or as_json)
    _show(outcome, config, output, as_json)
    raise typer.Exit(1 if outcome.failed else 0)


def _digest(data: Path) -> str:
    import hashlib

    with open(data, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verification(name: str) -> Verification:
    known: tuple[Verification, ...] = ("consistency", "counter-model")
    found = next((each for each in known if each == name), None)
    if found is None:
        raise UnknownNameError("verification", name, known)
    return found


def _normalisation(name: str) -> Normalisation:
    from logicbench.logic.fol.normalise import NORMALISATIONS

    found = next((each for each in NORMALISATIONS if each == name), None)
    if found is None:
        raise UnknownNameError("normalisation", name, NORMALISATIONS)
    return found


def _run(config: RunConfig, items: Sequence[Item], output: Path, fresh: bool, quiet: bool) -> Outcome:
    from logicbench.cli.output import progress
    from logicbench.translation.pipelines.registry import get_pipeline
    from logicbench.translation.run import translate

    backend = _backend(config, items, quiet)
    try:
        with progress(config.pipeline, len(items), not quiet) as step:
            return translate(items, backend, get_pipeline(config.pipeline), config, output, fresh=fresh, step=step)
    finally:
        backend.close()


def _backend(config: RunConfig, items: Sequence[Item], quiet: bool) -> Backend:
    from logicbench.models.factory import choose_backend, make_backend
    from logicbench.translation.stand_in import stand_in

    kind, _, _ = choose_backend(config.backend, config.model)
    if kind in ("oracle", "noisy-oracle", "random"):
        raise InputError(f"the {kind} backend answers benchmark problems; it cannot translate")

    def note(text: str) -> None:
        if not quiet:
            sys.stderr.write(f"{text}\n")

    problems = [stand_in(item) for item in items] if kind in ("scripted", "constant") else []
    return make_backend(config.backend, config.model, problems, dict(config.backend_options), note)


def _show(outcome: Outcome, config: RunConfig, output: Path, as_json: bool) -> None:
    from logicbench.evals.journal import dump_document, write_atomically
    from logicbench.translation.results import print_results, summarise

    results = summarise(outcome.records, outcome.seconds)
    document = {**results, "pipeline": config.pipeline, "model": config.model, "failed": len(outcome.failed)}
    write_atomically(output / "results.json", dump_document(document))
    if as_json:
        print(json.dumps({**document, "output": str(output)}))
        return
    print_results(results, f"{Path(config.model.rstrip('/')).name or config.model} · {config.pipeline}", sys.stdout)
    print(f"Run folder: {output} (every item: {output / 'translations.jsonl'})")
    if outcome.failed:
        print(f"{len(outcome.failed):,} items failed ({outcome.failed[0]}); the same command asks for them again.")
