"""A bundle over HTTP: answers, readiness, metrics and a page to try it on. Nothing here needs torch."""
