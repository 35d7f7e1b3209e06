"""How many requests a second each way in answers, eight at a time: first attempts, each of another sender."""

import concurrent.futures
import time

import harness
from exim.daemon import USER, WAYS, EximCase
from servers import starters

AT_ONCE = 8
EACH = 250


class Bench(EximCase):
    """A place to start servers in; one for each figure, so that each begins with an empty state."""

    def __enter__(self):
        self.setUp()
        return self

    def __exit__(self, *_):
        self.doCleanups()


def rate(work):
    """Requests a second, `work(number)` making EACH of them."""
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, range(AT_ONCE)))
    return AT_ONCE * EACH / (time.monotonic() - begin)


def connections(address):
    def work(number):
        for request in range(EACH):
            harness.ask_server(address, harness.request(sender=f"{'abcdefgh'[number]}@r{request}.example.net"))
    return work


def recipients(bench):
    def work(number):
        with bench.smtp(f"192.0.{number}.1") as smtp:
            smtp.mail("alice@example.net")
            for request in range(EACH):
                smtp.rcpt(f"bob{request}@example.org")
    return work


def main():
    for name, start in starters.ALL.items():
        for kind in (0, 1) if name in starters.UNIX_AND_TCP else (0,):
            with Bench() as bench:
                address = start(bench, USER, [bench.program, "--config", bench.configuration])[kind]
                print(f"{rate(connections(address)):6.0f} /s  {name}, {'TCP' if isinstance(address, tuple) else 'unix'}", flush=True)
    for way in WAYS:
        with Bench() as bench:
            bench.start_exim(way)
            print(f"{rate(recipients(bench)):6.0f} /s  Exim, {WAYS[way]}", flush=True)


if __name__ == "__main__":
    main()
