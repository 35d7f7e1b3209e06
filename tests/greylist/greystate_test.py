"""greystate as an administrator uses it, and a real postgrey database moved in and out."""

import json
import os
import random
import re
import resource
import shutil
import subprocess
import time
import unittest

import harness
from greylist.postgrey import Postgrey

NOW = int(time.time())


def greystate(*words, status=0, **more):
    done = subprocess.run([harness.GREYSTATE, *map(str, words)], capture_output=True, timeout=60, check=False, text=True, **more)
    if done.returncode != status:
        raise AssertionError(f"exit status {done.returncode}, not {status}: {done}")
    return done


class Commands(harness.Case):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.config = self.folder / "config"
        self.config.write_text(f"state = {self.state}\n")
        greystate("import", self.state, "--from", "greyonce", input="\n".join([
            f"T {NOW - 340} {NOW - 340} 000000 192.0.2.0 alice@example.net bob@example.org",
            f"T {NOW - 9000} {NOW - 50} 000003 2001:db8:1:: <> bob@example.org",
            f"T {NOW - 9000} {NOW - 50} 000003 198.51.100.7/32 carol@sub.example.net \"a%20b\"@example.org",
            f"C 000005 {NOW - 50} 192.0.2.1",
            f"C 000004 {NOW - 50} 192.0.2.2",
            f"I {NOW - 50} 5.4.3",
            f"T {NOW - 10**7} {NOW - 10**7} 000000 203.0.113.0 old@example.net bob@example.org",
            ""]))

    def found(self, *selectors):
        return {line.split(" ", 5)[5] for line in greystate("find", self.state, *selectors).stdout.splitlines()}

    def test_list_says_what_every_record_means(self):
        self.assertEqual({tuple(line.split()[:2]) for line in greystate("list", self.state).stdout.splitlines()
                          if "pending" not in line},
                         {("triplet", "passed"), ("client", "whitelisted"), ("client", "counting"), ("instance", "header"),
                          ("triplet", "forgotten")})
        found = greystate("find", self.state, "--sender", "alice@example.net").stdout
        waited = int(re.match(r"triplet pending:(\d+)s ", found)[1])
        self.assertIn(waited, range(340, int(time.time()) - NOW + 341))

    def test_the_configured_file_is_meant_where_none_is_named(self):
        def listed(*state):  # but for the seconds that something waits, which pass meanwhile
            return re.sub(r"(?<= pending:)\d+s", "", greystate("list", *state).stdout)
        self.assertEqual(listed(self.state).count("\n"), 7)
        self.assertEqual(listed("--config", self.config), listed(self.state))

    def test_what_cannot_be_seen_is_escaped_in_the_file_and_never_shown(self):
        hidden = "\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}\N{SOFT HYPHEN}\N{TAG LATIN SMALL LETTER A}"
        state, copy = self.folder / "hidden", self.folder / "copy"
        # As an older version has stored it, and as a request brings it.
        greystate("import", state, "--from", "greyonce", input=f"T {NOW - 9} {NOW - 9} 000000 192.0.2.0 old{hidden}@example.net b@c\n")
        for _ in range(2):  # the second attempt is of the same triplet
            harness.ask(harness.request(sender=f"new{hidden}@example.net"), "--config", "/dev/null", "--state", state, "--log", "none")
        told = [greystate(*command, state, *options).stdout for command, options in
                ((["list"], []), (["find"], ["--client", "192.0.2.1"]), (["list"], ["--format", "json"]), (["export"], []))]
        for text in told:
            self.assertEqual(len(text.splitlines()), 2)
            self.assertEqual([c for c in text if c in hidden], [])
        for line in told[2].splitlines():
            self.assertRegex(json.loads(line)["sender"], r"^(old|new)\?\?\?\?@example.net$")
        greystate("import", copy, "--from", "greyonce", input=told[3])
        self.assertEqual(sorted(greystate("export", copy).stdout.splitlines()), sorted(told[3].splitlines()))

    def test_json_has_an_object_a_line(self):
        records = [json.loads(line) for line in greystate("list", self.state, "--format", "json").stdout.splitlines()]
        pending = next(record for record in records if record["state"] == "pending")
        self.assertIn(pending.pop("pending_seconds"), range(340, 400))
        self.assertEqual(pending, {"kind": "triplet", "state": "pending", "missing_seconds": 0, "first": NOW - 340,
                                   "last": NOW - 340, "count": 0, "client": "192.0.2.0", "sender": "alice@example.net",
                                   "recipient": "bob@example.org"})
        self.assertIn('"a b"@example.org', [record.get("recipient") for record in records])

    def test_records_are_found_by_client_network_sender_recipient_and_kind(self):
        alice = "192.0.2.0 alice@example.net bob@example.org"
        self.assertEqual(self.found("--client", "192.0.2.1"), {alice, "192.0.2.1"})
        self.assertEqual(self.found("--client", "198.51.100.7"), {'198.51.100.7/32 carol@sub.example.net "a%20b"@example.org'})
        self.assertEqual(self.found("--network", "192.0.0.0/16"), {alice, "192.0.2.1", "192.0.2.2"})
        self.assertEqual(self.found("--network", "2001:db8::/32", "--sender", ""), {"2001:db8:1:: <> bob@example.org"})
        self.assertEqual(self.found("--sender", "Alice+tag@example.net"), {alice})
        self.assertEqual(self.found("--sender", "@example.net", "--client", "192.0.2.9"), {alice})
        self.assertEqual(self.found("--kind", "client"), {"192.0.2.1", "192.0.2.2"})
        self.assertEqual(greystate("find", self.state, "--sender", "nobody@example.net", status=1).stdout, "")

    def test_forget_says_how_many_and_needs_a_selector(self):
        greystate("forget", self.state, status=64)
        self.assertEqual(greystate("forget", self.state, "--recipient", "bob@example.org").stdout, "3 forgotten, 4 left\n")
        greystate("forget", self.state, "--recipient", "bob@example.org", status=1)

    def test_expire_erases_what_is_forgotten(self):
        self.assertEqual(greystate("expire", self.state).stdout, "1 forgotten, 6 left\n")
        self.assertEqual(greystate("expire", self.state).stdout, "0 forgotten, 6 left\n")

    def test_who_is_allowed_passes_from_now_on(self):
        question = harness.request(client_address="192.0.2.200", sender="new@example.net")
        options = ["--state", self.state, "--config", "/dev/null", "--log", "none"]
        greystate("allow", self.state, "--client", "192.0.2.200", "--sender", "new@example.net", "--recipient", "bob@example.org")
        self.assertEqual(harness.ask(question, *options).action, "DUNNO")
        self.assertRegex(harness.ask(question | {"sender": "other@example.net"}, *options).action, "^DEFER")
        greystate("allow", self.state, "--client", "192.0.2.200")
        self.assertEqual(harness.ask(question | {"sender": "third@example.net"}, *options).action, "DUNNO")
        greystate("allow", self.state, "--client", "192.0.2.200", "--sender", "a@b.example", status=64)

    def test_stats_count_and_prometheus_takes_them(self):
        self.assertRegex(greystate("stats", self.state).stdout, r"(?m)^triplets pending +1$")
        text = greystate("stats", self.state, "--format", "prometheus").stdout
        self.assertIn('greyonce_records{kind="triplet",state="passed"} 2\n', text)
        for line in text.splitlines():
            self.assertRegex(line, r"^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [\d.]+)$")

    def test_check_names_each_finding_with_its_page(self):
        self.assertEqual(greystate("check", self.state).stdout, "")
        data = bytearray(self.state.read_bytes())
        data[7 * 4096 + 4000] ^= 1
        self.state.write_bytes(data)
        self.assertRegex(greystate("check", self.state, status=1).stdout, r"^page 7 \(6/\): damaged")
        greystate("expire", self.state)
        greystate("check", self.state)

    def test_what_is_exported_is_what_was_imported(self):
        text = greystate("export", self.state).stdout
        self.assertEqual(text.count("\n"), 7)
        greystate("import", self.folder / "other", "--from", "greyonce", input=text)
        self.assertEqual(sorted(greystate("export", self.folder / "other").stdout.splitlines()), sorted(text.splitlines()))

    def test_bad_lines_are_counted_and_the_rest_imported(self):
        done = greystate("import", self.folder / "other", "--from", "greyonce", status=65,
                         input=f"T 1 2 3\nC 000005 {NOW} 192.0.2.1\nnonsense\n")
        self.assertIn("standard input:1: ", done.stderr)
        self.assertIn("standard input:3: ", done.stderr)
        self.assertIn("1 records imported, 2 lines unusable", done.stderr)

    def test_a_complaint_names_the_file_and_its_line(self):
        first, second = self.folder / "first", self.folder / "second"
        first.write_text("[white]\n1 = 1700000301 1700000000 3\n1 = nowhere alice@example.net bob@example.org\n")
        second.write_text("[grey]\nnonsense\n")
        done = greystate("import", self.folder / "other", "--from", "greylistd", "--input", first, "--input", second, status=65)
        self.assertEqual([line.split(": ")[1] for line in done.stderr.splitlines()[:-1]], [f"{second}:2", f"{first}:3"])

    def test_a_file_in_which_nothing_was_understood_is_named(self):
        log, other, empty = self.folder / "log", self.folder / "other.log", self.folder / "empty"
        log.write_text("2023-11-14 22:13:20 Start queue run: pid=1\n")
        other.write_text("Nov 14 22:13:20 mx sshd[1]: hello\n")
        empty.write_text("\n")
        greystate("import", self.folder / "other", "--from", "log", "--input", log, "--input", empty)
        done = greystate("import", self.folder / "other", "--from", "log", "--input", log, "--input", other, status=65)
        self.assertIn(f"greystate: {other}: nothing in it was understood as log\n", done.stderr)
        for wrong in ("postgrey", "greylistd", "milter-greylist", "spamdb", "sqlgrey", "greyonce"):
            self.assertIn("nothing in it was understood",
                          greystate("import", self.folder / "other", "--from", wrong, "--input", other, status=65).stderr)

    def test_a_line_without_an_end_takes_no_more_memory_than_its_limit(self):
        for form, limit in (("log", 1 << 20), ("sqlgrey", 32 << 20)):
            with open(self.folder / "long", "wb") as long:
                long.write(b"2023-11-14 22:13:20 Start queue run: pid=1\n")
                for _ in range(200):
                    long.write(b"x|" * (1 << 19))
                long.write(b"\n2023-11-14 22:13:20 Start queue run: pid=1\n")
            room = (8 << 20) + 3 * limit  # what grows is copied from one half into the other
            done = subprocess.run([harness.GREYSTATE, "import", self.folder / "other", "--from", form, "--input", self.folder / "long"],
                                  capture_output=True, text=True, timeout=60, check=False,
                                  preexec_fn=lambda most=room: resource.setrlimit(resource.RLIMIT_DATA, (most, most)))
            self.assertEqual(done.returncode, 65, done.stderr)
            self.assertIn(f"long:2: longer than {limit} bytes", done.stderr)

    def test_wrong_words_are_refused_and_no_file_made(self):
        for words in ([], ["look"], ["list", "--colour"], ["find", "--client", "host"], ["list", "--format", "xml"],
                      ["import"], ["import", "--from", "nobody"], ["export", "--to", "nobody"], ["list", "a", "b"]):
            greystate(*words, status=64)
        greystate("list", self.folder / "missing", status=74)
        self.assertFalse((self.folder / "missing").exists())

    def test_an_option_of_another_command_is_refused_and_nothing_done(self):
        selectors = {"--client": "192.0.2.1", "--network": "192.0.2.0/24", "--sender": "a@b.example",
                     "--recipient": "bob@example.org", "--kind": "client"}
        options = selectors | {"--format": "text", "--to": "greyonce", "--from": "greyonce", "--input": "/dev/null"}
        own = {"list": [*selectors, "--format"], "find": [*selectors, "--format"], "stats": ["--format"], "check": [],
               "expire": [], "forget": [*selectors], "allow": ["--client", "--sender", "--recipient"], "export": ["--to"],
               "import": ["--from", "--input"]}
        before = self.state.read_bytes()
        for command, taken in own.items():
            for option, value in options.items():
                if option not in taken:
                    done = greystate(command, self.state, option, value, status=64)
                    self.assertIn(f"greystate: {command} has no option {option}\n", done.stderr)
                    self.assertEqual(done.stdout, "")
            if "--client" in taken:  # and its own before the other's
                greystate(command, "--client", "192.0.2.1", self.state, "--input=/dev/null", status=64)
        self.assertEqual(self.state.read_bytes(), before)
        for command in "list", "stats", "check", "expire", "export":
            greystate(command, self.state, "--config", self.config)

    def test_what_the_filter_would_not_write_is_not_imported(self):
        numbers = f"T {NOW - 900} {NOW - 50} 000001"
        bad = [f"{numbers} 192.0.2.0 a\x1b[2J@b.example c@d.example", f"{numbers} 192.0.2.0 a@b.example c@d.example\x07",
               f"{numbers} 192.0.2.0 a%1b@b.example c@d.example", f"{numbers} 192.0.2.0 A@b.example c@d.example",
               f"{numbers} 192.0.2.0 a@b.example", f"{numbers} 192.0.2.0 a@b.example c@d.example e", f"{numbers} 192.0.2.0  c",
               f"{numbers} host a@b.example c@d.example", f"{numbers} 192.0.2.0/33 a@b.example c@d.example",
               f"{numbers} 192.0.2.0 {'a' * 513} c@d.example", f"{numbers} \u0661 a@b.example c@d.example",
               f"{numbers} {'A' * 40}", f"C 000005 {NOW} mail.example", f"C 000005 {NOW} 192.0.2.1 x",
               f"C 000005 {NOW} 2001:DB8::1", f"C 000005 {NOW} \x9b31m", f"I {NOW} a b", f"I {NOW} a\tb", f"I {NOW} a\x7f",
               f"W {NOW} {NOW} 000001 {NOW} {NOW} +0000000000 ham", f"W {NOW} {NOW} 000001 {NOW} {NOW} +0000000000 h\x1bm x"]
        good = [f"{numbers} 192.0.2.0 a%1B@b.example %20c@d.example", f"{numbers} 2001:db8:: <> c@d.example",
                f"{numbers} 198.51.100.7/32 \u00e4@b.example %3C%3E",
                f"{numbers} host.example a@b.example c@d.example", f"P {NOW - 900} {NOW - 50} 000001 host.example b.example",
                f"{numbers} {'0123456789abcdef' * 2}01234567",
                f"C 000005 {NOW} 2001:db8::1", f"C 000005 {NOW} {'ab' * 20}", f"I {NOW} a%09b",
                f"W {NOW} {NOW} 000001 {NOW} {NOW} +0000000000 list zen.example"]
        other = self.folder / "other"
        for line in bad:
            with self.subTest(line):
                done = greystate("import", other, "--from", "greyonce", status=65, input=line + "\n")
                self.assertRegex(done.stderr, r"^greystate: standard input:1: [ -~]+\n(greystate: [ -~]+\n)?0 records imported, ")
        greystate("import", other, "--from", "greyonce", input="\n".join(good))
        self.assertEqual(sorted(greystate("export", other).stdout.splitlines()), sorted(good))

    def test_complaints_are_clean(self):
        for words in (["list", self.folder / "a\x1b[2J"], ["list", "--config", self.folder / "a\x1b[2J"], ["x\x1b[2J"],
                      ["find", self.state, "--kind", "\x1b[2J"], ["import", self.state, "--from", "\x9b2J"],
                      ["import", self.state, "--from", "log", "--input", "\x1b[2J"]):
            done = subprocess.run([harness.GREYSTATE, *map(str, words)], capture_output=True, check=False)
            self.assertIn(done.returncode, (64, 74))
            self.assertRegex(done.stderr, rb"^greystate: [ -~\n]+$")
        self.config.write_text(f"rules = {self.folder}/\x1b[2J\n")
        (self.folder / "\x1b[2J").write_bytes(b"no rules")
        self.assertRegex(greystate("list", self.state, "--config", self.config).stderr,
                         r"^greystate: [ -~]+: going on without them\n$")

    def test_a_full_disk_of_output_is_trouble(self):
        for words in (["list"], ["stats"], ["stats", "--format", "prometheus"], ["export"], ["export", "--to", "postgrey"],
                      ["expire"], ["--help"], ["--version"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                done = subprocess.run([harness.GREYSTATE, *words, "--config", self.config], stdout=full,
                                      stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 74, words)
            self.assertIn(b"write standard output: No space left on device", done.stderr)

    def test_one_forgotten_record_is_something(self):
        self.assertEqual(greystate("forget", self.state, "--sender", "alice@example.net").stdout, "1 forgotten, 6 left\n")

    def test_a_dump_for_postgrey_has_its_end(self):
        for to in "postgrey", "postgrey-clients":
            lines = greystate("export", self.state, "--to", to).stdout.splitlines()
            self.assertEqual((lines[0], lines[-1], lines.count("DATA=END")), ("VERSION=3", "DATA=END", 1))

    def test_of_several_wrong_lines_of_a_configuration_the_first_is_told(self):
        self.config.write_text("delay = soon\nmax-age = never\nno-such-option = 1\n")
        told = greystate("list", self.state, "--config", self.config, status=64).stderr.splitlines()[0]
        self.assertIn("delay", told)
        self.assertNotIn("max-age", told)


class PostgreyMoves(harness.Case):
    """Every triplet is answered as postgrey goes on to answer it, moved in, and moved out again."""

    def questions(self, start, count, instances):
        chance = random.Random(start)
        clients = [f"192.0.{n % 6}.{n}" for n in range(200)] + [f"2001:db8:{n:x}::{n:x}" for n in range(1, 100)]
        senders = ["", "list-12-ab34@ex.example", "a/b@ex.example", "prvs=1234567890ab=joe@ex.example", "ä@ex.example"] + [
            f"sender{letter}@ex.example" for letter in "abcdefghijklmnopqrstuvwxyz"]
        at = start
        for number in range(count):
            at += chance.randrange(200)
            yield harness.request(client_address=chance.choice(clients), sender=chance.choice(senders),
                                  recipient=f"user{chance.choice('abcdefgh')}@example.org", instance=f"{instances}.{number}",
                                  policy_test_time=at)

    def words(self, state, questions, *options):
        done = harness.ask(b"".join(map(harness.block, questions)), "--state", state, "--config", "/dev/null",
                           "--log", "none", "--clock", "request", "--until-eof", *options, timeout=120)
        return [answer.removeprefix("action=").split()[0] for answer in done.output.decode().split("\n\n")[:-1]]

    def moves(self, *options):
        state = self.folder / "state"
        begin, later = NOW - 10 * 86400, NOW - 5 * 86400
        postgrey = Postgrey(self, self.folder, *options)
        for question in self.questions(begin, 2500, "a"):
            postgrey.ask(question)
        self.servers.pop().stop()

        database = self.folder / "postgrey"
        for name in ("postgrey.db", "postgrey_clients.db"):
            dump = subprocess.run(["db_dump", "-p", "-h", database, name], check=True, capture_output=True).stdout
            greystate("import", state, "--from", "postgrey", input=dump.decode())
        self.assertGreater(len(greystate("list", state).stdout.splitlines()), 1000)

        back = self.folder / "back" / "postgrey"
        back.mkdir(parents=True)
        for name, to in (("postgrey.db", "postgrey"), ("postgrey_clients.db", "postgrey-clients")):
            text = greystate("export", state, "--to", to).stdout
            subprocess.run(["db_load", back / name], check=True, input=text.encode())
            shutil.chown(back / name, "nobody", "nogroup")

        questions = list(self.questions(later, 1500, "b"))
        went_on, came_back = Postgrey(self, self.folder, *options), Postgrey(self, self.folder / "back", *options)
        expected = [went_on.ask(question).split()[0] for question in questions]
        self.assertGreater(len(set(expected)), 1)
        self.assertEqual([came_back.ask(question).split()[0] for question in questions], expected)
        self.assertEqual(self.words(state, questions, *options), expected)

    def test_with_networks_as_keys(self):
        self.moves()

    def test_with_hosts_as_keys(self):
        self.moves("--lookup-by-host")

    def test_with_hashed_keys(self):
        self.moves("--privacy")


if __name__ == "__main__":
    unittest.main()
