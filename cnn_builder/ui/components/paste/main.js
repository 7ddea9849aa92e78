// Takes the pictures that are pasted on the page, and sends them one by one: the next when the last was taken.
import { onPaste } from "../common/paste.js";

const AGAIN_MS = 3000;
const instances = new WeakMap();

function create(parent) {
  const words = document.createElement("p");
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  const root = document.createElement("div");
  root.className = "paste";
  root.append(words, told);
  parent.append(root);
  const state = { component: null, waiting: [], seq: 0, timer: 0 };

  // What is sent while the page is drawn anew may be lost: it is sent again until its number comes back.
  function send() {
    clearTimeout(state.timer);
    if (!state.waiting.length || !root.isConnected) return;
    state.component.setTriggerValue("pasted", state.waiting[0]);
    state.timer = setTimeout(send, AGAIN_MS);
  }

  function take(content) {
    state.seq = Math.max(state.seq + 1, Date.now());
    state.waiting.push({ seq: state.seq, content });
    if (state.waiting.length === 1) send();
  }

  onPaste(root, take, (sentence) => {
    told.textContent = sentence;
  });

  return {
    update(component) {
      state.component = component;
      const { words: text, told: news, ack } = component.data;
      words.textContent = text;
      if (told.dataset.ack !== String(ack)) {
        told.dataset.ack = String(ack);
        told.textContent = news;
      }
      const before = state.waiting.length;
      state.waiting = state.waiting.filter(({ seq }) => seq > ack);
      if (state.waiting.length < before) send();
    },
  };
}

export default function (component) {
  const { parentElement } = component;
  const instance = instances.get(parentElement) ?? create(parentElement);
  instances.set(parentElement, instance);
  instance.update(component);
}
