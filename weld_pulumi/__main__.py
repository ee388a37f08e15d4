"""``python -m weld_pulumi`` is ``weld-pulumi``."""

from .cli import main

if __name__ == "__main__":
    main()
