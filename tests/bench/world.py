"""What the figures are taken in: rules of so many entries and a state of so many records, made once and kept.

The state's records date from 2023 and are kept for a hundred years; who asks must be configured with SETTINGS.
"""

import os
import shutil
import subprocess

import harness

KEPT = harness.PROGRAMS / "bench"
EMPTY = KEPT / "empty"  # does nothing
DUNNO = KEPT / "dunno"  # answers and does nothing else
DAEMON = KEPT / "dunno_daemon"  # the same, resident
SESSIONS = KEPT / "sessions"  # an SMTP client

MILLION = 1_000_000
STANDARD = 7  # the number of the record that the standard decision asks for
SETTINGS = {"max-age": 36500, "max-state-size": "100G", "log": "none"}

def known(number):
    """Asks for the record of that number."""
    return harness.request(client_address=f"10.{number % 200}.{number // 200 % 250}.9", sender=f"sender{number}@example.net",
                           recipient=f"user{number % 997}@example.org")


def new(number):
    """Asks for what is in no state yet: each ####### becomes a number that no other run has (parties.hpp)."""
    return known(number) | {"sender": f"new-#######-{number}@example.net"}


def standard(folder, kind):
    """A file with the standard decision's question, which is `known` or `new`."""
    path = folder / kind.__name__
    path.write_bytes(harness.block(kind(STANDARD)))
    return path


def entries(count):
    """Addresses, names, senders and recipients, none of which meets a request of the benches."""
    kinds = ("client 172.{0}.{1}.{2} pass\n", "client .host{3}.example.com pass\n",
             "sender user{3}@example.com pass\n", "recipient box{3}@example.com pass\n")
    for number in range(count):
        yield kinds[number % 4].format(number >> 18 & 255, number >> 10 & 255, number >> 2 & 255, number)


def triplet(network, sender, recipient):
    """A triplet that has passed, as greystate imports it."""
    return f"T 1700000000 1700000400 000001 {network} {sender} {recipient}\n"


def records(count):
    """As mail has them: some networks, many senders, a few recipients."""
    for number in range(count):
        network = f"10.{number % 200}.{number // 200 % 250}.0"
        yield triplet(network, f"sender{number}@example.net", f"user{number % 997}@example.org")


def import_into(state, lines):
    configuration = write_configuration(KEPT / "import.conf")
    source = KEPT / "import.lines"
    with open(source, "w", encoding="ascii") as file:
        file.writelines(lines)
    subprocess.run([harness.GREYSTATE, "import", state, "--config", configuration, "--from", "greyonce", "--input", source],
                   check=True, stderr=subprocess.DEVNULL)
    source.unlink()


def is_kept(path, maker):
    return path.exists() and path.stat().st_mtime > maker.stat().st_mtime


def rules(count):
    path = KEPT / f"{count}.cdb"
    if not is_kept(path, harness.GREYRULES):
        source = KEPT / "rules"
        with open(source, "w", encoding="ascii") as file:
            file.writelines(entries(count))
        subprocess.run([harness.GREYRULES, "compile", "-o", path, source], check=True)
        source.unlink()
    return path


def state(count):
    """Not to be written to: copy_of_state."""
    path = KEPT / f"{count}.state"
    if not is_kept(path, harness.GREYSTATE):
        path.unlink(missing_ok=True)
        import_into(path, records(count))
    return path


def copy_of_state(count, path):
    """On the disk already, so that its writing is not measured with what follows."""
    shutil.copyfile(state(count), path)
    os.chmod(path, 0o600)  # as the filter makes it
    with open(path, "rb") as file:
        os.fsync(file)
    return path


def write_configuration(path, **settings):
    path.write_text("".join(f"{name} = {value}\n" for name, value in (SETTINGS | settings).items()))
    return path


def of_a_million(folder):
    """A configuration: rules of a million entries, a state of a million records."""
    return write_configuration(folder / "conf", rules=rules(MILLION), state=copy_of_state(MILLION, folder / "state"))
