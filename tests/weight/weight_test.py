"""The weight from end to end: its memory, its levels, its lists, and nameservers that misbehave."""

import subprocess
import time
import unittest

from weight import dns_server
from weight.dns_server import Nameserver
from harness import GREYRULES, PEERS, GREYSTATE, Case, ask, request

HAM = {
    "example.net": {"MX": ["mx.example.net"]},
    "mx.example.net": {"A": ["192.0.2.1"]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["mail.example.net"]},
}
LISTED = {
    "1.2.0.192.pbl.spamhaus.org": {"A": ["127.0.0.10"]},
    "1.2.0.192.sbl-xbl.spamhaus.org": {"A": ["127.0.0.2"]},
    "1.2.0.192.bl.spamcop.net": {"A": ["127.0.0.2"]},
}
HAM_HEADER = "PREPEND X-policyd-weight:  NOT_IN_SBL_XBL_SPAMHAUS=-1.5 NOT_IN_SPAMCOP=-1.5 CL_IP_EQ_FROM_MX=-3.1; rate: -6.1"
GREYLISTED = "DEFER_IF_PERMIT Greylisted, please try again later"


class Weighing(Case):
    def setUp(self):
        super().setUp()
        self.clock = 1_700_000_000
        self.numbers = 0

    def serve(self, table, **options):
        nameserver = Nameserver(table, **options).__enter__()
        self.addCleanup(nameserver.__exit__)
        return nameserver

    def ask(self, nameserver, *options, config="greylist-level = 1\n", later=0, **attributes):
        """One mail, of a message of its own unless `instance` says otherwise."""
        self.clock += later
        self.numbers += 1
        servers = "".join(f"nameserver = {server}\n" for server in [getattr(nameserver, "name", nameserver)])
        (self.folder / "config").write_text(f"weight = yes\n{servers}{config}")
        attributes.setdefault("instance", f"message.{self.numbers}")
        return ask(request(policy_test_time=self.clock, **attributes), "--config", self.folder / "config", "--state",
                   self.folder / "state", "--clock", "request", "--log", "stderr", *options)

    def action(self, *arguments, **named):
        return self.ask(*arguments, **named).action


class Levels(Weighing):
    def test_below_the_greylist_level_mail_passes_with_the_weights_header(self):
        self.assertEqual(self.action(self.serve(HAM), config="greylist-level = 0\n"), HAM_HEADER)

    def test_between_the_levels_mail_is_greylisted(self):
        self.assertEqual(self.action(self.serve(HAM), config="greylist-level = -7\n"), GREYLISTED)

    def test_without_a_greylist_level_all_mail_is_greylisted(self):
        self.assertEqual(self.action(self.serve(HAM), config=""), GREYLISTED)

    def test_at_the_reject_level_mail_is_refused(self):
        answer = self.ask(self.serve({}), "--exit-status", client_name="unknown", helo_name="mail.other.com")
        self.assertTrue(answer.action.startswith("550 Mail appeared to be SPAM"), answer)
        self.assertEqual(answer.status, 77)
        self.assertEqual(self.action(self.serve({}), config="reject-level = 99\n", client_address="192.0.2.2"),
                         GREYLISTED)

    def test_a_reply_has_the_greylists_header_where_it_has_one(self):
        nameserver = self.serve(HAM)
        self.assertEqual(self.action(nameserver, config=""), GREYLISTED)
        answer = self.ask(nameserver, config="ham-memory = 0\n", later=301)
        self.assertTrue(answer.action.startswith("PREPEND X-Greylist: delayed 301 seconds"), answer)
        self.assertIn(b"weighted check:", answer.stderr)
        third = self.action(nameserver, config="ham-memory = 0\n", later=1)
        self.assertEqual(third, HAM_HEADER)

    def test_the_header_can_have_another_name_or_be_none(self):
        nameserver = self.serve(HAM)
        config = "greylist-level = 1\nham-memory = 0\nweight-header = "
        self.assertTrue(self.action(nameserver, config=config + "X-Weight\n").startswith("PREPEND X-Weight:  NOT_IN"))
        self.assertEqual(self.action(nameserver, config=config + "\n"), "DUNNO")

    def test_who_is_on_an_allow_list_is_never_greylisted(self):
        table = HAM | {"1.2.0.192.list.dnswl.org": {"A": ["127.0.9.2"]}}
        config = "dnswl = list.dnswl.org 0 0 DNSWL 127.0.[0..255].[1..3]=-1\n"
        answer = self.ask(self.serve(table), config=config)
        self.assertIn(" IN_DNSWL=-1 ", answer.action)
        self.assertIn(b"reason=allow list", answer.stderr)

    def test_bounces_and_mail_to_postmaster_are_not_weighed(self):
        nameserver = self.serve({})
        self.assertEqual(self.action(nameserver, sender=""), "DUNNO")
        self.assertEqual(self.action(nameserver, recipient="postmaster@example.org"), "DUNNO")
        self.assertEqual(nameserver.asked, [])

    def test_without_weight_no_nameserver_is_asked(self):
        nameserver = self.serve(HAM)
        (self.folder / "config").write_text(f"nameserver = {nameserver.name}\n")
        ask(request(), "--config", self.folder / "config", "--state", self.folder / "state", "--log", "none")
        self.assertEqual(nameserver.asked, [])

    def test_the_log_has_one_line_with_all_tokens_and_the_time(self):
        log = self.ask(self.serve({}), client_name="unknown", sender="List+x@Example.NET").stderr.decode()
        self.assertRegex(log, r"greyonce: weighted check: rate: [0-9.]+; <to=bob@example.org> <from=list@example.net> "
                              r"<client=unknown\[192.0.2.1\]> <helo=mail.example.net>; dns: \d+ ms; "
                              r"NOT_IN_.* RESOLVED_IP_IS_NOT_HELO=1.5\n")


class Memory(Weighing):
    def test_the_recipients_of_one_message_ask_once(self):
        nameserver = self.serve({})
        forged = {"instance": "one", "client_name": "unknown"}
        first = self.action(nameserver, **forged)
        asked = nameserver.questions()
        for number in range(100):
            again = self.action(nameserver, recipient=f"r{number}@example.org", **forged)
            self.assertEqual(again, first.split(";")[0] + " (multirecipient mail)")
        self.assertEqual(nameserver.questions(), asked)

    def test_a_listed_clients_next_recipient_gets_the_same_text(self):
        nameserver = self.serve(LISTED)
        first = self.action(nameserver, instance="one")
        self.assertIn("too many DNSBLs", first)
        self.assertEqual(self.action(nameserver, instance="one"), first + " (multirecipient mail)")

    def test_a_refused_client_is_refused_again_without_a_lookup(self):
        nameserver = self.serve(LISTED)
        self.action(nameserver)
        asked = nameserver.questions()
        cached = "[cached] - retrying too fast. penalty: 30 seconds x {} retries."
        self.assertTrue(self.action(nameserver, later=5).endswith(cached.format(1)))
        self.assertTrue(self.action(nameserver, later=31).endswith(cached.format(0)))
        self.assertEqual(nameserver.questions(), asked)
        self.assertIn("too many DNSBLs", self.action(nameserver, later=31))
        self.assertGreater(len(nameserver.asked), asked)

    def test_a_client_that_passed_is_only_looked_up_in_the_lists(self):
        nameserver = self.serve(HAM)
        self.action(nameserver)
        nameserver.questions()
        nameserver.asked.clear()
        self.assertEqual(self.action(nameserver), "PREPEND X-policyd-weight: using cached result; rate: -6.1")
        self.assertEqual(len(nameserver.asked), 4)

    def test_after_a_day_it_is_not_looked_up_at_all(self):
        nameserver = self.serve(HAM)
        self.action(nameserver)
        self.action(nameserver, later=86401)
        nameserver.questions()
        nameserver.asked.clear()
        self.assertEqual(self.action(nameserver, later=60), "PREPEND X-policyd-weight: using cached result; rate:hard: -6.1")
        self.assertEqual(nameserver.asked, [])

    def test_a_list_that_fails_three_times_is_not_asked_for_nine_requests(self):
        dead = {"*.sbl-xbl.spamhaus.org": {"*": dns_server.SERVFAIL}}
        nameserver = self.serve(HAM | dead)
        config = "greylist-level = 1\nham-memory = 0\n"
        said = [self.action(nameserver, config=config).split("SPAMHAUS=")[1][:4] for _ in range(13)]
        self.assertEqual(said, ["ERR("] * 3 + ["SKIP"] * 9 + ["ERR("])

    def test_the_state_shows_what_is_remembered(self):
        self.action(self.serve(HAM))
        listing = subprocess.run([GREYSTATE, "list", self.folder / "state", "--kind", "weight"], capture_output=True,
                                 text=True, timeout=20, check=False).stdout
        self.assertIn(" ham 192.0.2.1 example.net\n", listing)
        self.assertIn(" message 192.0.2.1 alice@example.net message.1\n", listing)

    def test_without_a_state_the_client_is_weighed_all_the_same(self):
        nameserver = self.serve(HAM)
        (self.folder / "state").mkdir()
        self.assertEqual(self.action(nameserver), HAM_HEADER)

    def test_with_privacy_nothing_readable_is_kept(self):
        self.action(self.serve(HAM), "--privacy")
        state = (self.folder / "state").read_bytes()
        self.assertNotIn(b"192.0.2.1", state)
        self.assertNotIn(b"example.net", state)


class Misbehaving(Weighing):
    def test_a_silent_nameserver_means_no_opinion_within_the_deadline(self):
        start = time.monotonic()
        answer = self.ask(self.serve({"net": {"*": []}, "*.org": {"*": dns_server.SILENT}, "*.net": {"*": dns_server.SILENT}}))
        self.assertLess(time.monotonic() - start, 4)
        self.assertEqual(answer.action, "PREPEND X-policyd-weight: passed - too many local DNS-errors in bl.spamcop.net lookups")

    def test_no_nameserver_at_all_means_no_opinion(self):
        self.assertIn("too many local DNS-errors", self.action("127.0.0.1:1"))

    def test_servfail_is_an_error_and_no_miss(self):
        action = self.action(self.serve(HAM | {"*.bl.spamcop.net": {"*": dns_server.SERVFAIL}}))
        self.assertIn(" SPAMCOP=ERR(-1.5)", action)

    def test_answers_to_other_questions_and_of_other_ids_do_not_count(self):
        for lie in dns_server.FORGED, dns_server.STRANGE_ID, dns_server.GARBAGE:
            with self.subTest(lie):
                action = self.action(self.serve(HAM | {"*.bl.spamcop.net": {"*": lie}}), config="greylist-level = 1\nham-memory = 0\n")
                self.assertIn(" SPAMCOP=ERR(-1.5)", action)

    def test_an_answer_that_stays_away_does_not_hold_up_what_can_do_without(self):
        table = LISTED | {"*.example.net": {"*": dns_server.SILENT}, "example.net": {"*": dns_server.SILENT}}
        answer = self.ask(self.serve(table))
        self.assertIn("too many DNSBLs", answer.action)
        self.assertIn(b"dns: ", answer.stderr)

    def test_the_next_nameserver_is_asked_where_the_first_is_silent(self):
        silent = self.serve({name: {"*": dns_server.SILENT} for name in ("*.net", "*.org", "*.arpa")})
        good = self.serve(HAM)
        action = self.action(f"{silent.name}\nnameserver = {good.name}", config="greylist-level = 1\n")
        self.assertEqual(action, HAM_HEADER)

    def test_a_truncated_answer_is_asked_for_over_tcp(self):
        table = HAM | {"example.net": {"MX": (dns_server.TRUNCATED, ["mx.example.net"])}}
        self.assertEqual(self.action(self.serve(table)), HAM_HEADER)

    def test_a_hundred_mx_hosts_take_two_waves(self):
        table = {"example.net": {"MX": [f"mx{i}.example.net" for i in range(100)]}, "mx99.example.net": {"A": ["192.0.2.1"]}}
        nameserver = self.serve(table, delay=0.05)
        self.assertEqual(self.action(nameserver), HAM_HEADER)

    def test_each_wave_takes_as_long_as_its_slowest_answer(self):
        nameserver = self.serve(HAM, delay=0.05)
        self.assertEqual(self.action(nameserver), HAM_HEADER)
        gaps = [later - earlier for earlier, later in zip(nameserver.waves, nameserver.waves[1:])]
        self.assertLessEqual(1 + sum(gap > 0.03 for gap in gaps), 4)

    def test_aliases_wildcards_and_names_with_escapes(self):
        table = {
            "example.net": {"MX": ["alias.example.net"]}, "alias.example.net": {"CNAME": ["host.example.net"]},
            "*.example.net": {"A": ["192.0.2.1"]}, "1.2.0.192.in-addr.arpa": {"PTR": [r"a\.b\032c\255.example.net"]},
        }
        self.assertEqual(self.action(self.serve(table)), HAM_HEADER)
        looping = HAM | {"example.net": {"*": dns_server.LOOP}}
        self.assertTrue(self.action(self.serve(looping), sender="bob@example.net", client_address="192.0.2.9"))

    def test_hosts_with_ipv6_alone(self):
        table = {"example.net": {"MX": ["mx.example.net"]}, "mx.example.net": {"AAAA": ["2001:db8::1"]}}
        self.assertEqual(self.action(self.serve(table), client_address="2001:db8::1"), HAM_HEADER)

    def test_hostile_names_are_weighed(self):
        nameserver = self.serve({})
        for name in ("a..b.com", ".b.com", "b.com.", "x" * 64 + ".com", "x" * 300, ".".join("a" * 120), "\\", "\\255.com",
                     "\u00fc.com", "a b.com", "[192.0.2.1", "%s%n.com", "0"):
            with self.subTest(name):
                answer = self.ask(nameserver, config="greylist-level = 1\nspam-memory = 0\n", sender=f"a@{name}", helo_name=name)
                self.assertEqual(answer.status, 0, answer)
                self.assertIn(b"weighted check:", answer.stderr)


class Commands(Weighing):
    def run_program(self, *command):
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=20, check=False)

    def test_explain_prints_each_check_its_lookup_and_score(self):
        answer = self.ask(self.serve(HAM), "--explain")
        text = answer.output.decode()
        self.assertRegex(text, r"NOT_IN_SPAMCOP +-1.5 +A 1.2.0.192.bl.spamcop.net: none\n")
        self.assertRegex(text, r"CL_IP_EQ_FROM_MX +-3.1 +A/AAAA mx.example.net: 192.0.2.1\n")
        self.assertIn("\nrate: -6.1\n", text)
        self.assertIn("\nMX    example.net: mx.example.net\n", text)
        self.assertFalse((self.folder / "state").exists())

    def test_check_dns_names_the_lists_that_are_dead_or_answer_everything(self):
        good = {"2.0.0.127.good.example": {"A": ["127.0.0.2"]}}
        lists = ("good", "dead", "all", "refusing", "silent")
        table = good | {"*.all.example": {"A": ["127.0.0.2"]}, "*.refusing.example": {"A": ["127.255.255.254"]},
                        "*.silent.example": {"*": dns_server.REFUSED}, "test.names.example": {"A": ["127.0.0.4"]}}
        config = "".join(f"dnsbl = {name}.example 1 0 {name}\n" for name in lists) + "rhsbl = names.example 1 0 NAMES\n"
        (self.folder / "config").write_text(config)
        nameserver = self.serve(table)
        done = self.run_program(GREYRULES, "check-dns", "--config", self.folder / "config", "--nameserver", nameserver.name)
        self.assertEqual(done.stdout, """\
good.example: ok, IPv4 only
dead.example: dead: its test entry is missing
all.example: answers everything: its entry for what is never listed is 127.0.0.2
refusing.example: refuses to answer us: 127.255.255.254
silent.example: dead: no answer
names.example: ok
""")
        self.assertEqual(done.returncode, 1)

    def test_check_dns_is_content_with_lists_that_all_answer(self):
        table = {"2.0.0.127.good.example": {"A": ["127.0.0.2"]}, "test.names.example": {"A": ["127.0.0.4"]}}
        (self.folder / "config").write_text("dnsbl = good.example 1 0 good\nrhsbl = names.example 1 0 NAMES\n")
        nameserver = self.serve(table)
        done = self.run_program(GREYRULES, "check-dns", "--config", self.folder / "config", "--nameserver", nameserver.name)
        self.assertEqual((done.stdout, done.returncode), ("good.example: ok, IPv4 only\nnames.example: ok\n", 0))

    def test_check_dns_tells_the_first_of_several_wrong_lines(self):
        config = self.folder / "config"
        config.write_text("weight = yes\nreject-level = x\nhelo_score = y\n")
        done = self.run_program(GREYRULES, "check-dns", "--config", config)
        self.assertEqual(done.returncode, 64)
        self.assertTrue(done.stderr.startswith(f"greyrules: {config}:2: reject-level: "), done.stderr)
        self.assertNotIn("helo_score", done.stderr)

    def test_the_configuration_that_policyd_weight_writes_becomes_ours_without_a_complaint(self):
        defaults = subprocess.run(["perl", PEERS / "usr/sbin/policyd-weight", "defaults"], capture_output=True, check=True)
        self.assertIn(b"$CACHEREJECTMSG", defaults.stdout)
        (self.folder / "theirs").write_bytes(defaults.stdout)
        done = self.run_program(GREYRULES, "convert-policyd-weight", self.folder / "theirs")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("\nspam-pause = 30\n", done.stdout)
        self.assertIn("\nham-window = 3h\n", done.stdout)
        self.assertRegex(done.stdout, r"\nspam-text = 550 .*DNSBLs \[cached\]\n")
        self.assertIn("\nfrom_anon = 1.17 0\n", done.stdout)
        answer = self.ask("127.0.0.1:1", config=done.stdout + "weight = no\nno-greylist = yes\n")
        self.assertEqual((answer.action, answer.status), ("DUNNO", 0), answer)

    def test_a_policyd_weight_configuration_becomes_ours(self):
        (self.folder / "theirs").write_text("$REJECTLEVEL = 3;\n@helo_score = (1, -2);\nsystem('touch hacked');\n")
        done = self.run_program(GREYRULES, "convert-policyd-weight", self.folder / "theirs")
        self.assertEqual(done.stdout, "weight = yes\nreject-level = 3\nhelo_score = 1 -2\n")
        self.assertIn("theirs: line 3: ", done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_wrong_values_are_refused(self):
        for line in ("reject-level = x", "dnsbl = zone", "nameserver = example.org", "nameserver = 127.0.0.1:0",
                     "helo_score = 1 2 3", "reject-text = 550", "weight = perhaps", "weight-header = a b",
                     "dnsbl = z 1 0 N 127.0.0.[9..2]", "spam-pause = -1"):
            with self.subTest(line):
                answer = self.ask("127.0.0.1:1", config=line + "\n")
                self.assertEqual((answer.action, answer.status), ("DUNNO", 64), answer)
                self.assertIn(line.split(" ")[0].encode(), answer.stderr)


if __name__ == "__main__":
    unittest.main()
