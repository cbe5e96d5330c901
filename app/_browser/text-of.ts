/** What stands in a field of a form; empty where it has no such field, or a file in it. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
