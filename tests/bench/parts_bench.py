"""Where one run goes: the standard decision part by part, and the functions in which its instructions are spent.

Each line of the first table does one thing more than the line before it, so what is between two lines is that thing's.
"""

import re
import tempfile
from pathlib import Path

import harness
from bench import processes, table, world
from bench.processes import Party
from bench.dev_log import Syslog

ROUNDS = 500
FUNCTIONS = 30


def steps(folder):
    known = world.standard(folder, world.known)
    no_rules, rules = world.rules(0), world.rules(world.MILLION)
    state = world.copy_of_state(world.MILLION, folder / "state")
    before = world.write_configuration(folder / "before.conf", state=state, rules=no_rules)
    after = world.write_configuration(folder / "after.conf", state=state, rules=rules)

    def greyonce(*options):
        return Party([harness.GREYONCE, *options], known)

    return {
        "exec and exit: an empty static C program": Party([world.EMPTY], known),
        "start and options: greyonce --version": greyonce("--version"),
        "a configuration, a request, its answer": greyonce("--config", before, "--no-greylist"),
        f"rules, {world.MILLION:,} entries": greyonce("--config", after, "--no-greylist"),
        f"state, {world.MILLION:,} records": greyonce("--config", after),
        "a line to syslog": greyonce("--config", after, "--log=syslog"),
    }


def each_more(title, parties, within):
    runs = processes.in_turns(ROUNDS, parties, within)
    counts = {name: (processes.instructions(party, within), run.page_faults, processes.system_calls(party, within))
              for (name, party), run in zip(parties.items(), runs.values())}
    rows, before, counted = [], [0] * ROUNDS, (0, 0, 0)
    for name, run in runs.items():
        more = [ratio - other for ratio, other in zip(run.ratios, before)]
        rows.append([name, table.spread(more, [1] * ROUNDS),
                     *(f"{count - other:,}" for count, other in zip(counts[name], counted))])
        before, counted = run.ratios, counts[name]
    table.show(title, ["part", "in terms of the empty program", "instructions", "page faults", "system calls"], rows)


def functions(party):
    """Lines of the inclusive costs, each function once, without its file and arguments."""
    with tempfile.NamedTemporaryFile() as report:
        report.write(processes.watched(processes.CALLGRIND, party).encode())
        report.flush()
        lines = processes.output(["callgrind_annotate", "--inclusive=yes", report.name])
    costs = {}
    for cost, share, name in re.findall(r"^ *([\d,]+) \( *([\d.]+)%\)  \S*?:(.+?)(?: \[.*)?$", lines, re.MULTILINE):
        costs.setdefault(re.sub(r"\(anonymous namespace\)::|\[abi:\w+\]|\(.*", "", name), (cost, share))
    return [[name, *figures] for name, figures in costs.items() if name and not name.startswith("'")][:FUNCTIONS]


def main():
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-") as name:
        folder = Path(name)
        with Syslog(folder) as syslog:
            parties = steps(folder)
            each_more(f"Where one run goes; medians of {ROUNDS} rounds in turns (quartiles)", parties, syslog.seen_by())
        table.show("Instructions of a known triplet by function, with what it calls (callgrind)",
                   ["function", "instructions", "%"], functions(parties[f"state, {world.MILLION:,} records"]))


if __name__ == "__main__":
    main()
