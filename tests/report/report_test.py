"""greyreport over logs whose figures are known, in each form that a log has, as files, packed, rotated and piped."""

import gzip
import json
import os
import random
import re
import subprocess
import unittest

import harness
from harness import GREYREPORT, GREYRULES
from report import traffic

NEW = traffic.line("greylist", "new", "mx.firm.example", "192.0.2.1", "alice@firm.example", "bob@example.org")
BACK = traffic.line("pass", "triplet found", "mx.firm.example", "192.0.2.1", "alice@firm.example", "bob@example.org", delay=400)


class ReportCase(harness.Case):
    def write(self, name, text, written=None):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(path, (written or traffic.START + 30 * 86400,) * 2)
        return path

    def run_it(self, *words, status=0, zone="UTC", **more):
        done = subprocess.run([GREYREPORT, "--config", "/dev/null", *map(str, words)], capture_output=True, check=False,
                              timeout=120, env=os.environ | {"TZ": zone}, **more)
        self.assertEqual(done.returncode, status, done)
        return done

    def told(self, *words, **more):
        done = self.run_it("--format", "json", *words, **more)
        self.assertEqual(done.stderr, b"")
        return json.loads(done.stdout)

    def told_of(self, *entries, start=traffic.START):
        """Of a log of (seconds since the start, text)."""
        log = "".join(traffic.classic(start + after, "greyonce", text) for after, text in entries)
        return self.told(self.write("log", log, start + 30 * 86400))


class Formats(ReportCase):
    @classmethod
    def setUpClass(cls):
        cls.traffic = traffic.Traffic(4000)

    def log(self, name, seed=2):
        return "".join(traffic.logged(self.traffic.texts, traffic.FORMATS[name], seed=seed))

    def expect_all(self, told):
        known = self.traffic.known
        self.assertGreater(min(known.never, known.gave_up, known.open, known.several, len(known.waited)), 20)
        self.assertEqual({outcome: count for outcome, count in told["requests"]["by_outcome"].items() if count}, known.requests)
        self.assertEqual(told["requests"]["dry_run"], known.dry_run)
        waits = told["waits"]
        self.assertEqual([waits[name] for name in ("came_back", "never_came_back", "gave_up", "open", "from_several_networks",
                                                   "not_followed")],
                         [len(known.waited), known.never, known.gave_up, known.open, known.several, 0])
        self.assertEqual(waits["all"], len(known.waited) + known.never + known.gave_up + known.open)
        waited = sorted(known.waited)
        rank = lambda hundredths: waited[-(-len(waited) * hundredths // 100) - 1]
        self.assertEqual(waits["seconds"], {"sum": sum(waited), "median": rank(50), "percentile_90": rank(90),
                                            "percentile_99": rank(99), "longest": waited[-1],
                                            "over_an_hour": sum(seconds > 3600 for seconds in waited)})
        rows = {row["name"]: [row["came_back"], row["seconds"], row["never_came_back"] + row["gave_up"]]
                for name in ("organisations_by_wait", "organisations_that_never_came_back", "organisations_from_several_networks")
                for row in told[name]["rows"]}
        self.assertGreater(len(rows), 100)
        self.assertEqual(rows, {name: known.organisations[name] for name in rows})
        longest = sorted((-row[1], name) for name, row in known.organisations.items() if row[1])[:100]
        self.assertEqual([row["name"] for row in told["organisations_by_wait"]["rows"]], [name for _, name in longest])
        self.assertEqual({row["source"]: row["hits"] for row in told["rules"]["rows"]}, known.rules)
        self.assertEqual(told["trouble"]["warnings"], known.warnings)
        self.assertEqual(told["weight"]["weighed"], len(known.rates))
        self.assertEqual({row["name"]: row["count"] for row in told["weight"]["tokens"]["rows"]}, known.tokens)
        by_hour = [outcomes for day in told["days"] for outcomes in day["hours"]]
        self.assertEqual(sum(sum(outcomes.values()) for outcomes in by_hour), sum(known.requests.values()))
        self.assertEqual((told["unreadable"], told["timeless"]), (0, 0))

    def test_each_format_tells_what_is_known(self):
        for name in traffic.FORMATS:
            with self.subTest(name):
                self.expect_all(self.told(self.write("log", self.log(name), self.traffic.end)))

    def test_other_lines_change_nothing(self):
        path = self.write("log", "".join(traffic.logged(self.traffic.texts, traffic.classic, others=None)), self.traffic.end)
        self.expect_all(self.told(path))

    def test_packed_rotated_and_piped_logs_are_the_same_as_one(self):
        log = self.log("rfc3339")
        lines = log.splitlines(keepends=True)
        cuts = [0, len(lines) // 5, len(lines) // 2, len(lines) * 4 // 5, len(lines)]
        parts = ["".join(lines[begin:end]).encode() for begin, end in zip(cuts, cuts[1:])]
        one = self.told(self.write("one", log))
        self.expect_all(one)
        rotated = [self.write("mail.log", parts[3]), self.write("mail.log.1", parts[2]),
                   self.write("mail.log.2.gz", gzip.compress(parts[1])), self.write("mail.log.3.zst", self.zstd(parts[0]))]
        for order in rotated, rotated[::-1], [rotated[1], rotated[3], rotated[0], rotated[2], rotated[1]]:
            self.assertEqual(self.told(*order), one)
        self.assertEqual(self.told("--log", rotated[0], rotated[1], "--log", rotated[2], f"--log={rotated[3]}"), one)
        for words in (), ("-",), ("--log", "-"):
            self.assertEqual(self.told(*words, input=log.encode()), one)
        with open(self.write("all.gz", gzip.compress(log.encode())), "rb") as packed:
            self.assertEqual(self.told(stdin=packed), one)

    def zstd(self, data):
        return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout

    def test_logs_of_several_hosts_are_read_side_by_side(self):
        chance = random.Random(3)
        lines = self.log("short_iso").splitlines(keepends=True)
        hosts = [[], [], []]
        for line in lines:
            chance.choice(hosts).append(line)
        one = self.told(self.write("one", "".join(lines)))
        self.expect_all(one)
        self.assertEqual(self.told(*(self.write(f"host{n}", "".join(host)) for n, host in enumerate(hosts))), one)

    def test_days_that_are_asked_for_add_up(self):
        path = self.write("log", self.log("rfc5424"))
        days = [f"2023-11-{day}" for day in range(15, 22)]
        each = [self.told("--since", day, "--until", day, path) for day in days]
        whole = self.told(path)
        for name in "all", "came_back", "never_came_back", "gave_up", "open", "from_several_networks":
            self.assertEqual(sum(told["waits"][name] for told in each), whole["waits"][name], name)
        self.assertEqual([told["days"] for told in each], [[day] for day in whole["days"]])
        self.assertEqual([day["day"] for day in whole["days"]], days)
        self.assertGreater(each[0]["waits"]["came_back"], 0)
        self.assertEqual(each[0]["waits"]["open"], 0)  # the days after it are in the log


class Small(ReportCase):
    """Logs of a few lines."""

    def test_a_log_without_anything_of_ours_says_so(self):
        for log in "", "\n", traffic.classic(traffic.START, "cron", "greyonce[1]: " + NEW), "\0\xff" * 1000, "x" * 500000:
            path = self.write("log", log)
            self.assertIn(b"No decision of greyonce", self.run_it(path).stdout)
            self.assertIn("No decision of greyonce", self.run_it("--format", "html", path).stdout.decode())
            self.assertEqual(self.told(path)["requests"]["all"], 0)

    def test_a_mail_that_comes_back_from_another_address_of_its_pool_is_one_wait(self):
        other = NEW.replace("192.0.2.1", "198.51.100.9").replace("mx.firm", "mx2.firm")
        told = self.told_of((0, NEW), (900, other), (2000, BACK.replace("192.0.2.1", "198.51.100.9").replace("mx.", "mx2.")))
        self.assertEqual(told["waits"]["seconds"]["sum"], 2000)
        self.assertEqual((told["waits"]["all"], told["waits"]["from_several_networks"]), (1, 1))
        self.assertEqual(told["organisations_from_several_networks"]["rows"][0]["name"], "firm.example")

    def test_without_a_sender_networks_are_told_apart(self):
        bounce = NEW.replace(", sender=alice@firm.example", "")
        told = self.told_of((0, bounce), (10, bounce.replace("192.0.2.1", "198.51.100.1")))
        self.assertEqual((told["waits"]["all"], told["waits"]["from_several_networks"]), (2, 0))

    def test_what_the_greylist_took_the_client_for_counts_where_the_line_says_it(self):
        told = self.told_of((0, NEW + ", client_key=key"),
                            (400, BACK.replace("mx.firm.example", "mx.other.example").replace("192.0.2.1", "203.0.113.1") + ", client_key=key"))
        self.assertEqual(told["waits"]["came_back"], 1)

    def test_any_pass_of_the_mail_ends_its_wait_but_one_that_no_greylist_decides(self):
        for reason, came in ("client AWL", 1), ("client whitelist", 1), ("rule", 1), ("authenticated", 0), ("not at RCPT", 0):
            told = self.told_of((0, NEW), (500, BACK.replace("triplet found, delay=400", reason)), (4 * 86400, BACK.replace("alice", "x")))
            self.assertEqual(told["waits"]["came_back"], came, reason)

    def test_a_dry_run_begins_no_wait(self):
        told = self.told_of((0, NEW + ", dry-run"), (400, BACK + ", dry-run"))
        self.assertEqual((told["requests"]["dry_run"], told["requests"]["put_off"], told["waits"]["all"]), (2, 1, 0))
        self.assertEqual(told["organisations_by_first_attempts"]["rows"][0]["first_attempts"], 1)
        page = self.run_it("--format", "html", self.folder / "log").stdout.decode()
        self.assertIn("All of it was a dry run", page)
        self.assertIn("would have", self.run_it(self.folder / "log").stdout.decode())

    def test_lines_that_a_daemon_counted_count_as_often(self):
        told = self.told_of((0, f"message repeated 3 times: [ {BACK}]"), (1, BACK))
        self.assertEqual(told["requests"]["all"], 4)

    def test_cut_lines_are_told_and_not_counted(self):
        told = self.told_of((0, NEW[:60]), (1, NEW))
        self.assertEqual((told["unreadable"], told["requests"]["all"]), (1, 1))

    def test_times_without_a_year_are_the_latest_before_the_file_was_written(self):
        path = self.write("log", "Dec 31 23:59:00 mx greyonce[1]: " + NEW + "\nJan  1 00:10:00 mx greyonce[1]: " + BACK + "\n",
                          1_704_067_900)  # 2024-01-01 00:11:40
        told = self.told(path)
        self.assertEqual((told["first"], told["last"]), ("2023-12-31 23:59", "2024-01-01 00:10"))
        self.assertEqual(told["waits"]["seconds"]["sum"], 660)

    def test_days_and_hours_are_local(self):
        path = self.write("log", traffic.rfc5424(traffic.START - 60, "greyonce", NEW))
        self.assertEqual(self.told(path)["first"], "2023-11-14 23:59")
        self.assertEqual(self.told(path, zone="Asia/Tokyo")["first"], "2023-11-15 08:59")

    def test_retry_window_delay_and_networks_are_the_filter_s(self):
        config = self.write("config", "retry-window = 1h\nipv4cidr = 16\ndelay = 20\n")
        log = self.write("log", "".join(traffic.classic(traffic.START + after, "greyonce", NEW.replace("mx.firm.example", "unknown")
                                                        .replace("2.1", address))
                                        for after, address in ((0, "2.1"), (10, "9.1"), (4000, "9.1"), (8000, "9.1"))))
        told = self.told("--config", config, log)
        self.assertEqual([told["waits"][name] for name in ("all", "gave_up", "never_came_back", "open", "retry_window_seconds",
                                                           "delay_seconds")], [3, 1, 1, 1, 3600, 20])
        self.assertEqual(told["networks_that_never_came_back"]["rows"][0]["name"], "192.0.0.0/16")

    def test_anonymous_leaves_out_local_parts_everywhere(self):
        rules = self.write("rules", "recipient secret@example.org pass\nsender @firm.example greylist\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", rules], check=True)
        log = self.write("log", "".join(traffic.classic(traffic.START + n, "greyonce", text) for n, text in enumerate([
            NEW.replace("bob", "secret"), "warning: malformed request: \"secret@example.org\" x: answering DUNNO", NEW])))
        for form in "text", "html", "json":
            words = "--format", form, "--rules", self.folder / "rules.cdb", log
            self.assertIn(b"secret", self.run_it(*words).stdout)
            self.assertNotRegex(self.run_it("--anonymous", *words).stdout.decode(), "secret|bob@|alice")
        told = self.told("--anonymous", "--rules", self.folder / "rules.cdb", log)
        self.assertEqual([(row["name"], row["put_off"]) for row in told["recipients"]["rows"]], [("@example.org", 2)])

    def test_rules_that_were_never_hit_are_named(self):
        source = self.write("my rules", "client 192.0.2.9 pass\nclient .hit.example greylist delay=60\nrecipient a@example.org pass\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", source.name], check=True, cwd=self.folder)
        log = self.write("log", traffic.classic(traffic.START, "greyonce", NEW + ", rule=my%20rules:2"))
        listed = subprocess.run([GREYRULES, "list", self.folder / "rules.cdb"], capture_output=True, check=True, text=True).stdout
        self.assertEqual(len(listed.splitlines()), 3)
        told = self.told("--rules", self.folder / "rules.cdb", log)["rules"]
        where = re.findall(r"at (\S+:2) ", listed)[0]
        log = self.write("log", traffic.classic(traffic.START, "greyonce", f"{NEW}, rule={where}"))
        told = self.told("--rules", self.folder / "rules.cdb", log)["rules"]
        self.assertEqual((told["entries"], told["never_hit"]), (3, 2))
        self.assertEqual({row["entry"] for row in told["never_hit_rows"]}, {"client 192.0.2.9 pass", "recipient a@example.org pass"})
        self.assertEqual([(row["source"], row["hits"], row["by_outcome"]) for row in told["rows"]], [(where, 1, {"first_attempt": 1})])

    def test_suggestions_are_rules_that_compile_and_say_what_they_spare(self):
        entries = []
        for number in range(5):
            mail = NEW.replace("alice", f"a{number}x")
            entries += [(number * 10, mail), (number * 10 + 90, mail.replace("new", "early-retry (210s missing)")),
                        (number * 10 + 1000, BACK.replace("alice", f"a{number}x"))]
            slow = mail.replace("firm.example", "slow.example").replace("192.0.2.1", "198.51.100.1")
            entries += [(number * 10, slow), (number * 10 + 900, BACK.replace("alice", f"a{number}x").replace("firm.", "slow.")
                                              .replace("192.0.2.1", "198.51.100.1"))]
            entries += [(number * 10 + 3, mail.replace("firm.example", "spam.example"))]
        entries.append((4 * 86400, BACK.replace("alice", "z")))
        told = self.told_of(*sorted(entries))["suggestions"]
        self.assertEqual(told, [{"rule": "client .firm.example greylist delay=60", "waits_shortened": 5, "seconds_spared": 5 * 910},
                                {"rule": "client .slow.example pass", "waits_spared": 5, "seconds_spared": 4500}])
        rules = self.write("rules", "".join(one["rule"] + "\n" for one in told))
        subprocess.run([GREYRULES, "compile", "--check", "--strict", rules], check=True)


class CommandLine(ReportCase):
    def test_wrong_words_are_misuse(self):
        log = self.write("log", traffic.classic(traffic.START, "greyonce", NEW))
        for words in (["--format", "pdf", log], ["--since", "tomorrow", log], ["--until"], ["--since", "2023-11-16", "--until", "2023-11-15", log],
                      ["--forma=text", log], ["--nothing", log], ["--anonymous=yes", log], ["--config", self.folder / "none", log]):
            done = self.run_it(*words, status=64)
            self.assertEqual(done.stdout, b"")
            self.assertRegex(done.stderr, rb"(?s)^greyreport: .+\nusage: greyreport ")

    def test_trouble_is_told_and_leaves_the_old_report(self):
        log = self.write("log", traffic.classic(traffic.START, "greyonce", NEW))
        output = self.write("report", "old")
        torn = self.write("torn.gz", gzip.compress(random.Random(1).randbytes(100000))[:5000])
        for words in ([self.folder / "none"], [self.folder], [log, torn], ["--rules", self.folder / "none", log], ["--rules", log, log],
                      ["--output", "/none/there", log]):
            done = self.run_it(*(["--output", output] if "--output" not in words else []), *words, status=74)
            self.assertEqual(done.stdout, b"")
            self.assertRegex(done.stderr, rb"(?m)^greyreport: .+$")
            self.assertEqual(output.read_text(), "old")

    def test_a_full_disk_is_trouble(self):
        log = self.write("log", traffic.classic(traffic.START, "greyonce", NEW))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([GREYREPORT, "--config", "/dev/null", log], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (74, b"greyreport: write standard output: No space left on device\n"))

    def test_output_is_what_else_would_be_printed(self):
        log = self.write("log", traffic.classic(traffic.START, "greyonce", NEW))
        for form in "text", "html", "json":
            printed = self.run_it("--format", form, log).stdout
            self.run_it("--format", form, "--output", self.folder / "out", log)
            self.assertEqual((self.folder / "out").read_bytes(), printed)

    def test_text_is_one_screen_that_fits_a_terminal(self):
        made = traffic.Traffic(2000)
        log = self.write("log", "".join(traffic.logged(made.texts, traffic.classic)), made.end)
        lines = self.run_it(log).stdout.decode().splitlines()
        self.assertLess(len(lines), 50)
        self.assertLessEqual(max(map(len, lines)), 90)

    def test_values_of_mail_are_clean_in_text(self):
        value = "\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}\x07"
        log = self.write("log", traffic.classic(traffic.START, "greyonce", NEW.replace("bob", f"bob{value}")))
        for form in "text", "html", "json":
            told = self.run_it("--format", form, log).stdout.decode()
            self.assertEqual([c for c in told if c in value and c not in "[2J"], [])


if __name__ == "__main__":
    unittest.main()
