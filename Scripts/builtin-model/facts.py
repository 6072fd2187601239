# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""The small world that the built-in model knows: plain tables, no code."""

CAPITALS = dict(
    pair.split(":")
    for pair in """
France:Paris;Germany:Berlin;Italy:Rome;Spain:Madrid;Portugal:Lisbon;England:London;Scotland:Edinburgh;Ireland:Dublin;
Wales:Cardiff;Belgium:Brussels;the Netherlands:Amsterdam;Austria:Vienna;Switzerland:Bern;Poland:Warsaw;Hungary:Budapest;
Greece:Athens;Sweden:Stockholm;Norway:Oslo;Denmark:Copenhagen;Finland:Helsinki;Iceland:Reykjavik;Russia:Moscow;
Ukraine:Kyiv;Romania:Bucharest;Bulgaria:Sofia;Serbia:Belgrade;Croatia:Zagreb;Turkey:Ankara;Egypt:Cairo;Morocco:Rabat;
Kenya:Nairobi;Nigeria:Abuja;Ghana:Accra;Ethiopia:Addis Ababa;Senegal:Dakar;Japan:Tokyo;China:Beijing;India:New Delhi;
South Korea:Seoul;Thailand:Bangkok;Vietnam:Hanoi;Indonesia:Jakarta;Nepal:Kathmandu;Iran:Tehran;Iraq:Baghdad;
Australia:Canberra;New Zealand:Wellington;Canada:Ottawa;the United States:Washington;Mexico:Mexico City;Cuba:Havana;
Brazil:Brasilia;Argentina:Buenos Aires;Chile:Santiago;Peru:Lima;Colombia:Bogota;Ecuador:Quito;Uruguay:Montevideo
""".replace("\n", "").split(";")
)

CONTINENTS = {
    country: continent
    for continent, countries in {
        "Europe": "France,Germany,Italy,Spain,Portugal,England,Ireland,Belgium,the Netherlands,Austria,Switzerland,"
        "Poland,Hungary,Greece,Sweden,Norway,Denmark,Finland,Iceland",
        "Africa": "Egypt,Morocco,Kenya,Nigeria,Ghana,Ethiopia,Senegal",
        "Asia": "Japan,China,India,South Korea,Thailand,Vietnam,Nepal",
        "North America": "Canada,the United States,Mexico",
        "South America": "Brazil,Argentina,Chile,Peru,Colombia",
    }.items()
    for country in countries.split(",")
}

OPPOSITES = [
    tuple(pair.split("/"))
    for pair in """hot/cold big/small tall/short fast/slow up/down left/right day/night black/white good/bad happy/sad
    old/young open/closed full/empty light/dark heavy/weightless hard/soft wet/dry rich/poor strong/weak early/late
    high/low near/far loud/quiet clean/dirty thick/thin wide/narrow true/false right/wrong always/never
    inside/outside above/below before/after first/last begin/end love/hate push/pull buy/sell win/lose
    give/take laugh/cry sweet/sour deep/shallow sharp/blunt smooth/rough easy/difficult brave/cowardly
    cheap/expensive safe/dangerous awake/asleep north/south east/west alive/dead front/back more/less
    beautiful/ugly polite/rude simple/complex success/failure friend/enemy summer/winter""".split()
    if pair not in ("heavy/weightless", "right/wrong")
]

PLURALS = dict(
    pair.split("/")
    for pair in """cat/cats dog/dogs book/books tree/trees car/cars house/houses apple/apples bird/birds star/stars
    chair/chairs box/boxes fox/foxes bus/buses dish/dishes glass/glasses watch/watches church/churches
    baby/babies city/cities story/stories party/parties lady/ladies fly/flies berry/berries country/countries
    leaf/leaves wolf/wolves knife/knives life/lives wife/wives shelf/shelves half/halves loaf/loaves thief/thieves
    man/men woman/women child/children foot/feet tooth/teeth goose/geese mouse/mice ox/oxen person/people
    sheep/sheep deer/deer fish/fish hero/heroes potato/potatoes tomato/tomatoes photo/photos piano/pianos
    key/keys toy/toys day/days boy/boys monkey/monkeys table/tables river/rivers""".split()
)

PAST = dict(
    pair.split("/")
    for pair in """go/went see/saw eat/ate drink/drank run/ran swim/swam write/wrote read/read take/took give/gave come/came
    make/made do/did have/had be/was buy/bought bring/brought think/thought teach/taught catch/caught sing/sang
    ring/rang fly/flew grow/grew know/knew throw/threw draw/drew drive/drove ride/rode rise/rose speak/spoke
    break/broke wake/woke sleep/slept keep/kept feel/felt leave/left meet/met find/found stand/stood win/won
    sit/sat begin/began forget/forgot get/got hear/heard hold/held lose/lost pay/paid say/said sell/sold
    send/sent tell/told wear/wore walk/walked play/played jump/jumped talk/talked cook/cooked dance/danced
    help/helped look/looked open/opened""".split()
)

COLORS = dict(
    pair.split(":")
    for pair in """the sky:blue;grass:green;snow:white;a banana:yellow;a lemon:yellow;the sun:yellow;blood:red;a strawberry:red;
    a tomato:red;coal:black;the night sky:black;a carrot:orange;a pumpkin:orange;a flamingo:pink;chocolate:brown;
    an elephant:gray;milk:white;a leaf:green;a frog:green;the sea:blue;a raven:black;a polar bear:white;
    a cucumber:green;a cherry:red;an eggplant:purple;salt:white;a fire truck:red;a crocodile:green;
    a bear:brown;lavender:purple;a pea:green;a blueberry:blue""".replace("\n", "")
    .replace("    ", "")
    .split(";")
)

MIXES = [
    ("red", "yellow", "orange"),
    ("blue", "yellow", "green"),
    ("red", "blue", "purple"),
    ("red", "white", "pink"),
    ("black", "white", "gray"),
]

# animal: (sound it makes, its young, legs, where it lives)
ANIMALS = {
    row.split(",")[0]: tuple(row.split(",")[1:])
    for row in """dog,woof,puppy,4,in a house;cat,meow,kitten,4,in a house;cow,moo,calf,4,on a farm;sheep,baa,lamb,4,on a farm;
    horse,neigh,foal,4,on a farm;pig,oink,piglet,4,on a farm;duck,quack,duckling,2,on a pond;hen,cluck,chick,2,on a farm;
    lion,roar,cub,4,in the savanna;bear,growl,cub,4,in the forest;wolf,howl,pup,4,in the forest;
    frog,ribbit,tadpole,4,in a pond;goat,bleat,kid,4,on a farm;owl,hoot,owlet,2,in the forest;
    bee,buzz,larva,6,in a hive;snake,hiss,snakelet,0,in the grass;mouse,squeak,pup,4,in a hole;
    goose,honk,gosling,2,on a pond;elephant,trumpet,calf,4,in the savanna;donkey,hee-haw,foal,4,on a farm
    """.replace("\n", "")
    .replace("    ", "")
    .strip()
    .split(";")
}

LEGS = {
    "spider": 8,
    "ant": 6,
    "butterfly": 6,
    "beetle": 6,
    "chicken": 2,
    "eagle": 2,
    "parrot": 2,
    "penguin": 2,
    "tiger": 4,
    "rabbit": 4,
    "fox": 4,
    "zebra": 4,
    "giraffe": 4,
    "fish": 0,
    "whale": 0,
    "worm": 0,
    "human": 2,
    "octopus": 8,
    "turtle": 4,
    "deer": 4,
    "monkey": 4,
}

KINDS = {
    thing: kind
    for kind, things in {
        "a fruit": "apple,banana,orange,pear,grape,cherry,lemon,peach,plum,mango,melon,strawberry",
        "a vegetable": "carrot,potato,onion,cabbage,spinach,cucumber,pea,broccoli,pumpkin",
        "a bird": "eagle,owl,duck,penguin,parrot,hen,goose,raven,swan,robin",
        "a mammal": "dog,cat,cow,horse,whale,bat,lion,bear,wolf,elephant,mouse,rabbit,tiger",
        "a fish": "salmon,tuna,shark,trout,cod,carp",
        "an insect": "ant,bee,beetle,butterfly,fly,mosquito,wasp",
        "a color": "red,blue,green,yellow,purple,pink,brown",
        "a musical instrument": "piano,guitar,violin,drum,flute,trumpet,harp",
        "a tool": "hammer,saw,screwdriver,drill,wrench",
        "a country": "France,Japan,Brazil,Egypt,Canada,India,Spain,Norway",
        "a piece of furniture": "table,chair,bed,sofa,desk,shelf",
        "a vehicle": "car,bus,train,bicycle,truck,boat",
        "a planet": "Mercury,Venus,Earth,Mars,Jupiter,Saturn,Uranus,Neptune",
    }.items()
    for thing in things.split(",")
}

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = ("January February March April May June July August September October November December").split()
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
SEASONS = {
    "December": "winter",
    "January": "winter",
    "February": "winter",
    "March": "spring",
    "April": "spring",
    "May": "spring",
    "June": "summer",
    "July": "summer",
    "August": "summer",
    "September": "autumn",
    "October": "autumn",
    "November": "autumn",
}

# from (singular, plural), to (plural), factor, largest count asked for
UNITS = [
    ("meter", "meters", "centimeters", 100, 99),
    ("kilometer", "kilometers", "meters", 1000, 99),
    ("centimeter", "centimeters", "millimeters", 10, 99),
    ("kilogram", "kilograms", "grams", 1000, 99),
    ("ton", "tons", "kilograms", 1000, 99),
    ("liter", "liters", "milliliters", 1000, 99),
    ("hour", "hours", "minutes", 60, 20),
    ("minute", "minutes", "seconds", 60, 20),
    ("day", "days", "hours", 24, 10),
    ("week", "weeks", "days", 7, 20),
    ("year", "years", "months", 12, 20),
    ("foot", "feet", "inches", 12, 20),
    ("yard", "yards", "feet", 3, 30),
    ("dollar", "dollars", "cents", 100, 99),
    ("century", "centuries", "years", 100, 30),
    ("decade", "decades", "years", 10, 40),
    ("dozen", "dozen", "items", 12, 20),
]

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()

NAMES = """Anna Ben Clara David Emma Finn Grace Henry Iris Jack Kate Leo Maria Noah Olivia Paul Rosa Sam Tina Tom Victor
Zoe Alice Bob Carol Dan Eva Frank Gina Hugo Ivan Julia Karl Lucy Mark Nina Oscar Peter Ruth Sara Simon Laura Max Mia
Nora Oliver Sophie Felix Ella Lena""".split()
CITIES = """Paris Berlin Rome Madrid Lisbon London Dublin Vienna Warsaw Athens Oslo Moscow Cairo Tokyo Beijing Delhi Seoul
Sydney Toronto Boston Chicago Dallas Denver Lima Havana Munich Milan Prague Zurich Geneva""".split()
JOBS = """teacher doctor nurse baker farmer pilot driver lawyer painter singer writer cook engineer gardener carpenter
dentist plumber scientist waiter tailor""".split()
ITEMS = """apples books pens eggs oranges chairs lamps cups plates shirts hats shoes tickets cakes bottles roses stamps
pencils candles bags""".split()

# The pool of words to sort, count and spell.
WORDS = """apple banana cherry lemon orange pear grape peach plum mango dog cat horse lion tiger bear wolf fox mouse rabbit
eagle duck owl snake frog fish whale bee ant spider table chair lamp window door house garden river mountain ocean forest
tree flower stone sand cloud rain snow wind star moon sun light night morning water fire bread cheese butter milk sugar
salt pepper coffee tea juice soup cake book pen paper letter school teacher doctor farmer king queen knight castle tower
bridge road train ship plane car bicycle wheel engine hammer needle button pocket jacket shirt shoe glove hat ring crown
gold silver iron copper glass paint brush piano violin guitar drum music song dance game ball kite puzzle robot planet
rocket island desert valley village city market kitchen cellar basket bottle candle mirror pillow blanket carpet ladder
anchor arrow autumn winter summer spring friend brother sister mother father child baby uncle zebra yellow violet
green blue red purple black white brown velvet cotton paper pencil eraser ruler zero number nickel onion carrot
potato tomato cabbage garlic honey jelly kettle lizard monkey north south east west""".split()
WORDS = sorted(set(WORDS))
