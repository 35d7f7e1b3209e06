"""Made-up mails and the zones behind them: senders, HELOs, MX hosts and lists that know the client, or do not."""

import ipaddress
import random

LISTS = ("pbl.spamhaus.org", "sbl-xbl.spamhaus.org", "bl.spamcop.net", "ix.dnsbl.manitu.net")

# Ends of names about which policyd-weight and the public suffixes agree.
ENDS = ("com", "org", "net", "de", "co.uk", "com.br", "org.au", "info", "example", "at", "ac.jp", "eu")
WORDS = ("alpha", "beta", "victim", "mx-hoster", "dyn-pool", "dialin", "mail", "bank", "xn--bcher-kva", "a1", "uni")
HOSTS = ("mail", "mx", "smtp", "relay1", "host-{d}", "dsl-{d}", "ppp{d}", "static-{d}", "www", "rev-{d}-ip", "nstat",
         "cable.{d}")
LOCAL_PARTS = ("alice", "nobody", "anonymous", "xkcdqwrtz", "aeiouu", "list+ext", "nobody+x", "nobody-x",
               "bob-bcdfgjk", "a.b")


class World:
    def __init__(self, seed, ends=ENDS):
        self.random = random.Random(seed)
        self.ends = ends
        self.table = {}
        self.requests = []

    def put(self, name, kind, datum):
        data = self.table.setdefault(name.lower(), {}).setdefault(kind, [])
        if datum not in data:
            data.append(datum)

    def put_addresses(self, name, client):
        for _ in range(self.random.choice((1, 1, 1, 2))):
            kind = self.random.choice(("same", "near", "far", "other", "other", "private", "six"))
            address = self.relative(kind, ipaddress.ip_address(client))
            self.put(name, "AAAA" if ":" in address else "A", address)

    def relative(self, kind, client):
        """An address that is the client, its neighbour, or nothing of it; of the neighbours none begins with its text."""
        last = self.random.randrange(1, 250)
        if kind == "private":
            return self.random.choice(("10.1.2.3", "192.168.1.1", "172.16.3.4", "127.0.0.1", "172.32.1.1"))
        if client.version == 4:
            a, b, c, d = str(client).split(".")
            last = last if not str(last).startswith(d) else 251
            return {"same": str(client), "near": f"{a}.{b}.{c}.{last}", "far": f"{a}.{b}.{(int(c) + 7) % 256}.{last}",
                    "other": f"198.51.{100 + last % 9}.{last}", "six": f"2001:db8:9::{last:x}"}[kind]
        groups = client.exploded.split(":")
        return {"same": str(client), "near": ":".join(groups[:4]) + f":0:0:1:{last:x}",
                "far": ":".join(groups[:3]) + f":77:0:0:1:{last:x}", "other": f"2001:db9::{last:x}",
                "six": f"198.51.100.{last}"}[kind]

    def domain(self, number):
        pick = self.random.choice
        return f"{pick(WORDS)}{number}{pick(('', '', '-x'))}.{pick(self.ends)}"

    def client(self):
        r = self.random
        if r.random() < .2:
            return f"2001:db8:{r.randrange(1, 999):x}:{r.randrange(1, 99):x}::{r.randrange(1, 999):x}"
        return f"{r.choice((11, 44, 80, 203))}.{r.randrange(255)}.{r.randrange(255)}.{r.randrange(10, 254)}"

    def add(self, number):
        """One more mail, and what the DNS says of it."""
        pick, chance = self.random.choice, self.random.random
        client, sender_domain = self.client(), self.domain(number)
        helo_domain = pick((sender_domain, sender_domain, self.domain(f"{number}h")))
        dashed = client.replace(".", "-").replace(":", "-")

        def host():
            return pick(HOSTS).format(d=dashed)

        for name in sorted({sender_domain, helo_domain}):
            self.add_domain(name, number, client)
        sub = pick(("news.", "a.b.", "lists.")) if chance() < .3 else ""
        if sub and chance() < .5:
            self.put_addresses(sub + sender_domain, client)
        helo = pick((f"{host()}.{helo_domain}", f"{host()}.{helo_domain}", helo_domain, f"{host()}.pool.dyn.{helo_domain}",
                     "localhost", client, f"[{client}]", f"{host()}.dip.{helo_domain}", "9.8.7.6.5", "bare",
                     f"MAIL.{helo_domain.upper()}"))
        if chance() < .5 and "." in helo and "[" not in helo and helo != client:
            self.put_addresses(helo, client)
        sender = pick((f"{pick(LOCAL_PARTS)}@{sub}{sender_domain}",) * 30 +
                      ("", "alice", f"a@b@{sender_domain}", f"alice@[{client}]"))
        self.add_client(client, number, (helo if "." in helo and "[" not in helo and ":" not in helo else "x.example",
                                         f"{host()}.dyn.isp{number % 7}.net", f"{host()}.{helo_domain}",
                                         f"mail.{sender_domain}", f"{host()}.{self.domain(number)}"))
        if chance() < .15:
            self.put(f"{sub}{sender_domain}.multi.surbl.org", "A", "127.0.0.8")
        self.requests.append({
            "request": "smtpd_access_policy", "protocol_state": "RCPT", "client_address": client,
            "client_name": pick(("unknown", "unknown", f"{host()}.{helo_domain}", f"mail.{sender_domain}")),
            "helo_name": helo, "sender": sender, "recipient": f"{pick(('bob',) * 20 + ('postmaster',))}@r{number}.example",
            "instance": f"message.{number}",
        })

    def add_domain(self, name, number, client):
        pick, chance = self.random.choice, self.random.random
        if chance() < .75:
            for _ in range(pick((1, 1, 2, 3))):
                host = pick(("mx1.", "mx2.", "in.", "mail.")) + pick((name, name, self.domain(f"{number}m")))
                self.put(name, "MX", host)
                if chance() < .9:
                    self.put_addresses(host, client)
        if chance() < .6:
            self.put_addresses(name, client)
        elif chance() < .5:
            self.table.setdefault(name, {})

    def add_client(self, client, number, names):
        pointer = ipaddress.ip_address(client).reverse_pointer
        for _ in range(self.random.choice((0, 1, 1, 1, 2))):
            self.put(pointer, "PTR", self.random.choice(names))
        for zone in LISTS:
            if self.random.random() < .22:
                reverse = pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
                self.put(f"{reverse}.{zone}", "A", f"127.0.0.{self.random.randrange(2, 12)}")
