"""One classifier run, from a table to scores: split, fit and score in workers of their own.

Invariant: a `fit` worker is never given the label of a row that it is scored on.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from mcp_pyexec.errors import RequestError
from mcp_pyexec.scoring.believed import Believed, believe, believe_name, believe_permuted
from mcp_pyexec.scoring.jobs import JobReply, JobRunner, Progress
from mcp_pyexec.scoring.outcome import ClassifierOutcome
from mcp_pyexec.scoring.parts import Parts, held_out_parts, parts_from
from mcp_pyexec.scoring.predictions import predictions_table
from mcp_pyexec.scoring.request import ClassifierRequest, check_request
from mcp_pyexec.scoring.rows import Rows, prepare_rows
from mcp_pyexec.scoring.work import Work, describe

__all__ = ["run"]

_METRIC = "balanced_accuracy"


async def run(
    table: pa.Table, request: ClassifierRequest, runner: JobRunner, progress: Progress
) -> ClassifierOutcome:
    """Train on one part of the rows and score on the other.

    Named models take three workers. The caller's own code takes one `fit` worker more for every fold, so that no
    label it is scored on is ever in its process.

    Raises:
        RequestError: Before any worker is used, for what `check_request` and `prepare_rows` refuse; after the
            split, `one-class` if a group or time split leaves one class to train on.
        SandboxFault: `bad-split` if the split does not put every row on exactly one side.
    """
    check_request(request)
    rows = prepare_rows(table, request)
    work = Work(request, rows, runner, progress)
    await progress(0.0, "splitting the rows")
    split = await work.job("split", _split_request(request, rows), {"rows": rows.table})
    if split.status != "ok":
        return work.ended(split)
    parts = work.parts = parts_from(split, rows)
    work.warnings += [*split.values["warnings"]]
    _check_train(parts, rows)
    await progress(0.15, f"training on {len(parts.train)} rows")
    fitted = await work.job("fit", work.fit_request(parts), _fit_tables(parts, rows, named=not request.code))
    if fitted.status != "ok":
        return work.ended(fitted)
    believed = believe(fitted, len(parts.test), rows.labels)
    if not isinstance(believed, Believed):
        return work.ended(replace(fitted, status="raised", error=believed))
    work.warnings += believed.warnings
    folds = await _code_folds(work, parts) if request.code else {}
    await progress(0.8, "scoring")
    scored = await work.job("score", *_score_job(work, parts, fitted, believed, folds))
    if scored.status != "ok":
        return work.ended(scored)
    work.warnings += [*scored.values["warnings"]]
    await progress(1.0, "done")
    return _scored(work, parts, fitted, believed, scored)


def _split_request(request: ClassifierRequest, rows: Rows) -> dict[str, Any]:
    return {
        "target": rows.target,
        "features": list(rows.features),
        "features_chosen": request.features is not None,
        "test_fraction": request.test_fraction,
        "folds": request.folds,
        "seed": request.seed,
        "group": request.group,
        "time": request.time,
    }


def _check_train(parts: Parts, rows: Rows) -> None:
    if sum(entry["train"] > 0 for entry in parts.class_sizes(rows)) < 2:
        raise RequestError(
            "one-class",
            "This split leaves rows of one class to train on. Split by another column, or leave group and time out.",
        )


def _fit_tables(parts: Parts, rows: Rows, *, named: bool) -> dict[str, pa.Table]:
    tables = _train_and_test(rows, parts.names, parts.train, parts.test)
    return {**tables, "folds": pa.table({"fold": parts.fold})} if named else tables


def _train_and_test(rows: Rows, names: list[str], train: pa.Array, test: pa.Array) -> dict[str, pa.Table]:
    return {
        "train": rows.table.select([*names, rows.target]).take(train),
        "test": rows.table.select(names).take(test),
    }


async def _code_folds(work: Work, parts: Parts) -> dict[str, pa.Table]:
    """Return actual and predicted of every fold, each from a worker that never held the fold's labels."""
    rows, tables = work.rows, {}
    for number, (train, held_out) in enumerate(held_out_parts(parts)):
        await work.progress(0.3 + 0.5 * number / parts.folds, f"cross-validation, fold {number + 1}")
        slices = _train_and_test(rows, parts.names, train, held_out)
        reply = await work.job("fit", work.fit_request(parts), slices)
        believed = believe(reply, len(held_out), rows.labels) if reply.status == "ok" else None
        if not isinstance(believed, Believed):
            message = (
                f"The code ended as {reply.status!r} on fold {number + 1}, so there is no cross-validation."
            )
            work.warnings.append({"code": "cross-validation-failed", "message": message})
            return {}
        tables[f"fold_{number}"] = _compared(rows, held_out, believed)
    return tables


def _compared(rows: Rows, part: pa.Array, believed: Believed) -> pa.Table:
    return pa.table({"actual": rows.codes.take(part), "predicted": believed.codes})


def _score_job(
    work: Work, parts: Parts, fitted: JobReply, believed: Believed, folds: Mapping[str, pa.Table]
) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    rows = work.rows
    tables = {
        "test": _compared(rows, parts.test, believed),
        "train": pa.table({"actual": rows.codes.take(parts.train)}),
        **folds,
    }
    if believed.probabilities is not None:
        tables["probabilities"] = believed.probabilities
    permuted = None
    if not work.request.code:
        permuted = believe_permuted(fitted, len(parts.test), len(parts.names), len(rows.labels))
    if permuted is not None:
        tables["permuted"] = permuted
    request = {
        "target": rows.target,
        "labels": list(rows.labels),
        "positive": rows.positive,
        "features": parts.names,
        "model": _model(work, fitted)["name"],
    }
    return request, tables


def _model(work: Work, fitted: JobReply) -> dict[str, Any]:
    if work.request.code:
        name = believe_name(fitted.values.get("model"))
        return {
            "name": name,
            "description": "The caller's own code, trained in a worker without the test labels.",
        }
    model = describe(fitted.values["model"])
    if work.request.model in (None, "auto"):
        model["candidates"] = [_spread(c["name"], c["scores"]) for c in fitted.values["candidates"]]
    return model


def _spread(name: str, scores: Sequence[float]) -> dict[str, Any]:
    if not scores:
        return {"name": name, "mean": None, "std": None}
    return {"name": name, "mean": statistics.fmean(scores), "std": statistics.pstdev(scores)}


def _cross_validation(scores: Sequence[float]) -> dict[str, Any] | None:
    if not scores:
        return None
    mean, std = statistics.fmean(scores), statistics.pstdev(scores)
    return {"folds": len(scores), "metric": _METRIC, "mean": mean, "std": std, "scores": list(scores)}


def _scored(
    work: Work, parts: Parts, fitted: JobReply, believed: Believed, scored: JobReply
) -> ClassifierOutcome:
    values = scored.values
    model = _model(work, fitted)
    fold_scores = values["fold_scores"]
    if not work.request.code:
        work.warnings += fitted.values["warnings"]
        fold_scores = next(c["scores"] for c in fitted.values["candidates"] if c["name"] == model["name"])
    return replace(
        work.outcome("ok", None, model),
        metrics=values["metrics"],
        baseline=values["baseline"],
        cross_validation=_cross_validation(fold_scores),
        per_class=values["per_class"],
        confusion_matrix=values["confusion_matrix"],
        importance=values["importance"],
        calibration=values["calibration"],
        predictions=predictions_table(work.rows, parts, believed, bool(values["probabilities_used"])),
        files=tuple(scored.files),
    )
