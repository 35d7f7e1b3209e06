#!/usr/bin/python3
"""Prints the tables of `make bench`: run.py NAME..., where NAME_bench.py is beside this; first, when, where and of what."""

import datetime
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path


def processor():
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else os.uname().machine


def commit():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main():
    print(f"{datetime.date.today()}, {os.cpu_count()} cores ({processor()}), Linux {os.uname().release}, "
          f"load {os.getloadavg()[0]:.1f} at the start, commit {commit()}", flush=True)
    for name in sys.argv[1:]:
        importlib.import_module(f"bench.{name}_bench").main()


if __name__ == "__main__":
    main()
