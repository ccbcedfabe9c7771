"""Many requests in flight at once against ``logicbench serve``, every other answer hostile.

Run with: PYTHONPATH=tests python benchmarks/serve_load.py [--requests 1000] [--workers 1]

Prints how long all of them took together, the rate, quantiles of the latency as a client sees it while all are in
flight, and the processor time of the server's processes, from their start on; ends with 1 if any answer is not 200 or
any right answer not paid. The rate is bounded by the client, which opens a connection for each request.
"""

import argparse
import asyncio
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import orjson
from support.mutations import hostile

import logicbench


def start(workers: int) -> tuple[str, subprocess.Popen[str]]:
    command = [sys.executable, "-m", "logicbench", "serve", "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://[0-9.]+:[0-9]+", line)
        if found:
            return found[0], process
    raise SystemExit("the server did not start")


def bodies(count: int) -> list[bytes]:
    """Requests of one item each, as many right answers as hostile texts."""
    problems = [
        *logicbench.generate("sat", "assign", count=4, knobs={"variables": 50}, measure=False),
        *logicbench.generate("coloring", "color", count=4, measure=False),
        *logicbench.generate("fol", "certify", count=3, measure=False),
        *logicbench.generate("rules", "proof", count=4, measure=False),
    ]
    texts = list(hostile(count // 2 + 1, seed=11))
    made = []
    for number in range(count):
        problem = problems[number % len(problems)]
        text = f"Answer: {problem.reference}" if number % 2 else texts[number // 2].encode("utf-8", "replace").decode()
        made.append(orjson.dumps({"items": [{"completion": text or "x", "problem": problem.to_json()}]}))
    return made


async def send(url: str, requests: list[bytes]) -> tuple[list[tuple[int, float, float]], float]:
    """Return (status, reward, seconds) of each request, and the seconds of all."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None), timeout=300) as client:

        async def one(body: bytes) -> tuple[int, float, float]:
            begun = time.perf_counter()
            answer = await client.post(f"{url}/v1/rewards", content=body, headers={"content-type": "application/json"})
            reward = answer.json()["results"][0]["reward"] if answer.status_code == 200 else -1.0
            return answer.status_code, reward, time.perf_counter() - begun

        begun = time.perf_counter()
        found = await asyncio.gather(*map(one, requests))
        return found, time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    requests = bodies(arguments.requests)
    url, process = start(arguments.workers)
    try:
        asyncio.run(send(url, requests[:8]))  # workers import what they need
        found, seconds = asyncio.run(send(url, requests))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    used = os.times()
    latencies = sorted(each for _, _, each in found)
    quantiles = {q: latencies[min(len(latencies) - 1, int(q * len(latencies)))] for q in (0.5, 0.9, 0.99)}
    refused = sum(status != 200 for status, _, _ in found)
    unpaid = sum(reward != 1.0 for _, reward, _ in found[1::2])
    print(f"{len(found):,} requests at once in {seconds:.2f} s: {len(found) / seconds:,.0f} a second")
    print("latency with all of them in flight: " + ", ".join(f"p{100 * q:.0f} {v:.2f} s" for q, v in quantiles.items()))
    print(f"{refused} not answered by 200; {unpaid} of {len(found[1::2])} right answers not paid")
    spent = used.children_user + used.children_system
    print(f"processor time of the server and its {arguments.workers} workers: {spent:.2f} s")
    return 1 if refused or unpaid else 0


if __name__ == "__main__":
    sys.exit(main())
