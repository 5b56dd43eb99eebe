"""Which scope a path needs. Keys are checked before routes are, so the path alone decides."""

from __future__ import annotations

from functools import lru_cache

PREDICT, EXPLAIN, FEEDBACK, ADMIN = "predict", "explain", "feedback", "admin"
ANY = ""  # any key that lives
OPEN = None  # no key
# Whether the process and its models answer: open, and never limited.
HEALTH = frozenset({"/livez", "/readyz", "/v2/health/live", "/v2/health/ready", "/ping", "/health"})
# Pages without a figure or a name of what is served beyond what a client needs to ask at all.
PAGES = frozenset({"/", "/docs", "/openapi.json", "/console"})
PAGES_UNDER = ("/console/",)
# What any key reads: what is served, how it does, and the papers of its releases.
READ = frozenset({"/models", "/metrics", "/v2", "/version"})
READ_UNDER = ("/models/", "/v2/")
ADMIN_UNDER = ("/admin/",)
# What a path ends with, for a name as for the only model.
ENDS = {
    "/predict": PREDICT,
    "/infer": PREDICT,
    "/invocations": PREDICT,
    "/explain": EXPLAIN,
    "/feedback": FEEDBACK,
}


@lru_cache(maxsize=1024)
def needed(path: str) -> str | None:
    """The scope that a path needs: `ANY` for what is read and for what does not exist, `OPEN` for what is everybody's.

    >>> needed("/models/risk/predict"), needed("/admin/models/risk/predict"), needed("/metrics"), needed("/livez")
    ('predict', 'admin', '', None)
    """
    if path.startswith(ADMIN_UNDER) or path == "/admin":
        return ADMIN
    if path in HEALTH or path in PAGES or path.startswith(PAGES_UNDER):
        return OPEN
    return ENDS.get(path[path.rfind("/") :], ANY)


def is_ruled(path: str, method: str) -> bool:
    """Whether a path was thought of, so that no new one is open to more than it should be for want of a rule."""
    if needed(path) != ANY:
        return True
    return method in {"GET", "HEAD"} and (path in READ or path.startswith(READ_UNDER))
