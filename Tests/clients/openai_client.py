# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Checks a running server with OpenAI's own client. For runs by hand, no part of the tests.

    python3 openai_client.py http://localhost:8000 [--api-key KEY]

Needs: pip install openai
"""
import argparse
import json
import sys
import urllib.error
import urllib.request

import openai

FAILURES = []


def check(name, holds, detail=""):
    print(("ok    " if holds else "FAIL  ") + name + (f": {detail}" if detail and not holds else ""))
    if not holds:
        FAILURES.append(name)


def completions(client, model):
    answer = client.completions.create(model=model, prompt="Once upon a time", max_tokens=8, temperature=0)
    check("a completion has an id, text and usage", answer.id.startswith("cmpl-") and answer.usage.completion_tokens <= 8)
    check("its finish reason is a known one", answer.choices[0].finish_reason in ("length", "stop"))
    pieces = list(client.completions.create(
        model=model, prompt="Once upon a time", max_tokens=8, temperature=0, stream=True,
        stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].text for chunk in pieces if chunk.choices)
    check("a stream gives the same text", text == answer.choices[0].text, repr((text, answer.choices[0].text)))
    check("its last chunk holds the usage", pieces[-1].usage is not None and not pieces[-1].choices)
    both = client.completions.create(model=model, prompt=["one", "two"], n=2, max_tokens=4, temperature=1, seed=1)
    check("two prompts with n=2 give four choices", [c.index for c in both.choices] == [0, 1, 2, 3])
    again = client.completions.create(model=model, prompt=["one", "two"], n=2, max_tokens=4, temperature=1, seed=1)
    check("a seed gives the same again", [c.text for c in both.choices] == [c.text for c in again.choices])
    echo = client.completions.create(model=model, prompt="abc", max_tokens=2, echo=True, logprobs=2, temperature=0)
    logprobs = echo.choices[0].logprobs
    check("an echo begins with the prompt", echo.choices[0].text.startswith("abc"))
    check("its first token has no log-probability", logprobs.token_logprobs[0] is None)
    check("the lists of log-probabilities have one length",
          len({len(logprobs.tokens), len(logprobs.token_logprobs), len(logprobs.top_logprobs), len(logprobs.text_offset)}) == 1)
    tokens = client.completions.create(model=model, prompt=[10, 11, 12], max_tokens=2, extra_body={"return_token_ids": True})
    check("a prompt of token ids comes back", tokens.choices[0].prompt_token_ids == [10, 11, 12])


def chat(client, model):
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 2 + 3?"}]
    answer = client.chat.completions.create(model=model, messages=messages, max_tokens=16, temperature=0)
    check("a chat answers as the assistant", answer.choices[0].message.role == "assistant")
    chunks = list(client.chat.completions.create(
        model=model, messages=messages, max_tokens=16, temperature=0, stream=True,
        stream_options={"include_usage": True, "continuous_usage_stats": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    check("a stream gives the same text", text == answer.choices[0].message.content)
    check("a stream begins with the role", chunks[0].choices[0].delta.role == "assistant")
    check("every chunk tells its usage", all(chunk.usage is not None for chunk in chunks))
    check("both tell the same usage", chunks[-1].usage.completion_tokens == answer.usage.completion_tokens)
    scored = client.chat.completions.create(
        model=model, messages=messages, max_tokens=4, temperature=0, logprobs=True, top_logprobs=3)
    content = scored.choices[0].logprobs.content
    check("a chat has log-probabilities for every token", len(content) == scored.usage.completion_tokens)
    check("with three alternatives each", all(len(entry.top_logprobs) == 3 for entry in content))
    check("and the bytes of the text",
          bytes(b for entry in content for b in entry.bytes).decode("utf-8", "replace").startswith(
              scored.choices[0].message.content))
    parts = [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    check("content may be a list of parts",
          client.chat.completions.create(model=model, messages=parts, max_tokens=2).choices[0].index == 0)


def errors(client, model):
    def expect(name, kind, call, text=""):
        try:
            call()
        except kind as error:
            body = error.body if isinstance(error.body, dict) else {}
            check(name, text in str(error) and ("code" not in body or body["code"] == error.status_code), str(error))
        else:
            check(name, False, "no error")

    user = [{"role": "user", "content": "hi"}]
    expect("an unknown model is not found", openai.NotFoundError,
           lambda: client.chat.completions.create(model="no-such-model", messages=user), "does not exist")
    expect("a negative temperature is refused", openai.BadRequestError,
           lambda: client.chat.completions.create(model=model, messages=user, temperature=-1), "temperature")
    expect("a token outside the vocabulary is refused", openai.BadRequestError,
           lambda: client.completions.create(model=model, prompt=[1 << 30]), "out of vocabulary")
    expect("an empty prompt is refused", openai.BadRequestError,
           lambda: client.completions.create(model=model, prompt=[]), "non-empty")
    expect("automatic tool choice is refused", openai.BadRequestError,
           lambda: client.chat.completions.create(
               model=model, messages=user, tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}]),
           "--enable-auto-tool-choice")
    expect("structured outputs are refused", openai.BadRequestError,
           lambda: client.chat.completions.create(
               model=model, messages=user, response_format={"type": "json_object"}), "response_format")


def plain(url, model):
    def post(path, body):
        request = urllib.request.Request(
            url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def get(path):
        with urllib.request.urlopen(url + path) as response:
            return response.status, response.read().decode()

    tokens = post("/tokenize", {"model": model, "prompt": "Hello, world", "add_special_tokens": False})
    check("tokenize counts", tokens["count"] == len(tokens["tokens"]))
    text = post("/detokenize", {"model": model, "tokens": tokens["tokens"]})
    check("detokenize undoes it", text["prompt"] == "Hello, world", text)
    check("health, ping, version and load answer", all(get(p)[0] == 200 for p in ("/health", "/ping", "/version", "/load")))
    metrics = get("/metrics")[1]
    check("metrics have vLLM's names", "vllm:generation_tokens_total{" in metrics)
    try:
        get("/v1/no-such-path")
    except urllib.error.HTTPError as error:
        check("an unknown path is not found", error.code == 404 and json.load(error) == {"detail": "Not Found"})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--api-key", default="none")
    arguments = parser.parse_args()
    url = arguments.url.rstrip("/")
    client = openai.OpenAI(base_url=url + "/v1", api_key=arguments.api_key, max_retries=0)
    model = client.models.list().data[0].id
    print(f"openai {openai.__version__}, model {model}")
    completions(client, model)
    chat(client, model)
    errors(client, model)
    plain(url, model)
    print(f"{len(FAILURES)} failures")
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
