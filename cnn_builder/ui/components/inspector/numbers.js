// What is typed into a field for a number: read, judged, stepped.
const WHOLE = /^[+-]?\d+$/;
const REAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// The number that a text stands for: {value}, or {reason} where it stands for none that the field takes.
export function parse(text, { kind, minimum, maximum, optional, expected }) {
  const typed = text.trim().replace("−", "-");
  if (!typed) return optional ? { value: null } : { reason: `Expected ${expected}.` };
  const plain = kind === "float" ? typed.replace(",", ".") : typed;
  const value = (kind === "int" ? WHOLE : REAL).test(plain) ? Number(plain) : NaN;
  const inside = Number.isFinite(value) && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity);
  return inside ? { value } : { reason: `Expected ${expected}, received ${typed}.` };
}

export function format(value) {
  return value === null ? "" : String(value);
}

// `times` steps up or down, inside the limits; without the digits that adding fractions leaves behind (0.30000000000000004).
export function stepped(value, times, { step, minimum, maximum }) {
  const by = step || 1;
  const digits = Math.max(decimals(by), decimals(value));
  const next = Number((value + times * by).toFixed(Math.min(digits, 12)));
  return Math.min(Math.max(next, minimum ?? -Infinity), maximum ?? Infinity);
}

function decimals(value) {
  const [digits, exponent] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent ?? 0));
}
