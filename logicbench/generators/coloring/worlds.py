"""The worlds in which a graph is told: what stands for vertices, edges and colours, and how each is worded."""

from __future__ import annotations

import math
from dataclasses import dataclass

from logicbench.seeding import Stream

COLOURS = tuple(
    "red green blue yellow orange purple pink brown black white grey gold silver cyan magenta olive maroon navy teal "
    "violet indigo crimson beige turquoise".split()
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class World:
    """The words of one world.

    Sentences are built as: a *plan* in which any two *items* that *joined* are *apart*.
    """

    item: str
    items: str
    value: str
    values: str
    plan: str
    """With its article."""
    joined: str
    """Plural verb phrase: of two items with an edge."""
    joined_one: str
    """Singular verb phrase, followed by an item: of one item with an edge to another."""
    apart: str
    """Plural verb phrase: of two items with different colours."""
    together: str
    """Plural verb phrase: of two items with the same colour."""
    item_key: str
    """What is written of an item in an answer."""
    openings: tuple[str, ...] = ()
    """Templates with ``{n}``."""
    listing: str = ""
    headings: tuple[str, ...] = ()
    """Introduces the pairs."""
    pairs: tuple[str, ...] = ()
    """Templates with ``{u}`` and ``{v}``; as many as headings."""
    isolated: str = ""
    """Names the items without a pair, with ``{names}``."""
    stems: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    palette: tuple[str, ...] = ()
    """All names of colours; empty where they are numbers."""
    sample_palette: bool = True
    """Whether the colours are a random part of the palette, or its beginning."""

    def names(self, count: int, stream: Stream) -> tuple[str, ...]:
        """Return different names for items, in random order; beginnings and endings are used evenly."""
        stems, endings = stream.shuffled(self.stems), stream.shuffled(self.endings)
        size, period = len(stems) * len(endings), math.lcm(len(stems), len(endings))
        names = []
        for i in range(count):
            name = stems[i % len(stems)] + endings[(i + i % size // period) % len(endings)]
            names.append(name if i < size else f"{name} {i // size + 1}")
        return tuple(stream.shuffled(names))

    def colours(self, k: int, stream: Stream) -> tuple[str, ...] | None:
        """Return the names of k colours, in the order of the palette; None (numbers) where the palette is too small."""
        if k > len(self.palette):
            return None
        if not self.sample_palette:
            return self.palette[:k]
        chosen = set(stream.sample(self.palette, k))
        return tuple(name for name in self.palette if name in chosen)


GRAPH = World(
    item="vertex",
    items="vertices",
    value="colour",
    values="colours",
    plan="a colouring of the vertices",
    joined="are joined by an edge",
    joined_one="is joined by an edge to",
    apart="have different colours",
    together="have the same colour",
    item_key="the number of the vertex",
)

NAMED_GRAPH = World(
    item="vertex",
    items="vertices",
    value="colour",
    values="colours",
    plan="a colouring of the vertices",
    joined="are directly connected",
    joined_one="is directly connected to",
    apart="have different colours",
    together="have the same colour",
    item_key="the number of the vertex",
    palette=COLOURS,
)

TIMETABLE = World(
    item="exam",
    items="exams",
    value="day",
    values="days",
    plan="a timetable",
    joined="have a student in common",
    joined_one="has a student in common with",
    apart="are held on different days",
    together="are held on the same day",
    item_key="the name of the exam",
    openings=(
        "A university has to schedule {n} exams. Each exam is held on exactly one day, and any number of exams can be "
        "held on the same day. No student can sit two exams on one day, so exams that have a student in common must be "
        "held on different days.",
        "The examination office of a college is working on its timetable for {n} exams. Every exam takes place on a "
        "single day. Two exams may share a day only if no student is registered for both of them.",
        "There are {n} exams to be held, each on one day. There are rooms enough for all of them at once, but some "
        "students are registered for several exams, and exams that have a student in common must not be held on the "
        "same day.",
    ),
    listing="The exams are: {names}.",
    headings=(
        "These pairs of exams have a student in common, and no others do:",
        "Here are all pairs of exams that have at least one student in common:",
        "The register shows the following overlaps, and there are no others:",
    ),
    pairs=("- {u} and {v}", "- {u} / {v}", "- At least one student takes both {u} and {v}."),
    isolated="Exams that have no student in common with any other exam: {names}.",
    stems=tuple(
        f"{word} "
        for word in (
            "Advanced Ancient Applied Basic Clinical Comparative Critical Elementary Experimental General Industrial "
            "Introductory Medieval Modern Practical Theoretical Tropical Urban"
        ).split()
    ),
    endings=tuple(
        "Algebra Anatomy Archaeology Astronomy Biochemistry Botany Calculus Cartography Chemistry Climatology "
        "Criminology Cryptography Demography Drama Ecology Economics Electronics Entomology Ethics Forestry Genetics "
        "Geography Geology Geometry Hydrology Immunology Journalism Law Linguistics Logic Marketing Mechanics "
        "Metallurgy Meteorology Microbiology Mineralogy Musicology Mythology Neurology Nutrition Oceanography Optics "
        "Painting Palaeontology Pathology Pharmacology Philosophy Phonetics Physics Poetry Psychology Rhetoric "
        "Robotics Sculpture Sociology Statistics Surgery Theology Topology Toxicology Virology Zoology".split()
    ),
    palette=DAYS,
)

RADIO = World(
    item="station",
    items="stations",
    value="channel",
    values="channels",
    plan="a channel plan",
    joined="interfere with each other",
    joined_one="interferes with",
    apart="use different channels",
    together="use the same channel",
    item_key="the name of the station",
    openings=(
        "A broadcaster runs {n} radio stations and gives each of them one channel. Some stations are so close that "
        "they interfere with each other; two such stations must use different channels.",
        "Channels are being assigned to {n} radio stations. Each station transmits on exactly one channel. Stations "
        "that interfere with each other cannot be given the same channel; all others can.",
        "An engineer plans the channels of {n} radio stations, one channel for each. The same channel may be used many "
        "times, but never by two stations that interfere with each other.",
    ),
    listing="The stations are: {names}.",
    headings=(
        "The following pairs of stations interfere with each other, and no others do:",
        "Measurements found interference between these pairs of stations and no others:",
        "All cases of interference are listed here:",
    ),
    pairs=("- {u} and {v}", "- {u} / {v}", "- {u} interferes with {v}."),
    isolated="Stations that interfere with no other station: {names}.",
    stems=tuple(
        "Ash Barn Birch Black Bram Brook Cald Clay Cold Crow Dun East Elm Fair Fern Glen Gran Hart Hazel Holl Kirk "
        "Lang Lind Long Mar Mill Moor North Oak Pem Rush Sand Shel Stan Stone Swan Thorn Wal West Whit Win Wood".split()
    ),
    endings=tuple(
        "bridge bury by combe cote den field ford gate ham hill hurst leigh mere mouth port stead stoke ton vale water "
        "well wick worth".split()
    ),
    palette=tuple(map(str, range(21, 100))),
)

MAP = World(
    item="region",
    items="regions",
    value="colour",
    values="colours",
    plan="a colouring of the map",
    joined="share a border",
    joined_one="shares a border with",
    apart="have different colours",
    together="have the same colour",
    item_key="the name of the region",
    openings=(
        "A cartographer is colouring a map of {n} regions. Each region gets exactly one colour, and regions that share "
        "a border must have different colours. A region may consist of several separate parts, all of which have the "
        "colour of the region.",
        "The map in an old atlas shows {n} regions, some of which consist of several parts that lie far from each "
        "other. Every region is to be printed in a single colour, the same for all its parts, and two regions that "
        "share a border may not be printed in the same colour.",
        "A publisher wants to colour a map with {n} regions. All parts of a region get the same colour, even where "
        "they are not connected, and neighbouring regions, those that share a border, get different colours.",
    ),
    listing="The regions are: {names}.",
    headings=(
        "The following pairs of regions share a border, and no others do:",
        "This is the complete list of borders:",
        "These are all the pairs of neighbouring regions:",
    ),
    pairs=("- {u} and {v}", "- {u} / {v}", "- {u} shares a border with {v}."),
    isolated="Regions that share a border with no other region: {names}.",
    stems=tuple(
        "Al Bel Bor Cal Cor Dal Dor El Fal Gal Gor Hel Ister Jor Kal Kor Lar Lor Mal Mor Nar Nor Ol Pal Per Quel Ral "
        "Ros Sar Sol Tal Tor Ul Val Ver Wal Yor Zan Zel".split()
    ),
    endings=tuple(
        "andia antor aria avia dania endor enia eria esia gard ica iland inor istan mark monia ora ovia rona thania "
        "uria wen zia".split()
    ),
    palette=COLOURS,
)

STORAGE = World(
    item="reagent",
    items="reagents",
    value="cabinet",
    values="cabinets",
    plan="a storage plan",
    joined="react with each other",
    joined_one="reacts with",
    apart="are kept in different cabinets",
    together="are kept in the same cabinet",
    item_key="the name of the reagent",
    openings=(
        "A laboratory keeps {n} reagents, each in one cabinet. Reagents that react with each other must be kept in "
        "different cabinets; otherwise a cabinet can hold any number of them.",
        "There are {n} reagents to be put away, every one of them in a single cabinet. For safety, no two reagents "
        "that react with each other may stand in the same cabinet.",
        "The safety officer of a laboratory decides for {n} reagents in which cabinet each is kept. Two reagents may "
        "be kept in the same cabinet if and only if they do not react with each other.",
    ),
    listing="The reagents are: {names}.",
    headings=(
        "The following pairs of reagents react with each other, and no others do:",
        "These are all the reactions between them:",
        "The data sheets warn of these combinations, and of no others:",
    ),
    pairs=("- {u} and {v}", "- {u} / {v}", "- {u} reacts with {v}."),
    isolated="Reagents that react with no other reagent: {names}.",
    stems=tuple(
        "Acro Baly Cepho Dyra Elu Fluva Gelo Hydra Ixo Juna Kelva Lyso Myra Nepha Oxa Pyla Quino Rhoda Sila Tero Umba "
        "Vexo Xylo Yttra Zeno".split()
    ),
    endings=tuple(
        "bane cline dine fene gel lite mide nol phane quat rate sol thane vane xine zole bromine cane dryl line morin "
        "pine stine toin zine".split()
    ),
    palette=LETTERS,
    sample_palette=False,
)

WORLDS = {
    "dimacs": GRAPH,
    "adjacency": GRAPH,
    "english": NAMED_GRAPH,
    "timetable": TIMETABLE,
    "radio": RADIO,
    "map": MAP,
    "storage": STORAGE,
}
