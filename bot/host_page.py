"""The host's page: the code in letters for the last row, its QR, how long it holds, and who has come. As HTML."""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from bot.links import invite_url
from handlers.checkin_codes import closes_at, opens_at
from handlers.meetings_cards import named, when
from handlers.meetings_opened import Host
from handlers.register import sums
from handlers.texts import say
from handlers.thai import clock
from models.meetings import MeetingState

EVERY = 4
"""Seconds between two looks for what has changed."""
SHOWS = ("both", "room", "call")
"""Which codes a screen shows: the room's screen should not show that of the call."""
PAGE = """\
<!doctype html>
<html lang="th">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<noscript><meta http-equiv="refresh" content="20"></noscript>
<style>
  * {{ box-sizing: border-box }}
  body {{ margin: 0; min-height: 100vh; padding: clamp(.6rem, 1.6vmin, 2rem); color: #0B1F17; background: #fff;
    font: clamp(16px, 2.6vmin, 36px)/1.4 "Noto Sans Thai", "Sarabun", Tahoma, sans-serif; text-align: center }}
  h1 {{ font-size: 1.25em; margin: 0; line-height: 1.4 }}
  p {{ margin: .15em 0 }}
  .codes {{ display: flex; flex-wrap: wrap; gap: 1em; justify-content: center; margin: .6em 0 }}
  .code {{ flex: 1 1 20em; border: 3px solid #0B6E4F; border-radius: 18px; padding: .5em; max-width: 100% }}
  .code b {{ display: block; color: #0B6E4F; white-space: nowrap;
    font: bold clamp(3.4rem, min({wide}vw, 26vh), 18rem)/1.15 "Noto Sans Mono", Consolas, monospace }}
  .code i {{ margin-left: .25em }}
  .code h2 {{ margin: 0; font-size: 1.2em }}
  .code svg {{ width: min(70vw, {high}vh); height: auto; background: #fff }}
  .say {{ display: inline-block; padding: .1em .6em; border-radius: 8px; background: #E8F3EE; user-select: all }}
  .left {{ font-variant-numeric: tabular-nums; font-weight: bold }}
  .came {{ font-size: 1.7em; font-weight: bold }}
  nav a {{ display: inline-block; padding: .5em .9em; color: #0B6E4F }}
  nav a[aria-current] {{ font-weight: bold; text-decoration: none; color: #0B1F17 }}
  #stale {{ display: none; background: #8A5A00; color: #fff; padding: .3em }}
  .stale #stale {{ display: block }}
  @media print {{ nav {{ display: none }} }}
</style>
<body>
<p id="stale" role="status">{stale}</p>
<header><h1>{title}</h1><p>{when}</p></header>
<main>
{body}
</main>
<nav>{links}</nav>
<script nonce="{nonce}">
  const main = document.querySelector("main"), every = {every} * 1000;
  const now = location.pathname.replace(/[/]$/, "") + "/now" + location.search;
  let asking = false;
  async function look() {{
    if (asking) return;
    asking = true;
    try {{
      const got = await fetch(now, {{ cache: "no-store", signal: AbortSignal.timeout(8000) }});
      if (got.status === 410) return location.reload();
      if (!got.ok) throw got.status;
      main.innerHTML = await got.text();
      document.body.classList.remove("stale");
    }} catch (error) {{
      document.body.classList.add("stale");
    }} finally {{
      asking = false;
    }}
  }}
  setInterval(look, every);
  setInterval(() => {{
    const left = document.querySelector(".left");
    if (left && +left.textContent > 0) left.textContent = +left.textContent - 1;
    else if (left) look();
  }}, 1000);
</script>
</html>
"""


def whole(host: Host, shows: str, basic_id: str | None, now: datetime, nonce: str) -> str:
    """Return the page. shows: of ``SHOWS``; basic_id: of the account to which the QR leads; nonce: of the script."""
    title = escape(named(host.meeting))
    return PAGE.format(
        title=title,
        when=escape(when(host.meeting)),
        body=fragment(host, shows, basic_id, now),
        links="".join(_links(shows)),
        stale=escape(say("host.stale")),
        wide=10 if shows == "both" else 22,
        high=26 if shows == "both" else 34,
        every=EVERY,
        nonce=nonce,
    )


def fragment(host: Host, shows: str, basic_id: str | None, now: datetime) -> str:
    """Return the part that changes: the codes, and how many have come."""
    return "\n".join([*_codes(host, shows, basic_id, now), *_counts(host)])


def _codes(host: Host, shows: str, basic_id: str | None, now: datetime) -> Iterator[str]:
    one = host.meeting
    if host.codes is None:
        yield f"<p>{escape(_why_not(host, now))}</p>"
        return
    known = [("room", host.codes.room), ("call", host.codes.call)]
    wanted = [(mode, code) for mode, code in known if code and shows in ("both", mode)]
    boxes = [_box(mode, code, basic_id) for mode, code in wanted or [(m, c) for m, c in known if c]]
    left = max(0, round((host.codes.until - now).total_seconds()))
    yield f'<div class="codes">{"".join(boxes)}</div>'
    yield f'<p>{say("host.changes")} <span class="left">{left}</span> {say("host.seconds")} · '
    yield f"{escape(say('host.until', closes=clock(closes_at(one))))}</p>"


def _why_not(host: Host, now: datetime) -> str:
    one = host.meeting
    if one.state != MeetingState.CALLED:
        return say("host.cancelled")
    if now < opens_at(one):
        return say("host.before", opens=clock(opens_at(one)))
    return say("host.closed", closes=clock(closes_at(one)))


def _box(mode: str, code: str, basic_id: str | None) -> str:
    typed = say("host.typed", code=code)
    how = "host.how" if mode == "room" else "host.call_how"
    said = f'<p><span class="say">{escape(typed)}</span></p>' if mode == "call" else ""
    pieces = [f"<h2>{say(f'host.{mode}')}</h2>", f"<b>{code[:3]}<i></i>{code[3:]}</b>", said, _qr(code, basic_id)]
    return f'<section class="code">{"".join(pieces)}<p>{say(how)}</p></section>'


def _qr(code: str, basic_id: str | None) -> str:
    """Return the QR that opens the chat with the words typed in; nothing where the account's id is not known.

    In plain letters: a Thai one takes nine in an address, and the picture would be too fine for the back row.
    """
    if basic_id is None:
        return ""
    import segno  # only this page draws

    drawn: str = segno.make(invite_url(f"checkin {code}", basic_id, ""), error="l", micro=False).svg_inline(
        border=2, omitsize=True
    )
    return drawn


def _counts(host: Host) -> Iterator[str]:
    came = host.came
    yield f'<p class="came">{escape(say("host.counts", came=f"{came.came:,}", invited=f"{host.invited:,}"))}</p>'
    for line in list(sums(came, host.invited))[1:]:
        yield f"<p>{escape(line)}</p>"


def _links(shows: str) -> Iterator[str]:
    for one in SHOWS:
        current = ' aria-current="page"' if one == shows else ""
        yield f'<a href="?show={one}"{current}>{escape(say(f"host.show_{one}"))}</a>'
