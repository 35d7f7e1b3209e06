#!/usr/bin/python3
"""Reads sources with clang-tidy, several at a time: tidy.py SOURCE... -- COMPILER-OPTION...

Nearly all that clang-tidy reads of a source is the standard library, so sources are included by one that it reads: a quarter
of the time (together.py). What does not compile so is read once more, each source alone, and only that counts. One check
asks what nothing else in the same reading may answer: whether a using-declaration is used; a source that has one is read
alone for that. Findings are printed; the exit status says whether there were none.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from together import groups, text_of

TOGETHER = 20  # sources: more of them would leave a processor without work at the end
# That a source includes sources is what is done here.
CHECKS = "-clang-analyzer-*,-bugprone-suspicious-include"
USED_ALONE = "-*,misc-unused-using-decls"
DOES_NOT_COMPILE = "clang-diagnostic-error"

using = re.compile(r"^using [\w:]+::\w+;", re.MULTILINE)


def tidied(source, options, checks=CHECKS):
    run = subprocess.run(["clang-tidy", "--quiet", "--config-file=.clang-tidy", f"--checks={checks}", source, "--", "-I.", *options],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    # It tells on stderr how much it does not show.
    return run.returncode, run.stdout or (run.stderr if run.returncode else "")


def read_together(members, options):
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "together.cpp")
        whole.write_text(text_of(members))
        found = tidied(whole, options)
    return [tidied(source, options) for source in members] if DOES_NOT_COMPILE in found[1] else [found]


def read_alone(source, options):
    return [tidied(source, options, USED_ALONE)] if using.search(source.read_text()) else []


def main(arguments):
    between = arguments.index("--")
    sources, options = [Path(source) for source in arguments[:between]], arguments[between + 1:]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        readings = [pool.submit(read_together, members, options) for members in groups(sources, TOGETHER)] + \
                   [pool.submit(read_alone, source, options) for source in sources]
        found = [finding for reading in readings for finding in reading.result()]
    sys.stdout.writelines(output for _, output in found)
    return 1 if any(status for status, _ in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
