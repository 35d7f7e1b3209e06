#!/usr/bin/python3
"""Reads sources with clang-tidy, several at a time: tidy.py SOURCE... -- COMPILER-OPTION...

Nearly all that clang-tidy reads of a source is the standard library, so sources are included by one that it reads: a quarter
of the time. Sources that give the same name to things of their own cannot be read together; what does not compile so
is read once more, each source alone, and only that counts. One check asks what nothing else in the same reading may answer:
whether a using-declaration is used; a source that has one is read alone for that. Findings are printed; the exit status says
whether there were none.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOGETHER = 20  # sources: more of them would leave a processor without work at the end
# That a source includes sources is what is done here.
CHECKS = "-clang-analyzer-*,-bugprone-suspicious-include"
USED_ALONE = "-*,misc-unused-using-decls"
DOES_NOT_COMPILE = "clang-diagnostic-error"

using = re.compile(r"^using [\w:]+::\w+;", re.MULTILINE)
own_part = re.compile(r"^namespace \{$(.*?)^\}  ?// namespace$", re.MULTILINE | re.DOTALL)
own_name = re.compile(r"^(?![#}/ ]).*?(\w+)(?=[({;\[]| = )", re.MULTILINE)


def own_names(source):
    """What the source declares in its nameless namespaces: the last word before what ends or begins a definition."""
    text = source.read_text()
    found = {name for part in own_part.findall(text) for name in own_name.findall(part)}
    return found | ({"main"} if re.search(r"^int main\(", text, re.MULTILINE) else set())


def groups(sources):
    """In the order given, each source joins the first group that has room and none of its names."""
    made = []
    for source in sources:
        names = own_names(source)
        for members, taken in made:
            if len(members) < TOGETHER and not taken & names:
                members.append(source)
                taken |= names
                break
        else:
            made.append(([source], names))
    return [members for members, _ in made]


def tidied(source, options, checks=CHECKS):
    run = subprocess.run(["clang-tidy", "--quiet", "--config-file=.clang-tidy", f"--checks={checks}", source, "--", "-I.", *options],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    # It tells on stderr how much it does not show.
    return run.returncode, run.stdout or (run.stderr if run.returncode else "")


def read_together(members, options):
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "together.cpp")
        whole.write_text("".join(f'#include "{source}"\n' for source in members))
        found = tidied(whole, options)
    return [tidied(source, options) for source in members] if DOES_NOT_COMPILE in found[1] else [found]


def read_alone(source, options):
    return [tidied(source, options, USED_ALONE)] if using.search(source.read_text()) else []


def main(arguments):
    between = arguments.index("--")
    sources, options = [Path(source) for source in arguments[:between]], arguments[between + 1:]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        readings = [pool.submit(read_together, members, options) for members in groups(sources)] + \
                   [pool.submit(read_alone, source, options) for source in sources]
        found = [finding for reading in readings for finding in reading.result()]
    sys.stdout.writelines(output for _, output in found)
    return 1 if any(status for status, _ in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
