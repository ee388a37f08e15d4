"""Run ``weld-pulumi`` as ``python -m weld_pulumi``."""

from .cli import main

if __name__ == "__main__":
    main()
