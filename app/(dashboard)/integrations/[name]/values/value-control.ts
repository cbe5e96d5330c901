type Schema = Readonly<Record<string, unknown>>;

/** What a value is typed into. */
export type ValueControl =
  | { kind: "choice"; options: string[] }
  | { kind: "switch" }
  | { kind: "number"; isWhole: boolean; min: number | null; max: number | null }
  | { kind: "text" }
  /** One text a line. */
  | { kind: "lines" }
  | { kind: "json" };

/** The control for a value of a JSON Schema: what it does not know is typed as JSON. */
export function controlOf(schema: Schema): ValueControl {
  const solid = solidOf(schema);
  const options = solid["enum"];
  if (Array.isArray(options) && options.every((one): one is string => typeof one === "string")) {
    return { kind: "choice", options };
  }
  switch (solid["type"]) {
    case "boolean":
      return { kind: "switch" };
    case "integer":
    case "number":
      return {
        kind: "number",
        isWhole: solid["type"] === "integer",
        min: numberOf(solid["minimum"]),
        max: numberOf(solid["maximum"]),
      };
    case "string":
      return { kind: "text" };
    case "array": {
      const items = solid["items"];
      const isOfTexts = isSchema(items) && items["type"] === "string" && items["enum"] === undefined;
      return { kind: isOfTexts ? "lines" : "json" };
    }
    default:
      return { kind: "json" };
  }
}

/** Of alternatives, the one that is not null; a list before a text, since it says the same without a separator. */
function solidOf(schema: Schema): Schema {
  const all = schema["anyOf"] ?? schema["oneOf"];
  if (!Array.isArray(all)) return schema;
  const some = all.filter((one): one is Schema => isSchema(one) && one["type"] !== "null").map(solidOf);
  return some.find((one) => one["type"] === "array") ?? some[0] ?? schema;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOf(value: unknown): number | null {
  // A schema of whole numbers is bounded by what a double can hold, which nobody means.
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
}

/** A value as its control shows it. */
export function shownIn(control: ValueControl, value: unknown): string {
  if (value === undefined || value === null) return "";
  switch (control.kind) {
    case "lines":
      if (Array.isArray(value)) return value.join("\n");
      return typeof value === "string" ? value.split(/\s+/).join("\n") : "";
    case "json":
      return JSON.stringify(value, null, 2);
    case "choice":
    case "switch":
    case "number":
    case "text":
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

export type Typed = { kind: "value"; value: unknown } | { kind: "wrong"; why: string };

/** What was typed, as a value of the document. Whether it may stand there, the API says. */
export function readTyped(control: ValueControl, text: string): Typed {
  switch (control.kind) {
    case "choice":
    case "text":
      return { kind: "value", value: text };
    case "switch":
      return { kind: "value", value: text === "true" };
    case "number": {
      const value = Number(text);
      const isNumber = text.trim() !== "" && Number.isFinite(value);
      return isNumber ? { kind: "value", value } : { kind: "wrong", why: "Expected a number." };
    }
    case "lines":
      return {
        kind: "value",
        value: text
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== ""),
      };
    case "json":
      try {
        return { kind: "value", value: JSON.parse(text) as unknown };
      } catch {
        return { kind: "wrong", why: "This is no JSON. Texts stand in double quotes, lists in brackets." };
      }
  }
}
