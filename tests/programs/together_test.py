"""Sources that are compiled as one: all of them, none twice, and no two that give a name of their own to two things."""

import re
import subprocess
import sys

from harness import TOP, Case

OWN = "namespace here {{\nnamespace {{\n{} own_{} = 3;\n}} // namespace\n}} // namespace here\n"


class Together(Case):
    def source(self, name, text):
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def groups(self, *sources):
        """What is printed, and what each of the files includes."""
        done = subprocess.run([sys.executable, TOP / "tests/together.py", self.folder / "together", *sources],
                              capture_output=True, text=True, check=True)
        files = [self.folder / "together" / f"{number}.cpp" for number in range(done.stdout.count("\n"))]
        self.assertEqual(done.stdout.splitlines(), list(map(str, files)))
        return [re.findall(r'^#include "(.*)"$', file.read_text(), re.MULTILINE) for file in files]

    def test_each_source_stands_in_one_file_and_a_dozen_in_each(self):
        sources = [self.source(f"s{number}.cpp", OWN.format("int", number)) for number in range(30)]
        made = self.groups(*sources)
        self.assertEqual([source for group in made for source in group], sources)
        self.assertEqual([len(group) for group in made], [12, 12, 6])

    def test_a_name_that_two_have_keeps_them_apart(self):
        first, second = (self.source(name, OWN.format(kind, "thing")) for name, kind in (("a.cpp", "int"), ("b.cpp", "const long")))
        other = self.source("c.cpp", OWN.format("int", "other"))
        self.assertEqual(self.groups(first, second, other), [[first, other], [second]])

    def test_a_value_on_the_next_line_and_a_function_are_names_and_a_test_is_none(self):
        text = "namespace {{\n{}\n}} // namespace\n"
        value = self.source("value.cpp", text.format("const char* same =\n    0;"))
        function = self.source("function.cpp", text.format("int same(int number) {\n    return number;\n}"))
        tests = [self.source(f"t{number}.cpp", text.format(f"TEST(A, B{number}) {{\n    EXPECT_TRUE(true);\n}}")) for number in (1, 2)]
        self.assertEqual(self.groups(value, function, *tests), [[value, *tests], [function]])

    def test_a_directive_keeps_a_source_alone(self):
        plain = [self.source(name, OWN.format("int", name[0])) for name in ("a.cpp", "c.cpp")]
        for text in "#pragma weak pcre2_match_8\n", "#include <string>\n# define WIDTH 8\n", "#undef errno\n":
            told = self.source("b.cpp", text + OWN.format("int", "b"))
            self.assertEqual(self.groups(plain[0], told, plain[1]), [plain, [told]])

    def test_what_is_there_already_is_not_written_again(self):
        sources = [self.source(f"s{number}.cpp", OWN.format("int", number)) for number in range(13)]
        self.groups(*sources)
        written = [(self.folder / f"together/{number}.cpp").stat().st_mtime_ns for number in (0, 1)]
        self.groups(*sources[:12], self.source("another.cpp", ""))
        first, second = ((self.folder / f"together/{number}.cpp").stat().st_mtime_ns for number in (0, 1))
        self.assertEqual(first, written[0])
        self.assertGreater(second, written[1])
