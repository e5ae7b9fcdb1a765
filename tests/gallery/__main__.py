"""Serves the gallery: `.venv/bin/python -m tests.gallery [PORT]`."""

import os
import sys

from django.core.management import execute_from_command_line

port = sys.argv[1] if len(sys.argv) > 1 else "8099"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.gallery.settings"
execute_from_command_line(["gallery", "runserver", "--noreload", port])
