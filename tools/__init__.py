"""Set-up, demo and measurements of the checkout; no part of the installed package."""
