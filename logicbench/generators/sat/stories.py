"""The worlds of the story surfaces. Items stand for variables, agents for clauses."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from logicbench.seeding import Stream


@dataclass(frozen=True, slots=True)
class Domain:
    """One world: what is chosen, who judges the choice, and how."""

    key: str
    opening: str
    listing: str
    item: str
    first: tuple[str, ...]
    """Names of items; beyond their number, pairs of a second and a first word."""
    second: tuple[str, ...]
    positive: str
    negative: str
    agent: str
    agents: str
    satisfied: str
    broken: str
    rules: tuple[str, str, str]
    dual_rules: tuple[str, str, str]
    heading: str
    dual_heading: str

    def names(self, count: int, stream: Stream) -> list[str]:
        """Return `count` different names in random order."""
        if count <= len(self.first):
            return stream.sample(self.first, count)
        pairs = [f"{b} {a}" for a, b in itertools.product(self.first, self.second)]
        if count > len(pairs):
            pairs += [f"{pair} number {copy}" for copy in range(2, count // len(pairs) + 2) for pair in pairs]
        return stream.sample(pairs, count)

    def the(self, name: str) -> str:
        """Return the item with its article."""
        return f"the {name} {self.item}"


_FLAVOURS = tuple(
    "almond anise apple apricot banana barley blackberry blueberry butter caramel cardamom cashew cherry chestnut "
    "chocolate cinnamon coconut coffee cranberry currant date fig ginger hazelnut honey lavender lemon lime malt mango "
    "maple mint mocha molasses mulberry nutmeg oat olive orange peach peanut pear pecan pineapple pistachio plum poppy "
    "pumpkin quince raisin raspberry rhubarb rosemary saffron sesame spelt strawberry toffee treacle vanilla walnut".split()
)
_SHAPES = tuple("round square twisted braided layered glazed dusted toasted filled rolled".split())
_COLOURS = tuple(
    "amber azure beige black blue bronze brown coral cream crimson cyan emerald gold green grey indigo ivory jade khaki "
    "lilac magenta maroon mauve navy ochre olive orange peach pearl pink plum purple red rose ruby rust salmon sand "
    "scarlet silver tan teal turquoise umber violet white yellow".split()
)
_PLACES = tuple("north south east west upper lower inner outer front rear".split())
_SUBJECTS = tuple(
    "amphora anchor armour atlas bell bridge canoe castle clock coin comet compass crown diary drum fan flute fossil fresco "
    "garden globe harp helmet icon kite lamp lute map mask meteor mirror mosaic organ orchid pirate poster pottery quilt "
    "railway relic ring robot sail shell shield ship sword tapestry telescope temple throne toy train violin whale".split()
)
_ERAS = tuple("ancient antique classic early late modern old recent rare royal".split())
_MACHINES = tuple(
    "boiler brewer chipper chiller compressor conveyor crane crusher cutter dryer duster engraver fan feeder filler filter "
    "folder furnace gluer grinder heater hoist kiln labeller lathe lifter loader loom mill mixer moulder oven packer "
    "painter planer plotter polisher press printer pump punch roller router sander saw scanner sealer shaper shredder "
    "sifter slicer sorter spinner stamper stirrer tester tumbler washer welder wrapper".split()
)
_HALLS = tuple("first second third fourth fifth sixth seventh eighth ninth tenth".split())

DOMAINS = (
    Domain(
        key="bakery",
        opening="A baker is planning the cookies for a party. Each kind of cookie is baked either crunchy or chewy, never both.",
        listing="The kinds of cookie are:",
        item="cookie",
        first=_FLAVOURS,
        second=_SHAPES,
        positive="crunchy",
        negative="chewy",
        agent="guest",
        agents="guests",
        satisfied="happy",
        broken="unhappy",
        rules=(
            "Each guest has handed in a list of wishes. A guest is happy exactly when at least one of the wishes on the list comes true.",
            "A guest is happy if one or more of the guest's wishes are granted, and unhappy if none is.",
            "To make a guest happy it is enough to grant one wish of that guest, and granting several does no harm; a guest with no wish granted is unhappy.",
        ),
        dual_rules=(
            "Each guest dreads one combination of cookies. A guest is unhappy exactly when the whole combination is baked, and happy otherwise.",
            "A guest is unhappy if everything on the guest's list is baked as listed, and happy as soon as one thing on it is not.",
            "Every guest has named things that must not all happen together; if all of them happen the guest is unhappy, and otherwise the guest is happy.",
        ),
        heading="The wishes are:",
        dual_heading="The lists are:",
    ),
    Domain(
        key="lanterns",
        opening="A town hangs coloured lanterns for its festival. During the evening each lantern is either lit or dark.",
        listing="The lanterns are:",
        item="lantern",
        first=_COLOURS,
        second=_PLACES,
        positive="lit",
        negative="dark",
        agent="neighbour",
        agents="neighbours",
        satisfied="content",
        broken="upset",
        rules=(
            "Each neighbour has asked for some lanterns to be lit or dark. A neighbour is content exactly when at least one of the requests is met.",
            "A neighbour is content if one or more of the neighbour's requests are met, and upset if none is.",
            "Meeting a single request of a neighbour is enough to keep that neighbour content, and meeting more does no harm; a neighbour none of whose requests is met is upset.",
        ),
        dual_rules=(
            "Each neighbour objects to one combination of lanterns. A neighbour is upset exactly when the whole combination is seen, and content otherwise.",
            "A neighbour is upset if everything on the neighbour's list is seen as listed, and content as soon as one thing on it is not.",
            "Every neighbour has named things that must not all be the case together; if all of them are the case the neighbour is upset, and otherwise the neighbour is content.",
        ),
        heading="The requests are:",
        dual_heading="The lists are:",
    ),
    Domain(
        key="museum",
        opening="A museum decides which of its exhibitions are open and which are closed next month.",
        listing="The exhibitions are:",
        item="exhibition",
        first=_SUBJECTS,
        second=_ERAS,
        positive="open",
        negative="closed",
        agent="sponsor",
        agents="sponsors",
        satisfied="pleased",
        broken="displeased",
        rules=(
            "Each sponsor has stated some preferences. A sponsor is pleased exactly when at least one of the preferences is followed.",
            "A sponsor is pleased if one or more of the sponsor's preferences are followed, and displeased if none is.",
            "Following one preference of a sponsor is enough to please that sponsor, and following more does no harm; a sponsor none of whose preferences is followed is displeased.",
        ),
        dual_rules=(
            "Each sponsor refuses one combination of exhibitions. A sponsor is displeased exactly when the whole combination comes about, and pleased otherwise.",
            "A sponsor is displeased if everything on the sponsor's list comes about as listed, and pleased as soon as one thing on it does not.",
            "Every sponsor has named things that must not all come about together; if all of them do the sponsor is displeased, and otherwise the sponsor is pleased.",
        ),
        heading="The preferences are:",
        dual_heading="The lists are:",
    ),
    Domain(
        key="factory",
        opening="A factory has a number of machines. During the night shift each machine is either running or stopped.",
        listing="The machines are:",
        item="machine",
        first=_MACHINES,
        second=_HALLS,
        positive="running",
        negative="stopped",
        agent="inspector",
        agents="inspectors",
        satisfied="satisfied",
        broken="dissatisfied",
        rules=(
            "Each inspector has written down some conditions. An inspector is satisfied exactly when at least one of the conditions holds.",
            "An inspector is satisfied if one or more of the inspector's conditions hold, and dissatisfied if none does.",
            "One condition that holds is enough to satisfy an inspector, and more do no harm; an inspector none of whose conditions holds is dissatisfied.",
        ),
        dual_rules=(
            "Each inspector forbids one combination of states. An inspector is dissatisfied exactly when the whole combination occurs, and satisfied otherwise.",
            "An inspector is dissatisfied if everything on the inspector's list occurs as listed, and satisfied as soon as one thing on it does not.",
            "Every inspector has named things that must not all occur together; if all of them occur the inspector is dissatisfied, and otherwise the inspector is satisfied.",
        ),
        heading="The conditions are:",
        dual_heading="The lists are:",
    ),
)  # fmt: skip
