"""What is asked beside answers: why they are so, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelyard.serve.describing.common import ASKING, asking, content, list_of, object_of, operation, ref
from modelyard.serve.explaining import METHODS

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.serve.settings import Settings

TEXT, NUMBER = {"type": "string"}, {"type": ["number", "null"]}
SCALAR = {"type": ["string", "number", "boolean"]}
SHARE = object_of(
    {"column": TEXT, "amount": NUMBER, "value": TEXT, "start": {"type": ["integer", "null"]}, "error": NUMBER}
)
WHY = {"of": TEXT, "answer": NUMBER, "base": NUMBER, "shares": list_of(SHARE), "fit": NUMBER}
MOVE = object_of({"column": TEXT, "before": {}, "after": {}})
OTHERWISE = {"of": TEXT, "before": NUMBER, "after": NUMBER, "moves": list_of(MOVE), "distance": NUMBER}
HEAD = {"name": TEXT, "digest": TEXT, "method": {"enum": list(METHODS)}, "notes": list_of(TEXT)}


def server() -> dict[str, Any]:
    """The schemas that are of no model."""
    reasons = list_of({"anyOf": [object_of(WHY), object_of(OTHERWISE)]})
    many = HEAD | {"rows": {"type": "integer"}, "overall": {"type": "object"}, "importance": {"type": "array"}}
    return {
        "Explanation": {
            "anyOf": [object_of(HEAD | WHY), object_of(HEAD | OTHERWISE), object_of(many | {"reasons": reasons})]
        }
    }


def schemas(bundle: Bundle, suffix: str, settings: Settings) -> dict[str, Any]:
    """A question, and a truth, of one model."""
    record = ref(f"Record{suffix}")
    common = {"method": {"enum": list(METHODS)}, "of": {"enum": [*bundle.labels, None]}}
    common |= {"settings": {"type": "object", "description": "the method's own, such as permutations"}}
    rows = list_of(record) | {"minItems": 1, "maxItems": settings.explaining.rows}
    asked = [
        object_of({noun: each} | common, *common, closed=True) for noun, each in (("record", record), ("records", rows))
    ]
    sane = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}
    row = {"type": "integer", "minimum": 0, "maximum": settings.limits.rows - 1}
    truth = SCALAR | {"examples": list(bundle.labels)} if bundle.names else {"type": "number"}
    said = {"request_id": sane, "row": row, "truth": truth}
    return {f"Question{suffix}": {"oneOf": asked}, f"Truth{suffix}": object_of(said, "row", closed=True)}


def paths(name: str, bundle: Bundle, suffix: str, settings: Settings) -> dict[str, Any]:
    """The model's own paths."""
    here = f"/models/{quote(name)}"
    truth = ref(f"Truth{suffix}")
    why = operation(f"Why {name} answers so", "explain", content(ref("Explanation")), (*ASKING, "504"), headers=True)
    kept = content(object_of({"accepted": {"type": "integer"}}))
    feedback = operation(f"What came of an answer of {name}", "feedback", kept, (*ASKING, "409"), status="202")
    said = {"request_id": "0123456789abcdef", "row": 0, "truth": bundle.labels[-1] if bundle.names else 1.0}
    truths = {"oneOf": [truth, list_of(truth) | {"maxItems": settings.limits.rows}]}
    return {
        f"{here}/explain": asking(content(ref(f"Question{suffix}"), {"record": bundle.example}), why),
        f"{here}/feedback": asking(content(truths, said), feedback),
    }
