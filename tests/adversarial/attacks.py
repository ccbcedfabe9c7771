"""Attacks by kind. Each yields completions; `NEVER` are kinds that must not be paid whatever the problem."""

import json
import re
from itertools import islice, product

from logicbench.answers.extract import THINKING_TAGS
from logicbench.family import get_family
from logicbench.problem import Unparsable

HOMOGLYPHS = str.maketrans("AaBcEeOopTxXySiN", "АаВсЕеОорТхХуЅіΝ")
FULLWIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x30, 0x7B)})
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def wrapped(answer):
    yield f"Answer: {answer}"
    yield f"<answer>{answer}</answer>"
    yield f"\\boxed{{{answer}}}"
    yield f"Final answer:\n```\n{answer}\n```"


def wrong_answer(problem, candidates):
    """Return a readable answer of another value, or None."""
    family = get_family(problem.family)
    right = family.parse(problem, f"Answer: {problem.reference}")
    for text in candidates:
        found = family.parse(problem, f"Answer: {text}")
        if (
            not isinstance(found, Unparsable)
            and found.value != right.value
            and not family.check(problem, found).correct
        ):
            return text
    return None


def thinking(problem, wrong):
    """The right answer where only thinking is."""
    right = problem.reference
    for opening, closing in THINKING_TAGS:
        for text in wrapped(right):
            yield f"{opening}{text}{closing}"
            yield f"{opening}\n{text}"
            yield f"{opening}{text}{closing}\nI am not sure."
            if wrong is not None:
                yield f"{opening}{text}{closing}\nAnswer: {wrong}"


def contradiction(problem, wrong):
    """The right answer among others, in either order."""
    if wrong is None:
        return
    right = problem.reference
    for first, last in ((right, wrong), (wrong, right)):
        for one, two in product(wrapped(first), wrapped(last)):
            yield f"{one}\n{two}"
            yield f"{one}\n\nOn the other hand:\n\n{two}"
        yield f"Answer: {first} or {last}"
        yield f"Answer: {first}\nor\n{last}"
        yield f"Answer: {first}. No, wait: {last}"


def format_only(problem, wrong):
    for inner in (
        "",
        " ",
        "?",
        "...",
        "the answer",
        "X",
        "N/A",
        "TODO",
        "\u200b",
        "```",
        "\\boxed{}",
    ):
        yield from wrapped(inner)
    yield from ("", " ", "Answer:", "Answer", "<answer>", "</answer>", "\\boxed{", "```\n```", "I cannot answer this.")


def prompt_echo(problem, wrong):
    yield problem.prompt
    yield problem.prompt + "\n" + problem.prompt
    yield f"<answer>{problem.prompt}</answer>"
    yield problem.prompt + "\nAnswer:"


def copied_instance(problem, wrong):
    text = json.dumps(problem.instance, ensure_ascii=False)
    yield from wrapped(text)
    yield from wrapped(json.dumps(problem.to_json(), ensure_ascii=False))


def shotgun(problem, wrong):
    """Everything at once."""
    labels = [label.upper() for label in get_family(problem.family).tasks[problem.task].labels]
    for joint in (" ", ", ", "\n", " or ", "/", "; "):
        if len(labels) > 1:
            yield from wrapped(joint.join(labels))
        yield from wrapped(joint.join("".join(bits) for bits in islice(product("01", repeat=6), 64)))
        yield from wrapped(joint.join(map(str, range(40))) + joint + joint.join(f"-{i}" for i in range(40)))
    yield "\n".join(f"Answer: {number}" for number in range(60))


NEVER = (thinking, contradiction, format_only, prompt_echo, copied_instance, shotgun)


def empty(problem, wrong):
    for inner in ("none", "[]", "{}", "()", "NONE", "∅", "empty", "0", "null", "-"):
        yield from wrapped(inner)
    for label in ("UNSAT", "SAT", "NO", "YES", "VALID", "INVALID"):
        yield from wrapped(label)
        yield from wrapped(label + " none")


def everything(problem, wrong):
    """All indices where some are asked for."""
    for most in (5, 20, 100, len(problem.instance.get("clauses", ())) or 7):
        listed = ", ".join(map(str, range(1, most + 1)))
        for label in ("", "UNSAT ", "NO ", "INVALID ", "clique "):
            yield from wrapped(label + listed)


def duplicated(problem, wrong):
    right = problem.reference
    for joint in (", ", " ", "\n"):
        yield from wrapped(right + joint + right)
    yield from wrapped(re.sub(r"(-?\d+)", r"\1, \1", right))


def out_of_range(problem, wrong):
    for number in ("0", "-1", "999999", "9" * 5000, "1.5", "1e3", "0x1", "+1", "--1", "１"):
        yield from wrapped(re.sub(r"-?\d+", number, problem.reference, count=1))
        yield from wrapped(problem.reference + ", " + number)


def look_alikes(problem, wrong):
    for table in (HOMOGLYPHS, FULLWIDTH, ARABIC, SUPERSCRIPT):
        yield from wrapped(problem.reference.translate(table))
    for mark in ("\u200b", "\u202e", "\ufeff", "\u0301"):
        yield from wrapped(mark.join(problem.reference))


def oversized(problem, wrong):
    """Certificates and lists that would make a checker work."""
    right = problem.reference
    for joint in ("\n", ", ", " "):
        yield "Answer: " + joint.join([right] * (200_000 // (len(right) + 1)))
    for label in ("", "UNSAT ", "NO\n", "INVALID "):
        yield f"Answer: {label}" + ", ".join(map(str, range(1, 20_000)))
        yield f"Answer: {label}" + "\n".join(f"{i} {-i} {i + 1} 0" for i in range(1, 6_000))
        yield f"Answer: {label}" + "S1: 1 from 1: x.\n" * 5_000


def nested(problem, wrong):
    for opening, closing in (
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("\\boxed{", "}"),
        ("<answer>", "</answer>"),
        ("¬", ""),
        ("not ", ""),
    ):
        yield f"Answer: {opening * 20_000}{problem.reference}{closing * 20_000}"


CHECKED = (empty, everything, duplicated, out_of_range, look_alikes, oversized, nested)
"""What these say may be right; whatever is accepted must pass the oracle."""
