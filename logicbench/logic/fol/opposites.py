"""Names that are each other's negation or opposite, by a list of pairs and by prefixes and endings."""

from __future__ import annotations

from logicbench.logic.fol.words import plain, stem, words

_PREFIXES = tuple("un in im il ir dis non mis anti counter a de wo fe ex pre post".split())
_NEGATIONS = frozenset(("not", "non", "no", "never", "without", "cannot", "lacks", "lack", "neither", "fail", "fails"))
_OPPOSITES = """
man woman|boy girl|male female|father mother|son daughter|brother sister|uncle aunt|husband wife|
king queen|prince princess|actor actress|increase decrease|increasing decreasing|legal illegal|happy sad|
good bad|good evil|big small|large small|large little|tall short|long short|high low|hot cold|
warm cool|fast slow|quick slow|old young|old new|older younger|taller shorter|larger smaller|
bigger smaller|greater less|greater smaller|more less|more fewer|most least|maximum minimum|max min|
upper lower|above below|over under|up down|left right|north south|east west|before after|earlier later|
early late|first last|begin end|start end|start stop|open close|opened closed|open closed|win lose|
won lost|winner loser|pass fail|passed failed|true false|right wrong|correct incorrect|live die|
alive dead|life death|love hate|like dislike|like hate|friend enemy|buy sell|buyer seller|give take|
give receive|send receive|teacher student|employer employee|parent child|doctor patient|lend borrow|
rich poor|strong weak|hard soft|hard easy|difficult easy|heavy light|dark light|black white|day night|
wet dry|full empty|clean dirty|safe dangerous|public private|present absent|accept reject|accept refuse|
allow forbid|allowed forbidden|include exclude|inside outside|in out|on off|enter leave|arrive leave|
arrive depart|come go|import export|expensive cheap|positive negative|odd even|single married|
guilty innocent|near far|wide narrow|thick thin|fat thin|deep shallow|loud quiet|noisy quiet|
active passive|asleep awake|domestic foreign|major minor|senior junior|urban rural|vertical horizontal|
ancient modern|always never|all none|predator prey|host guest|plaintiff defendant|attack defend|
push pull|rise fall|raise lower|lengthen shorten|gain lose|profit loss|succeed fail|success failure|
remember forget|find lose|create destroy|build destroy|birth death|summer winter|yes no|useful useless|
careful careless|before since|superior inferior|interior exterior|internal external|ally enemy
"""
_PAIRS = frozenset(frozenset(pair.split()) for pair in _OPPOSITES.replace("\n", "").split("|"))
_STEM_PAIRS = frozenset(frozenset(map(stem, pair)) for pair in _PAIRS)


def opposite(left: str, right: str) -> bool:
    """Whether two names look like each other's negation or opposite."""
    a, b = words(plain(left)), words(plain(right))
    if sum(word in _NEGATIONS for word in a) % 2 != sum(word in _NEGATIONS for word in b) % 2:
        return True
    for one in [word for word in a if word not in b]:
        for other in [word for word in b if word not in a]:
            if frozenset((one, other)) in _PAIRS or frozenset((stem(one), stem(other))) in _STEM_PAIRS:
                return True
            if _negates(one, other):
                return True
    # As words of their own, "in" and "a" negate nothing.
    return not {"in", "a"} & {*a[:1], *b[:1]} and _negates("".join(a), "".join(b))


def _negates(left: str, right: str) -> bool:
    short, long = sorted((left, right), key=len)
    if len(short) >= 3 and any(stem(long) == prefix + stem(short) or long == prefix + short for prefix in _PREFIXES):
        return True
    return long.endswith("less") and long.removesuffix("less") in (short, short.removesuffix("ful"))
