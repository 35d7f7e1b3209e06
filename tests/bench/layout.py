"""Prints a linker script: which parts of the static program ordinary requests touch, so that they can lie side by side.

layout.py PROGRAM MAP: a static greyonce, and the linker's map of it. Every request is run under valgrind's lackey, which
tells each address that it touches; the map tells which section of which object file lies there.
"""

import bisect
import collections
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import harness

# What is known to be touched where valgrind does not see it: the kernel's own page of functions (it hides that), and
# what the C library takes on other processors than the one that valgrind plays.
UNSEEN = [f"*libc.a:{name}.o(.text)" for name in ("dl-object", "dl-setup_hash", "dl-lookup", "dl-minimal", "pthread_mutex_lock", "pthread_mutex_unlock")]
UNSEEN += [f"*libc.a:{name}-{kind}.o(.text*)" for name in
           ("memchr", "memcmp", "memmove", "memset", "strlen", "strchr", "strcmp", "strncmp", "strrchr", "strchrnul", "memrchr", "rawmemchr")
           for kind in ("evex*", "avx512*", "avx2*")]

# What all requests touch comes before what only some do. Of data, which is copied page by page, nothing else is named.
ALWAYS = 1_000_000
OFTEN = 10_000
WITH_ALL_ON = 100
OF_SERVERS = 100_000

CACHE_LINE = 64  # bytes

ATTEMPTS = 5  # on a busy machine valgrind takes longer to start than the filter's deadline

HEADING = """\
/* Where ordinary requests go, side by side: written by tests/bench/layout.py.

   The kernel maps a program's file by 64 KiB at a time, each a page fault; strewn over 3 MiB as the linker would
   lay them out, what a request touches takes some 25 faults more, a tenth of its time. What this names and is no longer
   there does no harm, and neither does what is new and not named. */
"""


def sections(map_file):
    """(address, size, name, object file, section of the program) of all that is loaded, by address."""
    found, pending, output = [], None, ""
    for line in map_file.read_text(encoding="utf-8").splitlines():
        if whole := re.match(r"(\.[\w.]+)(\s|$)", line):
            output = whole[1]
        elif part := re.match(r" (\.\S+)\s*$", line):
            pending = part[1]
        elif part := re.match(r" (\.\S+)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$", line):
            name, address, size = part[1] or pending, int(part[2], 16), int(part[3], 16)
            if name and address and size and not output.startswith(".debug"):
                found.append((address, size, name, part[4].strip(), output))
            pending = None
    return sorted(found)


def touched(program, arguments, request, folder):
    """The addresses below the heap that one run touches."""
    trace = folder / "trace"
    command = ["valgrind", "--tool=lackey", "--trace-mem=yes", f"--log-file={trace}", program, *arguments]
    for _ in range(ATTEMPTS):
        if subprocess.run(command, input=request, stdout=subprocess.DEVNULL, check=False).returncode == 0:
            break
    else:
        sys.exit(f"{program} did not answer under valgrind")
    lines = trace.read_text(encoding="ascii", errors="replace").splitlines()
    addresses = {int(line[3:].split(",")[0], 16) for line in lines if line[:2] in ("I ", " L", " S", " M")}
    return {address for address in addresses if address < 0x1000000}


def returning(arguments, question):
    """A mail that came back in time, an hour ago: since then it is known, and its client counts."""
    for ago in 4000, 3000:
        yield [*arguments, "--clock=request"], question | {"policy_test_time": str(int(time.time()) - ago)}
    yield arguments, question
    yield arguments, question


def requests(program, folder):
    """(arguments, request) of what a mail server asks all day."""
    rules, state, config = folder / "rules.cdb", folder / "state", folder / "greyonce.conf"
    source = folder / "rules"
    source.write_text("client .example.com pass\nclient mail.example.com pass\nrecipient abuse@ pass\n"
                      "sender bad@example.net reject no\n", encoding="ascii")
    subprocess.run([harness.GREYRULES, "compile", "-o", rules, source], check=True)
    # One of each kind of value, most of them as they would be without.
    config.write_text(f"rules = {rules}\nstate = {state}\nlog = none\ndeadline = 100\ndelay = 300\nmax-age = 35\n"
                      "max-state-size = 1G\nauto-whitelist-clients = 5\nclient-key = network\none-verdict = no\nipv4cidr = 24\n", encoding="ascii")
    made_before = [harness.request(sender=f"alice{number}@example.net") for number in range(30000)]
    subprocess.run([program, "--config", config, "--until-eof"], stdout=subprocess.DEVNULL, check=True,
                   input=b"".join(map(harness.block, made_before)))
    ordinary = ["--config", str(config)]
    new = harness.request(instance="1.2.3", reverse_client_name="mail.example.net", sasl_username="", size="1234")
    yield ordinary, new
    yield ordinary, new
    known = new | {"sender": "carol@example.net"}
    yield from returning(ordinary, known)


def other_requests(program, folder):
    """What a mail server asks less often, of the same state."""
    (ordinary, new), *_ = requests(program, folder)
    yield [*ordinary, "--auto-whitelist-clients=1"], new | {"sender": "carol@example.net"}
    yield ordinary, harness.request(client_name="mail.example.com")
    yield ordinary, harness.request(sender="bad@example.net")
    yield [*ordinary, "--log=syslog"], new
    yield [*ordinary, *(f"{name}={value}" for name, value in new.items())], None


def requests_with_all_on(program, folder):
    """The same where mail that need not wait does not: what only this takes comes after what all requests take."""
    (ordinary, new), *_ = requests(program, folder)
    installed = [*ordinary, "--client-key=organisation", "--auto-whitelist-pairs", "--one-verdict", "--auto-whitelist-correspondents"]
    named = new | {"client_address": "40.107.1.51", "client_name": "mail-eopbgr10051.outbound.protection.outlook.com"}
    yield installed, named
    yield from returning(installed, named | {"sender": "carol@example.net"})
    yield [*installed, "--auto-whitelist-pairs-age=0"], named


def keeps_a_state(listener):
    """A server of a state, in few words: the first request finds nothing there, the others have passed, and all is stored."""
    record = {b"T": b"%d %d 000002" % (time.time() - 4000, time.time() + 60), b"C": b"000001 %d" % (time.time() - 4000)}
    is_first = True
    while True:
        connection, _ = listener.accept()
        with connection:
            while asked := connection.recv(65536):
                kinds = re.findall(rb"\nGET\r\n\$\d+\r\ngreyonce:(.)", asked)
                found = [b"" if is_first else record.get(kind, b"") for kind in kinds]
                connection.sendall(b"".join(b"$%d\r\n%b\r\n" % (len(one), one) if one else b"$-1\r\n" for one in found)
                                   + b":1\r\n" * asked.count(b"\nEVAL\r"))
        is_first = False


def requests_of_servers(_, folder):
    """The same of a state that servers keep."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "server.sock"))
        listener.listen()
        threading.Thread(target=keeps_a_state, args=[listener], daemon=True).start()
        asked = ["--config", str(folder / "greyonce.conf"), f"--state=redis:unix:{folder}/server.sock", "--state-timeout=100"]
        new = harness.request(instance="1.2.3", reverse_client_name="mail.example.net", sasl_username="", size="1234")
        yield asked, new
        yield asked, new


def pattern(name, file):
    """How a linker script names that section."""
    member = re.search(r"([^/]+\.a)\((.+)\)$", file)
    if name.count(".") == 1 or re.match(r"\.(text|rodata|data|bss)\.(cst|str|rel$|rel\.local$|unlikely$|startup$|s?sse|avx)", name):
        return f"*{member[1]}:{member[2]}({name})" if member else f"*{file.rsplit('/', 1)[-1]}({name})"
    return f"*({name})"


def section_at(address, linked, starts):
    section = linked[max(0, bisect.bisect_right(starts, address) - 1)]
    return section if section[0] <= address < section[0] + section[1] else None


def show(output, name, place, patterns):
    print("\nSECTIONS {", f"  {output}_{name} : {{", *(f"    {one}" for one in dict.fromkeys(patterns)), "  }", f"}} INSERT {place};", sep="\n")


def main():
    program, linked = Path(sys.argv[1]).resolve(), sections(Path(sys.argv[2]))
    starts = [section[0] for section in linked]
    used, cache_lines = collections.Counter(), collections.Counter()
    with TemporaryDirectory() as folder:
        for asked, weight in ((requests, ALWAYS), (other_requests, OFTEN), (requests_with_all_on, WITH_ALL_ON),
                              (requests_of_servers, OF_SERVERS)):
            for arguments, request in asked(program, Path(folder)):
                addresses = touched(program, arguments, harness.block(request), Path(folder))
                for section, _ in {(section_at(address, linked, starts), address // CACHE_LINE) for address in addresses}:
                    cache_lines[section] += weight
                for section in {section_at(address, linked, starts) for address in addresses}:
                    used[section] += weight

    del used[None]
    always = {section for section, weight in used.items() if weight >= max(used.values()) / 2}
    often = {section for section, weight in used.items() if weight >= ALWAYS} - always
    seldom = used.keys() - always - often

    def patterns(output, *groups):
        """Of each group those that are fullest of what is touched come first."""
        for group in groups:
            for section in sorted((one for one in group if one[4] == output), key=lambda one: (-cache_lines[one] / one[1], one)):
                yield pattern(section[2], section[3])

    print(HEADING, end="")
    show(".rodata", "often", "BEFORE .text", patterns(".rodata", always, often))
    show(".text", "of_requests", "BEFORE .text", [*patterns(".text", always), *UNSEEN, *patterns(".text", often, seldom)])
    show(".rodata", "seldom", "BEFORE .text", patterns(".rodata", seldom))
    show(".data", "of_requests", "AFTER .data", patterns(".data", always, often))
    show(".bss", "of_requests", "BEFORE .bss", patterns(".bss", always, often))


if __name__ == "__main__":
    main()
