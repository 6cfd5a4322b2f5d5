"""6a: the gallery's partial of 60 cards, CPU alone; the floor is a card of five variables, also in Django."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.bench.ground import collect, person_with_credits, prepare
from tests.bench.result import Result, percentile, tell

CARDS = 60
ROUNDS = 80
FLOOR = (
    '{% for tile in tiles %}<li data-width="{{ tile.width }}"><a href="{{ tile.href }}">'
    '<img src="{{ tile.src }}" alt="{{ tile.alt }}"></a><p>{{ tile.prompt }}</p></li>{% endfor %}'
)


def cpu_ms(render: Callable[[], object]) -> float:
    """The median CPU time of one call, in milliseconds."""
    render()
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        render()
        times.append((time.process_time() - began) * 1000)
    return percentile(times, 0.5)


def main() -> None:
    prepare()
    collect()
    from django.template import engines

    from studio.accounts.actors import actor_for
    from studio.gallery import selectors as gallery
    from studio.gallery.shelves import Shelf
    from studio.images import selectors as images
    from studio.images.models import Image
    from studio.web.gallery_tiles import tiles
    from tests.factories import make_image

    user, _account = person_with_credits()
    for number in range(CARDS):
        make_image(user, prompt=f"a quiet terracotta stair number {number}, evening light")
    page = gallery.page(actor_for(user), Shelf(), after=None, size=CARDS)
    plain = engines["django"].from_string(FLOOR)
    cards = [images.card(image) for image in Image.objects.select_related("blob")]
    ours = cpu_ms(lambda: tiles(page, "", first=True))
    floor = cpu_ms(lambda: plain.render({"tiles": cards}))
    goal = "<= 2 ms"
    tell(
        Result(
            "6a",
            "gallery's 60 cards, texts and HTML, CPU",
            goal,
            f"{ours:.2f} ms",
            f"{floor:.2f} ms",
            ours / floor,
        )
    )


if __name__ == "__main__":
    main()
