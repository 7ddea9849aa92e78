"""The app behind nginx as `deploy/nginx.conf` sets it up: TLS, the websocket, and the headers that a browser obeys."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Response, expect

from cnn_builder.ui.shared.navigation import PAGES
from tests.support.build_page import Idle, layers, start_from
from tests.support.paths import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
FRAME = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
  include /etc/nginx/mime.types; access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  include {folder}/site.conf;
}}
"""


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def site(text: str, folder: Path, app_url: str, plain: int, tls: int) -> str:
    """The configuration with this machine's ports, name and certificate."""
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ": f"listen 127.0.0.1:{tls} ",
        "http://127.0.0.1:8501": f"http://{urlsplit(app_url).netloc.replace('localhost', '127.0.0.1')}",
        "/etc/letsencrypt/live/cnn.example.org": str(folder),
        "cnn.example.org": "localhost",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def proxied(shared_app, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The app's address behind nginx, and the one without TLS."""
    if NGINX is None:
        pytest.skip("No nginx found: install it")
    plain, tls = free_ports(2)
    asked = ["-subj", "/CN=localhost", "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *asked]
    subprocess.run(made, check=True, capture_output=True)
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    (tmp_path / "site.conf").write_text(site(text, tmp_path, shared_app.url, plain, tls), "utf-8")
    (tmp_path / "nginx.conf").write_text(FRAME.format(folder=tmp_path), "utf-8")
    server = subprocess.Popen([NGINX, "-c", str(tmp_path / "nginx.conf"), "-e", "stderr"])
    try:
        yield f"https://localhost:{tls}", f"http://localhost:{plain}"
    finally:
        server.terminate()
        server.wait(10)


def test_every_page_works_behind_it(proxied: tuple[str, str], new_page: Callable[..., Page], idle: Idle) -> None:
    secure, plain = proxied
    page, refused = new_page(ignore_https_errors=True), []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            refused.append(message.text)

    def answered(response: Response) -> None:
        if response.status >= 400:
            refused.append(f"{response.status} {response.url}")

    page.on("console", said)
    page.on("response", answered)
    first = page.goto(secure)
    assert first is not None
    policy = first.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy and first.headers["x-content-type-options"] == "nosniff"
    assert "max-age" in first.headers["strict-transport-security"] and first.headers["server"] == "nginx"
    idle(page)
    page.get_by_role("link", name="Build", exact=True).click()
    layers(page).first.wait_for()
    start_from(page, "L2")
    expect(layers(page)).to_have_count(7)
    for name in [name.capitalize() for name in PAGES[2:]]:
        page.get_by_role("link", name=name, exact=True).click()
        idle(page)
        expect(page.get_by_role("heading", level=1, name=name)).to_be_attached()
    assert refused == []
    assert [page.request.get(f"{secure}{path}").status for path in ("/metrics", "/_stcore/metrics")] == [404, 404]
    moved = page.request.get(f"{plain}/train", max_redirects=0)
    assert moved.status == 301 and moved.headers["location"] == "https://localhost/train"
