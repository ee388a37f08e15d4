"""Publish the output of `pulumi preview`: in the summary of the job and, with a token, in a comment on a pull request.

    python ci/publish_preview.py preview.txt

A pull request has one comment for each stack: the first preview creates it, later ones update it. The environment says
the rest: STACK, OUTCOME (of the step that ran the preview), PULL_REQUEST and GH_TOKEN, and what GitHub Actions sets.
"""

import json
import os
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any

# GitHub accepts 65,536 characters in a comment.
LONGEST = 60_000
# Whoever may comment could write the marker of another comment; only those of this account are updated.
AUTHOR = "github-actions[bot]"


def markdown(output: str, stack: str, outcome: str) -> str:
    """Return the output as a code block that nothing in it can end, and in which no name is a mention."""
    if len(output) > LONGEST:
        output = f"{output[:LONGEST]}\n… The log of the job shows the rest."
    runs = re.findall(r"`+", output)
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    verb = "" if outcome == "success" else " failed"
    return f"### Weld: preview of {stack}{verb}\n\n{fence}text\n{output.strip()}\n{fence}\n"


def request(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    """Send a request to GitHub's API, about this repository."""
    address = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    headers = {"Authorization": f"Bearer {os.environ['GH_TOKEN']}", "Accept": "application/vnd.github+json"}
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(address, data, headers, method=method), timeout=30) as response:
        return json.load(response)


def comment(pull_request: int, marker: str, text: str) -> None:
    """Update the comment that begins with the marker, or create it."""
    body = {"body": f"{marker}\n{text}"}
    page = 1
    while listed := request("GET", f"issues/{pull_request}/comments?per_page=100&page={page}"):
        for each in listed:
            if each["user"]["login"] == AUTHOR and each["body"].startswith(marker):
                request("PATCH", f"issues/comments/{each['id']}", body)
                return
        page += 1
    request("POST", f"issues/{pull_request}/comments", body)


def main(file: str) -> None:
    stack = os.environ["STACK"]
    text = markdown(Path(file).read_text(errors="replace"), stack, os.environ["OUTCOME"])
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a") as summary:
        summary.write(text)
    if os.environ.get("GH_TOKEN"):
        comment(int(os.environ["PULL_REQUEST"]), f"<!-- weld preview of {stack} -->", text)


if __name__ == "__main__":
    main(sys.argv[1])
