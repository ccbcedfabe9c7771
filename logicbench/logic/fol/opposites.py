"""Names that are each other's negation or opposite, by a list of pairs and by prefixes and endings."""

from __future__ import annotations

from itertools import product

from logicbench.logic.fol.words import plain, stem, words

PREFIXES = tuple("un in im il ir dis non mis anti counter a de wo fe ex pre post".split())
_CONTRACTED = "ai are ca could did does do had has have is might must need should was were wo would"
NEGATIONS = frozenset(
    """
    not non no never without cannot lack lacks lacking neither nor fail fails nobody nothing nowhere noone hardly barely
    """.split()
) | {f"{word}nt" for word in _CONTRACTED.split()}
_JOINED = frozenset("un im il ir dis non mis anti counter".split())
# Where *a* is the prefix, not the article: *a-moral*.
_AFTER_A = frozenset(
    """
    biotic chromatic cyclic gnostic historical moral periodic political septic sexual social symmetric symmetrical
    symptomatic synchronous theist theistic tonal typical
    """.split()
)
_OPPOSITES = """
man woman|boy girl|male female|father mother|son daughter|brother sister|uncle aunt|husband wife|king queen|
prince princess|actor actress|increase decrease|increasing decreasing|legal illegal|happy sad|good bad|good evil|
big small|large small|large little|tall short|long short|high low|hot cold|warm cool|fast slow|quick slow|old young|
old new|older younger|taller shorter|larger smaller|bigger smaller|greater less|greater smaller|more less|more fewer|
most least|maximum minimum|max min|upper lower|above below|over under|up down|left right|north south|east west|
before after|earlier later|early late|first last|begin end|start end|start stop|open close|opened closed|open closed|
win lose|won lost|winner loser|pass fail|passed failed|true false|right wrong|correct incorrect|live die|alive dead|
life death|love hate|like dislike|like hate|friend enemy|buy sell|buyer seller|give take|give receive|send receive|
teacher student|employer employee|parent child|doctor patient|lend borrow|rich poor|strong weak|hard soft|hard easy|
difficult easy|heavy light|dark light|black white|day night|wet dry|full empty|clean dirty|safe dangerous|
public private|present absent|presence absence|accept reject|accept refuse|allow forbid|allowed forbidden|
include exclude|inside outside|in out|on off|enter leave|arrive leave|arrive depart|come go|import export|
expensive cheap|positive negative|odd even|single married|guilty innocent|near far|wide narrow|thick thin|fat thin|
deep shallow|loud quiet|noisy quiet|active passive|asleep awake|domestic foreign|major minor|senior junior|
urban rural|vertical horizontal|ancient modern|always never|all none|predator prey|host guest|plaintiff defendant|
attack defend|push pull|rise fall|raise lower|lengthen shorten|gain lose|profit loss|succeed fail|success failure|
remember forget|find lose|create destroy|build destroy|birth death|summer winter|yes no|useful useless|
careful careless|before since|superior inferior|interior exterior|internal external|ally enemy|here there|
same different|stay move|past future|demand supply|few many|allow deny|admit deny|finish start|stop begin|cry laugh|
hit miss|back front|general particular|general specific|empty fill|avoid confront|former latter|heat cool|
double single|soft loud|hide show|solid liquid|simple complex|hire fire|defeat victory|ahead behind|weakness strength|
shout whisper|peace war|pain pleasure|rough smooth|hope despair|shut open|sharp dull|danger safety|follow precede|
better worse|best worst|well badly|well ill|healthy sick|top bottom|break repair|absolute relative|often seldom|
mental physical|permit forbid|conservative liberal|add remove|add subtract|ordinary extraordinary|abstract concrete|
wake sleep|friend foe|lady gentleman|difficulty ease|praise criticize|advance retreat|smart stupid|wise foolish|
tight loose|attract repel|primary secondary|native foreign|boil freeze|objective subjective|resist surrender|glad sad|
deposit withdraw|expand contract|reward punishment|friendly hostile|feed starve|poverty wealth|poor wealthy|
inner outer|gradual sudden|humble proud|prosecute defend|artificial natural|majority minority|joy sorrow|
guilt innocence|acute chronic|survive perish|sour sweet|permanent temporary|theoretical empirical|attach detach|
literal figurative|feminine masculine|brave cowardly|beautiful ugly|tame wild|written spoken|relaxed tense|
fresh stale|nephew niece|enter exit|entrance exit|diligent lazy|asset liability|adult juvenile|abundant scarce|
heaven hell|vice virtue|virtuous wicked|sunrise sunset|religious secular|parallel perpendicular|plural singular|
landlord tenant|debtor creditor|hero villain|cause effect|ignore notice|sit stand|prove refute|together apart|
sober drunk
"""
# Beginnings and endings that are each other's opposite where the rest of two words is the same.
_BEGINNINGS = [
    (one, other)
    for pair in """
    in ex|im ex|in out|over under|up down|sub super|hyper hypo|pre post|pro re|pro de|pro anti|as des|an des|at de|
    ac de|con di|en dis|mono poly|max min|north south|east west|fore back|optim pessim|homo hetero
    """.replace("\n", "").split("|")
    for one, other in (pair.split(), pair.split()[::-1])
]
_FULL = ("ful", "y", "ed", "ous")
_DERIVED = ("ly", "ness", "ity", "wards", "ward")
_PAIRS = frozenset(frozenset(pair.split()) for pair in _OPPOSITES.replace("\n", "").split("|"))
_STEM_PAIRS = frozenset(frozenset(map(stem, pair)) for pair in _PAIRS)


def opposite(left: str, right: str) -> bool:
    """Whether two names look like each other's negation or opposite."""
    a, b = _read(left), _read(right)
    if sum(word in NEGATIONS for word in a) % 2 != sum(word in NEGATIONS for word in b) % 2:
        return True
    only = [[word for word in one if word not in other] for one, other in ((a, b), (b, a))]
    if any(_apart(one, other) for one, other in product(*only)):
        return True
    # As words of their own, "in" and "a" negate nothing.
    return not {"in", "a"} & {*a[:1], *b[:1]} and _negates("".join(a), "".join(b))


def _apart(one: str, other: str) -> bool:
    """Whether two words are each other's opposite, or adverbs or nouns made of opposites are."""
    if frozenset((one, other)) in _PAIRS or frozenset((stem(one), stem(other))) in _STEM_PAIRS:
        return True
    if _negates(one, other) or _swapped(one, other):
        return True
    ending = next((end for end in _DERIVED if one.endswith(end) and other.endswith(end)), None)
    return ending is not None and _apart(_base(one, ending), _base(other, ending))


def _base(word: str, ending: str) -> str:
    base = word.removesuffix(ending)
    return f"{base[:-1]}y" if base.endswith("i") else base


def _swapped(one: str, other: str) -> bool:
    """Whether words differ in a beginning that turns the meaning around."""
    return any(
        one.startswith(a) and other.startswith(b) and len(one) >= len(a) + 3 and one[len(a) :] == other[len(b) :]
        for a, b in _BEGINNINGS
    )


def _read(name: str) -> list[str]:
    """The words of a name, contractions and hyphenated prefixes in one: *isn't*, *un-happy*, *a-moral*."""
    read: list[str] = []
    for word in words(plain(name).replace("'", "").replace("’", "")):
        joins = bool(read) and word.isalpha() and (read[-1] in _JOINED or (read[-1] == "a" and word in _AFTER_A))
        if joins:
            word = read.pop() + word
        read.append(word)
    return read


def _negates(one: str, other: str) -> bool:
    """Whether one of two words is the other with a prefix or an ending that negates."""
    stems = stem(one), stem(other)
    for prefix in PREFIXES:
        for long, short in ((one, other), (other, one), stems, stems[::-1]):
            if len(short) >= 3 and long == prefix + short:
                return True
    for long, short in ((one, other), (other, one)):
        if long.endswith("less") and short in (root := long.removesuffix("less"), *(root + end for end in _FULL)):
            return True
    return False
