"""Releases side by side while they answer: `GET /models/{name}/traffic`, and `/metrics` with a `release` label."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.routing import Route

from modelyard.serve import wire
from modelyard.serve.telemetry import BUCKETS
from modelyard.serve.truths import Truths

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from modelyard.serve.counts import Counts
    from modelyard.serve.deployment import Deployment
    from modelyard.serve.state import State
    from modelyard.serve.watcher import Watcher

COUNTED = {
    "requests": "Requests that a release answered.",
    "rows": "Rows that a release answered.",
    "failed": "Requests that a release failed.",
    "refused": "Requests that were not what the schema says.",
    "compared": "Rows of a shadow beside the champion's answer.",
    "agreed": "Rows that a shadow answered as the champion did.",
    "dropped": "Requests that a shadow did not keep up with.",
}


def routes(state: State) -> list[Route]:
    """The page of a model's traffic."""
    truths = Truths()

    async def traffic(request: Request) -> Response:
        """Every release that answers, and the last few that did."""
        deployment = state.deployment(request.path_params["name"], "/traffic")
        told = _traffic(deployment, state.watcher)
        yard = state.watcher.yard(deployment)
        if yard is not None:
            loop = asyncio.get_running_loop()
            known = await loop.run_in_executor(state.pool, truths.of, yard, deployment.name)
            for release in told["releases"]:
                release["truths"] = (known or {}).get(release["release"])
        return wire.JsonResponse(told)

    return [Route("/models/{name}/traffic", traffic)]


class ReleaseFigures(Collector):
    """What `/metrics` tells of releases: read when it is asked for, so that a request does not count twice."""

    def __init__(self, deployments: Collection[Deployment], watcher: Watcher) -> None:
        """Of these deployments."""
        self.deployments, self.watcher = deployments, watcher

    def describe(self) -> list[Metric]:
        """Nothing: the names are its own."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every figure of every release."""
        labels = ("model", "release")
        states = [(d.name, label, f.state()) for d in self.deployments for label, f in d.figures.items()]
        for name, told in COUNTED.items():
            family = CounterMetricFamily(f"modelyard_release_{name}", told, labels=labels)
            for model, release, counts in states:
                family.add_metric((model, release), getattr(counts, name))
            yield family
        yield _seconds(states, labels)
        yield _answers(states)
        yield from self._gauges()

    def _gauges(self) -> Iterator[Metric]:
        roles = GaugeMetricFamily(
            "modelyard_release_share",
            "The share of the requests that a release answers; a shadow's is 0.",
            labels=("model", "release", "role"),
        )
        refused = GaugeMetricFamily(
            "modelyard_release_refused_info", "A release that was to run and does not.", labels=("model", "role")
        )
        info = GaugeMetricFamily("modelyard_model_info", "The bundle that a model is.", labels=("name", "digest"))
        for deployment in self.deployments:
            for role, release, share in _roles(deployment):
                roles.add_metric((deployment.name, release, role), share)
            for role in deployment.refused.copy():  # the watcher changes it meanwhile
                refused.add_metric((deployment.name, role), 1)
            info.add_metric((deployment.name, deployment.stable.bundle.digest), 1)
        yield from (roles, refused, info)
        if self.watcher.places:
            up = all(place.up for place in self.watcher.places.values())
            yield GaugeMetricFamily("modelyard_yard_up", "Whether the yard answered when it was asked last.", value=up)


def _seconds(states: list[tuple[str, str, Counts]], labels: tuple[str, str]) -> Metric:
    family = HistogramMetricFamily(
        "modelyard_release_seconds", "Seconds from a whole request to its answer.", labels=labels
    )
    for model, release, counts in states:
        family.add_metric((model, release), counts.cumulative(BUCKETS), counts.seconds)
    return family


def _answers(states: list[tuple[str, str, Counts]]) -> Metric:
    family = CounterMetricFamily(
        "modelyard_release_answers",
        "Rows by the class that they were answered with.",
        labels=("model", "release", "class"),
    )
    for model, release, counts in states:
        for name, count in counts.classes.items():
            family.add_metric((model, release, name), count)
    return family


def _roles(deployment: Deployment) -> Iterator[tuple[str, str, float]]:
    """Role, release and share of all that run."""
    lineup = deployment.lineup
    yield "champion", lineup.stable.target.label, 1 - lineup.share
    if lineup.canary is not None:
        yield "canary", lineup.canary.target.label, lineup.share
    if lineup.shadow is not None:
        yield "shadow", lineup.shadow.target.label, 0.0


def _traffic(deployment: Deployment, watcher: Watcher) -> dict[str, Any]:
    roles = {release: (role, share) for role, release, share in _roles(deployment)}
    releases = []
    for label, figures in reversed(deployment.figures.items()):
        role, share = roles.get(label, ("before", 0.0))
        told = {"release": label, "role": role, "share": share, "digest": figures.digest, "truths": None}
        releases.append({**told, **figures.state().told()})
    place = watcher.places.get(deployment.stable.target.home)
    return {
        "name": deployment.name,
        **deployment.told(),
        "releases": releases,
        "promotion": watcher.rule.told(deployment),
        "yard": None if place is None else {"up": place.up},
    }
