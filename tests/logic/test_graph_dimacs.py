import bz2
import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.logic.graph import Graph
from logicbench.logic.graph_dimacs import format_graph, parse_graph, read_graph, write_graph

# As in the DIMACS collection: comments with tabs and an empty one.
MYCIEL = "\n".join(
    [
        "c FILE: myciel3.col",
        "c\tSOURCE: Michael Trick",
        "c",
        "p edge 11 20",
        *(f"e {u} {v}" for u, v in ((1, 2), (1, 4), (1, 7), (1, 9), (2, 3), (2, 6), (2, 8), (3, 5), (3, 7), (3, 10))),
        *(
            f"e {u} {v}"
            for u, v in ((4, 5), (4, 6), (4, 10), (5, 8), (5, 9), (6, 11), (7, 11), (8, 11), (9, 11), (10, 11))
        ),
    ]
)


def test_reads_a_file_of_the_collection():
    graph = parse_graph(MYCIEL)
    assert (graph.order, graph.size) == (11, 20)
    assert graph.degrees()[11] == 5


def test_reads_both_directions_descriptors_and_odd_spacing():
    lines = ["c queen", "d 2 10", "v 1 0.5 0.5", "x seed 4", "", "p  col 3 4", "n 1 2"]
    lines += [" e\t1\t2", "e 2 1", "e 3 2 17", "e 2 3", ""]
    assert parse_graph("\r\n".join(lines)).edges == ((1, 2), (2, 3))


def test_isolated_vertices_are_kept():
    assert parse_graph("p edges 5 1\ne 1 2\n") == Graph(5, ((1, 2),))


@pytest.mark.parametrize("declared", [2, 4])
def test_either_count_of_edges_may_be_declared(declared):
    assert parse_graph(f"p edge 3 {declared}\ne 1 2\ne 2 3\n").size == 2


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("p edge 3 1\ne 0 1\n", "g.col:2", "numbers vertices from 1"),
        ("p edge 3 1\ne 1 4\n", "g.col:2", "declares 3 vertices"),
        ("p edge 3 1\ne 2 2\n", "g.col:2", "loop"),
        ("p edge 3 1\ne 1 x\n", "g.col:2", "vertex numbers"),
        ("p edge 3 1\ne 1 -2\n", "g.col:2", "vertex numbers"),
        ("p edge 3 1\ne 1 ²\n", "g.col:2", "vertex numbers"),
        ("p edge 3 1\ne 1\n", "g.col:2", "expected 'e U V'"),
        ("e 1 2\np edge 3 1\n", "g.col:1", "before the problem line"),
        ("p edge 3 1\np edge 3 1\n", "g.col:2", "second problem line"),
        ("p cnf 3 1\n1 2 0\n", "g.col:1", "a formula, not a graph"),
        ("p edge three 1\n", "g.col:1", "integers"),
        ("p edge 99999999 1\n", "g.col:1", "at most"),
        ("p edge 3 9\ne 1 2\n", "g.col:2", "cut short"),
        ("c nothing\n", "g.col:1", "no problem line"),
        ("", "g.col:1", "no problem line"),
        ("p edge 3 1\n1 2\n", "g.col:2", "expected a line"),
    ],
)
def test_refuses_with_the_line(text, where, reason):
    with pytest.raises(InputError) as caught:
        parse_graph(text, "g.col")
    assert str(caught.value).startswith(where)
    assert reason in str(caught.value)


@pytest.mark.parametrize(("suffix", "opener"), [("", open), (".gz", gzip.open), (".xz", lzma.open), (".bz2", bz2.open)])
def test_files_plain_and_compressed(tmp_path, suffix, opener):
    graph = parse_graph(MYCIEL)
    path = tmp_path / f"g.col{suffix}"
    write_graph(graph, path, ["made for a test\nof two lines"])
    with opener(path, "rb") as stream:
        assert stream.read().startswith(b"c made for a test\nc of two lines\np edge 11 20\ne 1 2\n")
    renamed = tmp_path / "whatever.txt"
    path.rename(renamed)
    assert read_graph(renamed) == graph


def test_unreadable_files_are_input_errors(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read_graph(tmp_path / "absent.col")
    for name, data in [("a.gz", gzip.compress(MYCIEL.encode())[:-12]), ("b.xz", lzma.compress(b"x" * 999)[:-9])]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="cannot read"):
            read_graph(tmp_path / name)


@given(st.integers(1, 12), st.data())
def test_round_trip(order, data):
    pairs = [(u, v) for u in range(1, order + 1) for v in range(u + 1, order + 1)]
    graph = Graph.of(order, data.draw(st.sets(st.sampled_from(pairs))) if pairs else ())
    assert parse_graph(format_graph(graph)) == graph


@given(st.text(alphabet="pe cdge\n0123456789-ol", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        graph = parse_graph(text)
    except InputError:
        return
    assert Graph.of(graph.order, graph.edges) == graph
