// Pictures pasted anywhere on the page, as long as `root` stands on it.
import { base64 } from "./base64.js";

export const MOST_BYTES = 8_000_000;

// `take` gets the bytes of each picture in base64, one after the other; `refuse` a sentence.
export function onPaste(root, take, refuse) {
  async function pasted(event) {
    if (!root.isConnected) {
      document.removeEventListener("paste", pasted);
      return;
    }
    const files = [...(event.clipboardData?.files ?? [])].filter((each) => each.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    for (const file of files) {
      if (file.size > MOST_BYTES) refuse("The pasted picture is larger than 8 MB. Paste a smaller one.");
      else take(base64(new Uint8Array(await file.arrayBuffer())));
    }
  }
  document.addEventListener("paste", pasted);
}
