"""Applications of releases, brought up to their yards by hand, so that no test waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from modelyard.serve.app import App
from modelyard.serve.settings import Settings, Traffic
from modelyard.serve.target import Target
from tests.serve.asking import Client

if TYPE_CHECKING:
    import httpx

    from modelyard.release.yard import Yard
    from modelyard.serve.deployment import Deployment

NAME = "house-price"
HOUSE = {"area": 100, "quarter": "north"}
PATH = f"/models/{NAME}"


def target(yard: Yard, alias: str = "champion", version: int = 0) -> Target:
    """A release of a yard: by its alias, or a version that stays."""
    release = yard.find(f"{NAME}@{version or alias}")
    folder = str(yard.bundles / release.digest)
    return Target(NAME, folder, release.digest, str(yard.home), release.version, "" if version else alias)


class Served(Client):
    """Asks an application of one release."""

    def __init__(self, yard: Yard, traffic: Traffic | None = None, **said: Any) -> None:
        self.yard = yard
        super().__init__(App({NAME: target(yard, **said)}, Settings(traffic=traffic or Traffic())))

    @property
    def deployment(self) -> Deployment:
        return self.app.models[NAME]

    def look(self) -> None:
        """What the watcher does twice a second."""
        for place in self.app.watcher.places.values():
            place.next_try = 0.0
        self.app.watcher.look()

    def version(self, sticky: str = "someone") -> str:
        """The release that answers, which must answer as its bundle does offline."""
        response = self.house(sticky)
        assert response.status_code == 200, response.text
        release = response.headers["x-modelyard-release"]
        bundle = self.yard.open(self.yard.find(release))
        assert response.json() == bundle.predict(HOUSE)["predictions"][0]
        assert response.headers["x-modelyard-bundle"] == bundle.digest[:12]
        return str(release.removeprefix(f"{NAME}@"))

    def house(self, sticky: str = "someone") -> httpx.Response:
        return self.ask("POST", "/predict", b'{"area":100,"quarter":"north"}', {"x-modelyard-sticky": sticky})

    def refused(self) -> list[tuple[str, str]]:
        """Role and release of what was refused."""
        return [(one["role"], one["release"]) for one in self.told()["refused"]]

    def told(self) -> dict[str, Any]:
        """What `/models` tells."""
        (model,) = self.get("/models").json()["models"]
        return dict(model)

    def figures(self) -> dict[str, dict[str, Any]]:
        """The page of traffic, by version."""
        told = self.get(f"{PATH}/traffic").json()["releases"]
        return {one["release"].removeprefix(f"{NAME}@"): one for one in told}

    def together(self, requests: int) -> list[tuple[str, dict[str, Any]]]:
        """So many requests of different keys, on one loop: the version and the answer of each."""

        async def all_of_them() -> list[httpx.Response]:
            asked = (
                self._ask(
                    "POST", "/predict", b'{"area":100,"quarter":"north"}', {"x-modelyard-sticky": f"key {number}"}
                )
                for number in range(requests)
            )
            return [await one for one in asked]

        answers = asyncio.run(all_of_them())
        assert {answer.status_code for answer in answers} == {200}
        return [(one.headers["x-modelyard-release"].removeprefix(f"{NAME}@"), one.json()) for one in answers]
