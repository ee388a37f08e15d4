"""Takes secrets out of texts that Weld, a proxy or an exception hands back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = ["Hidden", "Redaction", "shorten"]

_PUT_INSTEAD = "[secret]"
#: Lines of a longer secret (a private key, say) are secrets too, from this length on.
_SHORTEST_LINE = 8
#: Texts inside settings that are no longer than this say nothing, and stand in many a message.
_LONGEST_WORD = 3


class Hidden:
    """Texts that no error may show from now on: Weld may repeat what it was told when it is asked for more.

    May be used by several threads at once.
    """

    def __init__(self) -> None:
        self._texts: frozenset[str] = frozenset()
        self._adding = threading.Lock()

    def add(self, settings: Any) -> None:
        """Hide every text and number inside ``settings``: any may be a secret."""
        texts = set(_leaves(settings))
        with self._adding:
            self._texts |= texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


class Redaction:
    """Knows some secrets, and takes them out of texts in every form in which an answer may repeat them.

    Args:
        secrets: the secrets; empty ones are passed over.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = {secret for secret in secrets if secret}

    def __call__(self, text: str) -> str:
        """Return ``text`` on one line, without control characters and without secrets."""
        for form in sorted(self._forms(), key=len, reverse=True):
            text = text.replace(form, _PUT_INSTEAD)
        text = _one_line(text)
        for secret in self._secrets:
            # Folding may have put a secret together again that was broken in two.
            folded = _one_line(secret)
            text = text.replace(folded, _PUT_INSTEAD) if folded else text
        return text

    def _forms(self) -> set[str]:
        lines = {line.strip() for secret in self._secrets for line in secret.splitlines()}
        parts = self._secrets | {line for line in lines if len(line) >= _SHORTEST_LINE}
        return {form for part in parts for form in _forms(part)}


def shorten(text: str, longest: int = 400) -> str:
    """Cut a text that somebody else wrote to a bearable length; cut after redaction, never before."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _forms(secret: str) -> Iterable[str]:
    import html  # only where there is something to hide

    escaped = secret.encode(errors="backslashreplace").decode()
    return (
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        quote(escaped, safe=""),
        quote_plus(escaped),
    )


def _leaves(settings: Any) -> Iterator[str]:
    if isinstance(settings, Mapping):
        settings = list(settings.values())
    if isinstance(settings, (list, tuple)):
        for item in settings:
            yield from _leaves(item)
    elif settings is not None and not isinstance(settings, bool) and len(text := str(settings)) > _LONGEST_WORD:
        yield text
