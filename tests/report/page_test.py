"""The page of greyreport in a browser: on a phone and a desktop, light and dark, by eye, by ear and on paper.

With GREYONCE_SHOTS=FOLDER the pictures stay there, to be looked at.
"""

import http.server
import os
import re
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

import harness
from harness import GREYREPORT
from report import traffic
from report.browser import Browser

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
LOOKS = {"phone": (360, 740), "desktop": (1280, 900)}
SCHEMES = "light", "dark"
EVIL = "<script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(1)>\"'&amp;</table></main>"

# Every text that is seen, and how it stands out from what is behind it (WCAG 2, 1.4.3).
CONTRASTS = """
const light = c => { const p = c.match(/[\\d.]+/g).map(Number).slice(0, 3)
    .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) { const e = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || e.closest('title')) continue;
  const s = getComputedStyle(e);
  found.push(['text', e.namespaceURI.endsWith('svg') ? s.fill : s.color, behind(e), e.tagName + ' ' + walker.currentNode.data.slice(0, 40)]); }
for (const e of document.querySelectorAll('rect')) found.push(['bar', getComputedStyle(e).fill, behind(e), e.className.baseVal]);
return found.map(([kind, a, b, what]) => [kind, ratio(a, b), what]);
"""


class Web(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Web.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *_):
        pass


class Page(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="greyonce-", ignore_cleanup_errors=True)))
        cls.page = cls.page_in(folder)
        cls.chromium = Browser(folder)
        cls.addClassCleanup(cls.chromium.stop)

    @staticmethod
    def page_in(folder):
        page = folder / "report.html"
        made = traffic.Traffic(3000)
        texts = [*made.texts, *((made.end - 5, text) for text in (
            traffic.line("greylist", "new", EVIL, EVIL, EVIL, EVIL, rule=EVIL), f"warning: {EVIL}",
            f"weighted check: rate: 1; <helo=x>; dns: 1 ms; {EVIL.replace(' ', '')}=1"))]
        texts += [(made.end - 9, traffic.line("greylist", "new", "mx." + "long-label" * 6 + ".example", "192.0.2.1",
                                             f"{'long' * 50}@{'label.' * 30}example", f"{'wide' * 40}@example.org"))] * 3000
        log = folder / "log"
        log.write_text("".join(traffic.logged(texts, traffic.classic)))
        os.utime(log, (made.end, made.end))
        (folder / "rules").write_text("".join(f"client .never{n}.example pass\n" for n in range(200)))
        subprocess.run([harness.GREYRULES, "compile", "-o", folder / "rules.cdb", folder / "rules"], check=True)
        subprocess.run([GREYREPORT, "--config", "/dev/null", "--rules", folder / "rules.cdb", "--format", "html", "--output",
                        page, log], check=True, env=os.environ | {"TZ": "UTC"})
        return page

    def browser(self):
        self.chromium.begin()
        return self.chromium

    def served(self):
        server = http.server.ThreadingHTTPServer((harness.LOOPBACK, 0), Web)
        server.page = self.page.read_bytes()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        Web.asked.clear()
        return f"http://{harness.LOOPBACK}:{server.server_port}/report.html"

    def expect_quiet(self, browser, url):
        """Nothing was asked for but the page, and nobody complained."""
        asked = [sent["request"]["url"] for sent in browser.told("Network.requestWillBeSent")]
        self.assertEqual(asked, [url])
        self.assertEqual(browser.told("Log.entryAdded"), [])
        self.assertEqual(browser.told("Runtime.consoleAPICalled") + browser.told("Runtime.exceptionThrown"), [])

    def test_it_is_valid(self):
        done = subprocess.run(["tidy", "-q", "-e", self.page], capture_output=True, check=False, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_nothing_is_loaded_and_nothing_runs(self):
        text = self.page.read_text()
        self.assertEqual(re.findall(r"<script|<img|<link|<iframe|<object|<form|\son\w+=(?=\"[^&])|@import|url\(", text), [])
        self.assertEqual(set(re.findall(r"(?:href|src)=\"([^#\"][^\"]*)", text)), set())
        self.assertIn(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">', text)
        browser, url = self.browser(), self.served()
        for address in url, self.page.as_uri():
            browser.open(address)
            self.expect_quiet(browser, address)
        self.assertEqual(Web.asked, ["/report.html"])
        self.assertEqual(browser.evaluate("return document.querySelectorAll('script, img, object, iframe').length"), 0)
        self.assertIn(re.sub("[0-9]+", "#", EVIL), browser.evaluate("return document.querySelector('#trouble').parentElement.textContent"))

    def test_it_is_seen_on_a_phone_and_a_desktop_in_light_and_dark(self):
        browser = self.browser()
        for look, size in LOOKS.items():
            for scheme in SCHEMES:
                with self.subTest(look=look, scheme=scheme):
                    browser.look(*size, scheme)
                    browser.open(self.page.as_uri())
                    self.expect_quiet(browser, self.page.as_uri())
                    self.look_at(browser, size[0], scheme)
                    if shots := os.environ.get("GREYONCE_SHOTS"):
                        Path(shots, f"{look}-{scheme}.png").write_bytes(browser.screenshot())

    def look_at(self, browser, width, scheme):
        self.assertEqual(browser.evaluate("return getComputedStyle(document.body).backgroundColor"),
                         "rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 24, 29)")
        # The page goes as wide as the screen; what is wider scrolls by itself, and can be reached by keys.
        self.assertLessEqual(browser.evaluate("return document.documentElement.scrollWidth"), width)
        self.assertEqual(browser.evaluate("return [...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1 "
                                          "&& getComputedStyle(e).overflowX === 'auto' && e.tabIndex < 0).length"), 0)
        ratios = browser.evaluate(CONTRASTS)
        self.assertGreater(len(ratios), 500)
        self.assertEqual([what for kind, ratio, what in ratios if ratio < (4.5 if kind == "text" else 3)], [])
        # Letters of a chart are as large on a phone, and stand apart; links can be met by a finger (WCAG 2.2, 2.5.8).
        self.assertEqual(browser.evaluate("""return [...document.querySelectorAll('figure > svg')].flatMap(svg => {
            const boxes = [...svg.querySelectorAll('text[text-anchor]')].map(t => t.getBoundingClientRect());
            return boxes.filter((box, i) => i > 0 && box.left < boxes[i - 1].right).map(() => svg.ariaLabel); })"""), [])
        self.assertGreaterEqual(browser.evaluate("return Math.min(...[...document.querySelectorAll('nav a')].map(a => a.offsetHeight))"), 24)
        self.assertEqual(browser.evaluate("return getComputedStyle(document.querySelector('svg text')).fontSize"), "12px")

    def test_it_is_read_out(self):
        browser = self.browser()
        browser.open(self.page.as_uri())
        nodes = [node for node in browser.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
        named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes]
        for role, least in (("image", 4), ("table", 8), ("region", 10), ("link", 10), ("heading", 11), ("columnheader", 20),
                            ("rowheader", 100), ("navigation", 1), ("main", 1), ("banner", 1)):
            found = [name for its_role, name in named if its_role == role]
            self.assertGreaterEqual(len(found), least, role)
            if role not in ("main", "banner"):
                self.assertNotIn("", found, role)
        # One heading of the first rank, and then only those of the second, in the order of the links.
        headings = [(next(p["value"]["value"] for p in node["properties"] if p["name"] == "level"), node["name"]["value"])
                    for node in nodes if node["role"]["value"] == "heading"]
        self.assertEqual([level for level, _ in headings], [1] + [2] * (len(headings) - 1))
        links = browser.evaluate("return [...document.querySelectorAll('nav a')].map(a => [a.textContent, "
                                 "document.querySelector(a.getAttribute('href')).textContent])")
        self.assertEqual([text for text, _ in links], [text for _, text in links])
        self.assertEqual([text for text, _ in links], [name for _, name in headings[1:]])
        self.assertEqual(browser.evaluate("const ids = [...document.querySelectorAll('[id]')].map(e => e.id); "
                                          "return ids.length - new Set(ids).size"), 0)
        self.assertEqual(browser.evaluate("return document.documentElement.lang"), "en")
        # A chart has its figures beside it.
        self.assertEqual(browser.evaluate("return [...document.querySelectorAll('figure')].filter(f => "
                                          "f.querySelectorAll('details tbody tr').length === 0).length"), 0)

    def test_the_first_key_leads_past_the_links(self):
        browser = self.browser()
        browser.open(self.page.as_uri())
        for kind in "keyDown", "keyUp":
            browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        self.assertEqual(browser.evaluate("const e = document.activeElement; return [e.getAttribute('href'), e.getBoundingClientRect().left >= 0]"),
                         ["#main", True])

    def test_it_prints(self):
        browser = self.browser()
        browser.open(self.page.as_uri())
        pages = browser.printed()
        self.assertTrue(pages.startswith(b"%PDF"))
        browser.call("Emulation.setEmulatedMedia", media="print")
        self.assertEqual(browser.evaluate("return [getComputedStyle(document.body).backgroundColor, "
                                          "getComputedStyle(document.querySelector('nav')).display]"), ["rgb(255, 255, 255)", "none"])


if __name__ == "__main__":
    unittest.main()
