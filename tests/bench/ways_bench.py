"""What each way in answers under Exim, known triplets: greyonce beside an empty static C program in its place."""

import contextlib
import statistics

import harness
from bench import recipients, table, world
from servers import starters

ROUNDS = 30
WAYS = {
    "`${run}`": ("run", None),
    "inetd, unix": ("unix", starters.inetd),
    "inetd, TCP": ("tcp", starters.inetd),
    "systemd-socket-activate, unix": ("unix", starters.systemd),
    "systemd-socket-activate, TCP": ("tcp", starters.systemd),
    "xinetd, TCP": ("tcp", starters.xinetd),
    "tcpserver, TCP": ("tcp", starters.tcpserver),
}


def main():
    with contextlib.ExitStack() as stack:
        benches = {}
        for way, (piece, server) in WAYS.items():
            for program in harness.GREYONCE, world.DUNNO:
                bench = stack.enter_context(recipients.Bench())
                bench.give_world(program)
                bench.start_exim(piece, server=server)
                benches[way, program] = bench
        rates = recipients.in_turns(benches, ROUNDS)
    ours = rates["`${run}`", harness.GREYONCE]
    table.show(
        "Exim, recipients a second (eight sessions of 25, known triplets)",
        ["asked by", "an empty program, /s", "greyonce, /s", "greyonce in terms of the empty program",
         "greyonce in terms of `${run}`"],
        [[way, f"{statistics.median(rates[way, world.DUNNO]):.0f}", f"{statistics.median(rates[way, harness.GREYONCE]):.0f}",
          table.spread(rates[way, harness.GREYONCE], rates[way, world.DUNNO]),
          table.spread(rates[way, harness.GREYONCE], ours)] for way in WAYS])


if __name__ == "__main__":
    main()
