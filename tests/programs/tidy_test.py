"""make lint reads several sources as one: what clang-tidy finds in each alone, it finds so as well."""

import subprocess
import sys

from harness import TOP, Case

CLEAN = '#include "shared.hpp"\n' \
        "namespace {{\nint {name}(int number) {{\n    return number + {by};\n}}\n}} // namespace\n" \
        "int twice_{by}(int number) {{\n    return {name}({name}(number));\n}}\n"
# What each of these ends with.
FAULTS = {
    "readability-else-after-return": "int choice_{n}(int number) {{\n    if (number == 0) {{\n        return 2;\n    }} else {{\n"
                                     "        return 3;\n    }}\n}}\n",
    "modernize-use-using": "typedef int Number{n};\n",
    "bugprone-sizeof-expression": "unsigned long size_{n}() {{\n    return sizeof(sizeof({n}));\n}}\n",
    # Used, but only in what is read with it.
    "misc-unused-using-decls": '#include "shared.hpp"\nusing shared::used;\n',
}


class Tidy(Case):
    def setUp(self):
        super().setUp()
        (self.folder / ".clang-tidy").write_text((TOP / ".clang-tidy").read_text().replace("(src|tests)/.*", ".*"))
        (self.folder / "shared.hpp").write_text("#pragma once\nnamespace shared {\nint used(int number);\n}\n"
                                                "int twice_3(int number);\nint twice_5(int number);\n")

    def source(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def read(self, *names):
        return subprocess.run([sys.executable, TOP / "tests/tidy.py", *names, "--", "-std=c++20"], cwd=self.folder,
                              capture_output=True, text=True, check=False, timeout=100)

    def test_sources_without_a_fault_pass_and_nothing_is_left(self):
        names = [self.source(f"clean{by}.cpp", CLEAN.format(name="added", by=by)) for by in (3, 5)]
        done = self.read(*names)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual({file.name for file in self.folder.iterdir()}, {".clang-tidy", "shared.hpp", *names})

    def test_each_fault_is_told_with_its_source(self):
        names = [self.source(f"fault{n}.cpp", CLEAN.format(name=f"added{n}", by=n + 3) + fault.format(n=n))
                 for n, fault in enumerate(FAULTS.values())]
        names.append(self.source("user.cpp", '#include "shared.hpp"\nint user() {\n    return shared::used(2);\n}\n'))
        done = self.read(*names)
        self.assertEqual(done.returncode, 1)
        for name, check in zip(names, FAULTS, strict=False):
            told = [line for line in done.stdout.splitlines() if name in line and "error:" in line]
            self.assertTrue(any(check in line for line in told), (name, check, done.stdout))

    def test_sources_that_do_not_compile_together_are_read_alone(self):
        # A name of its own in one, a public one of the same namespace in the other.
        public = "#pragma once\nnamespace words {\ninline constexpr int most = 3;\n}\n"
        (self.folder / "public.hpp").write_text(public)
        names = [self.source("public.cpp", '#include "public.hpp"\nint public_one() {\n    return words::most;\n}\n'),
                 self.source("own.cpp", "namespace words {\nnamespace {\nconstexpr int most = 4;\n} // namespace\n"
                                        "int own() {\n    return most;\n}\n} // namespace words\ntypedef int Old;\n")]
        done = self.read(*names)
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("ambiguous", done.stdout)
        self.assertIn("modernize-use-using", done.stdout)

    def test_what_does_not_compile_at_all_is_a_failure(self):
        done = self.read(self.source("broken.cpp", "int broken( {\n"), self.source("clean.cpp", CLEAN.format(name="one", by=3)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("broken.cpp:1", done.stdout)

    def test_where_clang_tidy_is_missing_nothing_passes(self):
        done = subprocess.run([sys.executable, TOP / "tests/tidy.py", self.source("a.cpp", "int a;\n"), "--"], cwd=self.folder,
                              capture_output=True, text=True, check=False, timeout=100, env={"PATH": ""})
        self.assertNotEqual(done.returncode, 0)
