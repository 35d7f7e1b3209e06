"""The weight from end to end: its memory, its levels, its lists, and nameservers that misbehave."""

import re
import subprocess
import time
import unittest

from weight import dns_server
from weight.dns_server import Nameserver
from harness import GREYONCE, GREYRULES, GREYSTATE, Case, ask, block, request

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

    def test_bounces_and_mail_to_postmaster_are_not_weighed_but_wait(self):
        nameserver = self.serve(LISTED)
        for mail in {"sender": ""}, {"recipient": "postmaster@example.org"}:
            self.assertEqual(self.action(nameserver, **mail), GREYLISTED)
            answer = self.ask(nameserver, later=301, **mail)
            self.assertTrue(answer.action.startswith("PREPEND X-Greylist: "), answer)
        self.assertEqual(nameserver.asked, [])
        self.assertIn("too many DNSBLs", self.action(nameserver))

    def test_without_weight_no_nameserver_is_asked(self):
        nameserver = self.serve(LISTED)
        (self.folder / "config").write_text(f"nameserver = {nameserver.name}\n")
        answer = ask(request(), "--config", self.folder / "config", "--state", self.folder / "state", "--log", "none")
        self.assertEqual(answer.action, GREYLISTED)
        self.assertEqual(nameserver.asked, [])

    def test_a_rate_at_the_greylist_level_waits(self):
        nameserver = self.serve(HAM)
        self.assertEqual(self.action(nameserver, config="greylist-level = -6.1\nham-memory = 0\n"), GREYLISTED)
        self.assertEqual(self.action(nameserver, config="greylist-level = -6\nham-memory = 0\n"), HAM_HEADER)

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
        self.assertEqual(len(nameserver.asked), 3)

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

    def test_without_a_greylist_nothing_is_remembered(self):
        nameserver = self.serve(LISTED)
        for _ in range(2):
            nameserver.asked.clear()
            answer = self.ask(nameserver, "--no-greylist", instance="one")
            self.assertEqual(answer.action, "550 Your MTA is listed in too many DNSBLs")
            self.assertEqual(answer.status, 0)
            self.assertGreaterEqual(nameserver.questions(), 3)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["config"])

    def test_what_the_state_mended_is_told_where_the_weight_decides(self):
        nameserver = self.serve(LISTED)
        self.action(nameserver)
        state = self.folder / "state"
        state.write_bytes(state.read_bytes().replace(b" spam ", b" spXm "))
        answer = self.ask(nameserver)
        self.assertIn(b"too many DNSBLs", answer.output)
        self.assertRegex(answer.stderr.decode(), "(?m)^greyonce: warning: .*damaged")

    def test_a_verdict_of_an_unknown_kind_is_none(self):
        nameserver = self.serve(LISTED)
        first = self.action(nameserver, instance="one", config="spam-memory = 0\n")
        exported = subprocess.run([GREYSTATE, "export", self.folder / "state"], capture_output=True, text=True, timeout=20,
                                  check=True).stdout
        changed = "".join(re.sub(" 000004 (?=.* message )", " 000009 ", line) for line in exported.splitlines(keepends=True))
        self.assertNotEqual(changed, exported)
        (self.folder / "state").unlink()
        subprocess.run([GREYSTATE, "import", self.folder / "state", "--from", "greyonce"], input=changed, text=True, timeout=20, check=True,
                       stdout=subprocess.DEVNULL)
        self.assertEqual(self.action(nameserver, instance="one", config="spam-memory = 0\n"), first)

    def test_with_privacy_nothing_readable_is_kept(self):
        self.action(self.serve(HAM), "--privacy")
        state = (self.folder / "state").read_bytes()
        self.assertNotIn(b"192.0.2.1", state)
        self.assertNotIn(b"example.net", state)


class Misbehaving(Weighing):
    def test_a_silent_nameserver_leaves_the_mail_to_the_greylist(self):
        silent = self.serve({name: {"*": dns_server.SILENT} for name in ("*.org", "*.net", "*.arpa")})
        start = time.monotonic()
        for recipient in "bob@example.org", "carol@example.org":
            answer = self.ask(silent, recipient=recipient, instance="one")
            self.assertEqual((answer.action, answer.status), (GREYLISTED, 0), answer)
        self.assertLess(time.monotonic() - start, 4)  # the second is answered by what is remembered of the first
        answer = self.ask("127.0.0.1:1", later=301, instance="one")
        self.assertTrue(answer.action.startswith("PREPEND X-Greylist: "), answer)

    def test_no_nameserver_at_all_leaves_the_mail_to_the_greylist(self):
        answer = self.ask("127.0.0.1:1")
        self.assertEqual((answer.action, answer.status), (GREYLISTED, 0), answer)
        self.assertIn(b"warning: no weight: passed - too many local DNS-errors in bl.spamcop.net lookups\n", answer.stderr)
        once = self.ask("127.0.0.1:1", "--no-greylist")
        self.assertTrue(once.action.startswith("PREPEND X-policyd-weight: passed - too many local DNS-errors"), once)

    def test_a_late_request_and_silent_nameservers_end_in_a_mail_that_waits(self):
        silent = self.serve({name: {"*": dns_server.SILENT} for name in ("*.org", "*.net", "*.arpa")})
        (self.folder / "config").write_text(f"weight = yes\nnameserver = {silent.name}\n")
        command = [GREYONCE, "--config", self.folder / "config", "--state", self.folder / "state", "--log", "stderr"]
        for late, retry in (1.5, "new"), (3, "early-retry"):
            with self.subTest(late), subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                      stderr=subprocess.PIPE) as filter_:
                time.sleep(late)
                output, log = filter_.communicate(block(request(instance=f"late.{late}")), timeout=20)
                self.assertEqual(output.decode(), f"action={GREYLISTED}\n\n")
                self.assertEqual(filter_.returncode, 0)
                self.assertIn(f"reason={retry}".encode(), log)

    def test_names_of_the_clients_choice_have_a_second_and_lists_three(self):
        table = {"*.example.net": {"*": dns_server.SILENT}, "example.net": {"*": dns_server.SILENT}, "*.arpa": {"*": dns_server.SILENT}}
        answer = self.ask(self.serve(table), client_name="unknown")
        milliseconds = int(re.search(r"dns: (\d+) ms", answer.stderr.decode())[1])
        self.assertTrue(1000 <= milliseconds < 2500, milliseconds)
        self.assertIn(b" BOGUS_MX=2.1 CL_IP_NE_HELO=1.5 ", answer.stderr)
        slow = self.serve({"*.bl.spamcop.net": {"*": dns_server.SILENT}} | HAM)
        began = time.monotonic()  # the three seconds count from the filter's start, whenever it comes to its questions
        answer = self.ask(slow, client_address="192.0.2.2")
        self.assertGreaterEqual(time.monotonic() - began, 2.9)
        self.assertGreaterEqual(int(re.search(r"dns: (\d+) ms", answer.stderr.decode())[1]), 2000)

    def test_whoever_breaks_its_own_names_gains_nothing_by_it(self):
        listed = {"1.2.0.192.sbl-xbl.spamhaus.org": {"A": ["127.0.0.4"]}}
        honest = self.ask(self.serve(listed), client_name="unknown", config="spam-memory = 0\ngreylist-level = 1\n")
        self.assertTrue(honest.action.startswith("550 "), honest)
        for how in (dns_server.SERVFAIL, dns_server.REFUSED, dns_server.SILENT, dns_server.GARBAGE, dns_server.FORGED,
                    dns_server.STRANGE_ID, dns_server.LOOP, dns_server.DOUBLED, dns_server.LATE):
            broken = {name: {"*": how} for name in ("example.net", "*.example.net", "*.in-addr.arpa")}
            with self.subTest(how):
                answer = self.ask(self.serve(listed | broken), client_name="unknown",
                                  config="spam-memory = 0\ngreylist-level = 1\n")
                self.assertEqual(answer.action, honest.action)

    def test_a_mail_asks_no_more_than_sixty_questions_for_names_of_the_clients_choice(self):
        names = "b.c.d.e.f.g.h.i.example.com", "q.r.s.t.u.v.w.x.example.net"
        parents = {name.split(".", i)[i] for name in names for i in range(8)}
        table = {parent: {"MX": [f"h{i}.{parent}.victim.example" for i in range(100)]} for parent in parents}
        nameserver = self.serve(table)
        answer = self.ask(nameserver, sender=f"a@{names[0]}", helo_name=names[1], client_name="unknown")
        self.assertRegex(answer.action, "^[45]50 Mail appeared to be SPAM")
        nameserver.questions()
        asked = set(nameserver.asked)
        self.assertLessEqual(len(asked), 60 + 4)  # and three lists of clients, one of domains
        self.assertGreater(len(asked), 50)

    def test_servfail_is_an_error_and_no_miss(self):
        action = self.action(self.serve(HAM | {"*.bl.spamcop.net": {"*": dns_server.SERVFAIL}}))
        self.assertIn(" SPAMCOP=ERR(-1.5)", action)

    def test_answers_to_other_questions_and_of_other_ids_do_not_count(self):
        for lie in dns_server.FORGED, dns_server.STRANGE_ID:
            with self.subTest(lie):
                action = self.action(self.serve(HAM | {"*.bl.spamcop.net": {"*": lie}}), config="greylist-level = 1\nham-memory = 0\n")
                self.assertIn(" SPAMCOP=ERR(-1.5)", action)

    def test_a_nameserver_that_sends_what_is_no_answer_lets_nobody_pass(self):
        """To c-ares 1.18 that question has failed, to 1.34 all that are on their way to that server."""
        nameserver = self.serve(HAM | {"*.bl.spamcop.net": {"*": dns_server.GARBAGE}})
        action = self.action(nameserver, config="greylist-level = 1\nham-memory = 0\n")
        self.assertRegex(action, r" SPAMCOP=ERR\(-1.5\)|^DEFER_IF_PERMIT Greylisted")

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

    def test_ten_mx_hosts_of_a_name_are_asked(self):
        hosts = [f"mx{i}.example.net" for i in range(100)]
        nameserver = self.serve({"example.net": {"MX": hosts}, "mx9.example.net": {"A": ["192.0.2.1"]}})
        self.assertEqual(self.action(nameserver), HAM_HEADER)
        nameserver.questions()
        self.assertEqual({name for name, _ in nameserver.asked if name.startswith("mx")}, {f"mx{i}.example.net" for i in range(10)})

    def test_ids_differ_where_nothing_random_can_be_opened(self):
        """As in a chroot. As root: a /dev of its own."""
        nameserver = self.serve({name: {"*": dns_server.SILENT} for name in ("*.org", "*.net", "*.arpa")})
        (self.folder / "config").write_text(f"weight = yes\nnameserver = {nameserver.name}\ndeadline = 1\n")
        script = 'mount -t tmpfs none /dev && touch /dev/null && exec "$@"'
        for number in range(2):
            done = subprocess.run(
                ["unshare", "--mount", "sh", "-c", script, "sh", GREYONCE, "--config", self.folder / "config", "--no-greylist",
                 "--log", "none", f"client_address=192.0.2.{number}", "client_name=unknown", f"helo_name=x{number}.example.net",
                 f"sender=a@y{number}.example.net", "recipient=bob@example.org"],
                capture_output=True, check=True, timeout=20)
            self.assertTrue(done.stdout.startswith(b"action=PREPEND "), done)
        nameserver.questions()
        ids = {head[:2] for head in nameserver.heads}
        questions = len(set(nameserver.asked))
        self.assertGreater(questions, 10)
        self.assertGreater(len(ids), questions * 0.9)

    def test_each_wave_takes_as_long_as_its_slowest_answer(self):
        nameserver = self.serve(HAM, delay=0.05)
        self.assertEqual(self.action(nameserver), HAM_HEADER)
        gaps = [later - earlier for earlier, later in zip(nameserver.waves, nameserver.waves[1:])]
        self.assertLessEqual(1 + sum(gap > 0.03 for gap in gaps), 4)

    def test_no_question_asks_for_edns(self):
        """With it c-ares 1.18 sends from freed memory where an answer is doubled."""
        nameserver = self.serve(HAM | {"example.net": {"MX": (dns_server.TRUNCATED, ["mx.example.net"])}})
        self.assertEqual(self.action(nameserver), HAM_HEADER)
        self.assertEqual({head[10:] for head in nameserver.heads}, {b"\0\0"})

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
        good["2.0.0.127.both.example"] = good["2.0.0.0.0.0.f.7.f.f.f.f." + "0." * 20 + "both.example"] = {"A": ["127.0.0.2"]}
        lists = ("good", "both", "dead", "all", "refusing", "silent")
        table = good | {"*.all.example": {"A": ["127.0.0.2"]}, "*.refusing.example": {"A": ["127.255.255.254"]},
                        "*.silent.example": {"*": dns_server.REFUSED}, "test.names.example": {"A": ["127.0.0.4"]}}
        config = "".join(f"dnsbl = {name}.example 1 0 {name}\n" for name in lists) + "rhsbl = names.example 1 0 NAMES\n"
        (self.folder / "config").write_text(config)
        nameserver = self.serve(table)
        done = self.run_program(GREYRULES, "check-dns", "--config", self.folder / "config", "--nameserver", nameserver.name)
        self.assertEqual(done.stdout, """\
good.example: ok, IPv4 only
both.example: ok, IPv4 and IPv6
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
