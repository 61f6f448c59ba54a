"""What does a person see who is asked to let the app in?"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from enterprisehub.ghl.sandbox.wire import Reply

_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connect an app · Sandbox</title><link rel="stylesheet" href="/_sandbox/page.css"></head><body class="consent">
<p class="band"><strong>Sandbox</strong> This plays HighLevel on this machine. Nothing here reaches a real account.</p><main class="sheet">"""
_FOOT = "</main></body></html>"


def page(*, asked: dict[str, str] | None = None, locations: Sequence[Any] = (), trouble: str = "") -> Reply:
    """The form, or what is wrong with the address that led here (400)."""
    if asked is None:
        text = f"<h1>This link cannot be used</h1><p role='alert'>{escape(trouble)}</p>"
        return _html(400, text)
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
    )
    choices = "".join(_choice(row, first=number == 0) for number, row in enumerate(locations))
    scopes = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in asked.get("scope", "").split())
    nothing = "" if choices else '<p role="alert">There is no location yet. Create one on the sandbox’s page.</p>'
    return _html(
        200,
        f"""<h1>Let EnterpriseHub into a location</h1>
<form method="post" action="/v2/oauth/chooselocation">{hidden}
<fieldset><legend>Location</legend>{choices}{nothing}</fieldset>
<fieldset><legend>Kind of token</legend>
<label class="pick"><input type="radio" name="as" value="Location" checked><span>Of the location</span></label>
<label class="pick"><input type="radio" name="as" value="Company"><span>Of the agency, as when it is installed from the agency’s view</span></label>
</fieldset>
<details><summary>What it may do</summary><ul class="scopes">{scopes}</ul></details>
<p class="row"><button class="main" name="decision" value="allow">Allow and go back</button><button name="decision" value="deny">Deny</button></p>
</form>""",
    )


def _choice(location: Any, *, first: bool) -> str:
    checked = " checked" if first else ""
    return (
        f'<label class="pick"><input type="radio" name="location_id" value="{escape(location.id)}"{checked}>'
        f"<span>{escape(str(location.row['name']))} <code>{escape(location.id)}</code></span></label>"
    )


def _html(status: int, text: str) -> Reply:
    return Reply(status, raw=f"{_HEAD}{text}{_FOOT}".encode(), kind="text/html; charset=utf-8")
