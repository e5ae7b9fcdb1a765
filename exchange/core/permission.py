"""The rule line at the top of an action."""

from django.core.exceptions import PermissionDenied


def require(allowed: bool, sentence: str) -> None:
    """Go on if `allowed`; otherwise raise PermissionDenied (403) with a sentence for the person."""
    if not allowed:
        raise PermissionDenied(sentence)
