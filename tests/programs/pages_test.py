"""The manual pages and the programs speak of the same options and of the same kinds of records."""

import re
import subprocess
import unittest

from harness import GREYONCE, GREYREPORT, GREYRULES, GREYSTATE, TOP, Case

SRC = TOP / "src"


def help_of(program):
    return subprocess.run([program, "--help"], capture_output=True, check=True, text=True).stdout


def options_in(text):
    return set(re.findall(r"(?<![\w-])--([a-z][\w-]*)", text))


def macros(page):
    return (SRC / page).read_text().splitlines()


def flags(page, only_items=False):
    """What a page sets as a long option; `-name` stands for any."""
    lines = [line for line in macros(page) if line.startswith(".It " if only_items else ".")]
    return {name for line in lines for name in re.findall(r"\bFl -([a-z][\w-]*)", line)} - {"name"}


class Options(Case):
    def test_greyonce_and_its_pages(self):
        told = options_in(help_of(GREYONCE))
        self.assertGreater(len(told), 50)
        weight = (SRC / "weight/greyonce-weight.5").read_text()
        explained = flags("greyonce.8", only_items=True)
        self.assertEqual({name for name in told - explained if not re.search(rf"(?<![\w-]){name}(?![\w-])", weight)}, set())
        named = flags("greyonce.8") | flags("greyonce.conf.5") | flags("weight/greyonce-weight.5")
        self.assertEqual(named - told, set())

    def test_the_weight_s_page_names_options_only(self):
        rows = [line for line in macros("weight/greyonce-weight.5") if line.startswith(".It Cm ")]
        named = {name for line in rows
                 for name in re.findall(r"(?:^\.It Cm |, )([a-z][\w-]*)", line.split(" =")[0])}
        self.assertGreater(len(named), 20)
        self.assertEqual(named - options_in(help_of(GREYONCE)), set())

    def test_greyrules_and_its_page(self):
        self.assertEqual(flags("greyrules.8"), options_in(help_of(GREYRULES)))

    def test_greystate_and_its_page(self):
        self.assertEqual(flags("greystate.8"), options_in(help_of(GREYSTATE)))

    def test_greyreport_and_its_page(self):
        self.assertEqual(flags("greyreport.8") - {"dry-run"}, options_in(help_of(GREYREPORT)))

    def test_greyonce_setup_and_its_page(self):
        setup = SRC / "package/greyonce-setup"
        told = subprocess.run(["sh", setup, "--help"], capture_output=True, check=True, text=True)
        self.assertEqual((told.stderr, flags("package/greyonce-setup.8")), ("", options_in(told.stdout)))
        for words in [], ["exim4"], ["exim4", "shut"], ["exim4", "add", "--walk"]:
            done = subprocess.run(["sh", setup, *words], capture_output=True, check=False, text=True)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (64, "", told.stdout), words)

    def test_each_command_s_help_has_its_own_options_and_no_others(self):
        selectors = {"client", "network", "sender", "recipient", "kind"}
        own = {GREYSTATE: {"list": selectors | {"format"}, "find": selectors | {"format"}, "stats": {"format"}, "check": set(),
                           "expire": set(), "forget": selectors, "allow": {"client", "sender", "recipient"},
                           "export": {"to"}, "import": {"from", "input", "outgoing"}},
               GREYRULES: {"compile": {"output", "check", "strict", "whitelist-clients", "whitelist-recipients"},
                           "match": set(), "list": set(), "check-dns": {"config", "nameserver"},
                           "convert-policyd-weight": set()}}
        for program, commands in own.items():
            for command, options in commands.items():
                done = subprocess.run([program, command, "--help"], capture_output=True, check=True, text=True)
                usage, _, described = done.stdout.partition("\n")
                self.assertTrue(usage.startswith(f"usage: {program.name} {command}"), usage)
                self.assertEqual(options_in(described), options | ({"config", "state-password-file"} if program == GREYSTATE else set()), command)
                self.assertEqual(options_in(usage) - options_in(described), set())
                every = set().union(*commands.values())
                for option in every - options_in(described):
                    done = subprocess.run([program, command, f"--{option}=1"], capture_output=True, check=False, text=True)
                    self.assertEqual((done.returncode, done.stdout), (64, ""), done)
                    self.assertIn(f"{program.name}: {command} has no option --{option}\n", done.stderr)

    def test_help_and_version_are_printed_and_no_misuse(self):
        for program in GREYONCE, GREYRULES, GREYSTATE, GREYREPORT:
            for option, first in ("--help", "usage: "), ("--version", f"{program.name} "):
                done = subprocess.run([program, option], capture_output=True, check=False, text=True)
                self.assertEqual((done.returncode, done.stderr, done.stdout[:len(first)]), (0, "", first))


class Kinds(Case):
    def kinds(self):
        """As the program itself has them, told where another word was given."""
        done = subprocess.run([GREYSTATE, "find", "--kind", "?"], capture_output=True, check=False, text=True)
        return re.findall(r"\w+", re.search(r"expected (.*)", done.stderr)[1].replace(" or ", " "))

    def test_usage_and_page_have_all_of_them(self):
        kinds = self.kinds()
        self.assertEqual(len(kinds), 6)
        self.assertIn(f"--kind {'|'.join(kinds)}\n", help_of(GREYSTATE))
        self.assertIn(f".It Fl -kind Cm {' | '.join(kinds)}", macros("greystate.8"))

    def test_each_of_them_can_be_asked_for_and_imported(self):
        state = self.folder / "state"
        page = (SRC / "store/greyonce-state.5").read_text()
        for kind, record in (("triplet", "T 1700000000 1700000301 000001 192.0.2.0 a@b.example c@d.example"),
                             ("client", "C 000005 1700000301 192.0.2.1"), ("instance", "I 1700000301 ab12.5f.0"),
                             ("weight", "W 1700000000 1700000301 000060 1700000000 1702592301 -0000061000 ham 192.0.2.1 b.example"),
                             ("pair", "P 1700000000 1700090000 000002 outlook.com b.example"),
                             ("correspondent", "S 1700000000 1700090000 000002 b.example c@d.example")):
            with self.subTest(kind):
                self.assertIn(kind, self.kinds())
                self.assertTrue(re.search(rf"(?m)^{record[0]} [A-Z ]+$", page), record)
                subprocess.run([GREYSTATE, "import", state, "--from", "greyonce"], input=record.encode(), check=True,
                               capture_output=True)
                found = subprocess.run([GREYSTATE, "find", state, "--kind", kind], check=True, capture_output=True, text=True)
                self.assertRegex(found.stdout, rf"^{kind} .*\n$")
        done = subprocess.run([GREYSTATE, "import", state, "--from", "greyonce"], input="X 1 2\n", check=False,
                              capture_output=True, text=True)
        letters = re.search(r"expected (.*), then", done.stderr)[1]
        self.assertEqual(letters, "T, C, I, W, P or S")


if __name__ == "__main__":
    unittest.main()
