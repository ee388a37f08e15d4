"""Weld's endpoints."""
