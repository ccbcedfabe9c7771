"""Backends and problems for the tests of runs, and a program that tests can kill."""

import sys
import time

from logicbench.evals.config import EvalConfig
from logicbench.evals.runner import evaluate
from logicbench.generation import generate
from logicbench.models.protocol import Capabilities, Completion, Sampling
from logicbench.seeding import Stream


def toy_problems(count=12, task="even", surface="all"):
    return list(generate("toy", task, surface=surface, count=count, seed=5))


class ToyBackend:
    """Says yes or no as the request's seed decides, with made-up tokens; can be slow, and can fail."""

    name = "toy"
    capabilities = Capabilities(logprobs="raw")

    def __init__(self, delay=0.0, fail=(), stop_after=None, text=None, order=None):
        self.delay, self.fail, self.stop_after, self.text, self.order = delay, set(fail), stop_after, text, order
        self.asked = []
        self.closed = False

    def describe(self):
        return {"model": "toy"}

    def statistics(self):
        return {"asked": len(self.asked)}

    def complete(self, requests, sampling):
        for number, request in enumerate(sorted(requests, key=self.order) if self.order else requests):
            if self.stop_after is not None and number == self.stop_after:
                raise KeyboardInterrupt
            time.sleep(self.delay)
            self.asked.append(request)
            if request.key in self.fail:
                yield Completion(request.key, "", "error", error="out of toys")
                continue
            stream = Stream("toy-backend", request.seed)
            size = 5 + stream.below(20)
            ids = tuple(stream.below(50_000) for _ in range(size))
            logprobs = tuple(-stream.random() for _ in range(size))
            text = self.text or f"<think>{stream.word():x}</think>I say {stream.choice(['yes', 'no', 'maybe'])}."
            yield Completion(
                request.key,
                text,
                stream.choice(["stop", "stop", "stop", "length"]),
                prompt_tokens=11,
                token_ids=ids,
                logprobs=logprobs,
                thinking_tokens=3,
            )

    def close(self):
        self.closed = True


def toy_config(**changes):
    return EvalConfig(**{"model": "toy", "samples": 3, "seed": 9, "sampling": Sampling(temperature=1.0), **changes})


if __name__ == "__main__":
    folder, delay, workers = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    outcome = evaluate(
        toy_problems(20), lambda _: ToyBackend(delay), folder, toy_config(), check_workers=workers, argv=["toy"]
    )
    print(outcome.status)
