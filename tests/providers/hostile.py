"""Addresses that lead, or try to lead, where no stranger may send the server; and a few that may be fetched.

``NAMES`` is what a name server says of the names in them. Literals in every spelling are read by this machine's own
resolver, as they would be in earnest.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

NAMES: Mapping[str, Sequence[str]] = {
    "localhost": ["127.0.0.1", "::1"],
    "localhost.": ["127.0.0.1"],
    "localtest.example": ["127.0.0.1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "intranet": ["10.1.2.3"],
    "db.internal": ["172.17.0.2"],
    "router.example": ["192.168.1.1"],
    "metadata": ["169.254.169.254"],
    "metadata.google.internal": ["169.254.169.254"],
    "metadata.google.internal.": ["169.254.169.254"],
    "instance-data.ec2.internal": ["169.254.169.254"],
    "kubernetes.default.svc": ["10.96.0.1"],
    "alibaba.example": ["100.100.100.200"],
    "azure.example": ["168.63.129.16"],
    "nowhere.example": [],
    "mixed-first.example": ["127.0.0.1", PUBLIC],
    "mixed-last.example": [PUBLIC, "10.0.0.1"],
    "mixed-kinds.example": [PUBLIC, "::1"],
    "mixed-six.example": [PUBLIC_6, "fd00::1"],
    "mixed-many.example": [PUBLIC] * 20 + ["169.254.169.254"],
    "link.example": ["fe80::1%lo"],
    "odd.example": ["no address at all"],
    "xn--bcher-kva.example": ["192.168.0.9"],
    "pictures.example": [PUBLIC],
    "pictures.example.": [PUBLIC],
    "both.example": [PUBLIC_6, PUBLIC],
    "xn--mnchen-3ya.example": [PUBLIC],
    "nat64.example": ["64:ff9b::5db8:d822"],
    "mapped-public.example": ["::ffff:93.184.216.34"],
}

LITERALS_4 = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "0.1.2.3", "2130706433", "0x7f000001",
    "0x7F.0x0.0x0.0x1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.0.0.01", "00000177.0.0.1", "127.0x1",
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "3232235521", "0xc0a80001",
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.16689662",
    "169.254.170.2", "100.64.0.1", "100.100.100.200", "100.127.255.255", "168.63.129.16", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "0300.0250.0.1",
]  # fmt: skip
LITERALS_6 = [
    "::1", "::", "0:0:0:0:0:0:0:1", "::127.0.0.1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254",
    "64:ff9b::10.0.0.1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:5db8:d822::1",
    "2001:0:5db8:d822:0:0:80ff:fffe", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:4:112::1",
    "2001:db8::1", "2001:10::1",
    "2001:2::1", "3fff::1", "100::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fec0::1",
    "ff02::1", "ff0e::1", "4000::1", "fe80::1%25lo", "::1%25lo",
]  # fmt: skip
FORMS = [
    # Names
    *(f"http://{name}/a.png" for name, found in NAMES.items() if PUBLIC not in found and "public" not in name
      and name not in ("nat64.example", "nowhere.example")),
    "http://mixed-last.example/", "https://mixed-kinds.example/", "http://mixed-many.example/",
    "http://mixed-first.example/", "https://localhost/", "http://LOCALHOST/", "http://LocalHost:80/",
    "https://metadata.google.internal/computeMetadata/v1/", "http://nowhere.example/", "http://unknown.example/",
    "http://bücher.example/",
    # Users, ports and schemes
    "http://pictures.example@127.0.0.1/", "http://user:pass@pictures.example/", "http://user@pictures.example/",
    "http://127.0.0.1@pictures.example/", "http://pictures.example:80@127.0.0.1/", "http://a:b@[::1]/",
    "http://pictures.example\\@127.0.0.1/", "http://127.0.0.1\\@pictures.example/", "http://@127.0.0.1/",
    "http://pictures.example:22/", "http://pictures.example:6379/", "http://pictures.example:8000/",
    "http://pictures.example:0/", "http://pictures.example:65536/", "http://pictures.example:-1/",
    "https://pictures.example:8443/", "http://127.0.0.1:80/", "http://127.0.0.1:443/", "http://[::1]:80/",
    "file:///etc/passwd", "file://pictures.example/etc/passwd", "ftp://pictures.example/a.png",
    "gopher://pictures.example/_x", "dict://pictures.example:11211/", "ws://pictures.example/",
    "data:image/png;base64,AAAA", "javascript:alert(1)", "jar:http://pictures.example!/", "ldap://pictures.example/",
    "unix:///run/redis.sock", "http+unix://%2Frun%2Fredis.sock/", "blob:http://pictures.example/1",
    # What is no address, or one to some readers alone
    "", " ", "/", "//pictures.example/a.png", "pictures.example/a.png", "http:", "http://", "http:///a.png",
    "http:/pictures.example/", "http:pictures.example", "http://[", "http://[]/", "http://[::1", "http://:80/",
    "http://127.0.0.1\t/", "http://127.0.0.1\0.pictures.example/", "http://pictures.example%00.127.0.0.1/",
    "http://%31%32%37.0.0.1/", "http://127.0.0.1%2f@pictures.example/", "http://ex ample/", "http://.example/",
    "http://xn--a/", "http://" + "a" * 70 + ".example/", "http://pictures..example/", "http://127.0.0.1;pictures.example/",
    # Digits and dots of other scripts
    "http://127。0。0。1/", "http://127．0．0．1/", "http://127｡0｡0｡1/", "http://１２７.0.0.1/", "http://①②⑦.⓪.⓪.①/",
    "http://۱۲۷.۰.۰.۱/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://loc\u00adalhost/", "http://localhost。/",
    "http://١٦٩.٢٥٤.١٦٩.٢٥٤/", "http://127.0.0.1./",
]  # fmt: skip
HOSTILE = list(
    dict.fromkeys(
        [
            *(f"http://{literal}/" for literal in LITERALS_4),
            *(f"http://[{literal}]/latest/meta-data" for literal in LITERALS_6),
            *(f"https://{literal}/" for literal in LITERALS_4[:4]),
            *(f"https://[{literal}]/" for literal in LITERALS_6[:4]),
            *FORMS,
        ]
    )
)

GOOD = [
    "http://pictures.example/a.png",
    "http://pictures.example:80/a.png",
    "HTTP://PICTURES.example/a.png",
    "http://pictures.example./a.png",
    "http://pictures.example/a%20b.png?size=2&at=http://127.0.0.1/#part",
    "http://both.example/a.png",
    "http://münchen.example/a.png",
    "http://nat64.example/a.png",
    "http://mapped-public.example/a.png",
    f"http://{PUBLIC}/a.png",
    f"http://[{PUBLIC_6}]/a.png",
]


def system_answer(host: str) -> list[str]:
    """What this machine makes of a literal in any spelling; nothing for what is none."""
    try:
        found = socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(where[0]) for *_, where in found]
