"""Takes secrets out of texts that Weld, a proxy or an exception hands back."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

__all__ = ["Redaction", "shorten"]

_PUT_INSTEAD = "[secret]"
#: Lines of a longer secret (a private key, say) are secrets too, from this length on.
_SHORTEST_LINE = 8


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
    escaped = secret.encode(errors="backslashreplace").decode()
    return (
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        quote(escaped, safe=""),
        quote_plus(escaped),
    )
