# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""The tasks with one right answer, and how often each is shown."""

import number_tasks
import word_tasks

# name: (function, weight in the training mix, by examples)
TASKS = {
    "add": (number_tasks.add, 17),
    "subtract": (number_tasks.subtract, 14),
    "multiply": (number_tasks.multiply, 7),
    "divide": (number_tasks.divide, 5),
    "word_problem": (number_tasks.word_problem, 7),
    "compare": (number_tasks.compare, 6),
    "even_odd": (number_tasks.even_odd, 1.5),
    "convert": (number_tasks.convert, 6),
    "sort_numbers": (number_tasks.sort_numbers, 6),
    "extreme": (number_tasks.extreme, 4),
    "sort_words": (word_tasks.sort_words, 6),
    "list": (word_tasks.list_operation, 4),
    "repeat": (word_tasks.repeat, 1.5),
    "capital": (word_tasks.capital, 4),
    "continent": (word_tasks.continent, 2),
    "opposite": (word_tasks.opposite, 3),
    "plural": (word_tasks.plural, 3),
    "past_tense": (word_tasks.past_tense, 3),
    "color": (word_tasks.color, 2),
    "animal": (word_tasks.animal, 4),
    "calendar": (word_tasks.calendar, 4),
    "number_words": (number_tasks.number_words, 3),
    "next_number": (number_tasks.next_number, 3),
    "letters": (word_tasks.letters, 6),
    "alphabet": (word_tasks.alphabet, 2),
    "extract_json": (word_tasks.extract_json, 5),
}
