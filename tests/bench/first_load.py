"""7a: the studio page's first load with an empty cache: bytes on the wire, requests off the host, CLS, LCP."""

from __future__ import annotations

from typing import Any

from tests.bench.browser import signed_in
from tests.bench.result import Result, tell

WATCH = """
window.seen = {cls: 0, lcp: 0};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.cls += entry.value;
}).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.lcp = entry.startTime;
}).observe({type: 'largest-contentful-paint', buffered: true});
"""
COUNTED = {"Document", "Stylesheet", "Script"}
SETTLE_MS = 1500


def main() -> None:
    with signed_in() as (context, url):
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        kinds: dict[str, str] = {}
        sizes: dict[str, int] = {}
        addresses: list[str] = []

        def answered(event: dict[str, Any]) -> None:
            kinds[event["requestId"]] = event["type"]
            addresses.append(event["response"]["url"])

        wire.on("Network.responseReceived", answered)
        wire.on(
            "Network.loadingFinished",
            lambda e: sizes.__setitem__(e["requestId"], int(e["encodedDataLength"])),
        )
        page.add_init_script(WATCH)
        page.goto(url)
        page.wait_for_timeout(SETTLE_MS)
        seen = page.evaluate("window.seen")
    code = sum(size for request, size in sizes.items() if kinds.get(request) in COUNTED)
    away = [address for address in addresses if not address.startswith((url, "data:", "blob:"))]
    tell(Result("7a", "studio page, HTML + CSS + JS on the wire", "<= 120 kB", f"{code / 1000:.1f} kB"))
    tell(Result("7a", "all it loads, with fonts and pictures", "", f"{sum(sizes.values()) / 1000:.1f} kB"))
    tell(Result("7a", "requests off the host", "0", str(len(away))))
    tell(Result("7a", "layout shift (CLS)", "0", f"{seen['cls']:.4f}"))
    tell(Result("7a", "largest contentful paint", "<= 1 s", f"{seen['lcp'] / 1000:.2f} s"))


if __name__ == "__main__":
    main()
