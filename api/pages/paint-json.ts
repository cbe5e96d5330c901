/** JSON as HTML, with its keys, texts and words told apart. What is no JSON comes out escaped. */
export function paintJson(text: string): string {
  const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b|([&<>])/gi;
  return text.replaceAll(token, (_, quoted?: string, colon?: string, word?: string, sign?: string) => {
    if (quoted !== undefined) {
      return `<span class="${colon === undefined ? "text" : "key"}">${escaped(quoted)}</span>${colon ?? ""}`;
    }
    return word === undefined ? escaped(sign ?? "") : `<span class="word">${word}</span>`;
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
