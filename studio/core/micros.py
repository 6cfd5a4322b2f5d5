"""Money: integers of millionths of a US dollar, shown as credits."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

Micros = NewType("Micros", int)

CREDIT_MICROS = 10_000
"""One credit is one cent."""

MAX_MICROS = 10**15
"""A billion dollars: no price, grant or balance goes beyond, so sums stay inside 64 bits."""


def from_credits(credits: Decimal | int | str) -> Micros:
    """Whole micros of an amount of credits, rounded half up. Raises ArithmeticError for no finite number."""
    value = Decimal(credits)
    if not value.is_finite():
        raise ArithmeticError("not a number of credits")
    return Micros(int((value * CREDIT_MICROS).to_integral_value(ROUND_HALF_UP)))


def from_dollars(dollars: Decimal | str) -> Micros:
    """Whole micros of an amount in US dollars, rounded half up."""
    return Micros(int((Decimal(dollars) * 1_000_000).to_integral_value(ROUND_HALF_UP)))


def credits_text(micros: int) -> str:
    """``1,264``, ``0.9`` or ``−12.25``: up to two decimals, U+2212 for minus; below a hundredth says so."""
    sign = "−" if micros < 0 else ""
    value = Decimal(abs(micros)) / CREDIT_MICROS
    if 0 < value < Decimal("0.01"):
        return f"{sign}<0.01"
    text = f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)


def apart_texts(one: int, other: int) -> tuple[str, str]:
    """Two amounts of credits as ``credits_text`` has them; in full where they differ and would read alike."""
    first, second = credits_text(one), credits_text(other)
    if first == second and one != other:
        return f"{Decimal(one) / CREDIT_MICROS:f}", f"{Decimal(other) / CREDIT_MICROS:f}"
    return first, second


def dollars_text(micros: int) -> str:
    """``$0.20``; below a cent as many decimals as it takes: ``$0.003``."""
    sign = "−" if micros < 0 else ""
    value = Decimal(abs(micros)) / 1_000_000
    exact = f"{value:,f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:,f}"
    if value and value < Decimal("0.01"):
        return f"{sign}${exact}"
    return f"{sign}${value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def exact_dollars_text(micros: int) -> str:
    """``$0.20`` or ``$0.031795``: to the micro, for programs that are promised the exact amount."""
    whole, _point, rest = f"{Decimal(micros) / 1_000_000:,.6f}".partition(".")
    return f"${whole}.{rest[:2]}{rest[2:].rstrip('0')}"
