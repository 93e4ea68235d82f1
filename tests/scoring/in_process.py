"""The guest's jobs run in this process, with nothing but bytes in between; and the data sets they run on."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn import datasets

from mcp_pyexec.outcomes import File, Metrics
from mcp_pyexec.scoring import ClassifierOutcome, ClassifierRequest, JobReply, run
from pyexec_guest import classify
from pyexec_guest.replies import Reply


def through_bytes(table: pa.Table) -> pa.Table:
    """Return the table after a round trip through an Arrow IPC stream."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return pa.ipc.open_stream(sink.getvalue()).read_all()


def define(source: str) -> dict[str, Any]:
    """Run the source without any policy and return its names: the jail's policy is not the subject here."""
    names: dict[str, Any] = {}
    exec(compile(source, "<code>", "exec"), names)
    return names


@dataclass
class InProcessJobs:
    """A `JobRunner`; `seen` keeps what every job was given."""

    seen: list[tuple[str, Mapping[str, Any], Mapping[str, pa.Table]]] = field(default_factory=list)

    async def __call__(
        self, kind: str, request: Mapping[str, Any], tables: Mapping[str, pa.Table]
    ) -> JobReply:
        asked = json.loads(json.dumps(request, allow_nan=False))
        given = {name: through_bytes(table) for name, table in tables.items()}
        self.seen.append((kind, asked, given))
        return as_job_reply(self._reply(kind, asked, given))

    def _reply(self, kind: str, asked: Mapping[str, Any], given: Mapping[str, pa.Table]) -> Reply:
        if kind == "fit":
            try:
                return classify.fit(asked, given, define)
            except Exception as error:  # noqa: BLE001  # as the guest's loop does: the code may raise anything
                return Reply(status="raised", error={"type": type(error).__name__, "message": str(error)})
        return {"split": classify.split, "score": classify.score}[kind](asked, given)


def as_job_reply(reply: Reply) -> JobReply:
    """Return the guest's reply as the host would read it off the wire."""
    return JobReply(
        status=reply.status,
        values=json.loads(json.dumps(reply.values, allow_nan=False)),
        error=reply.error,
        metrics=Metrics(wall_s=0.1, cpu_s=0.1, peak_memory_mb=1.0, queue_s=0.0),
        layers=("user-namespace", "seccomp"),
        tables={name: through_bytes(table) for name, table in reply.tables.items()},
        files=[File(file.name, file.mime_type, file.data) for file in reply.files],
    )


def classify_rows(table: pa.Table, jobs: Any, **request: Any) -> ClassifierOutcome:
    """Run one classifier request to its end."""

    async def quiet(fraction: float, message: str) -> None:
        assert 0 <= fraction <= 1
        assert message

    return asyncio.run(run(table, ClassifierRequest(**request), jobs, quiet))


def data_set(name: str) -> pa.Table:
    """Return a data set of scikit-learn with its class names in the column `label`."""
    bunch = getattr(datasets, f"load_{name}")()
    frame = pd.DataFrame(bunch.data, columns=[str(n) for n in bunch.feature_names])
    frame["label"] = np.asarray(bunch.target_names)[bunch.target].astype(str)
    return pa.Table.from_pandas(frame, preserve_index=False)
