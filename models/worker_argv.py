"""The words that start a worker. Light to import, unlike the worker."""

import sys

WORKER = (sys.executable, "-m", "models.worker")
