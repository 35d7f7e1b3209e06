"""Whoever makes up mails, as many as he likes and of any kind: strangers still wait, and who is known still passes."""

import unittest

import harness
from store.faults_test import greystate, passes, waits

NOW = 1_700_000_000
DELAY = 301
ROOM = "2M"  # of which 1 MiB are the roots
BATCH = 200


def mail(client, sender, recipient="bob@example.org", at=NOW):
    return harness.request(client_address=client, client_name="unknown", sender=sender, recipient=recipient,
                           instance=f"{sender}{at}", policy_test_time=at)


class Flood(harness.Case):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.warnings = []

    def ask(self, questions, *options):
        done = harness.ask(b"".join(map(harness.block, questions)), "--state", self.state, "--config", "/dev/null", "--log",
                           "stderr", "--clock", "request", "--until-eof", "--max-state-size", ROOM, *options, timeout=120)
        self.warnings += [line for line in done.stderr.decode().splitlines() if "the state is full" in line]
        self.assertNotIn(b"going on without", done.stderr)
        answers = [answer.removeprefix("action=") for answer in done.output.decode().split("\n\n")[:-1]]
        self.assertEqual(len(answers), len(questions))
        return answers

    def flood(self, shape, attempts, count=6000):
        """`count` mails in batches, each mail tried so often; every first attempt has to wait."""
        at = NOW
        for start in range(0, count, BATCH):
            for attempt in range(attempts):
                answers = self.ask([mail(*shape(i), at=at + attempt * DELAY) for i in range(start, start + BATCH)])
                if attempt == 0:
                    self.assertEqual({waits(answer) or answer == "DUNNO" and self.may_be_known for answer in answers}, {True})
            at += 5
        return at + attempts * DELAY

    may_be_known = False

    def holds(self, shape, attempts, count=6000):
        known = [f"T {NOW - 90000} {NOW - 4000} 000009 198.51.100.0 friend{i}@example.net bob@example.org" for i in range(300)]
        clients = [f"C 000012 {NOW - 4000} 203.0.113.{i}" for i in range(100)]
        greystate("import", self.state, "--from", "greyonce", input="\n".join([*known, *clients, ""]).encode())
        at = self.flood(shape, attempts, count)
        self.assertLessEqual(self.state.stat().st_size, 2 << 20)

        strangers = [mail(f"192.0.{i}.1", f"alice@example{i}.net", at=at) for i in range(200)]
        self.assertTrue(all(map(waits, self.ask(strangers))))
        again = [question | {"policy_test_time": at + DELAY, "instance": f"s{i}"} for i, question in enumerate(strangers)]
        self.assertTrue(all(map(passes, self.ask(again))))
        self.assertTrue(all(map(passes, self.ask([mail("198.51.100.1", f"friend{i}@example.net", at=at) for i in range(300)]))))
        self.assertTrue(all(map(passes, self.ask([mail(f"203.0.113.{i}", f"x{i}@example.com", at=at) for i in range(100)]))))
        greystate("check", self.state, status=0)
        return at

    def test_mails_that_are_never_tried_again(self):
        self.holds(lambda i: ("198.18.0.7", f"m{i}x@x.example"), 1, count=20000)

    def test_mails_that_pass_once(self):
        self.holds(lambda i: ("198.18.0.7", f"m{i}x{'%' * 490}@x.example", f"bob+{'%' * 100}{'p' * 100}@here.example"), 2)

    def test_mails_that_pass_twice(self):
        self.holds(lambda i: ("198.18.0.7", f"m{i}x@x.example", f"bob+{'p' * 300}@here.example"), 3, count=9000)

    def test_senders_from_all_of_an_ipv6_network(self):
        self.holds(lambda i: (f"2001:db8:0:{i:x}::1", f"m{i}x@x.example"), 2, count=9000)

    def test_addresses_of_one_ipv6_network_are_one_client(self):
        self.ask([mail(f"2001:db8::{i:x}", f"m{i}x@x.example", at=NOW + later) for later in (0, DELAY) for i in range(200)])
        clients = [line for line in greystate("export", self.state).stdout.decode().splitlines() if line.startswith("C ")]
        self.assertEqual([line.split()[-1] for line in clients], ["2001:db8::"])

    def test_it_is_told_once_an_hour_that_the_state_is_full(self):
        at = self.flood(lambda i: ("198.18.0.7", f"m{i}x@x.example"), 1, count=20000)
        self.assertEqual(len(self.warnings), 1, self.warnings[:3])
        one_by_one = [mail("198.18.0.8", f"n{i}y@x.example", at=at + i) for i in range(50)]
        for question in one_by_one:
            self.ask([question])
        self.assertEqual(len(self.warnings), 1)
        for hour in (1, 2, 3):
            self.ask([mail("198.18.0.9", f"n{i}x{hour}y@x.example", at=at + hour * 3700) for i in range(2000)])
        self.assertEqual(len(self.warnings), 4)


class Ipv6Clients(harness.Case):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    def decide(self, question, *options):
        return harness.ask(question, "--state", self.state, "--config", "/dev/null", "--log", "none", "--clock", "request",
                           *options).action

    def given(self, *lines):
        greystate("import", self.state, "--from", "greyonce", input="\n".join([*lines, ""]).encode())

    def records(self):
        return {line for line in greystate("export", self.state).stdout.decode().splitlines() if line.startswith("C ")}

    def test_a_whitelisted_network_is_whitelisted_whichever_address_comes(self):
        self.given(f"C 000005 {NOW - 9} 2001:db8::")
        self.assertEqual(self.decide(mail("2001:db8::77", "a@b.example")), "DUNNO")
        self.assertTrue(waits(self.decide(mail("2001:db8:0:1::77", "a@b.example"))))
        self.assertTrue(waits(self.decide(mail("2001:db8::77", "a@b.example"), "--lookup-by-host")))

    def test_a_record_of_an_address_still_counts_for_that_address(self):
        self.given(f"C 000005 {NOW - 5000} 2001:db8::77")
        self.assertEqual(self.decide(mail("2001:db8::77", "a@b.example")), "DUNNO")
        self.assertIn(f"C 000006 {NOW} 2001:db8::77", self.records())
        self.assertTrue(waits(self.decide(mail("2001:db8::78", "a@b.example"))))

    def test_a_count_that_began_under_an_address_goes_on_under_its_network(self):
        self.given(f"C 000004 {NOW - 5000} 2001:db8::77",
                   f"T {NOW - 301} {NOW - 301} 000000 2001:db8:: a@b.example bob@example.org")
        self.assertTrue(passes(self.decide(mail("2001:db8::77", "a@b.example"))))
        self.assertIn(f"C 000005 {NOW} 2001:db8::", self.records())
        self.assertEqual(self.decide(mail("2001:db8::1", "new@b.example")), "DUNNO")

    def test_find_and_forget_by_an_address_mean_its_network_too(self):
        self.given(f"C 000005 {NOW - 9} 2001:db8::", f"C 000005 {NOW - 9} 2001:db8::77", f"C 000005 {NOW - 9} 2001:db8::78")
        greystate("forget", self.state, "--client", "2001:db8::77", status=0)
        self.assertEqual({line.split()[-1] for line in self.records()}, {"2001:db8::78"})


class Dates(harness.Case):
    def test_what_is_imported_from_a_time_to_come_is_from_now(self):
        state = self.folder / "state"
        lines = ["C 000009 9999999999 192.0.2.1", "T 9999999990 9999999999 000003 192.0.2.0 a@b.example c@d.example",
                 "W 1700000000 9999999999 000060 1700000000 9999999999 +0000000000 ham 192.0.2.1 b.example"]
        greystate("import", state, "--from", "greyonce", input="\n".join([*lines, ""]).encode(), status=0)
        self.assertNotIn(b"9999999", greystate("export", state).stdout)
        self.assertEqual(len(greystate("export", state).stdout.splitlines()), 3)

    def test_expire_takes_what_a_clock_ahead_has_made_for_what_is_from_now(self):
        state = self.folder / "state"
        ahead = mail("192.0.2.1", "a@b.example", at=9_000_000_000)
        harness.ask(ahead, "--state", state, "--config", "/dev/null", "--log", "none", "--clock", "request")
        self.assertIn(b"T 9000000000 ", greystate("export", state).stdout)
        greystate("expire", state, status=0)
        exported = greystate("export", state).stdout
        self.assertNotIn(b"9000000000", exported)
        self.assertIn(b"a@b.example", exported)


class Readers(harness.Case):
    def test_a_state_that_every_user_may_read_is_warned_of_once_an_hour(self):
        state = self.folder / "state"

        def warned(at):
            answer = harness.ask(mail("192.0.2.1", "a@b.example", at=at), "--state", state, "--config", "/dev/null", "--log",
                                 "stderr", "--clock", "request")
            self.assertTrue(waits(answer.action))
            return b"chmod 600" in answer.stderr

        self.assertFalse(warned(NOW))
        state.chmod(0o644)
        self.assertEqual([warned(NOW + second) for second in (1, 2, 3, 100)], [True, False, False, False])
        self.assertFalse(state.chmod(0o600) or warned(NOW + 3))


if __name__ == "__main__":
    unittest.main()
