"""What a form never expects. Each value is tried in every field; what some of them must never be taken for stands beside them."""

from typing import NamedTuple

MUCH = "9" * 5_000  # more digits than Python turns into a number
DAY = "2024-02-17"


class Value(NamedTuple):
    """`sent` is as many values as the field is sent; bytes go out as they are. `becomes` must not be stored instead."""

    name: str
    sent: tuple[str | bytes, ...]
    becomes: tuple[str, ...] = ()


def one(name: str, sent: str | bytes, *becomes: str) -> Value:
    return Value(name, (sent,), becomes)


NUMBERS = [
    one("not a number", "NaN"),
    one("signalling", "sNaN"),
    one("infinite", "Infinity"),
    one("infinite, short", "-inf"),
    one("an exponent too large", "1e999"),
    one("an exponent too small", "1e-999"),
    one("an exponent", "7.3125e1", "73.125"),
    one("full-width digits", "７３.１２５", "73.125"),
    one("Arabic digits", "٧٣.١٢٥", "73.125"),
    one("Bengali digits", "৭৩.১২৫", "73.125"),
    one("superscript", "73.125¹", "73.1251"),
    one("a fraction", "73½", "73.5"),
    one("a digit in a circle", "①"),
    one("negative zero", "-0"),
    one("negative", "-73.125"),
    one("a plus", "+73.125", "73.125"),
    one("a comma", "73,125", "73.125", "73125"),
    one("thousands", "73,125.5", "73125.5"),
    one("thousands by apostrophe", "73'125", "73125"),
    one("thousands by a narrow space", "73\u202f125", "73125"),
    one("an underscore", "73_125", "73125"),
    one("two points", "73.1.25"),
    one("a point first", ".73125"),
    one("a point last", "73125."),
    one("zeros first", "00073.125"),
    one("hexadecimal", "0x2DB"),
    one("octal", "0o1333"),
    one("a boolean", "True"),
    one("a minus that is a dash", "−73"),
    one("more digits than can be read", MUCH),
    one("more decimals than anybody measures", f"7.{'3' * 400}"),
    one("past 64 bits", "9223372036854775808"),
    one("past 64 bits, negative", "-9223372036854775809"),
    one("a unit in it", "73.125 mg", "73.125"),
    one("a comparison", "<73"),
    one("one after zero", "0.0000000000000000000000001"),
]
DAYS = [
    one("no day", "0000-00-00"),
    one("the last day", "9999-12-31"),
    one("the first day", "0001-01-01"),
    one("the year ten thousand", "10000-01-01"),
    one("31 February", "2024-02-31"),
    one("a day as Germans write", "17.02.2024", DAY),
    one("a day without a year", "31.2."),
    one("a day as Americans write", "02/17/2024", DAY),
    one("slashes", "2024/02/17", DAY),
    one("a week date", "2024-W07-6", DAY),
    one("a day of the year", "2024-048", DAY),
    one("a day without marks", "20240217", DAY),
    one("a day of single digits", "2024-2-17", DAY),
    one("a day in full-width digits", "２０２４-０２-１７", DAY),
    one("a day in Arabic digits", "٢٠٢٤-٠٢-١٧", DAY),
    one("a moment", "2024-02-17T00:00:00Z", DAY),
    one("a moment with a space", "2024-02-17 00:00", DAY),
    one("a day before Christ", "-2024-02-17", DAY),
]
TEXTS = [
    one("nothing", ""),
    one("a space", " "),
    one("spaces of every kind", "\u00a0\u2003\u3000\u200b"),
    one("a NUL", "a\x00b"),
    one("a lone surrogate", b"a%ED%A0%80b"),
    one("no UTF-8", b"a%FF%FEb"),
    one("half a percent sign", b"a%"),
    one("every control", "".join(map(chr, (*range(1, 9), 11, 12, *range(14, 32), 127)))),
    one("an override of direction", "dose \u202e5.7\u202c mg"),
    one("isolates that never end", "\u2067\u2067\u2067x"),
    one("of no width", "a\u200b\u200d\ufeffb"),
    one("a flood of marks", "a" + "\u0301" * 1_000),
    one("emoji", "👩🏽‍⚕️🏳️‍🌈"),
    one("past the first plane", "\U00020000\U0010ffff"),
    one("a noncharacter", "\ufffe\uffff"),
    one("line ends of every kind", "a\r\nb\rc\u2028d\u2029e\x85f"),
    one("a header", "x\r\nSet-Cookie: a=b\r\n\r\n<b>"),
    one("a path", "../../../../etc/passwd"),
    one("a path, encoded twice", "%252e%252e%252f"),
    one("an address elsewhere", "https://evil.example/"),
    one("an address without its scheme", "//evil.example/"),
    one("SQL", "'; DROP TABLE patients_patient; --"),
    one("a pattern of LIKE", "%_\\%"),
    one("a pattern that takes for ever", "(a+)+$" + "a" * 40),
    one("a template", "{{7*7}}{% load static %}"),
    one("a format", "%(password)s {0.__class__} %s %n"),
    one("a list", '["a", {"b": null}]'),
    one("deep brackets", "[" * 3_000),
    one("deep parentheses", "(" * 3_000),
    one("a key that is not there", "00000000-0000-4000-8000-000000000000"),
    one("no key", "00000000-0000-4000-8000-00000000000g"),
    one("a word of Python", "__class__"),
    one("a long word", "a" * 4_500),
    one("many lines", "\n" * 5_000),
]
LONG = [one("as long as a form can be", "a" * 900_000), one("digits as long as a form can be", "1" * 900_000)]
MANNERS = [
    Value("missing", ()),
    Value("twice", ("1", "2")),
    Value("a hundred times", tuple(map(str, range(100)))),
    Value("twice, once empty", ("", "x")),
]
VALUES = [*NUMBERS, *DAYS, *TEXTS, *MANNERS]
