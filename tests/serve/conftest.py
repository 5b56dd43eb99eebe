"""Small models, trained once: of every kind of column, with Chinese names; of a number; of a text's tokens."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from modelyard import run
from modelyard.release.yard import Yard
from modelyard.serve.app import App
from tests.serve.asking import Client

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

ROWS = 240
RECORD = {
    "年龄": 41,
    "收入": 5200.5,
    "城市": "上海",
    "套餐": "basic",
    "vip": False,
    "开户": "2024-05-01",
    "备注": "按时还款",
}


def customers(place: random.Random) -> dict[str, Any]:
    """A customer, and whether they will pay: 结果 is 好 or 坏."""
    risky = place.random() < 0.4
    return {
        "年龄": place.choice([place.randint(20, 70), place.randint(20, 70), ""]),
        "收入": round(place.gauss(3000 if risky else 6000, 900), 2),
        "城市": place.choice(["北京", "上海", "广州", ""]),
        "套餐": place.choice(["basic", "plus"]),
        "vip": place.choice(["true", "false"]),
        "开户": (date(2023, 1, 1) + timedelta(days=place.randint(0, 700))).isoformat(),
        "备注": place.choice(["总是 逾期 不还", "联系 不上 客户"] if risky else ["按时 还款 良好", "提前 还清 贷款"])
        + f" {place.random():.6f}",
        "结果": "坏" if risky else "好",
    }


def houses(place: random.Random, metre: int = 3000) -> dict[str, Any]:
    """A house and its price."""
    area, quarter = place.randint(40, 200), place.choice(["north", "south"])
    return {
        "area": area,
        "quarter": quarter,
        "price": area * metre + 50_000 * (quarter == "south") + place.randint(0, 9000),
    }


def comments(place: random.Random) -> dict[str, Any]:
    """A sentence and whether it is friendly."""
    good = place.random() < 0.5
    words = ["paid", "great", "按时"] if good else ["late", "perhaps", "逾期"]
    return {"comment": " ".join(place.choices(words, k=place.randint(1, 9))), "label": "good" if good else "bad"}


@pytest.fixture(scope="session")
def risk(tmp_path_factory: pytest.TempPathFactory) -> Run:
    columns = {"套餐": {"levels": ["basic", "plus", "max"]}, "备注": {"kind": "text"}}
    return _train(
        tmp_path_factory.mktemp("风险"), customers, name="风险", target="结果", positive="坏", columns=columns
    )


@pytest.fixture(scope="session")
def price(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _train(tmp_path_factory.mktemp("price"), houses, name="house-price", target="price")


@pytest.fixture(scope="session")
def opinion(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Run:
    model = {"name": "pretrained", "weights": str(tiny_bert), "tuning": "head", "max_length": 16}
    columns = {"comment": {"kind": "text"}}
    folder = tmp_path_factory.mktemp("opinion")
    return _train(
        folder, comments, name="opinion", target="label", columns=columns, model=model, training={"epochs": 1}
    )


@pytest.fixture(scope="session")
def dearer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, ...]:
    """Two further models of houses, learnt in years when a metre cost more: they answer otherwise."""
    gates = [{"gate": "at_least", "metric": "r2", "bound": 0.9}]
    return tuple(
        _train(
            tmp_path_factory.mktemp("dearer"),
            partial(houses, metre=metre),
            name="house-price",
            target="price",
            gates=gates,
        )
        for metre in (4000, 5000)
    )


@pytest.fixture
def stock(tmp_path: Path, price: Run, dearer: tuple[Run, ...]) -> Yard:
    """A yard of three releases of houses: the first is the champion, the second the challenger, the third neither."""
    yard = Yard(tmp_path / "stock")
    for one, alias in zip((price, *dearer), ("champion", "challenger", "spare"), strict=True):
        yard.offer(one.bundle, (), alias)
    return yard


@pytest.fixture
def client(risk: Run) -> Client:
    """Of one model, warm."""
    return Client(App({"风险": risk.bundle}))


def _train(folder: Path, make: Any, **recipe: Any) -> Run:
    place = random.Random(11)  # noqa: S311 - rows for a test
    rows = [make(place) for _ in range(ROWS)]
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return run.train(
        {"version": 1, "data": str(folder / "rows.csv"), "model": "linear", **recipe}, home=folder / "yard"
    )
