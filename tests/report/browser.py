"""Debian's Chromium without a window, spoken to by its own protocol over a pair of pipes: messages of JSON, each ended by a NUL."""

import base64
import json
import os
import select
import signal
import subprocess
import time

PATIENCE = 60


class Browser:
    def __init__(self, folder):
        to_it, our_writing = os.pipe()
        our_reading, from_it = os.pipe()
        command = ("exec chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "
                   "--disable-background-networking --disable-component-update --disable-sync --hide-scrollbars "
                   f"--user-data-dir={folder}/profile --remote-debugging-pipe about:blank 3<&{to_it} 4>&{from_it}")
        with open(folder / "chromium.log", "wb") as log:
            self.process = subprocess.Popen(["sh", "-c", command], pass_fds=(to_it, from_it), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True, env=os.environ | {"HOME": str(folder)})
        os.close(to_it)
        os.close(from_it)
        self.reading, self.writing = our_reading, our_writing
        self.buffer = b""
        self.number = 0
        self.session = None
        self.events = []
        self.target = next(target["targetId"] for target in self.targets() if target["type"] == "page")

    def targets(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.call("Target.getTargets")["targetInfos"]
            if any(target["type"] == "page" for target in found):
                return found
            time.sleep(0.05)
        raise AssertionError("no page was opened")

    def begin(self):
        """A new window, which shares no look and no memory with those before: these are closed."""
        former, self.session, self.events = self.target, None, []
        context = self.call("Target.createBrowserContext")["browserContextId"]
        self.target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self.call("Target.closeTarget", targetId=former)
        self.session = self.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in "Page", "Network", "Log", "Runtime", "Accessibility", "DOM":
            self.call(f"{domain}.enable")

    def stop(self):
        for number in self.reading, self.writing:
            os.close(number)
        for number in signal.SIGTERM, signal.SIGKILL:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                pass

    def message(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reading], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.reading, 1 << 20) if ready else b""
            if not piece:
                raise AssertionError("the browser says nothing")
            self.buffer += piece
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        question = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            question["sessionId"] = self.session
        data = json.dumps(question).encode() + b"\0"
        while data:
            data = data[os.write(self.writing, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        """Until the page is loaded; what was told meanwhile is in `events`."""
        self.events = []
        self.call("Page.navigate", url=url)
        end = time.monotonic() + PATIENCE
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            if time.monotonic() > end:
                raise AssertionError(f"{url} was not loaded")
            self.events.append(self.message())

    def told(self, method):
        return [event["params"] for event in self.events if event.get("method") == method]

    def look(self, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=f"(() => {{ {script} }})()", returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def screenshot(self):
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def printed(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])
