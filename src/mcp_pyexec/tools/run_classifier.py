"""The tool `run_classifier`: trained and scored in workers that do not share a process."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver.context import Context
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from mcp_pyexec.artifacts import Artifact
from mcp_pyexec.errors import RequestError
from mcp_pyexec.tools.edge import StrictTool, answer, progress_of, strict_tool
from mcp_pyexec.tools.execute_code import ArtifactRef, Isolation, artifact_content, artifact_ref
from mcp_pyexec.tools.shapes import Shape

if TYPE_CHECKING:
    import pyarrow as pa

    from mcp_pyexec.jail import Profile
    from mcp_pyexec.scoring import ClassifierOutcome
    from mcp_pyexec.service import Service

__all__ = ["run_classifier"]


class ClassSize(Shape):
    label: str
    train: int
    test: int


class Feature(Shape):
    name: str
    kind: str
    missing: int


class ClassScore(Shape):
    label: str
    precision: float
    recall: float
    f1: float
    support: int


class Importance(Shape):
    feature: str
    mean: float
    std: float


class Warning_(Shape):
    code: str
    message: str


class Predictions(Shape):
    dataset: str
    row_count: int


class ClassifierResult(Shape):
    execution_id: str
    status: str
    error: dict[str, Any] | None
    target: str
    classes: list[ClassSize]
    features: list[Feature]
    model: dict[str, Any]
    metrics: dict[str, float]
    baseline: dict[str, float]
    cross_validation: dict[str, Any] | None
    per_class: list[ClassScore]
    confusion_matrix: dict[str, Any] | None
    importance: list[Importance]
    calibration: dict[str, Any] | None
    warnings: list[Warning_]
    predictions: Predictions | None
    artifacts: list[ArtifactRef]
    metrics_note: str
    isolation: Isolation
    timings: dict[str, float]


def run_classifier(service: Service) -> StrictTool:
    """Return the tool."""

    async def run_classifier(
        context: Context[Any, Any],
        target: Annotated[str, Field(description="Column to predict")],
        dataset: Annotated[str | None, Field(description="Handle of the rows")] = None,
        sql: Annotated[str | None, Field(description="Instead of dataset: a query for the rows")] = None,
        database: str | None = None,
        features: Annotated[list[str] | None, Field(description="Default: every other column")] = None,
        model: Annotated[str | None, Field(description="auto, or a name from pyexec://models")] = None,
        code: Annotated[
            str | None,
            Field(
                description="Instead of model: defines make_classifier(X, y) or classify(train, test, target)"
            ),
        ] = None,
        test_fraction: float = 0.25,
        folds: int = 5,
        seed: int = 0,
        group: Annotated[str | None, Field(description="Keep equal values on one side of the split")] = None,
        time: Annotated[str | None, Field(description="Test on the last rows by this column")] = None,
        positive: Annotated[str | None, Field(description="Label that counts as found")] = None,
        timeout_s: float | None = None,
        memory_mb: int | None = None,
        profile: str | None = None,
    ) -> Annotated[CallToolResult, ClassifierResult]:
        """Train and score a classifier on rows. The test labels never enter the process that trains, so scores
        cannot be faked. Returns metrics against a baseline, confusion matrix, importance, warnings, pictures."""
        from mcp_pyexec import scoring  # pyarrow is not loaded while the server starts
        from mcp_pyexec.jobs import PoolRunner

        request = scoring.ClassifierRequest(
            target=target,
            features=features,
            model=model,
            code=code,
            test_fraction=test_fraction,
            folds=folds,
            seed=seed,
            group=group,
            time=time,
            positive=positive,
        )
        chosen = _profile(service, profile, code)
        limits = chosen.limited(service.limits).lowered(timeout_s=timeout_s, memory_mb=memory_mb)
        runner = PoolRunner(service, chosen, limits)
        table = await _rows(service, dataset, sql, database)
        outcome = await scoring.run(table, request, runner, progress_of(context))
        return _answer(service, outcome)

    annotations = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
    return strict_tool(run_classifier, "Train and score a classifier", annotations)


def _profile(service: Service, name: str | None, code: str | None) -> Profile:
    chosen = service.profiles.choose(name)
    if code is not None and "pandas" not in chosen.preload:
        raise RequestError(
            "profile-lacks-libraries",
            f"Profile {chosen.name!r} has no pandas, which `code` is called with. Use a named model, or a profile "
            "such as moderate.",
        )
    return chosen


async def _rows(service: Service, dataset: str | None, sql: str | None, database: str | None) -> pa.Table:
    if (dataset is None) == (sql is None):
        raise RequestError("dataset-or-sql", "Give either `dataset` or `sql`, not both and not neither.")
    if dataset is not None:
        return service.datasets.get(dataset).table
    return (await service.databases.query(str(sql), database=database)).table


def _answer(service: Service, outcome: ClassifierOutcome) -> CallToolResult:
    execution_id = f"c_{secrets.token_hex(6)}"
    artifacts = service.artifacts.add(execution_id, outcome.files)
    result = _result(service, outcome, execution_id, artifacts)
    return answer(_text(result), result, artifact_content(artifacts))


def _result(
    service: Service, outcome: ClassifierOutcome, execution_id: str, artifacts: list[Artifact]
) -> ClassifierResult:
    predictions = None
    if outcome.predictions is not None:
        kept = service.datasets.add(outcome.predictions, origin=f"predictions of {execution_id}")
        predictions = Predictions(dataset=kept.handle, row_count=kept.row_count)
    return ClassifierResult(
        execution_id=execution_id,
        status=outcome.status,
        error=dict(outcome.error) if outcome.error else None,
        target=outcome.target,
        classes=[ClassSize.model_validate(c) for c in outcome.classes],
        features=[Feature.model_validate(f) for f in outcome.features],
        model=dict(outcome.model),
        metrics=dict(outcome.metrics),
        baseline=dict(outcome.baseline),
        cross_validation=dict(outcome.cross_validation) if outcome.cross_validation else None,
        per_class=[ClassScore.model_validate(c) for c in outcome.per_class],
        confusion_matrix=dict(outcome.confusion_matrix) if outcome.confusion_matrix else None,
        importance=[Importance.model_validate(i) for i in outcome.importance],
        calibration=dict(outcome.calibration) if outcome.calibration else None,
        warnings=[Warning_.model_validate(w) for w in outcome.warnings],
        predictions=predictions,
        artifacts=[artifact_ref(a) for a in artifacts],
        metrics_note=outcome.metrics_note,
        isolation=Isolation(executor=outcome.executor, layers=list(outcome.layers)),
        timings=dict(outcome.timings),
    )


def _text(result: ClassifierResult) -> str:
    lines = [f"status: {result.status}; model {result.model.get('name')} for {result.target!r}"]
    if result.error:
        lines.append(f"error: {result.error.get('message')} {result.error.get('hint') or ''}".rstrip())
    lines += [
        f"{name}: {value:.4f} (baseline {result.baseline[name]:.4f})"
        if name in result.baseline
        else f"{name}: {value:.4f}"
        for name, value in result.metrics.items()
    ]
    if cv := result.cross_validation:
        lines.append(
            f"cross-validation: {cv['metric']} {cv['mean']:.4f} ± {cv['std']:.4f} over {cv['folds']} folds"
        )
    if result.confusion_matrix:
        lines.append(_matrix(result.confusion_matrix))
    if result.importance:
        top = sorted(result.importance, key=lambda i: -i.mean)[:5]
        lines.append("importance: " + ", ".join(f"{i.feature} {i.mean:+.3f}" for i in top))
    lines += [f"warning [{w.code}]: {w.message}" for w in result.warnings]
    if result.predictions:
        lines.append(f"predictions: dataset {result.predictions.dataset}")
    return "\n".join([*lines, result.metrics_note])


def _matrix(matrix: dict[str, Any]) -> str:
    rows = zip(matrix["labels"], matrix["counts"], strict=True)
    shown = "; ".join(f"{label}: {counts}" for label, counts in rows)
    return f"confusion matrix, actual by predicted {matrix['labels']}: {shown}"
