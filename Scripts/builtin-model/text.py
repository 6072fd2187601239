# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Small helpers for writing English: articles, numbers in words, one of several phrasings."""

import facts


def a(noun):
    """Returns the noun with its indefinite article."""
    return (
        "an " if noun[0].lower() in "aeiou" and noun not in ("unicorn", "uncle") or noun == "uncle" else "a "
    ) + noun


def upper_first(text):
    return text[:1].upper() + text[1:]


def in_words(n):
    """Writes 0...100 in words."""
    if n == 100:
        return "one hundred"
    if n < 20:
        return facts.ONES[n]
    return facts.TENS[n // 10] + ("" if n % 10 == 0 else "-" + facts.ONES[n % 10])


def phrase(rng, options, **values):
    """Picks one of `options` (split at '|') and fills its fields."""
    return rng.choice(options.split("|")).format(**values)


def number(rng, digits):
    """Draws a number of at most `digits` digits, longer ones no more often than shorter ones of use."""
    return rng.randrange(10**digits)
