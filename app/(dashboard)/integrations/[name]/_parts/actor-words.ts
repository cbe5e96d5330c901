/** Who did something, as people call them. `names`: of administrators, for whoever may see them. */
export function actorWords(actor: string | null, names: ReadonlyMap<string, string>): string {
  if (actor === null) return "somebody, before that was written down";
  const name = names.get(actor);
  if (name !== undefined) return name;
  if (actor === "command_line") return "the command line";
  if (actor.startsWith("key_")) return `API key ${actor}`;
  return actor.startsWith("usr_") ? `administrator ${actor}` : actor;
}
