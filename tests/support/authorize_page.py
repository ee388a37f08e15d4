"""The page on which a person authorizes a connection, as a browser uses it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import requests


def decide(link: str, decision: str) -> requests.Response:
    """Do what a browser does: open the page, and submit its form with one of its buttons."""
    page = requests.get(link, timeout=5)
    assert page.status_code == 200
    form = re.search(r'<form method="(\w+)" action="([^"]+)">', page.text)
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert form is not None
    assert token is not None
    assert re.search(f'<button [^>]*name="decision" value="{decision}"', page.text)
    base = "{0.scheme}://{0.netloc}".format(urlsplit(link))
    fields = {"token": token[1], "decision": decision}
    return requests.request(form[1], base + form[2], data=fields, timeout=5, allow_redirects=False)
