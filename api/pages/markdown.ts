import { Marked } from "marked";
import { paintJson } from "./paint-json.ts";

/** The five characters that HTML reads. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Ours alone is rendered, and HTML in it is text all the same. */
const marked = new Marked({
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ text }) => escapeHtml(text),
    code: ({ text, lang }) =>
      `<pre tabindex="0"><code>${lang === "json" ? paintJson(text) : escapeHtml(text)}</code></pre>\n`,
    table(token) {
      const row = (cells: string[], tag: string): string =>
        `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
      const inline = (cell: (typeof token.header)[number]): string => this.parser.parseInline(cell.tokens);
      const head = row(token.header.map(inline), "th");
      const rows = token.rows.map((cells) => row(cells.map(inline), "td")).join("");
      return `<div class="wide" tabindex="0"><table><thead>${head}</thead><tbody>${rows}</tbody></table></div>\n`;
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const address = addressOf(href);
      return address === null
        ? `${text} (<code>${escapeHtml(href.replace(/^\.\.\//, "docs/"))}</code>)`
        : `<a href="${escapeHtml(address)}">${text}</a>`;
    },
  },
});

/** Where a link of docs/problems leads when api serves the page; null: to a page that api does not serve. */
function addressOf(href: string): string | null {
  if (href.startsWith("https://")) return href;
  const code = /^([a-z_]+)\.md(?:#.*)?$/.exec(href)?.[1];
  return code === undefined ? null : `/api/v1/problems/${code}`;
}

export function renderMarkdown(text: string): string {
  return marked.parse(text, { async: false });
}

/** Words with code and emphasis, without a paragraph around them. */
export function renderInline(text: string): string {
  return marked.parseInline(text, { async: false });
}
