import json
import math

import pytest
from model_helpers import requests_for
from tiny_models import CHATML, NO_SYSTEM, make_model

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from logicbench.errors import BackendError, InputError  # noqa: E402
from logicbench.models.hf import TransformersBackend, TransformersOptions  # noqa: E402
from logicbench.models.protocol import Message, RepetitionStop, Request, Sampling  # noqa: E402

GREEDY = Sampling(max_tokens=24)
SAMPLED = Sampling(max_tokens=24, temperature=0.9, top_p=0.95)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = {}

    def get(kind="llama", template=CHATML):
        if (kind, template) not in made:
            made[kind, template] = make_model(tmp_path_factory.mktemp(kind), kind, template)
        return made[kind, template]

    return get


@pytest.fixture(scope="module")
def backends(folders):
    """Loaded backends by kind and batch size."""
    made = {}

    def get(kind="llama", batch_size=16, template=CHATML, **options):
        key = (kind, batch_size, template, json.dumps(options, sort_keys=True))
        if key not in made:
            settings = TransformersOptions(device="cpu", batch_size=batch_size, threads=1, **options)
            made[key] = TransformersBackend(folders(kind, template), settings)
        return made[key]

    return get


def chats(count=12):
    """Prompts of very different lengths."""
    return [
        Request(f"r{index}", (Message("user", "Is 3 even? " * (1 + index * 5 % 11) + f"Say {index}."),), index)
        for index in range(count)
    ]


def run(backend, requests, sampling):
    done = list(backend.complete(requests, sampling))
    assert sorted(completion.key for completion in done) == sorted(request.key for request in requests)
    return {completion.key: completion for completion in done}


@pytest.mark.parametrize("kind", ["llama", "mistral", "gemma3", "lfm2"])
def test_greedy_equals_the_librarys_own_generation_of_each_prompt_alone(backends, kind):
    backend = backends(kind, 4)
    done = run(backend, chats(), GREEDY)
    for request in chats():
        chat = [{"role": "user", "content": request.messages[0].content}]
        inputs = backend._prompter.tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        inputs.pop("token_type_ids", None)
        with torch.inference_mode():
            whole = backend._model.generate(**inputs, max_new_tokens=24, do_sample=False)
        length = inputs["input_ids"].shape[1]
        assert done[request.key].token_ids == tuple(whole[0, length:].tolist())
        assert done[request.key].prompt_tokens == length
    if kind == "llama":
        assert {completion.finish_reason for completion in done.values()} == {"stop", "length"}


@pytest.mark.parametrize("kind", ["llama", "gemma3"])
def test_a_seed_alone_fixes_a_sample_whatever_the_batch(backends, kind):
    requests = chats(24)
    alone = run(backends(kind, 1), requests, SAMPLED)
    for size in (3, 16):
        together = run(backends(kind, size), list(reversed(requests)), SAMPLED)
        for key, completion in alone.items():
            assert together[key].token_ids == completion.token_ids
            assert together[key].logprobs == pytest.approx(completion.logprobs, abs=1e-4)
    assert len({completion.token_ids for completion in alone.values()}) == len(requests)


def test_different_seeds_give_different_samples_of_one_prompt(backends):
    requests = [Request(f"s{seed}", (Message("user", "Say a number."),), seed) for seed in range(8)]
    done = run(backends(), requests, Sampling(max_tokens=16, temperature=1.0))
    assert len({completion.token_ids for completion in done.values()}) == 8


@pytest.mark.parametrize("sampling", [GREEDY, SAMPLED, Sampling(max_tokens=8, temperature=0.5, repetition_penalty=1.5)])
def test_logprobs_are_those_of_the_raw_distribution(backends, sampling):
    backend = backends()
    for request, completion in zip(chats(4), run(backend, chats(4), sampling).values(), strict=False):
        completion = run(backend, [request], sampling)[request.key]
        prompt = backend._prompter.encode([request.messages])[request.messages].ids
        ids = torch.tensor([[*prompt, *completion.token_ids]])
        with torch.inference_mode():
            logprobs = backend._model(ids).logits[0].log_softmax(-1)
        expected = [
            logprobs[len(prompt) - 1 + position, token].item() for position, token in enumerate(completion.token_ids)
        ]
        assert completion.logprobs == pytest.approx(expected, abs=1e-4)
        assert all(value <= 0 and math.isfinite(value) for value in completion.logprobs)


def test_repetition_penalty_equals_the_librarys(backends):
    backend = backends()
    request = chats(3)[2]
    done = run(backend, [request], Sampling(max_tokens=24, repetition_penalty=1.4))[request.key]
    prompt = backend._prompter.encode([request.messages])[request.messages].ids
    with torch.inference_mode():
        whole = backend._model.generate(
            torch.tensor([list(prompt)]), max_new_tokens=24, do_sample=False, repetition_penalty=1.4
        )
    assert done.token_ids == tuple(whole[0, len(prompt) :].tolist())


def test_finish_reasons_and_token_counts(backends):
    done = run(backends(), chats(24), Sampling(max_tokens=20, temperature=1.0))
    ends = set(backends()._ends)
    for completion in done.values():
        assert 1 <= completion.generated_tokens <= 20
        assert len(completion.logprobs) == len(completion.token_ids)
        assert not ends & set(completion.token_ids[:-1])
        assert (completion.token_ids[-1] in ends) == (completion.finish_reason == "stop")
        assert completion.finish_reason == "stop" or completion.generated_tokens == 20
        assert "<|im_end|>" not in completion.text
        assert completion.latency_s > 0


def test_stop_strings_end_and_cut_the_text(backends):
    backend = backends()
    free = run(backend, chats(8), Sampling(max_tokens=24, temperature=1.0))
    long = next(completion for completion in free.values() if len(completion.text) > 12)
    stop = long.text[6:9]
    request = next(request for request in chats(8) if request.key == long.key)
    cut = run(backend, [request], Sampling(max_tokens=24, temperature=1.0, stop=(stop, "never")))[long.key]
    assert cut.finish_reason == "stop"
    assert cut.text == long.text[: long.text.index(stop)]
    assert cut.token_ids == long.token_ids[: len(cut.token_ids)]
    assert stop in backend._prompter.decode(cut.token_ids)


def test_out_of_memory_halves_the_batch_remembers_it_and_loses_nothing(folders, backends, monkeypatch):
    expected = run(backends(), chats(12), SAMPLED)
    backend = TransformersBackend(folders(), TransformersOptions(device="cpu", threads=1))
    forward = backend._model.forward

    def cramped(*args, input_ids, **kwargs):
        if input_ids.shape[0] > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return forward(*args, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(backend._model, "forward", cramped)
    done = run(backend, chats(12), SAMPLED)
    assert {key: completion.token_ids for key, completion in done.items()} == {
        key: completion.token_ids for key, completion in expected.items()
    }
    assert backend.statistics()["batch_size"] == 2
    assert backend.statistics()["out_of_memory"] == 4
    run(backend, chats(4), SAMPLED)
    assert backend.statistics()["out_of_memory"] == 4


def test_out_of_memory_in_the_middle_keeps_what_was_generated(folders, backends, monkeypatch):
    expected = run(backends(), chats(8), SAMPLED)
    backend = TransformersBackend(folders(), TransformersOptions(device="cpu", threads=1))
    forward = backend._model.forward
    calls = []

    def failing_once(*args, **kwargs):
        calls.append(kwargs["input_ids"].shape)
        if len(calls) == 9:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
        return forward(*args, **kwargs)

    monkeypatch.setattr(backend._model, "forward", failing_once)
    done = run(backend, chats(8), SAMPLED)
    for key, completion in expected.items():
        assert done[key].token_ids == completion.token_ids
    assert backend.statistics()["generated_tokens"] == sum(len(c.token_ids) for c in done.values())


def test_a_row_that_does_not_fit_alone_is_an_error_of_that_request_only(folders, monkeypatch):
    backend = TransformersBackend(folders(), TransformersOptions(device="cpu", threads=1))
    forward = backend._model.forward

    def small(*args, input_ids, **kwargs):
        if input_ids.shape[1] > 60:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(*args, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(backend._model, "forward", small)
    requests = [Request("short", (Message("user", "Hi"),), 1), Request("long", (Message("user", "Is it? " * 40),), 2)]
    done = run(backend, requests, GREEDY)
    assert done["short"].finish_reason != "error"
    assert done["long"].finish_reason == "error"
    assert "out of memory" in done["long"].error


def test_out_of_memory_at_a_batch_size_that_was_asked_for_is_said(folders, monkeypatch):
    backend = TransformersBackend(folders(), TransformersOptions(device="cpu", threads=1, batch_size=4))

    def full(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(backend._model, "forward", full)
    with pytest.raises(BackendError, match="batch size 4"):
        run(backend, chats(4), GREEDY)


def test_any_other_failure_is_a_backend_error(folders, monkeypatch):
    backend = TransformersBackend(folders(), TransformersOptions(device="cpu", threads=1))

    def broken(*args, **kwargs):
        raise RuntimeError("device-side assert triggered\nmore")

    monkeypatch.setattr(backend._model, "forward", broken)
    with pytest.raises(BackendError, match=r"device-side assert triggered$"):
        run(backend, chats(2), GREEDY)


def test_a_prompt_longer_than_the_context_is_an_error_and_a_long_one_is_cut(backends):
    requests = [
        Request("over", (Message("user", "word " * 600),), 0),
        Request("near", (Message("user", "Is it? " * 78),), 0),
    ]
    done = run(backends(), requests, Sampling(max_tokens=10_000, temperature=1.0))
    assert done["over"].finish_reason == "error"
    assert "512" in done["over"].error
    assert done["near"].prompt_tokens + done["near"].generated_tokens <= 512


def test_thinking_budget_closes_the_block(backends):
    backend = backends(chat_template_kwargs={"think": True})
    tokenizer = backend._prompter.tokenizer
    close = tokenizer.convert_tokens_to_ids("</think>")
    sampling = Sampling(max_tokens=40, temperature=1.0, thinking_budget=7)
    for completion in run(backend, chats(12), sampling).values():
        assert completion.prompt_opens_thinking
        if completion.generated_tokens > 8:
            assert close in completion.token_ids[:8]
            assert completion.thinking_tokens < completion.generated_tokens
    unlimited = run(backend, chats(12), Sampling(max_tokens=40, temperature=1.0))
    assert any(close not in completion.token_ids[:8] for completion in unlimited.values() if completion.text)


def test_thinking_tokens_of_unfinished_and_absent_thinking(backends):
    thinking = run(backends(chat_template_kwargs={"think": True}), chats(4), GREEDY)
    for completion in thinking.values():
        if "</think>" not in completion.text:
            assert completion.thinking_tokens == completion.generated_tokens
    for completion in run(backends(), chats(4), GREEDY).values():
        if "think>" not in completion.text:
            assert completion.thinking_tokens == 0


def test_a_completion_that_is_stuck_is_ended(backends):
    limit = RepetitionStop(max_pattern=8, min_count=3)
    free = run(backends(), chats(24), Sampling(max_tokens=120))
    done = run(backends(), chats(24), Sampling(max_tokens=120, repetition=limit))
    stuck = [key for key, completion in done.items() if completion.finish_reason == "repetition"]
    assert stuck, "greedy decoding of a random model is expected to loop at least once"
    for key in stuck:
        ids = done[key].token_ids
        assert free[key].token_ids[: len(ids)] == ids
        assert any(ids[-size:] * 3 == ids[-3 * size :] for size in range(1, 9))


def test_a_model_without_a_template_gets_a_labelled_transcript_and_stops_before_the_next_turn(backends):
    backend = backends(template=None)
    text = backend._prompter.render((Message("system", "Be brief."), Message("user", "Is 3 even?")))
    assert text == "System: Be brief.\n\nUser: Is 3 even?\n\nAssistant:"
    assert backend._prompter.stop == ("\nUser:",)
    run(backend, chats(3), GREEDY)
    assert backend.describe()["prompting"]["chat_template_sha256"] is None


def test_a_system_message_that_the_template_refuses_goes_before_the_user_message(backends):
    backend = backends(template=NO_SYSTEM)
    system, user = Message("system", "Be brief."), Message("user", "Is 3 even?")
    assert "Be brief.\n\nIs 3 even?" in backend._prompter.render((system, user))
    assert backend.describe()["prompting"]["system_message"] == "put before the first user message"


def test_a_template_that_refuses_everything_is_said(folders):
    folder = folders(template="{{ raise_exception('never') }}")
    backend = TransformersBackend(folder, TransformersOptions(device="cpu", threads=1))
    with pytest.raises(BackendError, match="never"):
        run(backend, chats(1), GREEDY)


def test_a_final_assistant_message_is_continued(backends):
    text = backends()._prompter.render((Message("user", "Is 3 even?"), Message("assistant", "Answer: ")))
    assert text.endswith("assistant\nAnswer: ")


def test_describe_tells_what_is_needed_to_repeat_a_run(folders, backends):
    description = json.loads(json.dumps(backends().describe()))
    model = description["model"]
    loaded = backends()._model
    assert model["parameters"] == loaded.num_parameters()
    nonzero = sum(int(torch.count_nonzero(weight)) for weight in loaded.parameters())
    assert model["nonzero_share"] == pytest.approx(nonzero / loaded.num_parameters())
    assert model["path"] == str(folders().resolve())
    assert description["dtype"] == "float32"
    assert description["packages"]["torch"] == torch.__version__
    for digest in (
        model["config_sha256"],
        model["weights_sha256_sampled"],
        description["prompting"]["tokenizer_sha256"],
    ):
        assert len(digest) == 64


def test_options_are_checked(folders, backends, tmp_path):
    with pytest.raises(InputError, match="batch size"):
        TransformersOptions(batch_size=0)
    with pytest.raises(InputError, match="dtype"):
        TransformersBackend(folders(), TransformersOptions(dtype="float31"))
    with pytest.raises(InputError, match="device"):
        TransformersBackend(folders(), TransformersOptions(device="tpu"))
    with pytest.raises(InputError, match="no option 'guided'"):
        run(backends(), chats(1), Sampling(extra={"guided": 1}))
    with pytest.raises(InputError, match="grammar"):
        run(backends(), [Request("g", (Message("user", "?"),), 0, grammar="root ::= 'a'")], GREEDY)
    with pytest.raises(InputError, match="no model at"):
        TransformersBackend(tmp_path / "nowhere")
    with pytest.raises(InputError, match="not a model folder"):
        TransformersBackend(tmp_path)


def test_a_damaged_model_is_said(folders, tmp_path):
    import shutil

    folder = tmp_path / "damaged"
    shutil.copytree(folders(), folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(BackendError, match="cannot load the model"):
        TransformersBackend(folder, TransformersOptions(device="cpu", threads=1))


def test_a_closed_backend_refuses_work(folders):
    backend = TransformersBackend(folders(), TransformersOptions(device="cpu", threads=1))
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        run(backend, chats(1), GREEDY)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_runs(folders, dtype):
    backend = TransformersBackend(folders(), TransformersOptions(device="cpu", threads=1, dtype=dtype))
    done = run(backend, chats(3), Sampling(max_tokens=4, temperature=1.0))
    assert all(completion.finish_reason in ("stop", "length") for completion in done.values())
    assert backend.describe()["dtype"] == dtype


def test_toy_problems(problems, backends):
    done = run(backends(), requests_for(problems, 2), SAMPLED)
    assert len(done) == 2 * len(problems)
