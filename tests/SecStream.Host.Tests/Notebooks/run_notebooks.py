"""Runs notebooks, each in a kernel of its own, and fails with the cell that failed.

Usage: run_notebooks.py FILE.ipynb...   The inputs are where SECSTREAM_NOTEBOOK_DATA says. Nothing is written.
"""
import concurrent.futures
import os
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def run(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    try:
        NotebookClient(notebook, timeout=120, startup_timeout=120, kernel_name="python3").execute()
    except CellExecutionError as error:
        return f"{path}: {error}"
    texts = [o.get("text", "") for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    warnings = [t for t in texts if "Warning" in t]
    return f"{path}: {warnings[0]}" if warnings else None


# No debugger will be attached; its advice would hide what matters.
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"

# Two at a time: a kernel is mostly start-up, and a small machine has two cores.
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    failures = [failure for failure in pool.map(run, sys.argv[1:]) if failure]

for failure in failures:
    print(failure, file=sys.stderr)
sys.exit(1 if failures else 0)
