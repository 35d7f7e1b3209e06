"""What a hostile SMTP client might say. FLAG is replaced by the path of a file that must not come to be."""

# Local parts, quoted as a client would write them.
LOCAL_PARTS = [
    r'"a b"', r'"a b\" --state /tmp/x \"c"', r'"a\\b"', r'"a\\"', r'"a\"b"', r"o'neil", r"'a", r"'--config=/x'",
    r"--config=/etc/passwd", r"-", r"--", r"--help", r"--base64", r"--on-error=REJECT", r"-x",
    r"$acl_m_greyonce_answer", r"${run{/bin/touch /tmp/x}}", r'"${run{/bin/touch FLAG}}"', r'"$(touch FLAG)"', r'"`touch FLAG`"',
    r'";touch FLAG;"', r'"|touch FLAG"', r'"&touch FLAG&"', r'">FLAG"', r'"a}{b"', r"}", r"{", r'"}{$value}}"', r"a=b", r"a%b",
    r"%s%n%x", r'"recipient=x@example.org"', r'"client_address=127.0.0.1"', r"sasl_username=me", r'"a\nsasl_username=me"',
    r'"a\r\nsasl_username=me"', '"a\rsasl_username=me"', '"a\tb"', '"a\x01b"', '"a\x7fb"', r'"\N"', r'\N', r'"\\N^x\\N"', r"*", r"~root", r"#x",
    r"a+b", r"a.b", "postmaster", r'" "', r'""', "x" * 64, "x" * 500, '"' + "x y " * 100 + '"', r"${lookup{x}", r'"${if"',
    "grüße", "用户", '"grüße am morgen"', r"action=OK", r'"action=REJECT"', r'"=?utf-8?q?x?="',
]

HELO_NAMES = [
    "--config=/etc/passwd", "a b", "-", "a=b", "client_address=127.0.0.1", "[IPv6:2001:db8::1]", "[192.0.2.1]", '"quoted"',
    "$sender_address", "${run{/bin/touch FLAG}}", "`touch FLAG`", "$(touch FLAG)", "a\\", "a\\n", "a;b", "a|b", "x" * 255,
    "x" * 480, "grüße.example", "a}b{c", "'", '"', "%n%s", "\x01\x02x", "a\tb", "a\rb", "action=REJECT",
]


def everything(flag):
    """Each odd thing in each of its places, as HELO name, sender, recipient."""
    for part in (part.replace("FLAG", str(flag)) for part in LOCAL_PARTS):
        yield ["mail.example.net", f"{part}@example.net", "bob@example.org"]
        yield ["mail.example.net", "alice@example.net", f"{part}@example.org"]
    for name in (name.replace("FLAG", str(flag)) for name in HELO_NAMES):
        yield [name, "alice@example.net", "bob@example.org"]
