"""The words the painter understands, each list under what it asks for.

A plural counts as its singular; two words joined by ``_`` are looked for side by side.
"""

from __future__ import annotations

SCENES = {
    "ridges": """mountain ridge valley hill peak alp alps summit cliff canyon lake landscape mist vista
        highland fjord
        volcano rock waterfall river montagne berg gebirge castle fortress pagoda 山 湖 城 谷 nature scenery
        countryside""",
    "sea": """sea ocean wave beach shore coast horizon bay harbour harbor lagoon surf island boat ship sail
        sailboat
        yacht lighthouse tide meer mer mar playa strand 海 浜 water whale dolphin pier underwater""",
    "dunes": """dune desert sand sahara oasis arid camel pyramid wadi mars wüste désert 砂漠""",
    "meadow": """meadow field grass prairie farm lavender wheat pasture lawn garden golf spring_field
        tea_plantation
        vineyard park picnic wiese 草 畑 tree oak hillside""",
    "still": """still_life product bottle perfume fragrance fruit apple orange lemon pear peach stone
        pebble vase cup mug
        lamp candle jar pottery ceramic glass plinth podium packaging cosmetic cream bowl egg ball sphere
        tea coffee
        teapot book gift box cap food drink wine cocktail cake bread tangerine mandarin citrus lime plum
        cherry tomato
        pumpkin shoe sneaker watch phone headphone chair camera toy skincare lotion soap flacon object cube
        citron
        basalt travertine marble_block table kitchen breakfast burger pizza sushi""",
    "portrait": """portrait person face woman man girl boy lady gentleman human child king queen prince
        princess warrior
        astronaut doctor chef model people selfie headshot bust character avatar robot monk samurai pirate
        dancer
        fisherman grandmother grandfather farmer musician singer scientist wizard witch knight clown
        student 人 女 男
        fox cat kitten dog puppy bear panda rabbit bunny owl lion tiger wolf mouse koala pig frog deer
        monkey animal
        pet creature 猫 犬 狐 bird_portrait raccoon penguin cow elephant horse dragon hamster""",
    "city": """city skyline street town downtown skyscraper building urban metropolis tokyo york manhattan
        paris london
        berlin neon cyberpunk rooftop bridge traffic alley metro stadt ville ciudad 街 都市 東京 car taxi bus
        train""",
    "forest": """forest wood woodland pine birch jungle trunk grove bamboo redwood rainforest wald forêt
        bosque 森 林
        deer_forest woods fairy mushroom""",
    "aurora": """aurora northern_light northern_lights borealis polarlicht cabin arctic polar tundra オーロラ
        iceland""",
    "planet": """planet space galaxy nebula saturn jupiter orbit cosmos universe moon_surface astronomy
        comet ring_planet
        solar spaceship rocket satellite asteroid 宇宙 惑星 earth black_hole alien""",
    "pattern": """pattern textile paper_cut papercut botanical leaf leaves petal foliage fabric wallpaper
        ornament seamless
        collage cutout print tile terrazzo matisse mosaic geometric bauhaus quilt wrapping 模様 logo icon""",
    "bloom": """flower bloom blossom rose tulip daisy sunflower bouquet dahlia peony lotus lily orchid
        poppy cherry_blossom
        sakura floral fleur blume flor 花 桜 hibiscus chrysanthemum""",
    "abstract": """abstract flow marble fluid swirl liquid smoke texture paint gradient wallpaper_abstract
        agate acrylic
        brush expression emotion energy dream chaos music sound feeling fractal pour alcohol_ink silk
        wave_form""",
    "glass": """blob iridescent chrome holographic liquid_glass metaball soap_bubble bubble render 3d
        glassmorphism
        hologram crystal jelly sculpture""",
    "arch": """interior arch architecture room stair staircase house museum villa courtyard wall column
        corridor door window
        temple hall pavilion home living_room bedroom stage plaster set_design minimal_architecture 家 部屋 church
        mosque monument""",
}

OBJECTS = {
    "perfume": "perfume bottle fragrance flacon cologne wine cocktail whisky skincare lotion serum",
    "round_perfume": "round_bottle sphere_bottle flask",
    "fruit": """fruit apple orange lemon peach tangerine mandarin citrus lime plum cherry tomato pumpkin food
        pear citron""",
    "stone": "stone pebble rock basalt zen cairn",
    "vase": "vase pottery ceramic jar urn jug clay teapot amphora",
    "cup": "cup mug bowl tea coffee teacup espresso drink breakfast",
    "lamp": "lamp lantern light_bulb bulb",
    "candle": "candle candlelight",
    "ball": "ball sphere globe egg orb toy",
    "box": "box gift book cube packaging package present carton phone cream soap cake",
}

KINDS = {
    "fox": "fox 狐",
    "cat": "cat kitten 猫 tiger lion",
    "dog": "dog puppy 犬 wolf hamster",
    "bear": "bear koala mouse monkey",
    "panda": "panda raccoon",
    "rabbit": "rabbit bunny deer horse cow",
    "owl": "owl penguin bird_portrait",
    "frog": "frog dragon alien_creature",
    "pig": "pig elephant",
    "robot": "robot android cyborg machine",
    "person": "portrait person face woman man girl boy lady gentleman human child people character",
}

LOOKS = {
    "long": "long_hair hair mermaid witch princess queen woman girl lady",
    "bun": "bun dancer ballerina chignon grandmother",
    "afro": "afro curly curls",
    "short": "man boy gentleman prince king short_hair doctor scientist student fisherman samurai",
    "bob": "bob bob_hair fringe",
    "beard": "beard bearded fisherman wizard pirate grandfather viking",
    "glasses": "glasses spectacles scientist student eyeglasses sunglasses",
    "hat": "hat cap_hat chef farmer cowboy beret fedora",
    "crown": "crown king queen prince princess",
    "helmet": "astronaut helmet diver cosmonaut spaceman",
    "paper": "newspaper reading letter magazine book_reading",
    "earrings": "earring earrings jewel jewellery jewelry",
    "headphones": "headphone headphones dj",
}

HAIRS_AT = frozenset({"long", "bun", "afro", "short", "bob", "beard"})
"""Looks that are hair, so that a colour before them is the hair's."""

LIGHTS = {
    "dawn": "dawn sunrise daybreak early_morning 朝",
    "noon": "noon midday daylight bright sunny day bright_light summer",
    "golden": "golden_hour golden warm_light amber_light afternoon backlight backlit autumn fall candlelight",
    "sunset": "sunset sundown evening_glow 夕焼け abendrot",
    "dusk": "dusk twilight blue_hour evening gloaming",
    "night": "night midnight moonlight moonlit nocturnal nighttime dark starry 夜 nacht nuit noche neon",
}

WEATHERS = {
    "fog": "fog foggy mist misty haze hazy smoke steam 霧",
    "rain": "rain rainy drizzle downpour 雨 regen pluie",
    "snow": "snow snowy winter blizzard frost icy ice 雪 schnee neige christmas",
    "storm": "storm stormy thunder lightning tempest",
    "cloud": "cloud cloudy overcast grey_sky clouds 雲",
    "clear": "clear cloudless",
}

ELEMENTS = {
    "sun": "sun solar 太陽",
    "moon": "moon crescent full_moon moonlight moonlit 月",
    "stars": "star stars starry constellation 星 milky_way",
    "birds": "bird birds flock gull seagull crane swallow 鳥",
    "boat": "boat ship sail sailboat yacht vessel canoe 舟",
    "tree": "tree oak lone_tree 木",
    "cabin": "cabin house hut cottage home barn 家",
    "castle": "castle fortress palace tower 城 schloss",
    "pagoda": "pagoda temple shrine japan japanese 日本 kyoto 寺",
    "balloon": "balloon hot_air_balloon kite",
    "lake": "lake reflection mirror pond 湖 river fjord",
    "lighthouse": "lighthouse beacon",
    "ring": "saturn ring rings ring_planet",
    "water": "still_water black_water wet puddle water mirror",
    "palm": "palm palm_shadow tropical fern oasis monstera",
    "window": "window window_light blinds sunlight_through",
    "plinth": "plinth podium pedestal stage",
    "flowers": "flower flowers wildflower bouquet blossom poppy lavender",
    "stairs": "stair stairs staircase step",
    "rainbow": "rainbow",
    "backlight": "backlight backlit back-lit contre-jour",
    "geometric": "geometric bauhaus terrazzo tile mosaic circle triangle square",
    "pines": "pine pines fir spruce conifer",
    "bokeh": "bokeh fairy_light lights",
    "fire": "fire campfire bonfire flame",
    "road": "road path trail",
    "beach": "beach shore coast strand playa",
    "drape": "drape cloth fabric velvet silk linen",
}

TONES = {
    "muted": "muted desaturated faded dull subdued earthy matte vintage",
    "pastel": "pastel soft_colour candy tender baby",
    "vivid": "vivid vibrant saturated colourful colorful bold rich psychedelic",
    "neon": "neon cyberpunk synthwave fluorescent glowing electric vaporwave",
    "mono": "monochrome black_and_white b&w grayscale greyscale noir",
    "sepia": "sepia antique old_photo",
}

MOODS = {
    "calm": "calm serene peaceful quiet still tranquil minimal minimalist gentle soft silent zen",
    "dramatic": "dramatic epic intense powerful moody stormy cinematic",
    "gloomy": "gloomy sad dark melancholy sombre somber lonely haunting",
    "joyful": "happy joyful cheerful playful fun bright festive",
    "mysterious": "mysterious mystical magic magical enchanted dreamy surreal ethereal eerie",
    "wild": "wild chaotic energetic dynamic turbulent rough",
}

LENSES = {
    "wide": "wide wide_angle panorama panoramic vast distant aerial",
    "macro": "macro close-up closeup close_up close detail",
    "bokeh": "bokeh shallow depth_of_field blurred blurry dof",
    "low": "low_angle worm",
    "long": "long_exposure",
}

STYLES = {
    "ink": "ink sumi sumi-e pen_drawing line_drawing etching engraving woodcut linocut manga",
    "poster": "poster flat vector screenprint risograph graphic illustration retro",
    "paper": "paper paper_cut papercut origami cutout collage",
    "watercolour": "watercolour watercolor aquarelle gouache wash",
    "sketch": "sketch pencil drawing charcoal_drawing doodle",
    "oil": "oil_painting oil impasto van_gogh impressionist impressionism brushstroke painting",
    "pixel": "pixel pixel_art 8-bit 8bit 16-bit",
    "film": "film analogue analog kodak 35mm grainy polaroid photo photograph",
}

REMOVES = "remove erase delete without clear_away take_out get_rid entferne supprime clean_up"
