// Below canvas and answer: "It was a …", which keeps the drawing with its label, and the steps of the preparation.
import { make } from "./dom.js";
import { paintPicture } from "./picture.js";

export function createKeeper(keep) {
  const words = make("p", { class: "soft", role: "status" });
  const question = make("span", { class: "question" });
  const choices = make("div", { class: "choices", role: "group" });
  const root = make("div", { class: "keeper" }, question, choices, words);
  let shown = "";
  return {
    root,
    show({ reading, classes, kept, keep: asked }) {
      if (JSON.stringify(classes) !== shown) {
        shown = JSON.stringify(classes);
        choices.replaceChildren(...classes.map((name, label) => {
          const button = make("button", { type: "button", title: `Keep it as ${name} in your own data set` }, name);
          button.addEventListener("click", () => keep(label));
          return button;
        }));
      }
      question.textContent = asked;
      choices.setAttribute("aria-label", `${asked} …: keeps it in your own data set`);
      for (const button of choices.children) button.disabled = !reading.seen;
      words.textContent = kept || "Keeps it in your own data set.";
    },
  };
}

export function createSteps(opened) {
  const list = make("ol", {});
  const root = make("details", { class: "steps" }, make("summary", {}, "What was done to the picture"), list);
  root.addEventListener("toggle", () => opened(root.open));
  return {
    root,
    show({ steps, kind }) {
      if (!root.open) return;
      if (!steps.length) {
        const none = kind === "answer" ? "Nothing was done to it." : "Nothing to show yet.";
        list.replaceChildren(make("li", { class: "soft" }, none));
        return;
      }
      list.replaceChildren(...steps.map(({ name, line, image }) => {
        const picture = make("canvas", { role: "img", "aria-label": name });
        paintPicture(picture, image);
        return make("li", {}, make("div", { class: "frame" }, picture), make("b", {}, name), make("span", {}, line));
      }));
    },
  };
}
