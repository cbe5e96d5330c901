/** What an answer's body says: its JSON; the text where it is none; null where it is empty. */
export function jsonOrText(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
