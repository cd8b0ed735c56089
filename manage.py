#!/usr/bin/env python
"""Runs any command: `python manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config.acting import acting_as_system

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with acting_as_system():
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        # A sentence that says what to do; a traceback would bury it.
        sys.exit(str(problem))
