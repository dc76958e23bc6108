#!/usr/bin/env python3
"""Django's own commands. `python3 run.py manage ...` does the same with the servers running."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopstrategy.settings")
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415 - the advice below needs it to fail here
    except ImportError:
        sys.exit("Django is not installed for this Python. `python3 run.py manage ...` installs it first.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
