"""What a column's name says of its values, in English and Chinese."""

from __future__ import annotations

import re

SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^0-9A-Za-z\u3400-\u9fff%]+")


def words(name: str) -> set[str]:
    """The words of a name, whether they are joined by signs or by capitals; Chinese is left whole.

    >>> sorted(words("customerAge_years"))
    ['age', 'customer', 'years']
    """
    return {word.lower() for word in SPLIT.split(name) if word}


def says(name: str, english: set[str], chinese: str = "") -> bool:
    """Whether a name holds one of some English words, or a Chinese one of a pattern."""
    return bool(words(name) & english) or bool(chinese and re.search(chinese, name))


def identifier(name: str) -> bool:
    """Whether it names an identifier."""
    return says(name, *ENTITIES)


ENTITIES = (
    {"id", "ids", "uuid", "guid", "key", "rowname", "rownames", "index", "unnamed"}
    | {"email", "ssn", "passport", "iban", "imei", "account"},
    r"编号|序号|身份证|账号|工号|学号",
)
AGE = {"age"}, r"年龄|岁数"
PERCENT = {"percent", "pct", "percentage", "%"}, r"百分"
# What is counted or measured and never below zero.
AMOUNTS = (
    {"age", "height", "weight", "length", "width", "area", "distance", "count", "quantity", "qty", "duration"}
    | {"price", "income", "salary", "wage", "rooms", "bedrooms", "population", "mileage", "horsepower", "bmi"},
    r"年龄|身高|体重|面积|距离|数量|价格|收入|工资|人数|长度|次数",
)
# What nobody living has a zero of.
BODIES = (
    {"height", "weight", "bmi", "pressure", "glucose", "pulse", "heartrate", "cholesterol"},
    r"身高|体重|血压|血糖|心率",
)
BIRTHS = (
    {"birth", "born", "dob", "birthday", "birthdate", "since", "joined", "created", "opened"},
    r"出生|生日|开户|注册",
)
# What is written down once all is over.
AFTERWARDS = (
    {"closed", "closing", "final", "outcome", "result", "resolution", "resolved", "settled", "settlement"}
    | {"recovered", "recoveries", "recovery", "chargeoff", "writeoff", "refund", "refunded", "cancelled", "churned"}
    | {"terminated", "termination", "discharge", "collections", "verdict", "disposition", "deceased"},
    r"结清|结果|最终|注销|结案|退款|流失|死亡|出院|催收",
)
