"""Faults of a table in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from faulty.work import days, fault

if TYPE_CHECKING:
    from faulty.work import Work

Rows = np.ndarray


@fault("chinese", "negative", column="年龄")
def plant_negative_age_in_chinese(work: Work) -> Rows:
    """Negative age in chinese."""
    _chinese(work)
    places = work.some(0.004)
    work.change("年龄", places, [-int(value) for value in work.chance.integers(20, 60, len(places))])
    return places


@fault("chinese", "placeholder", column="职业")
def plant_placeholder_in_chinese(work: Work) -> Rows:
    """Placeholder in chinese."""
    _chinese(work)
    places = work.some(0.03)
    work.change("职业", places, "未知")
    return places


@fault("chinese", "written_dates", column="登记日期")
def plant_dates_in_chinese(work: Work) -> None:
    """Dates in chinese."""
    _chinese(work)
    work.columns["登记日期"] = [f"{day.year}年{day.month}月{day.day}日" for day in days(work)]


@fault("chinese", "spelling", column="等级")
def plant_full_width_in_chinese(work: Work) -> Rows:
    """Full width in chinese."""
    _chinese(work)
    work.columns["等级"] = work.chance.choice(["A级", "B级"], work.rows).tolist()
    places = work.some(0.03)
    work.change("等级", places, "\uff21级")
    return places


@fault("chinese", "target_copy", column="状态")
def plant_target_in_chinese(work: Work) -> None:
    """Target in chinese."""
    _chinese(work)
    work.columns["状态"] = np.where(np.array(work.columns["是否流失"]) == "是", "已销户", "正常").tolist()


@fault("chinese", "telltale_missing", column="结清金额")
def plant_filled_afterwards_in_chinese(work: Work) -> None:
    """Filled afterwards in chinese."""
    _chinese(work)
    gone = np.array(work.columns["是否流失"]) == "是"
    there = gone & (work.chance.random(work.rows) < 0.5)
    work.columns["结清金额"] = [float(place % 97) if yes else None for place, yes in enumerate(there)]


@fault("chinese", "identifier", column="客户编号")
def plant_identifier_in_chinese(work: Work) -> None:
    """Identifier in chinese."""
    _chinese(work)
    work.columns["客户编号"] = [f"K{value:06}" for value in work.chance.permutation(work.rows)]


def _chinese(work: Work) -> None:
    if "年龄" not in work.columns:
        names = {
            "age": "年龄",
            "income": "收入",
            "city": "城市",
            "visits": "到访次数",
            "member": "会员",
            "score": "评分",
        }
        work.columns = {names.get(name, name): column for name, column in work.columns.items()}
        work.columns["职业"] = work.chance.choice(["教师", "司机", "护士"], work.rows).tolist()
        left = work.columns.pop("left")
        work.columns["是否流失"] = ["是" if value == "yes" else "否" for value in left]
        work.target = "是否流失"
