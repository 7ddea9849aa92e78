"""Learn in Chromium: each lesson from first step to last, wrong answers included; and drills."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.formats import link
from cnn_builder.learn.lessons import LessonPlan
from cnn_builder.learn.lessons.library import shipped_lessons
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.places import take_all_places

Idle = Callable[[Page], Locator]
PLANS = {plan.lesson_id: plan for plan in shipped_lessons()}
SAMPLE = {"png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="}
CURVE = ((0.9, 0.8, 0.70, 0.75), (0.5, 0.5, 0.85, 0.82), (0.3, 0.45, 0.90, 0.84), (0.1, 0.60, 0.98, 0.84))
"""Training and validation loss, training and validation accuracy of each epoch: overfitting starts in epoch 3."""


def add_run(home: Path, network: Architecture, gap: float = 0.0) -> None:
    """A run of the network that has ended with a curve, a score and five samples; ``gap`` is added at its end."""
    with Store.open(Settings(home=home)) as store:
        run = store.create_run(network, "digits", RunSettings(epochs=4, seed=int(gap * 100)))
        assert store.claim_next(100) is not None
        rows = [
            Metric(epoch, 10 * epoch, "epoch", loss, accuracy, val_loss, val_accuracy - (gap if epoch == 4 else 0))
            for epoch, (loss, val_loss, accuracy, val_accuracy) in enumerate(CURVE, 1)
        ]
        store.append(run.run_id, rows)
        store.beat(run.run_id, 40, 4)
        labels = ["7", "2", "1", "0", "4"]
        samples = [{**SAMPLE, "index": place, "predicted": one, "actual": one} for place, one in enumerate(labels)]
        result = {"test_accuracy": 0.8977, "best_epoch": 3, "evaluation": {"samples": samples}}
        store.finish(run.run_id, "finished", None, result)


@pytest.fixture(scope="module", autouse=True)
def _no_room(app: Any) -> None:
    take_all_places(Settings(home=app.home))


class Walk:
    """A learner who goes through a lesson."""

    def __init__(self, page: Page, app: Any, idle: Idle, plan: LessonPlan) -> None:
        self.page, self.app, self.idle, self.plan, self.place = page, app, idle, plan, 0

    @property
    def step(self) -> str:
        return self.plan.steps[self.place].step_id

    def begin(self) -> None:
        self.page.goto(f"{self.app.url}/learn")
        self.page.locator(f".st-key-lesson-start-{self.plan.lesson_id} button").click()
        self.at_step()

    def at_step(self) -> None:
        told = f"step {self.place + 1} of {len(self.plan.steps)}"
        expect(self.page.locator(".st-key-lesson-head")).to_contain_text(told)
        expect(self.page.get_by_role("heading", name=self.plan.steps[self.place].title, exact=True)).to_be_visible()
        expect(self.page.locator(".katex-error")).to_have_count(0)

    def on(self) -> None:
        """To the next step, which only a step that was done calls so."""
        button = self.page.locator(".st-key-lesson-next button, .st-key-lesson-finish button")
        expect(button).to_have_text(re.compile("Next step|Finish"))
        button.click()
        self.place += 1
        if self.place < len(self.plan.steps):
            self.at_step()

    def fill(self, *answers: str) -> None:
        for place, answer in enumerate(answers):
            key = f".st-key-step-{self.plan.lesson_id}-{self.step}-{place}"
            field = self.page.locator(f"{key} input[type=text], {key} textarea").first
            field.fill(answer)
        self.check()

    def choose(self, answer: str) -> None:
        self.page.locator(".stRadio").get_by_text(answer, exact=True).click()
        self.check()

    def check(self) -> None:
        self.page.locator(".stFormSubmitButton button").click()

    def told(self, words: str) -> None:
        expect(self.page.get_by_test_id("stAlert").filter(has_text=words)).to_be_visible()

    def bar(self, words: str, network: Architecture | None = None, path: str = "build") -> None:
        """On the other page: with this network in the address, the bar's check says these words."""
        if network is not None:
            self.idle(self.page)
            self.page.goto(f"{self.app.url}/{path}?net={link.encode(network, 'digits')}")
        bar = self.page.locator(".st-key-lesson-bar")
        bar.get_by_role("button", name="Check").click()
        expect(bar.get_by_test_id("stAlert")).to_contain_text(words)

    def back(self) -> None:
        self.page.locator(".st-key-lesson-bar-next button").click()
        self.place += 1
        self.at_step()

    def there(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.locator(".st-key-lesson-bar").wait_for()

    def curve_score_predictions(self) -> None:
        """The steps about a run, in whatever order the lesson has them."""
        while self.place < len(self.plan.steps):
            match self.plan.steps[self.place].check:
                case "overfitting":
                    self.fill("1")
                    self.told("compare both lines")
                    self.fill("3")
                    self.told("lowest in epoch 3")
                    expect(self.page.locator(".js-plotly-plot .annotation")).to_have_count(
                        2
                    )  # the app's mark and the learner's
                case "test_accuracy":
                    self.fill("0.98")
                    self.told("another number")
                    self.fill("89.77 %")
                    self.told("0.8977")
                case "predictions":
                    assert self.page.locator(".samples").inner_text().count("predicted") == 0
                    self.fill("7, 2")
                    self.told("Expected 5 names")
                    self.fill("7, 2, 1, 0, 9")
                    self.told("4 of 5")
                    expect(self.page.locator(".samples")).to_contain_text("predicted")
                case _:
                    return
            self.on()


@pytest.fixture
def walk(page: Page, app: Any, idle: Idle) -> Callable[[str], Walk]:
    def begin(lesson: str) -> Walk:
        made = Walk(page, app, idle, PLANS[lesson])
        made.begin()
        return made

    return begin


def test_lesson_one(walk: Callable[[str], Walk], page: Page, app: Any) -> None:
    one = walk("L1")
    expect(page.locator(".cnn-demo")).to_contain_text("26×26")
    one.check()
    one.told("Choose an answer first")
    one.choose("It learns weights of its own")
    one.told("Not this one")
    one.choose("It keeps the strongest answer near each place and forgets exactly where it was")
    one.on()
    one.fill("28x28x32", "13×13×32")
    one.told("Layer 1: ✗ not right · Layer 2: ✓ right")
    assert page.locator(".katex").count() > 0 and "= 26" not in page.locator(".st-key-step-text").inner_text()
    one.fill("(26, 26, 32)", "13 x 13 x 32")
    one.told("All 2 are right")
    expect(page.locator("li .katex").first).to_be_visible()
    page.reload()
    one.at_step()
    expect(page.locator(f".st-key-step-L1-{one.step}-0 input")).to_have_value("(26, 26, 32)")
    one.on()
    one.fill("11×11×64", "1", "64")
    page.get_by_role("button", name="Show the answer").click()
    one.told("The answer was shown")
    one.on()
    one.fill("320", "18,496", "495680", "650")
    one.on()
    one.choose("A second pooling before Flatten")
    one.on()
    one.there("Open an empty network on Build")
    one.bar("Layer 1 is missing: Conv2D(32")
    other = one.plan.network.replace(0, one.plan.network.layers[0].changed(filters=16))
    one.bar("Layer 1 is not right yet", other)
    one.bar("515,146 parameters", one.plan.network)
    one.back()
    one.choose("Categorical cross-entropy")
    one.told("What would the labels have to look like")
    one.choose("Sparse categorical cross-entropy")
    one.on()
    one.choose("The network guesses: it has learned nothing")
    one.on()
    one.there("Open the network on Train")
    one.bar("No run of this network was found")
    add_run(app.home, one.plan.network)
    one.bar("test accuracy 0.8977")
    one.back()
    one.curve_score_predictions()
    one.choose("The test images trained nothing and chose nothing")
    one.on()
    page.get_by_role("button", name="Done", exact=True).click()
    one.on()
    expect(page.locator(".st-key-lesson-card-L1")).to_contain_text("13 done")


def test_lesson_two(walk: Callable[[str], Walk], page: Page, app: Any) -> None:
    two = walk("L2")
    networks = two.plan.networks
    two.choose("2")
    two.on()
    two.fill("28×28×32", "14×14×32", "14×14×64", "7×7×64", "3136")
    two.on()
    two.fill("421,641")
    two.told("1 of 1 not right")
    two.fill("421,642")
    two.on()
    two.fill("3", "4", "8×8", "10")
    two.on()
    two.there("Open an empty network on Build")
    two.bar("421,642 parameters", networks["main"])
    two.back()
    two.choose("12,000 train; the last 3,000 validate")
    two.on()
    add_run(app.home, networks["main"])
    two.there("Open the network on Train")
    two.bar("test accuracy 0.8977")
    two.back()
    two.curve_score_predictions()
    two.fill("28×28×32", "13×13×32", "6×6×64", "2304")
    two.told("1 of 4 not right")
    two.fill("26×26×32", "13×13×32", "6×6×64", "2304")
    two.on()
    two.there("Open the network on Build")
    two.bar("Layer 1 is not right yet")
    two.bar("315,146 parameters", networks["valid"])
    two.back()
    two.there("Open the network on Build")
    two.bar("There are 2 blocks")
    two.bar("3 blocks", networks["third"])
    two.back()
    add_run(app.home, networks["third"], gap=0.05)
    two.there("Open the network on Train")
    two.bar("test accuracy 0.8977")
    two.back()
    two.choose("The gap narrowed")
    two.told("Not so")
    two.choose("The gap widened")
    two.told("The gap was 0.140 and is 0.190")
    two.on()
    two.choose("They cannot be told apart: the interval of the difference contains 0")
    two.on()
    expect(page.locator(".st-key-lesson-card-L2")).to_contain_text("16 done")


def test_lesson_three(walk: Callable[[str], Walk], page: Page, app: Any) -> None:
    three = walk("L3")
    expect(page.get_by_test_id("stCode")).to_contain_text("models.Sequential([")
    mended = three.plan.networks["mended"]
    three.fill("4")
    three.told("Not this line")
    three.fill("10")
    three.told("is missing after line 10")
    three.on()
    three.fill("5")
    three.told("Follow the shape")
    three.fill("6")
    three.told("Dense needs a vector")
    three.on()
    three.choose("The map has to become one vector, by Flatten or global pooling")
    three.on()
    code = three.plan.steps[three.place].values["code"]
    three.check()
    three.told("was never closed")
    closed = code.replace("'softmax')\n", "'softmax')\n])\n")
    three.fill(closed)
    three.told("It can be read now, but does not fit yet")
    three.fill(closed.replace("    layers.Dense(64", "    layers.Flatten(),\n    layers.Dense(64"))
    three.told("93,322 parameters")
    three.on()
    three.there("Open the network on Build")
    three.bar("Layer 6 is not right yet")
    page.get_by_role("button", name="Insert Flatten before it").click()
    three.idle(page)
    three.bar("93,322 parameters")
    three.back()
    three.fill("26×26×32", "13×13×32", "11×11×64", "5×5×64", "3×3×64", "576")
    three.on()
    three.fill("93322")
    three.on()
    three.fill("18")
    three.on()
    add_run(app.home, mended)
    three.there("Open the network on Train")
    three.bar("test accuracy 0.8977")
    three.back()
    three.curve_score_predictions()
    expect(page.locator(".st-key-lesson-card-L3")).to_contain_text("12 done")


def test_a_link_opens_a_step_and_the_bar_is_gone_when_the_lesson_is_closed(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/learn?lesson=L3&step=repair")
    page.get_by_role("button", name="Go to Build").click()
    page.get_by_role("button", name="Close the lesson").click()
    expect(page.locator(".st-key-lesson-bar")).to_have_count(0)


def test_a_drill_is_asked_answered_and_explained(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/learn")
    page.get_by_role("radio", name="Drills").or_(page.get_by_role("button", name="Drills")).first.click()
    standing = page.locator(".cnn-totals")
    expect(standing).to_contain_text("level 1")
    for number in range(1, 4):
        expect(page.locator(f".st-key-drill-answer-{number}")).to_be_visible()
        field = page.locator(f".st-key-drill-answer-{number}")
        field.locator("input").first.wait_for(state="attached")  # it is loaded when it is first needed
        if field.get_by_role("radio").count():
            field.get_by_role("radio").nth(1).press("Space")
        else:
            field.locator("input").fill("1")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_test_id("stAlert")).to_contain_text("ight")
        expect(standing).to_contain_text(f"of {number} right")
        expect(page.locator(".katex-error")).to_have_count(0)
        page.get_by_role("button", name="Next question").click()
    page.reload()
    page.get_by_role("radio", name="Drills").or_(page.get_by_role("button", name="Drills")).first.click()
    expect(standing).to_contain_text("of 3 right")
