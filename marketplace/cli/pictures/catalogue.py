"""Which picture belongs to which material: one line each, and for every group what is drawn when a material has none of its own."""

from collections.abc import Callable
from random import Random

from PIL import Image

from marketplace.cli.pictures import office, panels, reliefs, roadside, street
from marketplace.cli.pictures.bundles import bales, boards, in_bundles, on_pallets, pieces, rusty, smooth, timber
from marketplace.cli.pictures.heaps import fine, heaped, rubble
from marketplace.cli.pictures.lengths import beams, masts, nested, pipes, u_pile, w_rail
from marketplace.cli.pictures.panels import blocks, leaning
from marketplace.cli.pictures.paving import (
    CLAYS,
    GREYS,
    OLD_CLAYS,
    REDS,
    elbow,
    herringbone,
    laid,
    photographed,
    running,
    setts,
    squares,
)
from marketplace.cli.pictures.street import rows, standing
from marketplace.cli.pictures.surfaces import fibres

Drawn = Callable[[Random], Image.Image]
KERB = ((186, 182, 172), (176, 172, 163), (180, 175, 164))
STONE = ((118, 116, 116), (130, 126, 122), (104, 104, 108), (138, 128, 120))
ZINC, RUST, AZOBE, PINE = (170, 176, 178), (122, 94, 78), (142, 98, 66), (188, 152, 108)


def _laid_grey(rng: Random) -> Image.Image:
    bond, turn = rng.choice(((running, 0), (herringbone, 0), (herringbone, 45), (elbow, 0)))
    return photographed(rng, laid(rng, bond(168, 84), GREYS, moss=rng.uniform(0.1, 0.5)), turn)


def _laid_red(rng: Random) -> Image.Image:
    bond, turn = rng.choice(((herringbone, 45), (herringbone, 0), (elbow, 0)))
    return photographed(rng, laid(rng, bond(168, 84), REDS, spread=0.07, moss=rng.uniform(0.1, 0.4)), turn)


def _laid_clay(rng: Random) -> Image.Image:
    return photographed(
        rng,
        laid(rng, rng.choice((running, running, elbow))(192, 64), CLAYS, joint_px=6, wobble_px=1.6, radius_px=4, roughness=1.3),
    )


def _laid_old(rng: Random) -> Image.Image:
    return photographed(
        rng, laid(rng, running(190, 50), OLD_CLAYS, joint_px=6, wobble_px=2, roughness=1.5, moss=0.8), rng.choice((0, 45))
    )


def _laid_flags(rng: Random) -> Image.Image:
    palette = rng.choice((GREYS, ((158, 152, 142), (150, 146, 138)), GREYS))
    return photographed(rng, laid(rng, squares(270, rng.random() < 0.7), palette, radius_px=2, spread=0.05))


def _laid_setts(rng: Random) -> Image.Image:
    return photographed(
        rng, laid(rng, setts(rng, 130), STONE, joint_px=15, radius_px=26, wobble_px=2.5, roughness=2.2, moss=0.7, spread=0.09)
    )


def _laid_stone(rng: Random) -> Image.Image:
    return photographed(
        rng,
        laid(
            rng,
            running(480, 300),
            ((96, 100, 106), (88, 92, 98), (104, 106, 110)),
            joint_px=6,
            radius_px=3,
            roughness=0.7,
            spread=0.05,
        ),
    )


def _planed(rng: Random) -> Image.Image:
    return reliefs.boarded((182, 142, 98), rows=8, weathered=0.1)(rng)


def _hempcrete(rng: Random) -> Image.Image:
    return on_pallets(pieces(((182, 170, 142), (174, 162, 134)), 0.6, 0.3, 0.2), high_m=1.0)(rng)


PAVERS = on_pallets(pieces(GREYS, 0.21, 0.105, 0.08))
CHAIRS = (((-0.25, -0.25, 0), (0.25, 0.3, 0.9)), rows(4, 3, 0.85, 0.85))

PICTURES: dict[str, tuple[Drawn, ...]] = {
    "betonstraatsteen-kei-8cm": (_laid_grey, PAVERS),
    "betonstraatsteen-kei-8cm-rood": (_laid_red, on_pallets(pieces(REDS, 0.21, 0.105, 0.08))),
    "betonstraatsteen-kei-10cm": (PAVERS, _laid_grey),
    "betonstraatsteen-dikformaat-8cm": (_laid_grey, PAVERS),
    "straatbaksteen-keiformaat": (_laid_clay,),
    "straatbaksteen-dikformaat": (_laid_clay, on_pallets(pieces(CLAYS, 0.2, 0.1, 0.065, spread=0.1), high_m=0.8)),
    "straatbaksteen-waalformaat": (_laid_old,),
    "betontegel-30x30x4-5": (_laid_flags,),
    "betontegel-30x30x6": (on_pallets(pieces(((176, 172, 164), (168, 164, 156)), 0.3, 0.3, 0.06)),),
    "grasbetontegel-40x60x10": (reliefs.grass_tiles,),
    "natuursteenkei-graniet": (_laid_setts,),
    "natuursteentegel-hardsteen-6cm": (_laid_stone,),
    "trottoirband-13-15x25": (in_bundles(pieces(KERB, 0.15, 1.0, 0.25, spread=0.05), 0.9, 2.0, 0.75),),
    "trottoirband-18-20x25": (in_bundles(pieces(KERB, 0.20, 1.0, 0.25, spread=0.05), 1.0, 2.0, 0.75),),
    "opsluitband-10x20": (in_bundles(pieces(KERB, 0.10, 1.0, 0.2, spread=0.06), 0.8, 2.0, 0.8, count=3),),
    "opsluitband-6x20": (in_bundles(pieces(KERB, 0.06, 1.0, 0.2, spread=0.06), 0.72, 2.0, 0.6, count=3),),
    "rws-band-11-5-22-5x20": (in_bundles(pieces(KERB, 0.22, 1.0, 0.2, spread=0.05), 0.9, 2.0, 0.6),),
    "natuursteenband-graniet": (in_bundles(pieces(((150, 148, 148), (138, 136, 138)), 0.15, 1.0, 0.25), 0.75, 2.0, 0.5),),
    "asfaltgranulaat": (heaped(rubble(((66, 64, 64), (84, 82, 80), (54, 54, 56)), 9, (80, 78, 76)), crumb_px=7),),
    "teerhoudend-asfaltgranulaat": (heaped(rubble(((58, 56, 56), (72, 70, 68), (46, 46, 48)), 10, (70, 68, 66)), crumb_px=7),),
    "asfaltschollen": (heaped(rubble(((74, 72, 72), (92, 90, 88), (60, 60, 62)), 34, (70, 68, 66)), crumb_px=16),),
    "menggranulaat-0-31-5": (
        heaped(rubble(((156, 150, 140), (170, 162, 150), (134, 128, 120), (166, 118, 98)), 11), crumb_px=8),
    ),
    "betongranulaat-0-31-5": (heaped(rubble(((168, 164, 156), (182, 178, 168), (146, 142, 136)), 12), crumb_px=8),),
    "metselwerkgranulaat": (
        heaped(rubble(((172, 98, 74), (156, 86, 66), (186, 128, 102), (170, 160, 148)), 13, (150, 108, 88)), crumb_px=9),
    ),
    "split-grind": (
        heaped(rubble(((176, 160, 136), (150, 142, 130), (190, 180, 160), (128, 120, 112)), 8, (150, 140, 122)), crumb_px=5),
    ),
    "stortsteen": (heaped(rubble(((128, 128, 130), (112, 112, 116), (146, 142, 138)), 46, (80, 78, 76)), crumb_px=18),),
    "schelpen-halfverharding": (
        heaped(rubble(((222, 214, 198), (206, 196, 178), (190, 186, 178)), 7, (190, 180, 160)), crumb_px=4),
    ),
    "ophoogzand": (heaped(fine((206, 178, 128))),),
    "straatzand": (heaped(fine((196, 174, 136))),),
    "grond-schoon": (heaped(fine((132, 106, 76), 1.4, 0.6)),),
    "teelaarde": (heaped(fine((78, 62, 48), 1.6, 0.8)),),
    "klei-leem": (heaped(fine((140, 116, 92), 1.0, 1.1)),),
    "baggerspecie": (heaped(fine((92, 84, 74), 1.2, 0.9)),),
    "duiker-rechthoekig-1000": (in_bundles(pieces(KERB, 1.3, 1.5, 1.3), 1.3, 3.0, 1.3, distance_m=6.4),),
    "stelconplaat-2x2": (in_bundles(boards((166, 160, 150), 0.14, smooth), 2.0, 2.0, 0.84, count=2, distance_m=6.2),),
    "betonblok-stapelblok": (in_bundles(pieces(KERB, 1.6, 0.8, 0.8), 1.6, 0.8, 1.6, count=3, distance_m=7.0),),
    "keerwand-l-100cm": (in_bundles(pieces(KERB, 0.5, 0.6, 1.0), 2.0, 0.6, 1.0, count=2, distance_m=5.8),),
    "betonnen-geleidebarrier": (
        standing(roadside.barrier, rows(2, 2, 2.2, 0.8), ((-1, -0.3, 0), (1, 0.3, 0.8)), turn=3, distance_m=5.4),
    ),
    "betonpaal-heipaal-250": (in_bundles(pieces(KERB, 0.25, 6.0, 0.25), 1.25, 6.0, 0.75),),
    "betonbuis-300": (pipes(0.2, 2.4, (172, 168, 160), wall=0.26),),
    "betonbuis-500": (pipes(0.32, 2.4, (172, 168, 160)),),
    "pvc-buis-125": (pipes(0.063, 3.5, (150, 152, 152), wall=0.07, base=6, gloss=0.35),),
    "pvc-buis-250": (pipes(0.125, 4, (176, 104, 66), wall=0.08, base=5, gloss=0.35),),
    "pvc-buis-315": (pipes(0.16, 4, (176, 104, 66), wall=0.08, base=4, gloss=0.35),),
    "gresbuis-300": (pipes(0.18, 2.0, (136, 76, 54), wall=0.18, gloss=0.5),),
    "infiltratiekrat-pp": (on_pallets(pieces(((54, 58, 60), (62, 66, 66)), 0.2, 0.2, 0.13), high_m=1.2),),
    "inspectieput-beton": (pipes(0.5, 1.4, (172, 168, 160), wall=0.14, base=3),),
    "putrand-deksel": (reliefs.covers,),
    "straatkolk": (reliefs.gullies,),
    "lijngoot-beton-gietijzer": (reliefs.gullies,),
    "damwand-staal": (nested(u_pile(), 0.012, 0.05, 8, (116, 88, 70)),),
    "stalen-balk-heb200": (beams(0.2, 0.2, 6, RUST),),
    "stalen-profiel": (beams(0.24, 0.12, 6, RUST, columns=6),),
    "geleiderail": (nested(w_rail(), 0.006, 0.05, 4.2, ZINC, apart_m=0.42, stacks=3, layers=9, gloss=0.4),),
    "stalen-rijplaat": (in_bundles(boards((118, 98, 84), 0.012, rusty), 1.0, 4.0, 0.16, count=2),),
    "beschoeiing-azobe": (in_bundles(timber(AZOBE, 0.2, 0.04), 1.0, 3.0, 0.6),),
    "hardhouten-paal": (in_bundles(timber(AZOBE, 0.15, 0.15), 1.05, 3.6, 0.9),),
    "hardhouten-balk": (in_bundles(timber(AZOBE, 0.1, 0.2), 1.0, 4.0, 0.8),),
    "hardhouten-dekplank": (reliefs.boarded((150, 112, 82), rows=8, weathered=0.7, gap_px=9),),
    "beschoeiing-naaldhout": (in_bundles(timber((150, 140, 96), 0.15, 0.03), 0.9, 3.0, 0.5),),
    "boompaal-naaldhout": (pipes(0.05, 2.5, (178, 142, 100), wall=1, base=8),),
    "naaldhout-balk": (in_bundles(timber(PINE, 0.07, 0.22), 0.98, 4.5, 0.88),),
    "rondhout-stamhout": (pipes(0.18, 3, (120, 92, 66), wall=1, base=5, floor="grass"),),
    "spoorbiels-gecreosoteerd": (in_bundles(timber((84, 70, 58), 0.26, 0.16), 1.04, 2.6, 0.64),),
    "brug-hout": (roadside.footbridge((150, 112, 78), (140, 106, 74), is_wooden=True),),
    "brug-staal": (roadside.footbridge((132, 126, 118), (70, 84, 96), is_wooden=True),),
    "brug-composiet": (roadside.footbridge((158, 164, 158), (92, 106, 102), is_wooden=False),),
    "leuning-staal": (roadside.railing,),
    "parkbank-hout-staal": (standing(street.bench(), rows(2, 2, 2.1, 1.3), ((-0.9, -0.25, 0), (0.9, 0.3, 0.5)), distance_m=5.2),),
    "parkbank-beton": (standing(street.slab_bench, rows(2, 2, 2.3, 1.1), ((-1, -0.25, 0.2), (1, 0.25, 0.47)), distance_m=5.2),),
    "picknicktafel-hout": (
        standing(
            street.picnic_table, [(-1.1, 0.3, 0), (1.2, 1.3, 0)], ((-1, -0.7, 0), (1, 0.7, 0.6)), distance_m=5.6, floor="grass"
        ),
    ),
    "afvalbak-staal": (standing(street.bin_(), rows(3, 2, 0.8, 0.7), ((-0.2, -0.2, 0), (0.2, 0.2, 1)), distance_m=3.6),),
    "fietsbeugel": (
        standing(street.hoop, rows(2, 5, 1.0, 0.35), ((-0.35, -0.03, 0), (0.35, 0.03, 0.8)), distance_m=3.6, turn=4),
    ),
    "fietsenrek-per-plaats": (
        standing(street.rack, rows(1, 3, 0, 0.9), ((-1.2, -0.3, 0), (1.2, 0.3, 0.3)), distance_m=4.2, turn=4),
    ),
    "paaltje-gietijzer": (
        standing(street.bollard(), rows(5, 3, 0.5, 0.5), ((-0.08, -0.08, 0), (0.08, 0.08, 1)), distance_m=3.6),
    ),
    "paaltje-hardhout": (
        standing(street.square_post(AZOBE), rows(5, 3, 0.42, 0.4), ((-0.08, -0.08, 0), (0.08, 0.08, 1)), distance_m=3.4),
    ),
    "paaltje-beton": (
        standing(
            street.square_post((182, 178, 168), 0.2, 0.8),
            rows(5, 3, 0.45, 0.45),
            ((-0.1, -0.1, 0), (0.1, 0.1, 0.8)),
            distance_m=3.4,
        ),
    ),
    "bloembak-cortenstaal": (
        standing(street.planter(), rows(2, 2, 1.5, 1.5), ((-0.6, -0.6, 0), (0.6, 0.6, 0.6)), distance_m=4.8, grain=0.3),
    ),
    "boomrooster-gietijzer": (reliefs.tree_grille,),
    "abri": (standing(street.shelter, [(0, 0.8, 0)], ((-2, -0.7, 0), (2, 0.8, 2.3)), distance_m=6.8, look_m=1.2),),
    "ondergrondse-container": (
        standing(street.container, rows(2, 1, 2.2, 2), ((-0.75, -0.75, 0), (0.75, 0.75, 1.5)), distance_m=6.4, look_m=1.1),
    ),
    "lichtmast-staal-6m": (masts(0.09, 6, (150, 156, 158)),),
    "lichtmast-staal-4m": (masts(0.075, 4, (150, 156, 158)),),
    "lichtmast-aluminium-6m": (masts(0.09, 6, (184, 188, 190), gloss=0.5),),
    "armatuur-led-straat": (
        standing(
            roadside.luminaire(),
            rows(4, 4, 0.72, 0.42),
            ((-0.28, -0.13, 0), (0.24, 0.13, 0.08)),
            distance_m=2.7,
            look_m=0.16,
            eye_m=1.4,
        ),
    ),
    "armatuur-conventioneel": (
        standing(
            roadside.luminaire((196, 194, 186)),
            rows(4, 4, 0.72, 0.42),
            ((-0.28, -0.13, 0), (0.24, 0.13, 0.08)),
            distance_m=2.7,
            look_m=0.16,
        ),
    ),
    "verkeersbord-aluminium": (roadside.signs,),
    "flespaal": (masts(0.055, 3.2, ZINC, tip=0.6, count=12),),
    "verkeerslantaarn": (standing(roadside.signal, rows(4, 2, 0.6, 0.6), ((-0.16, -0.08, 0), (0.16, 0.14, 1)), distance_m=3.4),),
    "portaal-verkeer": (roadside.gantry,),
    "verkeersdrempel-prefab": (in_bundles(boards((160, 154, 146), 0.2, smooth), 1.6, 1.6, 0.8, count=2, distance_m=5.4),),
    "speeltoestel-staal": (roadside.play_unit(False),),
    "speeltoestel-hout": (roadside.play_unit(True),),
    "valdempingstegel-rubber": (reliefs.soft_tiles(((142, 62, 52), (64, 98, 70), (66, 66, 68))),),
    "kunstgrasmat": (reliefs.turf,),
    "dubbelstaafmat-hekwerk": (roadside.mesh_fence,),
    "gaashekwerk": (roadside.mesh_fence,),
    "houten-hek-kastanje": (roadside.wood_fence,),
    "bouwhek": (roadside.site_fence,),
    "boom-verplantbaar": (pipes(0.1, 2.8, (112, 92, 70), wall=1, base=4, floor="grass"),),
    "houtsnippers": (
        heaped(rubble(((176, 138, 94), (150, 112, 74), (196, 164, 120)), 8, (130, 100, 70)), crumb_px=5, floor="grass"),
    ),
    "compost": (heaped(fine((70, 56, 44), 1.8, 0.8), floor="grass"),),
    "zwerfkeien": (
        heaped(rubble(((146, 138, 130), (124, 120, 118), (166, 150, 136)), 52, (84, 78, 72)), crumb_px=20, floor="grass"),
    ),
    "metselbaksteen-waalformaat": (
        on_pallets(
            pieces(((168, 92, 70), (150, 80, 64), (180, 112, 86), (140, 84, 70)), 0.21, 0.1, 0.055, spread=0.1), high_m=0.8
        ),
    ),
    "kalkzandsteen": (on_pallets(pieces(((214, 212, 204), (206, 204, 196)), 0.3, 0.2, 0.2), high_m=1.0),),
    "dakpan-keramisch": (
        on_pallets(pieces(((178, 92, 66), (166, 84, 62), (150, 78, 62)), 0.045, 0.34, 0.42), high_m=0.85),
        reliefs.roof(((172, 92, 64), (160, 84, 60), (148, 78, 60))),
    ),
    "dakpan-beton": (
        on_pallets(pieces(((112, 108, 104), (98, 96, 94)), 0.045, 0.34, 0.42), high_m=0.85),
        reliefs.roof(((104, 100, 98), (92, 92, 92)), flat=0.3),
    ),
    "kozijn-hout": (leaning(panels.window((150, 108, 74), is_wood=True), 1.3, 1.4, 0.1, (150, 110, 78)),),
    "kozijn-kunststof": (leaning(panels.window((226, 226, 220)), 1.3, 1.4, 0.1, (220, 220, 214)),),
    "kozijn-aluminium": (leaning(panels.window((96, 102, 106), panes=3), 1.6, 1.4, 0.08, (90, 96, 100)),),
    "binnendeur": (leaning(panels.door(((214, 206, 190), (190, 160, 120))), 0.93, 2.1, 0.04, (200, 180, 150), rows=3),),
    "buitendeur-hout": (
        leaning(panels.door(((54, 84, 72), (120, 60, 48), (50, 66, 92)), is_outer=True), 0.93, 2.1, 0.05, (150, 120, 90)),
    ),
    "isolatieglas": (leaning(panels.glass, 1.1, 1.5, 0.03, (150, 168, 166), layers=8),),
    "isolatie-steenwol": (on_pallets(bales((186, 168, 112)), 1.2, 1.0, 1.15),),
    "isolatie-eps": (on_pallets(pieces(((232, 232, 228), (226, 228, 226)), 1.2, 1.0, 0.1), 1.2, 1.0, 1.2),),
    "isolatie-pir": (on_pallets(pieces(((206, 196, 160), (212, 204, 170)), 1.2, 1.0, 0.08), 1.2, 1.0, 1.0),),
    "systeemplafond": (
        on_pallets(pieces(((226, 226, 220), (220, 220, 214)), 0.6, 0.6, 0.02, spread=0.03), 1.2, 1.2, 0.8, floor="hall"),
    ),
    "gipsplaat": (in_bundles(boards((208, 200, 186), 0.0125, smooth), 1.2, 2.6, 0.5, floor="hall"),),
    "systeemwand-glas": (
        leaning(panels.window((110, 114, 116), panes=1), 1.0, 2.4, 0.06, (110, 114, 116), floor="hall", rows=3),
    ),
    "gevelpaneel-vezelcement": (in_bundles(boards((150, 148, 144), 0.01, smooth), 1.2, 2.5, 0.35),),
    "gevelplaat-staal": (reliefs.cladding(((150, 158, 160), (84, 104, 92), (120, 126, 130))),),
    "rabatdelen-naaldhout": (in_bundles(timber(PINE, 0.14, 0.02), 0.98, 4.0, 0.5),),
    "vloerdelen-hout": (_planed,),
    "kanaalplaatvloer-200": (in_bundles(pieces(KERB, 1.2, 5.0, 0.2), 1.2, 5.0, 1.0, distance_m=5.6),),
    "gelamineerde-ligger": (in_bundles(timber((206, 172, 124), 0.2, 0.05, 0.1), 0.8, 5.0, 0.8),),
    "plaatmateriaal-osb-multiplex": (in_bundles(boards((196, 160, 108), 0.018, fibres), 1.22, 2.44, 0.6, floor="hall"),),
    "tapijttegel": (reliefs.soft_tiles(((92, 100, 112), (108, 108, 112)), is_fibrous=True),),
    "sanitair-keramiek": (blocks(panels.cabinet(((232, 232, 228),)), 0.5, 0.4, 0.8, (230, 230, 226), across=4),),
    "radiator-staal": (leaning(panels.radiator, 1.2, 0.6, 0.08, (214, 212, 205)),),
    "zonnepaneel-400wp": (leaning(panels.solar, 1.05, 1.75, 0.035, (190, 192, 194), layers=8),),
    "luchtbehandelingskast": (blocks(panels.machine, 1.8, 0.9, 1.6, (196, 198, 198), across=2, deep=1, floor="slabs"),),
    "warmtepomp": (blocks(panels.machine, 1.1, 0.45, 1.0, (200, 200, 196), across=2, floor="slabs"),),
    "kabelgoot-staal": (
        nested(
            [(-0.15, 0.06), (-0.15, 0), (0.15, 0), (0.15, 0.06)],
            0.004,
            0.03,
            3,
            ZINC,
            apart_m=0.36,
            stacks=4,
            layers=10,
            gloss=0.4,
        ),
    ),
    "verlichtingsarmatuur-binnen": (
        on_pallets(pieces(((228, 228, 224), (220, 220, 216)), 0.6, 0.6, 0.08, spread=0.03), 1.2, 1.2, 0.8, floor="hall"),
    ),
    "grondkabel": (pipes(0.07, 3.0, (50, 50, 52), wall=0.4, base=6, gloss=0.2, inside=(166, 102, 62)),),
    "bureau-vast": (
        standing(
            office.desk(), rows(2, 2, 2.0, 1.3), ((-0.8, -0.4, 0.7), (0.8, 0.4, 0.75)), turn=3, floor="hall", distance_m=5.0
        ),
    ),
    "bureau-zit-sta": (
        standing(
            office.desk(is_lifting=True),
            rows(2, 2, 2.0, 1.3),
            ((-0.8, -0.4, 0.7), (0.8, 0.4, 0.9)),
            turn=3,
            floor="hall",
            distance_m=5.0,
        ),
    ),
    "bureaustoel": (standing(office.task_chair(), CHAIRS[1], CHAIRS[0], distance_m=4.4, turn=50, floor="hall"),),
    "vergaderstoel": (standing(office.meeting_chair(), rows(4, 3, 0.7, 0.7), CHAIRS[0], distance_m=4.0, turn=8, floor="hall"),),
    "vergadertafel": (
        standing(
            office.desk((196, 164, 120), wide=2.4, deep=1.1),
            [(0, 0.6, 0)],
            ((-1.2, -0.5, 0.7), (1.2, 0.5, 0.75)),
            turn=4,
            floor="hall",
            distance_m=4.6,
        ),
    ),
    "kast-roldeur-staal": (
        blocks(panels.cabinet(((196, 198, 196), (170, 176, 178)), slats=True), 1.2, 0.45, 1.9, (190, 192, 190)),
    ),
    "kast-hout": (blocks(panels.cabinet(((200, 172, 132), (190, 158, 118))), 0.9, 0.45, 1.9, (192, 164, 126)),),
    "ladeblok-staal": (
        blocks(panels.cabinet(((206, 208, 206), (120, 126, 130)), drawers=3), 0.42, 0.55, 0.6, (190, 192, 190), across=5),
    ),
    "beeldscherm": (
        standing(
            office.screen, rows(4, 3, 0.65, 0.45), ((-0.2, -0.05, 0), (0.2, 0.05, 0.4)), distance_m=2.9, look_m=0.3, floor="hall"
        ),
    ),
    "kalkhennep": (_hempcrete,),
    "vlasisolatie": (on_pallets(bales((178, 160, 116)), 1.2, 1.0, 1.1, floor="hall"),),
    "stro-bouwbalen": (on_pallets(bales((200, 172, 104)), 1.2, 1.0, 1.05),),
    "houtvezelisolatie": (on_pallets(pieces(((176, 140, 98), (168, 132, 92)), 1.2, 1.0, 0.1), 1.2, 1.0, 1.1, floor="hall"),),
    "olifantsgras": (heaped(rubble(((206, 186, 136), (190, 168, 118)), 7, (170, 150, 104)), crumb_px=5, floor="grass"),),
    "hennepisolatie": (on_pallets(bales((166, 152, 112)), 1.2, 1.0, 1.1, floor="hall"),),
    "cellulose-isolatie": (on_pallets(bales((160, 160, 158)), 1.2, 1.0, 1.1, floor="hall"),),
    "clt-plaat": (in_bundles(timber((212, 180, 132), 1.2, 0.03, 0.05), 1.2, 4.5, 0.6, floor="hall"),),
    "leemsteen": (on_pallets(pieces(((172, 140, 104), (162, 130, 96)), 0.24, 0.115, 0.071, spread=0.06), high_m=0.8),),
}

GROUPS: dict[str, str] = {
    "bestrating": "betonstraatsteen-kei-8cm",
    "banden": "trottoirband-13-15x25",
    "asfalt": "asfaltgranulaat",
    "fundering": "menggranulaat-0-31-5",
    "grond": "grond-schoon",
    "betonelementen": "stelconplaat-2x2",
    "riolering": "betonbuis-300",
    "staal": "stalen-profiel",
    "hout": "hardhouten-balk",
    "kunstwerken": "brug-staal",
    "straatmeubilair": "parkbank-hout-staal",
    "verlichting": "lichtmast-staal-6m",
    "verkeer": "verkeersbord-aluminium",
    "spelen": "speeltoestel-hout",
    "hekwerk": "dubbelstaafmat-hekwerk",
    "groen": "houtsnippers",
    "gebouw": "metselbaksteen-waalformaat",
    "installaties": "kabelgoot-staal",
    "kantoor": "bureaustoel",
    "biobased": "stro-bouwbalen",
}


def picture_of(material_slug: str, group: str, rng: Random) -> Image.Image:
    """The picture of a material, or of its group, or a stack of pavers for what nobody foresaw."""
    drawings = PICTURES.get(material_slug) or PICTURES.get(GROUPS.get(group, "")) or (PAVERS,)
    return rng.choice(drawings)(rng)
