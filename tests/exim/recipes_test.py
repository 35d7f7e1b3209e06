"""Other people's ACLs: the two shapes in which Exim's users have long asked Postfix policy servers."""

import time
import unittest

import harness
from exim.daemon import CONFIGURATION, USER, EximCase, running
from servers import starters

# One variable holds the request and then the answer; the first word decides, the rest is the reply or the header. The
# request goes on over several lines, so that blanks stand before the names; newlines of the answer are replaced by nothing.
ONE_VARIABLE = r"""
  defer
    log_message = asked to wait
    set acl_m1  = request=smtpd_access_policy\nprotocol_state=RCPT\n  \
                  helo_name=$sender_helo_name\n  \
                  client_name=$sender_host_name\n     \
                  client_address=$sender_host_address\n \
                  recipient=$local_part@$domain\n \
                  sender=$sender_address\n\n
    set acl_m1  = ${sg{${readsocket{UNIX}{$acl_m1}{5s}{}{action=DUNNO}}}{\Naction=\N}{}}
    message     = ${sg{$acl_m1}{\N^\w+\s*\N}{}}
    condition   = ${if eqi{${length_5:$acl_m1}}{DEFER}}
  warn
    condition   = ${if eqi{${length_7:$acl_m1}}{PREPEND}}
    message     = ${sg{$acl_m1}{\N^\w+\s*\N}{}}
"""

# The whole answer in a variable, the action taken out by ${extract}, and a statement for each that is expected.
EXTRACTED = r"""
  warn
    set acl_m1 = ${readsocket{inet:TCP}{request=smtpd_access_policy\n\
                 protocol_state=RCPT\n\
                 queue_id=$message_exim_id\n\
                 instance=$sender_host_address.$sender_address.$sender_helo_name\n\
                 helo_name=$sender_helo_name\n\
                 client_name=$sender_host_name\n\
                 client_address=$sender_host_address\n\
                 recipient=$local_part@$domain\n\
                 sender=$sender_address\n\n}{20s}{\n}{no answer}}
  defer
    condition  = ${if eq{$acl_m1}{no answer}}
    message    = the filter is away
  warn
    set acl_m2 = ${extract{action}{$acl_m1}}
    set acl_m3 = ${sg{$acl_m1}{\N^action=\S+ (.*)\n\n$\N}{\$1}}
  warn
    condition  = ${if eq{$acl_m2}{PREPEND}}
    message    = $acl_m3
  deny
    condition  = ${if eq{$acl_m2}{550}}
    message    = refused: $acl_m3
  defer
    condition  = ${if eq{$acl_m2}{450}}
    message    = wait: $acl_m3
"""

NO_PIECES = "greyonce_rcpt:\n  accept\n\ngreyonce_data:\n  accept\n"


class RecipesTest(EximCase):
    """By a server that starts the filter for each request."""

    server = staticmethod(starters.inetd)

    def start_recipe(self, recipe):
        path, (host, port) = self.server(self, USER, [self.program, "--config", self.configuration])
        acl = recipe.replace("UNIX", str(path)).replace("TCP", f"{host}:{port}")
        self.run_exim(CONFIGURATION.format(folder=self.folder, port=self.port, macros="", settings="", before=acl,
                                           pieces=NO_PIECES))

    def stop_server(self):
        self.servers[0].stop()
        harness.wait_until(lambda: not running(self.program), "whoever serves still")

    def assert_deferred_then_delivered_with_the_header(self, *reply):
        smtp = self.smtp()
        first = smtp.message("alice@example.net", "bob@example.org")
        self.assertEqual((first.code, first.lines), (451, list(reply)))
        time.sleep(2.1)
        self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 250)
        self.assertRegex(self.delivered(), r"(?m)^X-Greylist: delayed \d+ seconds by greyonce")

    def test_one_variable_over_a_unix_socket(self):
        self.configure(delay="2s")
        self.start_recipe(ONE_VARIABLE)
        self.assert_deferred_then_delivered_with_the_header("Greylisted, please try again later", "")
        self.stop_server()
        self.assertEqual(self.smtp().message("carol@example.net", "bob@example.org").code, 250)

    def test_extracted_over_tcp(self):
        self.configure(delay="2s", greylist_action="450")
        self.rules("sender mallory@example.net 550 5.7.1 not you")
        self.start_recipe(EXTRACTED)
        self.assert_deferred_then_delivered_with_the_header("wait: Greylisted, please try again later")
        refused = self.smtp().message("mallory@example.net", "bob@example.org")
        self.assertEqual((refused.code, refused.text), (550, "refused: 5.7.1 not you"))
        self.stop_server()
        away = self.smtp().message("carol@example.net", "bob@example.org")
        self.assertEqual((away.code, away.text), (451, "the filter is away"))


class RecipesOfOneProcess(RecipesTest):
    """By a filter that serves the listening socket."""

    server = staticmethod(starters.inetd_wait)


if __name__ == "__main__":
    unittest.main()
