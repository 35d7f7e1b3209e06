"""Exim's recipients a second with greyonce, postgrey, greylistd, and a greylist of its own in SQLite: first attempts, and
triplets that have passed. greyonce has a million rules and records, the others start empty. Only postgrey has every record
on the disk before it answers."""

import contextlib
import shutil
import statistics
import subprocess
import time

import harness
from bench import recipients, table
from exim.daemon import USER
from greylist.postgrey import Postgrey
from servers import starters

ROUNDS = 15
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


def by_xinetd(bench):
    bench.give_world(delay=DELAY)
    bench.start_exim("tcp", server=starters.xinetd)


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


PEERS = {
    "greyonce by `${run}`": by_run,
    "greyonce by xinetd": by_xinetd,
    "postgrey": by_postgrey,
    "greylistd": by_greylistd,
    "Exim's SQLite lookup": by_sqlite,
}


def main():
    with contextlib.ExitStack() as stack:
        benches = {name: stack.enter_context(recipients.Bench()) for name in PEERS}
        for name, bench in benches.items():
            PEERS[name](bench)
        new = recipients.in_turns(benches, ROUNDS, first=None, code=450)
        time.sleep(DELAY + 1)
        recipients.in_turns(benches, 1, first=recipients.EACH)  # the first to pass counts, and has a header
        known = recipients.in_turns(benches, ROUNDS, first=recipients.EACH)
    ours, *_ = PEERS
    table.show("Greylists under Exim, recipients a second (eight sessions of 25)",
               ["greylist", "new triplets, /s", "in terms of greyonce", "known triplets, /s", "in terms of greyonce"],
               [[name, *(figure for found in (new, known)
                         for figure in (f"{statistics.median(found[name]):.0f}", table.spread(found[name], found[ours])))]
                for name in PEERS])


if __name__ == "__main__":
    main()
