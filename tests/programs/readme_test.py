"""What the README tells a developer is so: its sample, its commands, its map. An administrator's part: tests/package.sh."""

import re
import subprocess
import unittest

from harness import GREYONCE, PROGRAMS, TOP, Case

README = (TOP / "README.md").read_text()
INDENTED = re.findall(r"(?m)^    (.*)$", README)


class Readme(Case):
    def run_here(self, command):
        done = subprocess.run(["sh", "-e", "-c", command.replace("build/try", f"{self.folder}/try").replace("build/", f"{PROGRAMS}/")],
                              cwd=TOP, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_the_sample_is_answered_as_it_says(self):
        first = next(number for number, line in enumerate(INDENTED) if line.startswith("$ printf"))
        question, answer = "\n".join(INDENTED[first:first + 2])[2:], INDENTED[first + 2]
        self.assertEqual(self.run_here(question), f"{answer}\n\n")

    def test_the_commands_for_the_work_between_run(self):
        commands = [line for line in INDENTED if line.startswith(("build/tests/unit", "PYTHONPATH"))]
        self.assertEqual(len(commands), 2)
        for command in commands:
            self.run_here(command)

    def test_each_make_that_it_names_is_one(self):
        makefile = (TOP / "Makefile").read_text()
        named = re.findall(r"(?m)(?:^    |`)make ((?:[a-z]+ ?)+)", README)
        self.assertGreater(len(named), 5)
        for target in " ".join(named).split():
            self.assertRegex(makefile, rf"(?m)^{target}( \w+)*:")

    def test_the_map_has_every_folder_and_no_other(self):
        listed = {folder for row in re.findall(r"(?m)^\| (`.*?) \|", README) for folder in re.findall(r"`([\w/]+)/`", row)}
        there = {str(file.parent.relative_to(TOP / "src")) for file in (TOP / "src").rglob("*") if file.is_file()}
        self.assertEqual(listed, there - {".", "package/conffiles"})


class Licences(Case):
    def test_each_library_that_is_linked_in_is_in_the_package_s_copyright(self):
        told = subprocess.run([GREYONCE, "--version"], capture_output=True, check=True, text=True).stdout.split("with ")[1]
        names = {"Boost": "Boost.Program_options", "glibc": "GNU C library"}
        copyright_file = (TOP / "src/package/copyright").read_text()
        libraries = [re.match(r"[\w-]+", part)[0] for part in told.split(", ")]
        self.assertGreater(len(libraries), 9)
        for library in libraries:
            self.assertRegex(copyright_file, rf"(?m)^ {re.escape(names.get(library, library))}: \S")


if __name__ == "__main__":
    unittest.main()
