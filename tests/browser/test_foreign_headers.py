"""Requests that a browser of ours would never send: from a page of another site, or with an identity made up."""

import urllib.request
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol


def stream(url: str) -> str:
    return f"ws://{urlsplit(url).netloc}/_stcore/stream"


def test_a_page_of_another_site_gets_no_session(build_url: str) -> None:
    for origin in ("http://evil.example", "http://localhost.evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused:
            connect(stream(build_url), origin=Origin(origin), subprotocols=[Subprotocol("streamlit")])
        assert refused.value.response.status_code == 403, origin


def test_a_forged_identity_changes_nothing(build_url: str) -> None:
    """The app knows no users: whoever reaches it sees the same, whatever a header says."""
    forged = {"X-Forwarded-User": "admin", "X-Forwarded-Host": "evil.example", "Streamlit-User": "e30=",
              "Cookie": "_streamlit_user=2|1:0|10:0|15:_streamlit_user|4:e30=|0"}  # fmt: skip
    origin = "://".join(urlsplit(build_url)[:2])
    with urllib.request.urlopen(urllib.request.Request(origin, headers=forged)) as answer:
        told = answer.read().decode()
        assert answer.status == 200 and "evil.example" not in told and "admin" not in told
    with connect(stream(build_url), origin=Origin(origin), additional_headers=forged,
                 subprotocols=[Subprotocol("streamlit")]):  # fmt: skip
        pass
