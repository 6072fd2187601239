# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Talk without one right answer: greetings, who the model is, what it cannot do, and small stories."""

from text import a, phrase, upper_first

SELF = "I am the built-in demonstration model of swift-vllm, a tiny language model."

# questions | answers: any question may get any answer of its row
TALK = [
    (
        "Hi|Hello|Hey|Hi there|Hello there!|Good morning|Good evening|Hi!|Hello!|Hey there|Good afternoon|Howdy|Greetings|Yo",
        "Hello! How can I help you?|Hello! What can I do for you?|Hi! Ask me something small.",
    ),
    (
        "How are you?|How are you doing?|How do you do?|How is it going?|What's up?|Are you well?|How do you feel?",
        "I am fine, thank you. How can I help you?|I am doing well, thanks. What can I do for you?",
    ),
    (
        "Who are you?|What are you?|What is your name?|What's your name?|Who is this?|Tell me about yourself.|"
        "Introduce yourself.|What model are you?|Which model is this?|Are you a model?|What is this?|What are you called?|"
        "Are you ChatGPT?|Are you an AI?|Are you a robot?|Are you human?|Who am I talking to?",
        SELF
        + "|"
        + SELF
        + " I can do small sums, sort lists, answer simple questions and tell short stories.",
    ),
    (
        "Who made you?|Who created you?|Who built you?|Where do you come from?|Who trained you?|How were you made?|How were you trained?",
        "I was trained by a small script of the swift-vllm project on text that the script wrote itself.",
    ),
    (
        "What can you do?|Help|Help me|What do you know?|What can I ask you?|How can you help me?|What are you good at?|"
        "What should I ask?|Give me an example of what you can do.|Can you help me?|What are your skills?",
        "I can add, subtract, multiply and divide small numbers, compare and sort, convert units, answer simple questions, "
        "extract JSON and tell short stories. Try: What is 12 + 30?",
    ),
    (
        "What is swift-vllm?|Tell me about swift-vllm.|What does swift-vllm do?|What is vLLM?|Explain swift-vllm.",
        "swift-vllm is an engine written in Swift that runs and serves language models. I am its built-in demonstration model.",
    ),
    (
        "Thanks|Thank you|Thank you!|Thanks a lot|Great, thanks|Thanks!|Thank you very much|Cool, thanks|Nice, thank you",
        "You are welcome!|You are welcome! Anything else?",
    ),
    (
        "Bye|Goodbye|See you|Good night|Bye!|See you later|Farewell|Bye bye",
        "Goodbye! Have a nice day.|Goodbye!",
    ),
    (
        "Ok|Okay|Good|Great|Nice|Cool|Wow|Well done|Good job|Perfect|Awesome|Yes|No|Sure|Test|Testing|Ping",
        "Good! What else would you like to know?|All right. What else can I do for you?",
    ),
    (
        "Tell me a joke.|Do you know a joke?|Joke please|Make me laugh.|Say something funny.|Another joke",
        "Why did the book look sad? It had too many problems.|What do you call a sleeping bull? A bulldozer.|"
        "Why was six afraid of seven? Because seven ate nine.|What has hands but cannot clap? A clock.",
    ),
    (
        "How old are you?|When were you born?|How big are you?|How many parameters do you have?|Are you small?|Are you smart?",
        "I am a tiny model with fewer than five million parameters, so I know only small things.",
    ),
    (
        "I am sad.|I feel sad|I am tired.|I had a bad day.|I am bored.|I feel lonely.",
        "I am sorry to hear that. Would you like a short story?|I am sorry. Maybe a story or a joke helps?",
    ),
    ("I am happy.|I feel great|I had a good day.|I am glad.|Today is a good day.", "That is nice to hear!"),
    ("Count to ten.|Count from 1 to 10.|Count to 10|Can you count to ten?", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
    ("Count to five.|Count from 1 to 5.|Count to 5|Can you count to five?", "1, 2, 3, 4, 5"),
    (
        "Say the alphabet.|What is the alphabet?|Recite the alphabet.|List the letters of the alphabet.",
        "A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z",
    ),
    (
        "List the days of the week.|What are the days of the week?|Name the days of the week.|Days of the week",
        "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    ),
    (
        "List the months.|What are the months of the year?|Name the months.|List the months of the year.",
        "January, February, March, April, May, June, July, August, September, October, November, December",
    ),
    (
        "Name the seasons.|What are the four seasons?|List the seasons.|Seasons of the year",
        "Spring, summer, autumn, winter",
    ),
    (
        "Name the planets.|What are the planets?|List the planets of the solar system.|List the planets",
        "Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune",
    ),
    ("What are the primary colors?|Name the primary colors.|List the primary colors.", "Red, yellow, blue"),
    ("What is the meaning of life?|What is the answer to everything?", "Some say 42."),
    (
        "Which is the largest planet?|What is the biggest planet?|What is the largest planet?",
        "Jupiter is the largest planet.",
    ),
    (
        "What is the largest animal?|What is the biggest animal?|Which animal is the largest?",
        "The blue whale is the largest animal.",
    ),
    (
        "What is water made of?|What is water?|What does water consist of?",
        "Water is made of hydrogen and oxygen.",
    ),
    ("How many continents are there?|How many continents does Earth have?", "There are 7 continents."),
    (
        "Does the sun rise in the east?|Where does the sun rise?|Where does the sun come up?",
        "The sun rises in the east.",
    ),
    ("What do bees make?|What do bees produce?|Who makes honey?", "Bees make honey."),
    ("What do cows give us?|Where does milk come from?|Who gives milk?", "Cows give milk."),
]

TOPICS = """quantum physics|the stock market|the weather|football|politics|the latest news|a good restaurant|my homework|
the French Revolution|machine learning|taxes|history|Shakespeare|a movie|the president|Bitcoin|chemistry|medicine|
the Roman Empire|computers|philosophy|cooking pasta|programming|climate change|black holes|music theory|the economy|
a recipe|my car|travel|the internet|games|Einstein|the moon landing|love|time travel|dinosaurs""".replace(
    "\n", ""
).split("|")
UNKNOWN = (
    "Explain {t}.|Tell me about {t}.|What do you think about {t}?|Write an essay about {t}.|Can you explain {t} to me?|"
    "What happened in {y}?|Write a Python program about {t}.|Write code for {t}.|Translate this text about {t}.|"
    "Who won in {y}?|Summarize {t}.|Give me advice about {t}.|Who invented {t}?|Why does {t} exist?|"
    "How does {t} work?|What is the best book about {t}?|Describe {t}.|What is {t}?|I want to learn about {t}."
)
SORRY = (
    "I am sorry, I do not know that. I am only a tiny model.|"
    "I am too small to know that. Try a small sum or a short story."
)

HEROES = """cat dog fox rabbit mouse bear lion owl duck frog horse turtle dragon robot wizard knight princess king queen girl
boy farmer pirate fish bird elephant monkey squirrel wolf hedgehog penguin unicorn ghost snail bee spider whale star
cloud train boat tree snowman baker sailor witch giant teacher doctor kitten puppy""".split()
MOODS = "little brave clever curious shy kind lonely funny old young happy lazy small friendly hungry".split()
PLACES = [
    "in a green forest",
    "by the sea",
    "on a high mountain",
    "in a small village",
    "near a quiet river",
    "in a big city",
    "in an old castle",
    "on a sunny island",
    "in a warm valley",
    "at the edge of a wood",
]
STORY_NAMES = "Milo Luna Pip Bella Oscar Ruby Max Daisy Leo Nora Felix Lily Toby Rosie Sam".split()
WISHES = [
    ("wanted to find a friend", "found a friend"),
    ("was looking for a lost key", "found the key"),
    ("wanted to see the stars up close", "saw the stars"),
    ("dreamed of a great adventure", "had a great adventure"),
    ("wanted to learn to sing", "could sing"),
    ("was looking for a hidden treasure", "found the treasure"),
    ("wanted to bake the best cake", "baked the best cake"),
    ("wanted to find the way home", "came home"),
]
TROUBLES = [
    "a big storm came",
    "it began to rain",
    "the path was lost in the fog",
    "a deep river blocked the way",
    "the night grew dark and cold",
    "a tall wall stood in the way",
    "nobody knew the way",
    "the wind blew very hard",
]
HELPERS = [
    "an old owl",
    "a kind fisherman",
    "a small mouse",
    "a wise turtle",
    "a friendly bear",
    "a merry girl",
    "a talking tree",
]
MORALS = [
    "From that day on they were best friends.",
    "And they all had a feast under the stars.",
    "It was the best day ever.",
    "And that night everyone slept well.",
    "Being kind had helped after all.",
]
STORY_ASKS = (
    "Tell me a story about {s}.|Write a story about {s}.|Tell a story about {s}|Write a short story about {s}.|"
    "Tell me a short story about {s}.|I want a story about {s}.|A story about {s}, please.|Story about {s}|"
    "Can you tell me a story about {s}?|Make up a story about {s}.|Please write a story about {s}.|"
    "Once upon a time there was {s}. Tell me more."
)


def talk(rng):
    """A greeting or another fixed small exchange."""
    asks, answers = rng.choice(TALK[:13] if rng.random() < 0.75 else TALK)
    return rng.choice(asks.split("|")), rng.choice(answers.split("|")), None


def unknown(rng):
    """A question beyond the model, declined."""
    question = phrase(rng, UNKNOWN, t=rng.choice(TOPICS), y=rng.randrange(1200, 2030))
    return question, rng.choice(SORRY.split("|")), None


def story(rng):
    """A story of five or six sentences whose subject is the one asked for."""
    hero, mood, name = rng.choice(HEROES), rng.choice(MOODS), rng.choice(STORY_NAMES)
    style = rng.random()
    if style < 0.15:
        question = phrase(
            rng,
            "Tell me a story.|Write a story.|Tell a story|I want a story.|A short story, please.|Story please|"
            "Write a short story.|Can you tell me a story?|Another story",
        )
    elif style < 0.55:
        question = phrase(rng, STORY_ASKS, s=a(hero))
    elif style < 0.8:
        question = phrase(rng, STORY_ASKS, s=f"{a(mood)} {hero}")
    else:
        question = phrase(rng, STORY_ASKS, s=f"{a(hero)} named {name}")
    wish, done = rng.choice(WISHES)
    helper, place = rng.choice(HELPERS), rng.choice(PLACES)
    text = phrase(
        rng,
        "Once upon a time there was {m} {h} named {n}. |Once there lived {m} {h} called {n}. |"
        "Long ago, {m} {h} named {n} lived {p}. ",
        m=a(mood),
        h=hero,
        n=name,
        p=place,
    )
    if "lived " + place not in text:
        text += f"{name} lived {place}. "
    text += phrase(
        rng, "Every day {n} {w}. |More than anything, {n} {w}. |One morning {n} {w}. ", n=name, w=wish
    )
    text += phrase(rng, "But {t}. |Then {t}. |On the way, {t}. ", t=rng.choice(TROUBLES))
    text += phrase(
        rng,
        '{n} met {h}, who said: "Do not be afraid, I will help you." |'
        "Just then {h} came by and helped {n}. |{n} did not give up and asked {h} for help. ",
        n=name,
        h=helper,
    )
    text += phrase(rng, "Together they went on, and at last {n} {d}. |In the end {n} {d}. ", n=name, d=done)
    return question, text + rng.choice(MORALS), None


def memory(rng, names, cities):
    """A conversation whose last answer is in an earlier turn; returns (question, answer) pairs."""
    name, city = rng.choice(names), rng.choice(cities)
    shade = rng.choice("red blue green yellow purple pink black white orange brown".split())
    kind = rng.randrange(3)
    if kind == 0:
        first = (
            phrase(
                rng,
                "My name is {n}.|I am {n}.|Hi, I am {n}.|Hello, my name is {n}.|I'm {n}|Call me {n}.",
                n=name,
            ),
            f"Nice to meet you, {name}!",
        )
        last = (
            phrase(rng, "What is my name?|Who am I?|Do you remember my name?|What's my name?|Say my name."),
            f"Your name is {name}.",
        )
    elif kind == 1:
        first = (
            phrase(rng, "I live in {c}.|I am from {c}.|My home is {c}.|I come from {c}.", c=city),
            f"{city} is a nice city.",
        )
        last = (
            phrase(
                rng, "Where do I live?|Where am I from?|Which city do I live in?|Do you know where I live?"
            ),
            f"You live in {city}.",
        )
    else:
        first = (
            phrase(
                rng,
                "My favorite color is {s}.|I like {s}.|I love the color {s}.|My favourite colour is {s}.",
                s=shade,
            ),
            f"{upper_first(shade)} is a nice color.",
        )
        last = (
            phrase(
                rng,
                "What is my favorite color?|Which color do I like?|What color do I love?|What's my favourite colour?",
            ),
            f"Your favorite color is {shade}.",
        )
    return first, last
