"""A real chat-completions server on 127.0.0.1 with a small language model in it, which can be told to misbehave.

The model is a bigram model over twelve words whose logits are drawn from a hash, so that the tests can compute what its
log-probabilities must be without the code under test.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from logicbench.models.protocol import Message, Request, Sampling

SAMPLED = Sampling(max_tokens=12, temperature=1.0)
WORDS = ("<end>", "yes", "no", "even", "odd", "true", "false", "and", "or", "not", "x1", "x2")


def logits(prompt, before):
    """The model: unnormalised log-probabilities of the next word."""
    seed = hashlib.sha256(f"{prompt}|{before}".encode()).digest()
    return [byte / 64 for byte in seed[: len(WORDS)]]


def log_softmax(values):
    top = max(values)
    total = math.log(math.fsum(math.exp(value - top) for value in values)) + top
    return [value - total for value in values]


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that hang up are part of the tests."""


class ChatServer:
    """Serves until closed; `faults` are consumed one a request, and then it behaves."""

    def __init__(self, **style):
        self.style = {
            "ids": True,
            "logprobs": "raw",
            "tops": True,
            "reasoning": "",
            "refuses": (),
            "delay": 0.0,
            "usage": True,
            "key": None,
            "models": ["tiny"],
            **style,
        }
        self.faults = deque()
        self.bodies, self.headers, self.times = [], [], []
        self.active = self.most_active = 0
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), type("Handler", (_Handler,), {"server_of": self}))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.released = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def forget(self):
        """Forget the requests so far, the probes among them."""
        self.bodies.clear(), self.headers.clear(), self.times.clear()
        self.most_active = 0

    def close(self):
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def enter(self, body, headers):
        with self._lock:
            self.bodies.append(body), self.headers.append(headers), self.times.append(time.monotonic())
            self.active += 1
            self.most_active = max(self.most_active, self.active)
            return self.faults.popleft() if self.faults else None

    def leave(self):
        with self._lock:
            self.active -= 1

    def answer(self, body):
        """Return (status, document)."""
        style = self.style
        if body["model"] not in style["models"]:
            return 404, {"error": {"message": f"The model `{body['model']}` does not exist."}}
        for name in style["refuses"]:
            if name in body:
                return 400, {"error": {"message": f"Unrecognized request argument supplied: {name}"}}
        prompt = body["messages"][-1]["content"]
        ids, entries, finish = self._sample(prompt, body)
        text = " ".join(WORDS[token] for token in ids if token)
        for stop in body.get("stop", ()):
            if stop in text:
                text, finish = text[: text.index(stop)], "stop"
        message = {"role": "assistant", "content": text}
        if style["reasoning"]:
            message["reasoning_content"] = style["reasoning"]
        choice = {"index": 0, "message": message, "finish_reason": finish}
        if body.get("logprobs") and style["logprobs"] != "none":
            choice["logprobs"] = {"content": entries}
        if body.get("return_token_ids") and style["ids"]:
            choice["token_ids"] = ids
        document = {"object": "chat.completion", "model": body["model"], "choices": [choice]}
        if style["usage"]:
            document["usage"] = {
                "prompt_tokens": len(prompt.split()),
                "completion_tokens": len(ids),
                "prompt_tokens_details": {"cached_tokens": 1},
                "completion_tokens_details": {"reasoning_tokens": len(style["reasoning"].split())},
            }
        return 200, document

    def _sample(self, prompt, body):
        temperature, tops = body.get("temperature", 1.0), body.get("top_logprobs", 0)
        draw = random.Random(body.get("seed"))
        ids, entries = [], []
        while len(ids) < body["max_tokens"]:
            values = logits(prompt, ids[-1] if ids else -1)
            if temperature == 0:
                token = max(range(len(values)), key=values.__getitem__)
            else:
                weights = [math.exp(value / temperature) for value in values]
                token = draw.choices(range(len(values)), weights)[0]
            shown = values
            if self.style["logprobs"] == "processed" and temperature > 0:
                shown = [value / temperature for value in values]
            shown = log_softmax(shown)
            best = sorted(range(len(shown)), key=lambda each: -shown[each])[:tops]
            entry = {"token": WORDS[token], "logprob": shown[token]}
            if self.style["tops"]:
                entry["top_logprobs"] = [{"token": WORDS[each], "logprob": shown[each]} for each in best]
            ids.append(token)
            entries.append(entry)
            if token == 0:
                return ids, entries, "stop"
        return ids, entries, "length"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # one packet a reply: two would wait for each other's acknowledgement
    server_of: ChatServer

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/v1/models":
            names = [{"id": name} for name in self.server_of.style["models"]]
            return self._send(200, {"data": names})
        return self._send(404, {"detail": "Not Found"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server_of
        key = server.style["key"]
        fault = server.enter(body, dict(self.headers))
        try:
            if self.path != "/v1/chat/completions":
                return self._send(404, {"detail": "Not Found"})
            if key is not None and self.headers.get("Authorization") != f"Bearer {key}":
                given = self.headers.get("Authorization", "")
                return self._send(401, {"error": {"message": f"Incorrect API key provided: {given}"}})
            if fault is not None:
                return self._misbehave(fault)
            time.sleep(server.style["delay"])
            return self._send(*server.answer(body))
        except (BrokenPipeError, ConnectionResetError):
            return None
        finally:
            server.leave()

    def _misbehave(self, fault):
        kind, *rest = fault
        if kind == "status":
            status, *headers = rest
            return self._send(status, {"error": {"message": f"trouble {status}"}}, dict(headers))
        if kind == "raw":
            return self._send_raw(200, rest[0])
        if kind == "hang":
            self.server_of.released.wait(rest[0])
        self.close_connection = True
        return None

    def _send(self, status, document, headers=None):
        self._send_raw(status, json.dumps(document).encode(), headers)

    def _send_raw(self, status, data, headers=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def ask(count=1):
    return [Request(f"r{index}", (Message("user", f"word {index} ?"),), index) for index in range(count)]


def run(backend, requests, sampling=SAMPLED):
    return {done.key: done for done in backend.complete(requests, sampling)}
