"""`/metrics`: the status in Prometheus' text format, told to this machine, or to everybody where the settings say so.

Imported before the server runs. Nothing here may import a component, which would register itself nowhere; and what
the answer needs is imported for the first one, so that the server is up a second sooner.
"""

import ipaddress
import logging

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

FORBIDDEN = (
    "The metrics are for programs on this machine. Set CNN_BUILDER_METRICS=open to tell them to everybody who reaches "
    "the server.\n"
)
_log = logging.getLogger(__name__)


def metrics_route() -> Route:
    """The route, below the server's base path where it has one."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return Route(f"/{base}/metrics" if base else "/metrics", _answer, methods=["GET"])


async def _answer(request: Request) -> PlainTextResponse:
    # Behind a proxy of this machine, `client` is whom the proxy names: uvicorn has put it there.
    host = request.client.host if request.client else ""
    return await run_in_threadpool(answer_scrape, host)


def answer_scrape(host: str) -> PlainTextResponse:
    """The answer to who asks from this address."""
    from cnn_builder.architecture.errors import CnnBuilderError
    from cnn_builder.status import metrics_text, take_status
    from cnn_builder.status.exposition import CONTENT_TYPE
    from cnn_builder.ui import server

    try:
        if server.machine_settings().metrics != "open" and not is_this_machine(host):
            return PlainTextResponse(FORBIDDEN, 403)
        status = take_status(server.machine_store(), server.machine_settings(), server.open_sessions())
    except CnnBuilderError as error:
        return PlainTextResponse(f"{error}\n", 503)
    except Exception:  # whoever scrapes is told that it failed, and not what of
        _log.exception("The metrics could not be told")
        return PlainTextResponse("The metrics could not be told; the server's log says why.\n", 500)
    return PlainTextResponse(metrics_text(status), media_type=CONTENT_TYPE)


def is_this_machine(host: str) -> bool:
    """Whether an address is one of this machine's loopback."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)
