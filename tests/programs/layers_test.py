"""The map of the sources in README.md: every folder is on it, and knows only those that stand below it."""

import re
import unittest

from harness import TOP

SOURCES = TOP / "src"


def mapped():
    """The folders, from top to bottom; `.` is what lies in none."""
    rows = (TOP / "README.md").read_text().partition("## Working on it")[2].partition("\n\n`tests`")[0]
    return [".", *re.findall(r"`([a-z/]+)/`", "\n".join(row.split("|")[1] for row in rows.splitlines() if row.startswith("| `")))]


def folder_of(name):
    return name.rpartition("/")[0] or "."


class Layers(unittest.TestCase):
    def test_every_folder_is_on_the_map(self):
        folders = {path.relative_to(SOURCES) for path in SOURCES.iterdir() if path.is_dir()}
        folders |= {path.relative_to(SOURCES).parent for path in SOURCES.rglob("*.[ch]pp")}
        self.assertEqual(sorted(map(str, folders)), sorted(mapped()))

    def test_no_file_knows_a_folder_above_its_own(self):
        places = mapped()
        arrows = 0
        for path in SOURCES.rglob("*.[ch]pp"):
            name = str(path.relative_to(SOURCES))
            for included in re.findall(r'^#include "([^"]+)"', path.read_text(), re.MULTILINE):
                self.assertTrue((SOURCES / included).is_file(), f"{name} includes {included}")
                with self.subTest(f"{name} includes {included}"):
                    self.assertLessEqual(places.index(folder_of(name)), places.index(folder_of(included)))
                arrows += 1
        self.assertGreater(arrows, 300)


if __name__ == "__main__":
    unittest.main()
