import { expect, test } from "vitest";
import { renderInline, renderMarkdown } from "./markdown.ts";
import { paintJson } from "./paint-json.ts";

test("HTML in a text is text, in words, code and JSON alike", () => {
  const nasty = `<img src=x onerror=alert(1)>`;
  for (const made of [
    renderInline(nasty),
    renderMarkdown(nasty),
    renderMarkdown(`\`${nasty}\``),
    paintJson(`{"a": "${nasty}"}`),
  ]) {
    expect(made).not.toContain("<img");
    expect(made).toContain("&lt;img");
  }
});

test("a link to another problem leads to its page, one to a page that api does not serve names it, and no other scheme is one", () => {
  expect(renderInline("[held](held.md)")).toBe('<a href="/api/v1/problems/held">held</a>');
  expect(renderInline("[how](../guides/re-authorize.md)")).toBe("how (<code>docs/guides/re-authorize.md</code>)");
  expect(renderInline("[x](javascript:alert(1))")).not.toContain("href");
});

test("keys, texts and words of JSON are told apart", () => {
  expect(paintJson('{"a": ["b", 1, null]}')).toBe(
    '{<span class="key">"a"</span>: [<span class="text">"b"</span>, <span class="word">1</span>, <span class="word">null</span>]}',
  );
});
