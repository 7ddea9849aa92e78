// Below canvas and answer: the classes, which save the drawing with its label, and the steps of the preparation.
import { make } from "./dom.js";
import { paintPicture } from "./picture.js";

export function createKeeper(keep) {
  const words = make("p", { class: "soft", role: "status" });
  const question = make("span", { class: "question" }, "Label:");
  const choices = make("div", { class: "choices", role: "group", "aria-label": "Label: saves the drawing in your own data set" });
  const root = make("div", { class: "keeper" }, question, choices, words);
  let shown = "";
  return {
    root,
    show({ classes, can_save: canSave, words: text }) {
      if (JSON.stringify(classes) !== shown) {
        shown = JSON.stringify(classes);
        choices.replaceChildren(...classes.map((name, label) => {
          const button = make("button", { type: "button", title: `Save it as ${name} in your own data set` }, name);
          button.addEventListener("click", () => keep(label));
          return button;
        }));
      }
      for (const button of choices.children) button.disabled = !canSave;
      words.textContent = text;
    },
  };
}

export function createSteps(opened) {
  const list = make("ol", {});
  const root = make("details", { class: "steps" }, make("summary", {}, "Preprocessing steps"), list);
  root.addEventListener("toggle", () => opened(root.open));
  return {
    root,
    show({ steps, kind }) {
      if (!root.open) return;
      if (!steps.length) {
        const none = kind === "answer" ? "No preprocessing was needed." : "Nothing to show yet.";
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
