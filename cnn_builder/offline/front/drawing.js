// Where one draws: the app's own pad with its tools and keys.
import { bytesOf } from "../../ui/components/common/base64.js";
import { make } from "../../ui/components/canvas/dom.js";
import { SMALL } from "../../ui/components/canvas/ink.js";
import { createPad, createPadElement, withKeys } from "../../ui/components/canvas/pad.js";
import { createTools, keyboard } from "../../ui/components/canvas/tools.js";

const EVERY_MS = 60;

// `read(image)` is called with {height, width, data} at the end of a stroke, and now and then inside one.
export function createInput(read) {
  const tools = createTools();
  const canvas = createPadElement();
  let timer = 0;

  const send = () => {
    clearTimeout(timer);
    timer = 0;
    const image = { height: SMALL, width: SMALL, data: bytesOf(pad.grey()) };
    read(image.data.some((value) => value > 0) ? image : null);
  };

  const pad = createPad(canvas, tools.pen, (done) => {
    tools.update(pad);
    if (done) send();
    else timer ||= setTimeout(send, EVERY_MS);
  });
  tools.undo.addEventListener("click", pad.undo);
  tools.redo.addEventListener("click", pad.redo);
  tools.clear.addEventListener("click", pad.clear);
  tools.update(pad);
  const root = make("div", { class: "left" }, withKeys(canvas), tools.root);
  root.addEventListener("keydown", keyboard(pad, canvas, tools.toggle));
  return {
    root,
    show(picture) {
      pad.showPicture(picture);
      tools.update(pad);
    },
  };
}
