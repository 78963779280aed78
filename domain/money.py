"""Money is a whole number of the currency's minor unit; fractions of it live for one rounding."""

from collections.abc import Mapping

PPM = 1_000_000
SYMBOLS: Mapping[str, str] = {
    "USD": "$",
    "NZD": "NZ$",
    "AUD": "A$",
    "CAD": "CA$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
}
DECIMALS: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
USUAL_DECIMALS = 2
# ISO 4217 without what nobody pays with: metals, funds, and what was withdrawn by 2026.
CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS
    KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP
    TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
    ZWG
"""
CURRENCIES = frozenset(CODES.split())


def round_half_up(numerator: int, denominator: int = 1) -> int:
    """Round a rational number to a whole one.

    Shape:  a half goes away from zero, so that a credit mirrors the charge it undoes.
    Errors: ZeroDivisionError.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -whole if numerator < 0 else whole


def percent_of(amount_cents: int, percent: int) -> int:
    return round_half_up(amount_cents * percent, 100)


def ppm_of(amount_cents: int, ppm: int) -> int:
    """Parts per million of an amount: 91,000 ppm are 9.1 %."""
    return round_half_up(amount_cents * ppm, PPM)


def decimals(currency: str) -> int:
    """How many digits the currency's minor unit takes (ISO 4217)."""
    return DECIMALS.get(currency, USUAL_DECIMALS)


def formatted(cents: int, currency: str) -> str:
    """Write an amount as people read it: `$1,234.50`, `-$5.00`, `¥1,200`, `CHF 7.00`."""
    digits = decimals(currency)
    whole, rest = divmod(abs(cents), 10**digits)
    fraction = f".{rest:0{digits}d}" if digits else ""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{'-' if cents < 0 else ''}{symbol}{whole:,}{fraction}"
