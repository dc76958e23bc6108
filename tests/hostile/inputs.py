"""What somebody may send who means no good, or whose browser is broken."""

from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

# As bytes, because some of it is no text.
VALUES: tuple[bytes, ...] = (
    b"",
    b" ",
    b"\x00",
    b"before\x00after",
    b"\xed\xa0\x80",  # half of a surrogate pair
    b"\xff\xfe\xfd",
    b"cut \xe2\x82",
    b"x" * 100_000,
    "é".encode() * 50_000,
    b"9" * 5_000,
    "\u202eabc\u2066x".encode(),
    ("Z" + "\u0301\u0316\u035c" * 60 + "algo").encode(),
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿".encode(),
    b"' OR 1=1; DROP TABLE people_user; --",
    b"\\' UNION SELECT pg_sleep(5) --",
    b"{{7*7}}{% debug %}${7*7}#{7*7}",
    b"%s%n%d%(secret)s{0.__class__}",
    b"one\r\nSet-Cookie: a=b\r\n\r\n<h1>",
    b"one\rtwo\nthree",
    b"\xef\xbb\xbf=1+1",
    b"99999999999999999999",
    b"-1",
    b"0",
    b"1e400",
    b"NaN",
    b"0000-00-00",
    b"-0001-01-01",
    b"0000-01-01T00:00",
    b"9999-12-31",
    b"9999-12-31T23:59",
    b"2027-02-30",
    "٢٠٢٧-٠١-٠١".encode(),
    b"<script>alert(1)</script>",
    b"../../../etc/passwd",
    b"//evil.example/",
    b"https://evil.example/",
    b"javascript:alert(1)",
    b"[]",
    b'{"a": 1}',
    b"None",
    b"00000000-0000-0000-0000-000000000000",
    "ŵŷ Ŵŷ ẅ İıſK".encode(),
    b"\x1f\x7f\xc2\x85\xe2\x80\xa8",
)

written = st.one_of(
    st.sampled_from(VALUES),
    st.binary(max_size=60),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.encode),
    st.integers().map(lambda number: str(number).encode()),
    st.dates().map(lambda day: day.isoformat().encode()),
    st.tuples(st.sampled_from(VALUES), st.binary(max_size=5)).map(b"".join),
)


def encoded(pairs: list[tuple[str, bytes]]) -> bytes:
    """A form as a browser writes it, but with any bytes as values."""
    return "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in pairs).encode()


def as_read(value: bytes) -> set[str]:
    """What may be kept of it: the text as it decodes, with outer white space or without, and with line breaks in either way."""
    text = value.decode("utf-8", "replace")
    told = text.replace("\r\n", "\n").replace("\r", "\n")
    return {text, text.strip(), told, told.strip()}
