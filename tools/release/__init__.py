"""`make release-check`: builds what a release uploads, and tries it in clean environments.

`python -m tools.release --help` explains the options.
"""
