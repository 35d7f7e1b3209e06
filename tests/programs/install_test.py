"""make install: every file goes where it is told, names the places it is installed for, and is taken away again.
make dist: the sources, and the same bytes once more of what it packed. The pages lead to files and headings that are there, where they are written and where they are installed."""

import re
import shutil
import subprocess
import unittest

import harness
from harness import PROGRAMS, TOP, Case

PLACES = ("PREFIX=/opt/mail", "SBINDIR=/opt/mail/bin", "SYSCONFDIR=/opt/etc", "LOCALSTATEDIR=/srv", "RUNSTATEDIR=/srv/run")
USUAL = re.compile(r"(?<![\w/])(/usr/local/s\w+/|/etc/greyonce|/var/lib/greyonce|/run/greyonce)")


def anchor(heading):
    """As forges make it of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def dead_links(page):
    for target, place in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text()):
        file = page.parent / target if target else page
        headings = re.findall(r"(?m)^#+ (.*)", file.read_text()) if place and file.is_file() else []
        if not file.exists() or place and place not in map(anchor, headings):
            yield f"{page.name}: {target}#{place}"


class Links(Case):
    def test_each_page_leads_to_what_is_there_and_the_first_one_to_all(self):
        pages = [TOP / "README.md", TOP / "tests/bench/RESULTS.md", *(TOP / "src/tasks").glob("*.md")]
        self.assertEqual([link for page in pages for link in dead_links(page)], [])
        first = (TOP / "README.md").read_text()
        for page in pages[1:]:
            self.assertIn(f"({page.relative_to(TOP)})", first)


class Installed(Case):
    def setUp(self):
        """What is built already is linked once more, in a folder of the test's own, with the layout that is there."""
        super().setUp()
        self.build, self.root = self.folder / "build", self.folder / "root"
        self.build.mkdir()
        for name in ("obj", "libgreyonce.a", "layout.ld"):
            source = PROGRAMS / name
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, self.build / name)

    def make(self, target):
        subprocess.run(["make", "-s", "-C", TOP, "-o", self.build / "layout.ld", target, f"BUILD={self.build}", f"DESTDIR={self.root}", *PLACES], check=True,
                       capture_output=True, timeout=harness.LONGEST_TEST)

    def files(self):
        return [file for file in self.root.rglob("*") if file.is_file()]

    def test_whatever_is_installed_names_the_places_that_it_is_installed_for(self):
        self.make("install")
        for file in self.files():
            if file.parent != self.root / "opt/mail/bin" or file.name == "greyonce-setup":
                for line in file.read_text().splitlines():
                    if "make install" not in line:  # the README, of what it does by itself
                        self.assertIsNone(USUAL.search(line), f"{file}: {line}")
        pages = [file for file in self.files() if file.suffix == ".md"]
        self.assertGreater(len(pages), 10)
        self.assertEqual([link for page in pages for link in dead_links(page)], [])
        told = subprocess.run([self.root / "opt/mail/bin/greyonce", "--help"], capture_output=True, text=True, check=True).stdout
        for place in ("/opt/etc/greyonce/greyonce.conf", "/opt/etc/greyonce/rules.cdb", "/srv/lib/greyonce/greylist.state"):
            self.assertIn(place, told)
        units = "".join(file.read_text() for file in self.files() if file.suffix == ".service")
        self.assertIn("\nExecStart=/opt/mail/bin/greyonce\n", units)
        self.assertIn("\nReadWritePaths=/srv/lib/greyonce\n", units)
        self.make("uninstall")
        self.assertEqual(self.files(), [])


class Distributed(Case):
    def dist(self, top, build):
        done = subprocess.run(["make", "-s", "-C", top, "dist", f"BUILD={self.folder / build}"], check=True, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return next((self.folder / build).glob("greyonce-*.tar.gz"))

    def test_the_sources_without_their_history_make_the_same_bytes(self):
        first = self.dist(TOP, "first")
        subprocess.run(["tar", "-xf", first, "-C", self.folder], check=True)
        unpacked = next(self.folder.glob("greyonce-*"))
        for name in "Makefile", "README.md", "src/settings/version.hpp", "exim/greyonce":
            self.assertEqual((unpacked / name).read_bytes(), (TOP / name).read_bytes())
        self.assertFalse((unpacked / "build").exists() or (unpacked / ".git").exists())
        (unpacked / "build").mkdir()
        (unpacked / "build/made").touch()
        (unpacked / "Makefile").chmod(0o600)
        self.assertEqual(self.dist(unpacked, "second").read_bytes(), first.read_bytes())


if __name__ == "__main__":
    unittest.main()
