"""Programs written by a model for a task, run in the jail, and repaired from what that showed."""

from mcp_pyexec.codegen.attempt import Attempt, Execution, Executor, FailedCheck, Generated, Usage
from mcp_pyexec.codegen.extract import Extracted, extract_code
from mcp_pyexec.codegen.loop import Progress, generate
from mcp_pyexec.codegen.model import (
    ChatModel,
    Completion,
    Message,
    ModelSettings,
    OpenAIModel,
    no_model_error,
)
from mcp_pyexec.codegen.request import ColumnSummary, DatasetSummary, GenerateRequest, HostFunction
from mcp_pyexec.codegen.templates import Prompt, render_prompt

__all__ = [
    "Attempt",
    "ChatModel",
    "ColumnSummary",
    "Completion",
    "DatasetSummary",
    "Execution",
    "Executor",
    "Extracted",
    "FailedCheck",
    "GenerateRequest",
    "Generated",
    "HostFunction",
    "Message",
    "ModelSettings",
    "OpenAIModel",
    "Progress",
    "Prompt",
    "Usage",
    "extract_code",
    "generate",
    "no_model_error",
    "render_prompt",
]
