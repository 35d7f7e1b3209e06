"""greyrules: its command line, its output, its exit status, and the file that it leaves."""

import os
import random
import signal
import stat
import subprocess
import threading
import unittest

from harness import GREYONCE, GREYRULES, Case, ask, block, request

RULES = """\
client 192.0.2.0/24 pass
sender @bank.example client .bank.example pass
sender <> greylist delay=0
recipient shop@example.org greylist delay=60 retry-window=1 network=16 always
client /^mta\\d+\\.spam\\.example$/ reject Go away, #1 of all
recipient /^x.*@/ helo /y$/ hold
recipient postmaster@ pass
default recipient .example.org pass
default greylist delay=1h
"""


class Greyrules(Case):
    def setUp(self):
        super().setUp()
        self.output = self.folder / "rules.cdb"

    def run_it(self, *words, **how):
        done = subprocess.run([GREYRULES, *words], capture_output=True, check=False, cwd=self.folder, text=True,
                              timeout=60, **how)
        return done.returncode, done.stdout, done.stderr

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def compile(self, text, *options):
        self.write("rules", text)
        return self.run_it("compile", "-o", "rules.cdb", *options, "rules")

    def good(self, text, *options):
        self.assertEqual(self.compile(text, *options), (0, "", ""))
        return self.output.read_bytes()


class Compile(Greyrules):
    def test_wrong_lines_of_all_sources_are_told_sorted_and_the_old_file_stays(self):
        old = self.good(RULES)
        self.write("a", "1.2.3.400\nfine.example\n/(/\n")
        self.write("b", "two words\n")
        status, output, complaints = self.run_it("compile", "-o", "rules.cdb", "rules", "--whitelist-recipients", "b",
                                                 "--whitelist-clients=a")
        self.assertEqual((status, output), (65, ""))
        self.assertEqual(complaints, "a:1: 1.2.3.400: expected an IPv4 or IPv6 address\n"
                                     "a:3: /(/: expected a Perl regular expression: missing closing parenthesis at byte 2\n"
                                     "b:1: two words: expected one entry a line, without blanks in it\n")
        self.assertEqual(self.output.read_bytes(), old)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a", "b", "rules", "rules.cdb"])

    def test_warnings_are_told_and_are_errors_with_strict(self):
        doubtful = "client a..b pass\nclient 192.0.2.1 pass\nclient 192.0.2.1 hold\n"
        warnings = ("rules:1: warning: client a..b: a name has no empty label\n"
                    "rules:3: warning: client 192.0.2.1: never matches: rules:2 says it first\n")
        self.assertEqual(self.compile(doubtful, "--strict"), (65, "", warnings))
        self.assertFalse(self.output.exists())
        self.assertEqual(self.compile(doubtful), (0, "", warnings))
        self.assertTrue(self.output.exists())

    def test_warnings_alone_are_no_errors_of_a_check(self):
        self.write("rules", "client a..b pass\n")
        warning = "rules:1: warning: client a..b: a name has no empty label\n"
        self.assertEqual(self.run_it("compile", "--check", "rules"), (0, "", warning))
        self.assertEqual(self.run_it("compile", "--check", "--strict", "rules"), (65, "", warning))

    def test_what_stands_behind_two_dashes_is_a_source(self):
        self.write("rules", "client 192.0.2.1 pass\n")
        self.write("--more", "client 192.0.2.2 pass\n")
        self.assertEqual(self.run_it("compile", "-o", "rules.cdb", "--", "rules", "--more"), (0, "", ""))
        self.assertEqual(self.run_it("list", "rules.cdb")[1],
                         "at rules:1 client 192.0.2.1 pass\nat --more:1 client 192.0.2.2 pass\n")

    def test_a_link_that_leads_to_no_file_yet_stays_a_link(self):
        (self.folder / "below").mkdir()
        (self.folder / "below" / "other.cdb").symlink_to("real.cdb")
        self.output.symlink_to("below/other.cdb")
        self.good("default pass\n")
        self.assertTrue(self.output.is_symlink())
        self.assertTrue((self.folder / "below" / "other.cdb").is_symlink())
        self.assertFalse((self.folder / "below" / "real.cdb").is_symlink())
        self.assertEqual(self.run_it("match", "below/real.cdb")[0], 0)

    def test_links_in_a_circle_are_74(self):
        self.output.symlink_to("rules.cdb")
        self.assertEqual(self.compile("default pass\n")[0], 74)
        self.assertTrue(self.output.is_symlink())

    def test_a_signal_leaves_nothing_behind(self):
        old = self.good(RULES)
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL:
            with self.subTest(number), subprocess.Popen(["env", "--default-signal", GREYRULES, "compile", "-o", "rules.cdb",
                                                         "rules", "fifo"], cwd=self.folder, stderr=subprocess.DEVNULL) as compiler:
                with fifo.open("wb"):  # as soon as it is read: the new file was begun before
                    compiler.send_signal(number)
                    self.assertEqual(compiler.wait(timeout=20), -number)
            self.assertEqual(sorted(os.listdir(self.folder)), ["fifo", "rules", "rules.cdb"])
            self.assertEqual(self.output.read_bytes(), old)

    def test_check_writes_nothing(self):
        self.write("rules", RULES)
        self.assertEqual(self.run_it("compile", "--check", "rules"), (0, "", ""))
        self.write("rules", "client\n")
        self.assertEqual(self.run_it("compile", "--check", "rules")[0], 65)
        self.assertEqual(os.listdir(self.folder), ["rules"])

    def test_the_same_sources_make_the_same_bytes(self):
        self.assertEqual(self.good(RULES), self.good(RULES))

    def test_the_mode_of_the_old_file_stays_and_a_link_stays_a_link(self):
        self.good(RULES)
        self.assertEqual(stat.S_IMODE(self.output.stat().st_mode) & 0o700, 0o600)
        self.output.chmod(0o640)
        os.chown(self.output, 65534, 65534)
        self.output.rename(self.folder / "real.cdb")
        self.output.symlink_to("real.cdb")
        self.good("default pass\n")
        self.assertTrue(self.output.is_symlink())
        real = (self.folder / "real.cdb").stat()
        self.assertEqual((stat.S_IMODE(real.st_mode), real.st_uid, real.st_gid), (0o640, 65534, 65534))
        self.assertEqual(self.run_it("match", "rules.cdb")[0], 0)

    def test_trouble_with_files_is_74_and_leaves_nothing_behind(self):
        self.write("rules", RULES)
        for words in (["-o", "missing/rules.cdb", "rules"], ["-o", "rules.cdb", "missing"], ["-o", ".", "rules"],
                      ["-o", "rules.cdb", "--whitelist-clients", "."]):
            status, output, complaint = self.run_it("compile", *words)
            self.assertEqual((status, output), (74, ""), words)
            self.assertRegex(complaint, r"^greyrules: [^\n]+\n$")
        self.assertEqual(os.listdir(self.folder), ["rules"])

    def test_a_full_disk_is_74_and_leaves_the_old_file(self):
        old = self.good(RULES)
        self.write("rules", "".join(f"client h{i}.example pass\n" for i in range(5000)))
        limited = "ulimit -f 100; trap '' XFSZ; exec \"$0\" compile -o rules.cdb rules"
        done = subprocess.run(["sh", "-c", limited, GREYRULES], cwd=self.folder, capture_output=True, check=False)
        self.assertEqual(done.returncode, 74, done)
        self.assertEqual(self.output.read_bytes(), old)
        self.assertEqual(sorted(os.listdir(self.folder)), ["rules", "rules.cdb"])

    def test_wrong_usage_is_64(self):
        self.write("rules", RULES)
        for words in ([], ["frob"], ["compile"], ["compile", "rules"], ["compile", "-o"], ["compile", "--frob"],
                      ["compile", "--check", "-o", "rules.cdb"], ["match"], ["match", "f", "x"], ["list"],
                      ["list", "a", "b"], ["match", "f", "client_address=1.2.3"]):
            status, output, complaint = self.run_it(*words)
            self.assertEqual((status, output), (64, ""), words)
            self.assertIn("usage: greyrules", complaint)

    def test_many_entries_compile_within_the_memory(self):
        lines = "".join(f"h{i}.example{i % 99}.org\n10.{i >> 16}.{i >> 8 & 255}.{i & 255}\n" for i in range(500_000))
        self.write("million", lines)
        limited = "ulimit -v 204800; exec \"$0\" compile -o rules.cdb --whitelist-clients million"
        subprocess.run(["sh", "-c", limited, GREYRULES], cwd=self.folder, check=True)
        status, output, _ = self.run_it("match", "rules.cdb", "client_address=10.7.161.31")
        self.assertEqual((status, output.splitlines()[2]), (0, "source: million:1000000"))


class Match(Greyrules):
    def test_it_tells_verdict_entry_source_and_what_was_tried(self):
        self.good(RULES)
        status, output, errors = self.run_it(
            "match", "rules.cdb", "request=smtpd_access_policy", "client_address=198.51.100.7",
            "client_name=mta12.spam.example", "sender=a@b.example", "recipient=Bob@example.org")
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(output, "verdict: REJECT Go away, #1 of all\n"
                                 "entry: client /^mta\\d+\\.spam\\.example$/ REJECT Go away, #1 of all\n"
                                 "source: rules:5\n"
                                 "tried: client .spam.example sender b.example\n"
                                 "tried: sender a@b.example\n"
                                 "tried: recipient bob@example.org\n"
                                 "tried: client 198.51.100.0/24\n"
                                 "tried: recipient bob@\n"
                                 "tried: client *.example\n")

    def test_no_match_is_1(self):
        self.good("client 192.0.2.1 pass\n")
        self.assertEqual(self.run_it("match", "rules.cdb", "client_address=192.0.2.2"),
                         (1, "no entry matches\ntried: client 192.0.2.2\n", ""))

    def test_a_missing_or_foreign_file_is_74(self):
        self.write("text", "not a CDB\n" * 500)
        for name in "missing", "text", ".":
            status, output, complaint = self.run_it("match", name, "client_address=192.0.2.2")
            self.assertEqual((status, output), (74, ""), complaint)


class List(Greyrules):
    def test_a_listing_compiles_to_the_same_bytes(self):
        self.write("clients", "google.com\n192.0\n/^mx/\n.odd\n*x\n2001:db8::/32\n::ffff:192.0.2.1\nm\u00fcller.example\n")
        self.write("recipients", "bob@\n@odd.example\n*@odd.example\n.dot+x@example.org\nexample.org\nbob+a@example.org\n")
        self.write("rules", RULES + "include whitelist-clients clients\ninclude whitelist-recipients recipients\n")
        self.run_it("compile", "-o", "rules.cdb", "rules")
        status, listing, _ = self.run_it("list", "rules.cdb")
        self.assertEqual((status, listing.count("\n")), (0, 9 + 8 + 6))
        self.assertIn("at clients:1 client .google.com pass\n", listing)
        self.write("listing", listing)
        self.assertEqual(self.run_it("compile", "-o", "again.cdb", "listing")[0], 0)
        self.assertEqual((self.folder / "again.cdb").read_bytes(), self.output.read_bytes())

    def test_what_was_left_out_leaves_no_trace(self):
        self.compile("client 192.0.2.1 pass\nclient 192.0.2.1 greylist retry-window=9\n")
        bytes_ = self.output.read_bytes()
        self.assertEqual(bytes_, self.good("client 192.0.2.1 pass\n"))

    def test_cdb_reads_the_file(self):
        self.good(RULES)
        value = subprocess.run(["cdb", "-q", self.output, "client 192.0.2.0/24"], capture_output=True, check=True).stdout
        self.assertRegex(value, rb"^[0-9a-f]{8} rules:1 pass$")
        dump = subprocess.run(["cdb", "-d", self.output], capture_output=True, check=True).stdout
        self.assertTrue(dump.decode().isprintable() or "\n" in dump.decode())
        again = self.folder / "again.cdb"
        subprocess.run(["cdb", "-c", again], input=dump, check=True)
        self.assertEqual(again.read_bytes(), self.output.read_bytes())

    def test_output_that_cannot_be_written_is_74(self):
        self.good(RULES)
        with open("/dev/full", "wb") as full:
            done = subprocess.run([GREYRULES, "list", self.output], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 74)


class Filter(Greyrules):
    def ask(self, **attributes):
        return ask(request(**attributes), "--config", "/dev/null", "--state", self.folder / "state", "--log", "none",
                   "--rules", self.output)

    def test_the_filter_follows_the_rules(self):
        self.good("client 192.0.2.0/24 reject Not from here\nrecipient shop@example.org pass\n"
                  "client 203.0.113.0/24 450 4.7.1 Later\n")
        self.assertEqual(self.ask(recipient="shop@example.org").action, "DUNNO")
        self.assertEqual(self.ask().action, "REJECT Not from here")
        self.assertEqual(self.ask(client_address="203.0.113.9").action, "450 4.7.1 Later")

    def test_a_file_replaced_under_load_is_always_the_old_or_the_new_one(self):
        self.good("client 192.0.2.0/24 reject Old\n")
        self.write("old", "client 192.0.2.0/24 reject Old\n")
        self.write("new", "client 192.0.2.0/24 reject New\n" + "".join(f"client h{i}.example pass\n" for i in range(999)))
        done = threading.Event()

        def replace():
            while not done.is_set():
                for name in "new", "old":
                    subprocess.run([GREYRULES, "compile", "-o", self.output, name], cwd=self.folder, check=True)

        writer = threading.Thread(target=replace)
        writer.start()
        try:
            answers = {self.ask().action for _ in range(400)}
        finally:
            done.set()
            writer.join()
        self.assertLessEqual(answers, {"REJECT Old", "REJECT New"})

    def test_whoever_reads_a_file_that_is_replaced_thousands_of_times_gets_the_old_or_the_new_answer(self):
        self.good("client 192.0.2.0/24 reject Old\n")
        os.link(self.output, self.folder / "old.cdb")
        self.good("client 192.0.2.0/24 reject New\n" + "".join(f"client h{i}.example pass\n" for i in range(999)))
        os.link(self.output, self.folder / "new.cdb")
        answers = set()
        replaced = 0
        done = threading.Event()

        def replace():
            nonlocal replaced
            while not done.is_set():
                for name in "old.cdb", "new.cdb":
                    os.link(self.folder / name, self.folder / "next.cdb")
                    os.replace(self.folder / "next.cdb", self.output)
                    replaced += 1

        def ask_new_processes():
            while not done.is_set():
                answer = self.ask()
                answers.add((answer.action, answer.status, answer.stderr))

        def ask(reader):
            reader.stdin.write(block(request()))
            reader.stdin.flush()
            answer = reader.stdout.readline() + reader.stdout.readline()
            return answer[len("action="):-2].decode()

        threads = [threading.Thread(target=work) for work in (replace, ask_new_processes, ask_new_processes)]
        for thread in threads:
            thread.start()
        with subprocess.Popen([GREYONCE, "--config", "/dev/null", "--state", self.folder / "state", "--log", "none",
                               "--rules", self.output, "--until-eof"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as reader:
            asked = 0
            while asked < 2000 or replaced < 5000:
                answers.add((ask(reader), 0, b""))
                asked += 1
            done.set()
            for thread in threads:
                thread.join()
            self.assertEqual(ask(reader), "REJECT New")
        self.assertEqual(reader.returncode, 0)
        self.assertEqual(answers, {("REJECT Old", 0, b""), ("REJECT New", 0, b"")})

    def test_random_bytes_in_the_file_never_end_the_filter_otherwise(self):
        self.good(RULES)
        sound = self.output.read_bytes()
        chance = random.Random(20261122)
        for _ in range(60):
            damaged = bytearray(sound)
            for _ in range(chance.choice((1, 4, 400))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            self.output.write_bytes(damaged[:chance.choice((len(damaged), chance.randrange(len(damaged))))])
            answer = self.ask(client_address="192.0.2.7")
            self.assertEqual(answer.status, 0)
            self.assertIn(answer.action.split()[0], ("DUNNO", "DEFER_IF_PERMIT"))


if __name__ == "__main__":
    unittest.main()
