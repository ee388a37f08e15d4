"""Weld's endpoints: what is asked, which part of the domain answers, with which status."""
