"""Recipients a second of Exim with greyonce, postgrey, greylistd, and a greylist of its own in SQLite, and of Postfix with
greyonce and postgrey: first attempts, and triplets that have passed. greyonce has a million rules and records, and once
none; the others start empty. Only postgrey has every record on the disk before it answers. An empty daemon in C, behind
greyonce's own ACL, is the least that any of them can cost."""

import contextlib
import shutil
import statistics
import subprocess
import time

import harness
from bench import recipients, table, world
from exim.daemon import USER
from greylist.postgrey import Postgrey
from servers import starters

ROUNDS = 9
DELAY = 1  # second

# What greyonce does with a request, but for the rules: the client's count, and one statement for the triplet.
SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE client (network PRIMARY KEY, count, last) WITHOUT ROWID;
CREATE TABLE triplet (network, sender, recipient, first, last, PRIMARY KEY (network, sender, recipient)) WITHOUT ROWID;
"""
SQLITE = """
greyonce_rcpt:
  warn
    set acl_m_network = ${mask:$sender_host_address/24}
    set acl_m_recipient = ${quote_sqlite:$local_part@$domain}
  accept
    condition = ${lookup sqlite{SELECT count >= 5 FROM client WHERE network = '$acl_m_network'}{$value}{0}}
  warn
    set acl_m_waited = ${lookup sqlite{PRAGMA synchronous = OFF; \\
        INSERT INTO triplet VALUES ('$acl_m_network', '${quote_sqlite:$sender_address}', '$acl_m_recipient', \\
            $tod_epoch, $tod_epoch) \\
        ON CONFLICT DO UPDATE SET last = excluded.last, first = CASE \\
            WHEN last - first < DELAY AND excluded.last - first > 172800 THEN excluded.last ELSE first END \\
        RETURNING last - first}}
  defer
    condition = ${if <{$acl_m_waited}{DELAY}}
    message   = 450 4.7.1 Greylisted, please try again later
  accept

greyonce_data:
  accept
"""

GREYLISTD = """
greyonce_rcpt:
  defer
    condition = ${if eq{${readsocket{SOCKET}{--grey ${mask:$sender_host_address/24} $sender_address \\
        $local_part@$domain}{5s}{}{}}}{true}}
    message   = 450 4.7.1 Greylisted, please try again later
  accept

greyonce_data:
  accept
"""


def by_run(bench):
    bench.give_world(delay=DELAY)
    bench.start_exim("run")


def by_inetd(bench):
    bench.give_world(delay=DELAY)
    bench.start_exim("unix", server=starters.inetd)


def by_waiting(bench):
    bench.give_world(delay=DELAY)
    bench.start_exim("unix", server=starters.inetd_wait)


def by_waiting_with_nothing(bench):
    bench.give_world(delay=DELAY, size=0)
    bench.start_exim("unix", server=starters.inetd_wait)


def by_daemon(bench, *action):
    path = bench.folder / "dunno.sock"

    def server(*_):
        daemon = bench.start([world.DAEMON, path, *action], "dunno.log")
        daemon.wait_for(lambda: harness.is_listening(path), "the daemon")
        return [path]
    bench.start_exim("unix", server=server)


def by_deferring_daemon(bench):
    by_daemon(bench, f"DEFER_IF_PERMIT Greylisted, please try again later ({DELAY} seconds)")


def by_postgrey(bench):
    def server(*_):
        return [Postgrey(bench, bench.folder, f"--delay={DELAY}", "--exim").connection.getpeername()]
    bench.start_exim("tcp", server=server)


def by_greylistd(bench):
    home = bench.folder / "greylistd"
    home.mkdir()
    configuration = home / "config"
    configuration.write_text(f"[timeouts]\nretryMin = {DELAY}\nretryMax = 28800\nexpire = 5184000\n"
                             f"[socket]\npath = {home}/socket\nowner = {USER}:{USER}\nmode = 0660\n"
                             f"[data]\nupdate = 600\nstatefile = {home}/states\ntripletfile = {home}/triplets\n")
    server = bench.start(["/usr/bin/python3", harness.PEERS / "usr/sbin/greylistd", configuration], "greylistd.log")
    server.wait_for(lambda: harness.is_listening(home / "socket"), "greylistd")
    bench.run_exim_with(GREYLISTD, macros={"SOCKET": home / "socket"})


def by_sqlite(bench):
    folder = bench.folder / "sqlite"
    folder.mkdir()
    database = folder / "greylist.db"
    subprocess.run(["sqlite3", database], input=SCHEMA, text=True, stdout=subprocess.DEVNULL, check=True)
    for path in folder, *folder.iterdir():
        shutil.chown(path, USER, USER)
    bench.run_exim_with(SQLITE, settings=f"sqlite_dbfile = {database}", macros={"DELAY": DELAY})


def postfix_by_waiting(bench):
    bench.give_world(delay=DELAY)
    command = [bench.program, "--config", bench.configuration, "--until-eof"]
    path, _ = starters.inetd_wait(bench, USER, command)
    bench.start_postfix(f"{{ unix:{path}, default_action=DUNNO }}")


def postfix_by_postgrey(bench):
    postgrey = Postgrey(bench, bench.folder, f"--delay={DELAY}")
    bench.start_postfix("inet:{}:{}".format(*postgrey.connection.getpeername()))


# They remember nobody, and are the least that new triplets and known ones can cost.
PASSES, DEFERS = "an empty daemon that lets all pass", "an empty daemon that defers all"

# By the first of them the others are measured.
EXIM = {
    "greyonce by `${run}`": by_run,
    "greyonce at inetd's socket (wait)": by_waiting,
    "the same, its rules and state as empty as the others'": by_waiting_with_nothing,
    "greyonce by inetd, a process each (nowait)": by_inetd,
    "postgrey": by_postgrey,
    "greylistd": by_greylistd,
    "Exim's SQLite lookup": by_sqlite,
    PASSES: by_daemon,
    DEFERS: by_deferring_daemon,
}
POSTFIX = {
    "greyonce at inetd's socket (wait)": postfix_by_waiting,
    "postgrey": postfix_by_postgrey,
}


def told(benches, rates, first):
    """A row for each: rate, the same in terms of the first's, a reply's time, and the processor's for a recipient."""
    for name, bench in benches.items():
        times = statistics.quantiles(bench.replies, n=100)
        processor = bench.processor / len(bench.replies) * 1e6
        yield [name, f"{statistics.median(rates[name]):.0f}", table.spread(rates[name], rates[first]),
               f"{times[49]:.0f}", f"{times[98]:.0f}", f"{processor:.0f}"]


def expect_answers(benches):
    """A server that is dead is fast: Exim's mail passes without it, and is told so in its log."""
    for name, bench in benches.items():
        if "no answer" in bench.log():
            raise AssertionError(f"{name} did not answer")


def measured(benches, what, new_code):
    first = next(iter(benches))
    deferring = {name: bench for name, bench in benches.items() if name != PASSES}
    new = list(told(deferring, recipients.in_turns(deferring, ROUNDS, first=None, code=new_code), first))
    time.sleep(DELAY + 1)
    benches = {name: bench for name, bench in benches.items() if name != DEFERS}
    recipients.in_turns(benches, 1, first=recipients.EACH)  # the first to pass counts, and has a header
    for bench in benches.values():
        bench.forget()
    known = told(benches, recipients.in_turns(benches, ROUNDS, first=recipients.EACH), first)
    for kind, rows in ("new", new), ("known", known):
        table.show(f"{what}, {kind} triplets, eight sessions of {recipients.EACH}",
                   ["greylist", "recipients/s", f"in terms of {first}", "median, µs", "99th percentile, µs",
                    "processor, µs a recipient"], rows)


def main():
    for what, peers, kind in ("Exim", EXIM, recipients.Bench), ("Postfix", POSTFIX, recipients.PostfixBench):
        with contextlib.ExitStack() as stack:
            benches = {name: stack.enter_context(kind()) for name in peers}
            for name, bench in benches.items():
                peers[name](bench)
            measured(benches, what, 450)
            expect_answers(benches)


if __name__ == "__main__":
    main()
