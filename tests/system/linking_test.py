"""How the programs are linked: once one is loaded, nothing that says where calls go can be written any more."""

import re
import subprocess
import unittest

from harness import GREYONCE, GREYREPORT, GREYRULES, GREYSTATE, Case

TARGETS_OF_CALLS = {".got", ".got.plt", ".init_array", ".fini_array", ".data.rel.ro"}


def told_by_readelf(program, what):
    return subprocess.run(["readelf", "-W", what, program], capture_output=True, text=True, check=True).stdout


def segments(program):
    """Each segment's (type, flags, sections)."""
    told = told_by_readelf(program, "-l")
    kinds = re.findall(r"^  (\w+) +0x\w+ 0x\w+ 0x\w+ 0x\w+ 0x\w+ ([RWE ]{3}) 0x", told, re.MULTILINE)
    sections = dict(re.findall(r"^   (\d\d) +(.*)$", told, re.MULTILINE))
    return [(kind, flags, set(sections.get(f"{number:02}", "").split())) for number, (kind, flags) in enumerate(kinds)]


class Linking(Case):
    def each(self):
        for program in GREYONCE, GREYRULES, GREYSTATE, GREYREPORT:
            with self.subTest(program=program.name):
                yield program

    def test_where_calls_go_is_read_only_after_the_start(self):
        for program in self.each():
            found = segments(program)
            sections = set().union(*(named for _, _, named in found))
            self.assertIn(".got", sections)
            protected, = [named for kind, _, named in found if kind == "GNU_RELRO"]
            self.assertEqual(TARGETS_OF_CALLS & sections - protected, set())

    def test_what_is_written_later_is_not(self):
        for program in self.each():
            protected, = [named for kind, _, named in segments(program) if kind == "GNU_RELRO"]
            self.assertEqual(protected & {".data", ".bss", ".data_of_requests", ".bss_of_requests"}, set())

    def test_no_memory_can_be_both_written_and_run(self):
        for program in self.each():
            for kind, flags, _ in segments(program):
                self.assertFalse("W" in flags and "E" in flags, kind)

    def test_a_program_that_is_linked_dynamically_binds_at_once(self):
        for program in self.each():
            dynamic = told_by_readelf(program, "-d")
            if "There is no dynamic section" not in dynamic:
                self.assertRegex(dynamic, r"FLAGS_1.*\bNOW\b")

    def test_each_program_names_the_libraries_that_are_in_it_and_no_others(self):
        # Of each library something that is called, and its file.
        libraries = {"c-ares": ("ares_init_options", "libcares"), "hiredis": ("redisReaderFeed", "libhiredis"),
                     "libidn2": ("idn2_lookup_u8", "libidn2"),
                     "libmd": ("SHA1Init", "libmd"), "libpsl": ("psl_is_public_suffix", "libpsl"),
                     "libsodium": ("crypto_shorthash", "libsodium"), "libunistring": ("u8_check", "libunistring"),
                     "PCRE2": ("pcre2_match_8", "libpcre2-8"), "tinycdb": ("cdb_unpack", "libcdb")}
        for program in self.each():
            needed = re.findall(r"NEEDED.*\[(\S+?)\.so", told_by_readelf(program, "-d"))
            defined = subprocess.run(["nm", "--defined-only", "--format=just-symbols", f"{program}.debug"], capture_output=True,
                                     text=True, check=True).stdout.split()
            told = self.told_version(program)
            self.assertEqual({name for name in libraries if f"{name} " in told},
                             {name for name, (function, file) in libraries.items() if file in needed or function in defined})
            self.assertRegex(told, r"\nwith (Boost [0-9.]+), .*glibc [0-9.]+\n$")

    def told_version(self, program):
        return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    unittest.main()
