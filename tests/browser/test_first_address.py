from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def test_a_new_server_may_be_asked_for_any_page_first(
    page: Page, app_url: str, idle: Callable[[Page], Locator]
) -> None:
    page.goto(f"{app_url}/train")
    expect(page.get_by_role("link", name="Build")).to_be_visible()
    idle(page)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_test_id("stTopNavLink")).to_have_count(5)
