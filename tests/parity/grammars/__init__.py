"""Requests as clients send them and as parsers get them wrong, for hypothesis."""

from hypothesis import settings


def fewer(part: int) -> settings:
    """For a test of which each example is many requests: a part of the examples that the others have."""
    return settings(max_examples=max(1, settings().max_examples // part))
