"""Takes secrets out of texts: of those that Weld, a proxy or an exception returns, and of the messages of this package.

A text that repeats a secret may have cut it off, changed its case, or escaped it for JSON, PHP, Go, JavaScript, HTML or
a URL, one inside the other. So texts are compared by their ASCII letters and digits alone (:func:`_letters`), which all
of these keep, and what looks like base64 is decoded.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

from .._text import printable_words

__all__ = ["Redactor", "SecretRegistry", "shorten"]

_PUT_INSTEAD = "[secret]"
#: Shortest line of a secret of several lines (a private key, say) that is a secret by itself.
_SHORTEST_LINE = 8
#: Longest text inside settings that is not a secret: it reveals nothing, and occurs in many messages.
_LONGEST_WORD = 3
#: Letters by which a part of a secret is recognized; a shorter secret needs all of its letters, at least the latter.
_PIECE, _SHORTEST_PIECE = 8, 6
#: Fewest letters of the beginning of a secret that are recognized if the text was cut off after them.
_SHORTEST_BEGINNING = 4
_BACKSLASH, _AMPERSAND = r"(?:\\|%(?:25)*5[cC])", r"(?:&|\\+u0026|%(?:25)*26)"
_ESCAPED = re.compile(
    rf"{_AMPERSAND}(?:amp;)*(?:#[xX]([0-9a-fA-F]{{1,6}})|#(\d{{1,7}})|[a-zA-Z]{{2,6}});"
    rf"|{_BACKSLASH}+(?:u([0-9a-fA-F]{{4}})|u\{{([0-9a-fA-F]{{1,6}})\}}|U([0-9a-fA-F]{{8}})|x([0-9a-fA-F]{{2}}))"
    rf"|{_BACKSLASH}+(?:([0-3][0-7]{{2}})|[abfnrtv])"
    r"|%(?:25)*([0-9a-fA-F]{2})"
)
#: Number bases of the groups in _ESCAPED.
_BASES = (16, 10, 16, 16, 16, 16, 8, 16)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_OURS_CUT, _CUT = re.compile(r"[^\w…]{0,3}…"), re.compile(r"[^\w…]{0,4}(?:…|\.\.\.|\btrunc|$)")


class SecretRegistry:
    """Texts that no message may show. May be used by several threads at once.

    Settings are taken out of Weld's messages, which may repeat them. Values that the program marks as secret are taken
    out of every message of this process.
    """

    def __init__(self) -> None:
        self._settings: frozenset[str] = frozenset()
        self._marked: frozenset[str] = frozenset()
        self._adding = threading.Lock()
        self._redaction = Redactor(())

    def add(self, settings: Any) -> None:
        """Hide every text and number inside ``settings`` in Weld's messages: any may be a secret."""
        texts = {text for text in _leaves(settings) if len(text) > _LONGEST_WORD}
        if not texts <= self._settings:
            with self._adding:
                self._settings |= texts

    def mark(self, values: Any) -> None:
        """Hide every text and number inside ``values``, which the program marks as secret, in all messages."""
        texts = set(_leaves(values))
        if not texts <= self._marked:
            with self._adding:
                self._marked |= texts
                self._redaction = Redactor(self._marked, whole=True)

    def is_marked(self, text: str) -> bool:
        """Return whether the program marks exactly this text as secret."""
        return text in self._marked

    def is_inside(self, value: Any) -> bool:
        """Return whether a value contains anything that the program marks as secret."""
        return bool(self._marked) and any(self(text) != printable_words(text) for text in _leaves(value))

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings | {text for text in self._marked if len(text) > _LONGEST_WORD})

    def __call__(self, text: str) -> str:
        """Return a message of this package without what the program marks as secret.

        These messages quote values whole, or cut off at their end, so a word that is only part of a secret stays.
        """
        return self._redaction(text) if self._marked else text


class Redactor:
    """Takes secrets out of texts, in every form in which a response may repeat them.

    Args:
        secrets: the secrets; empty ones are skipped.
        withhold: whether messages of others are to be withheld whole, except for codes.
        whole: keep a part of a secret, unless the text was cut off there; take out a secret that is too short to be
            distinguished from other words only within quotes.
    """

    def __init__(self, secrets: Iterable[str], withhold: bool = False, whole: bool = False) -> None:
        self.withhold = withhold
        self._whole = whole
        self._given = {secret for secret in secrets if secret}

    def __call__(self, text: str) -> str:
        """Return ``text`` on one line, without control characters and without secrets."""
        for form in self._forms:
            text = text.replace(form, _PUT_INSTEAD)
        text = printable_words(self._without_pieces(text))
        for secret in self._secrets:
            # Folding may have joined a secret that was broken in two.
            folded = printable_words(secret)
            text = text.replace(folded, _PUT_INSTEAD) if folded else text
        for quoted in self._quoted:
            text = text.replace(quoted, f"{quoted[0]}{_PUT_INSTEAD}{quoted[0]}")
        return text

    @cached_property
    def _secrets(self) -> set[str]:
        return {secret for secret in self._given if not self._whole or len(secret) > _LONGEST_WORD}

    @cached_property
    def _quoted(self) -> list[str]:
        return [f"{mark}{secret}{mark}" for secret in self._given - self._secrets for mark in "'\""]

    @cached_property
    def _forms(self) -> list[str]:
        """Return the forms that are searched for literally, the longest first."""
        lines = {line.strip() for secret in self._secrets for line in secret.splitlines()}
        parts = self._secrets | {line for line in lines if len(line) >= _SHORTEST_LINE}
        return sorted({form for part in parts for form in _forms(part)}, key=len, reverse=True)

    @cached_property
    def _lettered(self) -> set[str]:
        return {letters for secret in self._secrets if len(letters := _letters(secret)[0]) >= _SHORTEST_PIECE}

    @cached_property
    def _pieces(self) -> dict[int, set[str]]:
        """Return the runs of letters that identify a secret, by length."""
        pieces = self._lettered if self._whole else {each for letters in self._lettered for each in _pieces(letters)}
        return {length: {each for each in pieces if len(each) == length} for length in set(map(len, pieces))}

    @cached_property
    def _beginnings(self) -> set[str]:
        return {letters[:end] for letters in self._lettered for end in range(_SHORTEST_BEGINNING, _PIECE + 1)}

    def _without_pieces(self, text: str) -> str:
        """Take out what has the letters of a secret, or of a part of one, however it is escaped."""
        if not self._lettered:
            return text
        letters, places = _letters(text)
        found = [*self._found(letters), *self._cut_off(text, letters, places)]
        hits = [(places[start][0], places[end - 1][1]) for start, end in found]
        hits += [run.span() for run in _BASE64.finditer(text) if self._is_inside(run[0])]
        return _without(text, hits)

    def _found(self, letters: str) -> Iterator[tuple[int, int]]:
        for length, pieces in self._pieces.items():
            for start in range(len(letters) - length + 1):
                if letters[start : start + length] in pieces:
                    yield start, start + length

    def _cut_off(self, text: str, letters: str, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Find beginnings of secrets after which the text was cut off."""
        cut = _OURS_CUT if self._whole else _CUT
        longest = max(map(len, self._lettered))
        for end in (number for number, (_, at) in enumerate(places, 1) if cut.match(text, at)):
            for start in range(max(0, end - longest), end - _SHORTEST_BEGINNING + 1):
                begins = letters[start : min(end, start + _PIECE)] in self._beginnings
                if begins and any(secret.startswith(letters[start:end]) for secret in self._lettered):
                    yield start, end
                    break

    def _is_inside(self, run: str) -> bool:
        """Return whether a run of letters is base64 of a secret, even without its beginning or end."""
        standard = run.replace("-", "+").replace("_", "/")
        for start in range(4):
            part = standard[start:-1] if (len(standard) - start) % 4 == 1 else standard[start:]
            decoded = base64.b64decode(part + "=" * (-len(part) % 4)).decode("latin-1")
            if any(True for _ in self._found(_letters(decoded)[0])):
                return True
        return False


def shorten(text: str, longest: int = 400) -> str:
    """Cut a text of somebody else to a readable length. Redact before, not after."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _forms(secret: str) -> Iterable[str]:
    escaped = secret.encode(errors="backslashreplace").decode()
    return (
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret)[1:-1])[1:-1],
        base64.b64encode(escaped.encode()).decode().rstrip("="),
        html.escape(secret),
        quote(escaped, safe=""),
        quote_plus(escaped),
    )


def _leaves(values: Any) -> Iterator[str]:
    """Yield every text and number inside, at any depth, as texts."""
    waiting = [values]
    for item in waiting:
        if isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, (list, tuple)):
            waiting.extend(item)
        elif isinstance(item, float) and item.is_integer():
            yield str(int(item))  # the engine passes every number as a float
        elif isinstance(item, (str, int, float)) and not isinstance(item, bool):
            yield str(item)


# Letters and digits -----------------------------------------------------------------------------------------------


def _letters(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the ASCII letters and digits of a text in lower case, and where each stands; escapes count decoded."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    position = 0
    while position < len(text):
        escaped = _ESCAPED.match(text, position) if text[position] in "\\%&" else None
        end = escaped.end() if escaped else position + 1
        char = _decoded(escaped) if escaped else text[position]
        if char.isascii() and char.isalnum():
            letters.append(char.lower())
            places.append((position, end))
        position = end
    return "".join(letters), places


def _decoded(escaped: re.Match[str]) -> str:
    code = next((int(digits, base) for digits, base in zip(escaped.groups(), _BASES, strict=True) if digits), 0)
    return chr(code) if code < 128 else ""


def _pieces(letters: str) -> Iterator[str]:
    length = min(_PIECE, len(letters))
    return (letters[start : start + length] for start in range(len(letters) - length + 1))


def _without(text: str, hits: list[tuple[int, int]]) -> str:
    """Replace each run of hits with one mark."""
    parts: list[str] = []
    position = 0
    merged: list[list[int]] = []
    for start, end in sorted(hits):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    for start, end in merged:
        parts += [text[position:start], _PUT_INSTEAD]
        position = end
    return "".join([*parts, text[position:]])
