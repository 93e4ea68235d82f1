"""The chat model behind the loop: an OpenAI-compatible endpoint, or anything else that is a `ChatModel`.

What an endpoint answers is checked for shape here. The key and the endpoint's raw errors never leave this
module: providers repeat the key, or part of it, in what they say about it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import openai
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from mcp_pyexec.errors import RequestError

__all__ = ["ChatModel", "Completion", "Message", "ModelSettings", "OpenAIModel", "no_model_error"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Completion:
    """One reply. Tokens are None where the endpoint does not count them; `cut` if it stopped at a limit."""

    text: str
    tokens_in: int | None
    tokens_out: int | None
    model: str
    cut: bool = False


class ChatModel(Protocol):
    """Answers a conversation; raises RequestError `model-…` if it cannot."""

    async def complete(self, messages: Sequence[Message]) -> Completion: ...


class ModelSettings(BaseModel):
    """Where the model is and how it is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(min_length=1)
    """Of an OpenAI-compatible API, usually ending in /v1."""
    api_key: SecretStr = SecretStr("")
    """Empty for endpoints that ask for none, as local ones do."""
    model: str = Field(min_length=1)
    """Name as the endpoint knows it."""
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    """0, so that a run can be repeated as nearly as the endpoint allows; None sends none."""
    max_tokens: int = Field(default=4096, ge=1)
    """Tokens of one reply: a long program with room to spare."""
    timeout_s: float = Field(default=120.0, gt=0)
    """Seconds for one reply, retries included."""
    max_retries: int = Field(default=2, ge=0, le=10)
    """Repeats after a dropped connection, 429 or 5xx, with growing pauses."""


class OpenAIModel:
    """A chat model behind an OpenAI-compatible endpoint. Close it with `aclose` when done."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._where = _public_address(settings.base_url)
        self._options: dict[str, Any] = {"max_tokens": settings.max_tokens}
        if settings.temperature is not None:
            self._options["temperature"] = settings.temperature
        self._client = openai.AsyncOpenAI(
            base_url=settings.base_url,
            api_key=settings.api_key.get_secret_value() or "none",
            timeout=settings.timeout_s,
            max_retries=settings.max_retries,
            organization="",
            project="",
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def complete(self, messages: Sequence[Message]) -> Completion:
        """Return the model's reply.

        Raises:
            RequestError: `model-unreachable`, `model-unauthorized`, `model-rate-limited`, `model-refused` or
                `model-failed`. It carries no cause, because the library's own error may hold the key.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                answer = await self._ask(messages)
        except (openai.OpenAIError, TimeoutError) as error:
            failure = self._failure(error)
        except ValidationError:
            failure = _failed(f"{self._where} did not answer with a chat completion. {_CHECK_URL}")
        else:
            return self._completion(answer)
        raise failure

    async def _ask(self, messages: Sequence[Message]) -> _Answer:
        """Ask, and once more for each option that the model turns out not to take."""
        while True:
            try:
                raw = await self._client.chat.completions.with_raw_response.create(
                    model=self._settings.model,
                    messages=[{"role": m.role, "content": m.content} for m in messages],  # type: ignore[misc]  # the library's union of literal roles
                    extra_headers=_NOT_FROM_THE_ENVIRONMENT,
                    **self._options,
                )
            except openai.BadRequestError as error:
                if not self._adapt(error):
                    raise
            else:
                return _Answer.model_validate_json(raw.content)

    def _adapt(self, error: openai.BadRequestError) -> bool:
        """Drop or rename the option that a newer model refuses; False if the request failed otherwise."""
        if error.param == "max_tokens" and "max_tokens" in self._options:
            self._options["max_completion_tokens"] = self._options.pop("max_tokens")
            return True
        if error.param == "temperature" and "temperature" in self._options:
            del self._options["temperature"]
            return True
        return False

    def _completion(self, answer: _Answer) -> Completion:
        choice = answer.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            said = self._redacted(choice.message.refusal or "its content filter stopped the reply")
            raise RequestError(
                "model-refused", f"The model declined the task: {said}. Word the task differently."
            )
        usage = answer.usage or _Usage()
        return Completion(
            text=choice.message.content or "",
            tokens_in=usage.prompt_tokens,
            tokens_out=usage.completion_tokens,
            model=answer.model or self._settings.model,
            cut=choice.finish_reason == "length",
        )

    def _failure(self, error: openai.OpenAIError | TimeoutError) -> RequestError:
        if isinstance(error, TimeoutError | openai.APITimeoutError):
            return RequestError(
                "model-unreachable",
                f"The model at {self._where} did not answer within {self._settings.timeout_s:g} s. Try again, "
                "choose a faster model, or raise MCP_PYEXEC_MODEL_TIMEOUT_S.",
            )
        if isinstance(error, openai.APIConnectionError):
            return RequestError(
                "model-unreachable",
                f"No connection to the model at {self._where}. Check MCP_PYEXEC_MODEL_BASE_URL, and that the "
                "endpoint is running and reachable from the server.",
            )
        if isinstance(error, openai.APIStatusError):
            return self._status_failure(error)
        return _failed(f"{self._where} did not answer with a chat completion. {_CHECK_URL}")

    def _status_failure(self, error: openai.APIStatusError) -> RequestError:
        if error.status_code in (401, 403):
            return RequestError(
                "model-unauthorized",
                f"The model at {self._where} refused the key (HTTP {error.status_code}). Check "
                f"MCP_PYEXEC_MODEL_API_KEY, and that it may use {self._settings.model!r}.",
            )
        if error.status_code == 429:
            return RequestError(
                "model-rate-limited",
                f"The model at {self._where} is over its rate limit or quota (HTTP 429). Wait a minute and try "
                "again, or raise the quota of the account.",
            )
        if error.code in _FILTERED:
            return RequestError(
                "model-refused", "The endpoint's content filter stopped the task. Word the task differently."
            )
        said = self._redacted(_provider_message(error.body))
        remedy = _CHECK_URL if error.status_code < 500 else "Try again later, or use another endpoint."
        return _failed(
            f"{self._where} answered HTTP {error.status_code}{f' ({said})' if said else ''}. {remedy}"
        )

    def _redacted(self, text: str) -> str:
        """Return what a provider said on one bounded line, without the key."""
        key = self._settings.api_key.get_secret_value()
        return " ".join((text.replace(key, "[key]") if key else text).split())[:200].rstrip(".")


def no_model_error() -> RequestError:
    """Return the error for a server that has no model to ask."""
    return RequestError(
        "no-model",
        "generate_and_execute needs a model, and none is configured. Give the server an OpenAI-compatible "
        "endpoint: hosted, MCP_PYEXEC_MODEL_BASE_URL=https://api.openai.com/v1 MCP_PYEXEC_MODEL_API_KEY=sk-… "
        "MCP_PYEXEC_MODEL_NAME=gpt-4o; or local without a key, such as Ollama, "
        "MCP_PYEXEC_MODEL_BASE_URL=http://127.0.0.1:11434/v1 MCP_PYEXEC_MODEL_NAME=qwen2.5-coder. "
        "Or write the code yourself and call execute_code.",
    )


class _ReplyMessage(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _ReplyMessage
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Answer(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None
    model: str | None = None


_NOT_FROM_THE_ENVIRONMENT = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
"""Otherwise the library reads both from the environment and sends them to whatever endpoint this is."""
_FILTERED = frozenset({"content_filter", "content_policy_violation"})
_CHECK_URL = (
    "Check that MCP_PYEXEC_MODEL_BASE_URL is the API's root (usually ending in /v1) and that "
    "MCP_PYEXEC_MODEL_NAME names a chat model there."
)


def _failed(message: str) -> RequestError:
    return RequestError("model-failed", message)


def _provider_message(body: object) -> str:
    inner = body.get("message") if isinstance(body, dict) else None
    return inner if isinstance(inner, str) else ""


def _public_address(base_url: str) -> str:
    """Return scheme, host, port and path: user names, passwords and query strings may be secrets."""
    parts = urlsplit(base_url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")
