# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Tasks on numbers. A task draws (question, answer, terse answer or None) from a random stream."""

import facts
from text import in_words, phrase


def operands(rng):
    digits = rng.choices((1, 2, 3), (1, 6, 3))[0]
    x = rng.randrange(10**digits)
    y = rng.randrange(10 ** rng.choice((digits, digits, max(1, digits - 1))))
    return (x, y) if rng.random() < 0.5 else (y, x)


def add(rng):
    x, y = operands(rng)
    question = phrase(
        rng,
        "What is {x} + {y}?|{x} + {y}|{x}+{y}|{x} + {y} =|{x}+{y}=|What's {x} + {y}?|What is {x} plus {y}?|"
        "{x} plus {y}|Add {x} and {y}.|Calculate {x} + {y}.|Compute {x} + {y}.|How much is {x} + {y}?|What is {x}+{y}?|"
        "What is the sum of {x} and {y}?|{x} + {y} = ?|How much is {x} plus {y}?|Add {y} to {x}.|Tell me {x} + {y}.",
        x=x,
        y=y,
    )
    return question, f"{x} + {y} = {x + y}", str(x + y)


def subtract(rng):
    x, y = operands(rng)
    if x < y and rng.random() < 0.95:
        x, y = y, x
    question = phrase(
        rng,
        "What is {x} - {y}?|{x} - {y}|{x}-{y}|{x} - {y} =|What's {x} - {y}?|What is {x} minus {y}?|"
        "{x} minus {y}|Subtract {y} from {x}.|Calculate {x} - {y}.|Compute {x} - {y}.|How much is {x} - {y}?|What is {x}-{y}?|"
        "{x} - {y} = ?|How much is {x} minus {y}?|Take {y} away from {x}.|"
        "What is the difference between {x} and {y}?",
        x=x,
        y=y,
    )
    return question, f"{x} - {y} = {x - y}", str(x - y)


def multiply(rng):
    x, y = rng.randrange(13), rng.randrange(13)
    if rng.random() < 0.15:
        x = rng.randrange(10) * 10
        y = rng.randrange(10)
        x, y = (x, y) if rng.random() < 0.5 else (y, x)
    question = phrase(
        rng,
        "What is {x} * {y}?|{x} * {y}|{x}*{y}|{x} x {y}|{x} × {y}|What is {x} x {y}?|What's {x} times {y}?|"
        "What is {x} times {y}?|{x} times {y}|Multiply {x} by {y}.|Calculate {x} * {y}.|How much is {x} times {y}?|"
        "What is the product of {x} and {y}?|{x} * {y} = ?|What is {x} × {y}?|What is {x} multiplied by {y}?",
        x=x,
        y=y,
    )
    return question, f"{x} × {y} = {x * y}", str(x * y)


def divide(rng):
    y, z = rng.randrange(1, 13), rng.randrange(13)
    x = y * z
    question = phrase(
        rng,
        "What is {x} / {y}?|{x} / {y}|{x}/{y}|What is {x} divided by {y}?|{x} divided by {y}|"
        "Divide {x} by {y}.|How much is {x} divided by {y}?|Calculate {x} / {y}.|{x} ÷ {y}|What's {x} ÷ {y}?|"
        "How many times does {y} go into {x}?|{x} / {y} = ?",
        x=x,
        y=y,
    )
    return question, f"{x} ÷ {y} = {z}", str(z)


def word_problem(rng):
    name, item = rng.choice(facts.NAMES), rng.choice(facts.ITEMS)
    x, y = rng.randrange(2, 60), rng.randrange(2, 40)
    if rng.random() < 0.5:
        question = phrase(
            rng,
            "{n} has {x} {i} and gets {y} more. How many {i} does {n} have now?|"
            "{n} has {x} {i} and buys {y} more. How many {i} does {n} have?|"
            "If {n} has {x} {i} and finds {y} more, how many {i} does {n} have?|"
            "There are {x} {i} in a box. {n} adds {y} {i}. How many {i} are there now?|"
            "{n} bought {x} {i} on Monday and {y} {i} on Tuesday. How many {i} did {n} buy?",
            n=name,
            i=item,
            x=x,
            y=y,
        )
        return question, f"{x} + {y} = {x + y}, so the answer is {x + y} {item}.", str(x + y)
    x += y
    question = phrase(
        rng,
        "{n} has {x} {i} and gives away {y}. How many {i} are left?|"
        "{n} has {x} {i} and loses {y}. How many {i} does {n} have now?|"
        "If {n} has {x} {i} and sells {y}, how many {i} are left?|"
        "There are {x} {i} in a box. {n} takes {y} {i}. How many {i} remain?",
        n=name,
        i=item,
        x=x,
        y=y,
    )
    return question, f"{x} - {y} = {x - y}, so the answer is {x - y} {item}.", str(x - y)


def compare(rng):
    x, y = operands(rng)
    while x == y:
        x, y = operands(rng)
    kind = rng.randrange(3)
    if kind == 0:
        question = phrase(
            rng,
            "Which is larger, {x} or {y}?|Which is bigger, {x} or {y}?|Which number is larger: {x} or {y}?|"
            "What is larger, {x} or {y}?|Which is greater, {x} or {y}?|Is {x} or {y} larger?|Larger: {x} or {y}?|"
            "Which of {x} and {y} is the bigger number?",
            x=x,
            y=y,
        )
        return question, f"{max(x, y)} is larger than {min(x, y)}.", str(max(x, y))
    if kind == 1:
        question = phrase(
            rng,
            "Which is smaller, {x} or {y}?|Which number is smaller: {x} or {y}?|What is smaller, {x} or {y}?|"
            "Which is less, {x} or {y}?|Is {x} or {y} smaller?|Smaller: {x} or {y}?",
            x=x,
            y=y,
        )
        return question, f"{min(x, y)} is smaller than {max(x, y)}.", str(min(x, y))
    larger = rng.random() < 0.5
    word = rng.choice(("larger", "bigger", "greater")) if larger else rng.choice(("smaller", "less"))
    question = phrase(
        rng,
        "Is {x} {w} than {y}?|Is the number {x} {w} than {y}?|True or false: {x} is {w} than {y}.",
        x=x,
        y=y,
        w=word,
    )
    good = (x > y) == larger
    fact = f"{x} is {'larger' if x > y else 'smaller'} than {y}."
    if question.startswith("True"):
        return question, f"{'True' if good else 'False'}, {fact}", "True" if good else "False"
    return question, f"{'Yes' if good else 'No'}, {fact}", "Yes" if good else "No"


def even_odd(rng):
    x = rng.randrange(10 ** rng.choice((1, 2, 2, 3)))
    word = "even" if x % 2 == 0 else "odd"
    question = phrase(
        rng,
        "Is {x} even or odd?|Is {x} odd or even?|Is the number {x} even or odd?|Even or odd: {x}?|"
        "Tell me whether {x} is even or odd.",
        x=x,
    )
    return question, f"{x} is {word}.", word


def convert(rng):
    one, many, to, factor, most = rng.choice(facts.UNITS)
    n = rng.randrange(1, most + 1)
    unit = one if n == 1 else many
    asked_unit, asked_to = unit, to
    if rng.random() < 0.25:
        asked_unit = unit.replace("meter", "metre").replace("liter", "litre")
        asked_to = to.replace("meter", "metre").replace("liter", "litre")
    verb = rng.choice(("is", "are")) if n == 1 else "are"
    question = phrase(
        rng,
        "How many {t} are in {n} {u}?|How many {t} {v} {n} {u}?|Convert {n} {u} to {t}.|{n} {u} in {t}|"
        "What is {n} {u} in {t}?|How many {t} are there in {n} {u}?|{n} {u} to {t}|{n} {u} is how many {t}?|"
        "Express {n} {u} in {t}.|Please convert {n} {u} into {t}.",
        n=n,
        u=asked_unit,
        t=asked_to,
        v=verb,
    )
    return question, f"{n} {unit} = {n * factor} {to}", str(n * factor)


def sort_numbers(rng):
    count = rng.choice((3, 3, 4, 4, 5))
    values = rng.sample(range(100), count)
    down = rng.random() < 0.3
    listed = rng.choice((", ", ", ", ", ", " ")).join(map(str, values))
    if down:
        question = phrase(
            rng,
            "Sort these numbers from largest to smallest: {l}|Sort in descending order: {l}|"
            "Order from high to low: {l}|Sort {l} in descending order.|Put these numbers in descending order: {l}",
            l=listed,
        )
    else:
        question = phrase(
            rng,
            "Sort these numbers: {l}|Sort: {l}|Sort the numbers {l}.|Put these numbers in order: {l}|"
            "Sort in ascending order: {l}|Sort from smallest to largest: {l}|Sort {l}|Order these numbers: {l}|"
            "Arrange these numbers from smallest to largest: {l}|Sort {l} in ascending order.",
            l=listed,
        )
    answer = ", ".join(map(str, sorted(values, reverse=down)))
    return question, answer, None


def extreme(rng):
    values = rng.sample(range(100), rng.choice((3, 4, 5)))
    listed = ", ".join(map(str, values))
    if rng.random() < 0.5:
        question = phrase(
            rng,
            "What is the largest of {l}?|Which number is the largest: {l}?|Find the maximum of {l}.|"
            "What is the biggest number in {l}?|Max of {l}?|Which of these is the largest: {l}?",
            l=listed,
        )
        return question, f"The largest number is {max(values)}.", str(max(values))
    question = phrase(
        rng,
        "What is the smallest of {l}?|Which number is the smallest: {l}?|Find the minimum of {l}.|"
        "What is the smallest number in {l}?|Min of {l}?|Which of these is the smallest: {l}?",
        l=listed,
    )
    return question, f"The smallest number is {min(values)}.", str(min(values))


def number_words(rng):
    n = rng.randrange(101)
    if rng.random() < 0.5:
        question = phrase(
            rng,
            "Write {n} in words.|How do you write {n} in words?|{n} in words|Spell out the number {n}.|"
            "What is {n} in words?|How do you spell {n}?|Write the number {n} as a word.|{n} as a word?|"
            "Write out {n} in words.|Say {n} in words.",
            n=n,
        )
        return question, in_words(n), None
    question = phrase(
        rng,
        "Write {w} as a number.|Write {w} in digits.|What is {w} as a number?|{w} in digits|"
        "What number is {w}?|How do you write {w} in digits?|{w} as a number|Convert {w} to digits.|"
        "Turn {w} into a number.|Which number is {w}?",
        w=in_words(n),
    )
    return question, str(n), None


def next_number(rng):
    kind = rng.randrange(3)
    if kind == 0:
        n = rng.randrange(0, 999)
        question = phrase(
            rng,
            "What number comes after {n}?|Which number comes after {n}?|What comes after {n}?|"
            "What is the next number after {n}?|Number after {n}?",
            n=n,
        )
        return question, f"{n + 1} comes after {n}.", str(n + 1)
    if kind == 1:
        n = rng.randrange(1, 1000)
        question = phrase(
            rng,
            "What number comes before {n}?|Which number comes before {n}?|What comes before {n}?|"
            "What is the number before {n}?|Number before {n}?",
            n=n,
        )
        return question, f"{n - 1} comes before {n}.", str(n - 1)
    start, step = rng.randrange(0, 30), rng.choice((1, 2, 3, 5, 10))
    count = rng.choice((3, 4, 5))
    listed = ", ".join(str(start + step * i) for i in range(count))
    question = phrase(
        rng,
        "What comes next: {l}?|Continue the sequence: {l}|What is the next number: {l}?|{l}, what comes next?|"
        "What number comes next in {l}?|Next number: {l}",
        l=listed,
    )
    return question, str(start + step * count), None
