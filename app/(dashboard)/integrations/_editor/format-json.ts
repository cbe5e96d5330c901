const width = 100;

/** JSON as people write it: members on lines of their own, a list on one line where it fits. */
export function formatJson(value: unknown): string {
  return write(value, "");
}

function write(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
    const isPlain = value.every((one) => typeof one !== "object" || one === null);
    if (value.length === 0 || (isPlain && indent.length + flat.length <= width)) return flat;
    return `[\n${value.map((one) => inner + write(one, inner)).join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value);
  if (members.length === 0) return "{}";
  const lines = members.map(([name, one]) => `${inner}${JSON.stringify(name)}: ${write(one, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
