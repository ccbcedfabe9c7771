"""Ways in which models dress a right answer, and hostile text."""

from __future__ import annotations

import random
from collections.abc import Iterator

OPENINGS = (
    "",
    "Let me think step by step.\n\n",
    "<think>The answer: maybe none? Answer: 42 {x}</think>\n",
    "<think>\nAnswer: SAT or UNSAT, 0101, [1, 2]\n</think>\n\n",
    "# Solution\n\nWe try a few values, e.g. x1 = 1.\n\n",
    "I will check all 10 conditions (1-10).\n",
    "```python\nprint(1)\n```\n\n",
    "reasoning text </think> ",
    "We need an answer that is valid. I hope this answer is useful.\n",
)
MARKERS = (
    "Answer: {}",
    "answer: {}",
    "ANSWER : {}",
    "Answer:\n{}",
    "Answer:\n\n{}",
    "**Answer:** {}",
    "**Answer**: {}",
    "Final answer: {}",
    "**Final Answer:** {}",
    "The final answer is: {}",
    "The answer is {}",
    "My answer is: {}",
    "<answer>{}</answer>",
    "<answer>\n{}\n</answer>",
    "<ANSWER>{}</ANSWER>",
    "< answer >{}</ answer >",
    "<answer>Answer: {}</answer>",
    "\\boxed{{{}}}",
    "$\\boxed{{{}}}$",
    "The final answer is $\\boxed{{{}}}$.",
    "Answer: \\boxed{{{}}}",
    "Answer: `{}`",
    "Answer:\n```\n{}\n```",
    "Answer:\n```text\n{}\n```",
    "### Answer: {}",
    "- Answer: {}",
    "> Answer: {}",
    "Answer： {}",
    "Answer = {}",
)
CLOSINGS = ("", "\n", "  ", "\n\n", "\n\nThis can be checked directly.", "\r\n", "\n\nHope this helps!", "\n---")


def dressed(answer: str, multiline: bool = False) -> Iterator[str]:
    """Yield completions that give this answer and no other (over 1,000 for a one-line answer)."""
    markers = [m for m in MARKERS if not (multiline and "`{}`" in m)]
    for opening in OPENINGS:
        for marker in markers:
            for closing in CLOSINGS[: 4 if multiline else None]:
                yield opening + marker.format(answer) + closing


ALPHABET = "01 ,.;:xX_{}[]()$\\\"'`*#<>/|&-+=~!?\n\t\r\0ABSATUNans we٣４１²½İſ\u200b\u202e\ufeff\U0001f600√¬∨∧→"
PIECES = (
    "Answer:", "answer is", "<answer>", "</answer>", "\\boxed{", "}", "```", "<think>", "</think>", "SAT", "UNSAT", "or",
    "and", "1", "0", "101", "x1=1", "x_{1}", "-1 2 0", "none", "{", "[", "((((", "9" * 400, "1" * 5000, "__import__('os')",
    "eval(", "${jndi:ldap://x}", "%s%n", "\\frac{1}{0}", "not not", "TRUE", "FALSE", "UNKNOWN", "\n\n", " " * 300, "\t" * 50,
    "\u0661\u0662", "１０１", "null", "NaN", "-", "--", "1e999", "0x1", "1.5", "1,000,000", "1-5", "{1,2}", "{{1}}",
    '{"x1": true}', "[[1]]", "| 1 | 2 |", "**", "Ａｎｓｗｅｒ：", "\ud7ff",
)  # fmt: skip


def hostile(count: int, seed: int) -> Iterator[str]:
    """Yield hostile strings: token soup, character soup, long runs, repeated answers."""
    rng = random.Random(seed)
    for index in range(count):
        kind = index % 4
        if kind == 0:
            yield "".join(rng.choice(PIECES) + rng.choice(("", " ", "\n")) for _ in range(rng.randint(0, 25)))
        elif kind == 1:
            yield "".join(rng.choices(ALPHABET, k=rng.randint(0, 120)))
        elif kind == 2:
            yield "Answer: " + "".join(
                rng.choice(PIECES) + rng.choice(("", " ", ", ")) for _ in range(rng.randint(0, 8))
            )
        else:
            yield rng.choice(PIECES) * rng.randint(1, 200)


def giants() -> list[str]:
    """Return strings of about a megabyte that quadratic scanners choke on."""
    size = 1 << 20
    return [
        "1" * size, "0 1 " * (size // 4), "Answer: " * (size // 8), "Answer:" + " " * size, "(" * size, "{" * size,
        "\\boxed{" * (size // 7), "<answer>" * (size // 8), "<think>" * (size // 7), "```\n" * (size // 4), "\n" * size,
        "Answer: 1" + "\n1" * (size // 2), "x1=1, " * (size // 6), "-" * size, "not " * (size // 4), "Answer: " + "9" * size,
        "Answer: " + "x" * size, "Answer: 1, " * (size // 11), "a" * size, "*" * size, "_" * size, "Answer: x_" + "{" * size,
        "Answer: " + "1 " * (size // 2), "Answer: " + "1,-" * (size // 3), "Answer: " + ("or " * (size // 3)), "\0" * size,
        "answer" + " *" * (size // 2), "Answer: " + "true, " * (size // 6), "Answer: [" * (size // 9), "É" * size,
        "Answer:\n" + "1 2 0\n" * (size // 6), "Answer: SAT" + " " * size + "or UNSAT", "Answer: " + "sat " * (size // 4),
    ]  # fmt: skip
