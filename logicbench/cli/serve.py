"""``logicbench serve``: the reward over HTTP."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=-1, help="Scoring processes; -1 for one fewer than there are cores, 0 for none.")
    ] = -1,
    shape: Annotated[str, typer.Option(help="What a verdict is worth where a request does not say.")] = "binary",
    thinking_opened: Annotated[
        bool, typer.Option("--thinking-opened", help="Prompts end inside a thinking block.")
    ] = False,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the bearer token that clients must present.")
    ] = None,
    max_body_mb: Annotated[int, typer.Option(min=1, help="Largest request body, in MiB.")] = 64,
    max_rows: Annotated[int, typer.Option(min=1, help="Most rows in one request.")] = 4096,
    max_in_flight: Annotated[int, typer.Option(min=1, help="Most requests in flight; then 503.")] = 4096,
) -> None:
    """Serve the reward over HTTP: POST /v1/rewards, POST /get_reward (OpenRLHF), GET /health, /metrics and /docs.

    Listens on this machine only unless told otherwise, and then only with a token.
    """
    from logicbench.errors import InputError, MissingExtraError

    token = _token(token_file)
    if token is None and not _is_loopback(host):
        raise InputError(f"--host {host} can be reached from other machines; give --token-file as well")
    try:
        import uvicorn

        from logicbench.rewards.server import ServeSettings, create_app
    except ImportError as error:
        raise MissingExtraError(str(error.name), "serve") from None
    settings = ServeSettings(
        workers=None if workers < 0 else workers,
        shape=shape,
        thinking_opened=thinking_opened,
        token=token,
        max_body_bytes=max_body_mb << 20,
        max_rows=max_rows,
        max_in_flight=max_in_flight,
    )
    uvicorn.run(create_app(settings), host=host, port=port, log_level="info", timeout_graceful_shutdown=30)


def _token(path: Path | None) -> str | None:
    from logicbench.errors import InputError

    if path is None:
        return None
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--token-file {path}: {error}") from None
    if not token:
        raise InputError(f"--token-file {path}: the file is empty")
    return token


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
