import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { definitions, type Definition } from "./definitions.ts";

const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");

/** Names and labels are an interface: whoever changes one changes the documentation with it, and tells who has alerts on it. */
it("the table of metrics is that of the code, word for word", () => {
  const rows = Object.entries<Definition>(definitions).map(([name, { kind, in: processes, labels, help }]) => {
    const series = labels.length === 0 ? name : `${name}{${labels.join(",")}}`;
    return `| \`${series}\` | ${kind} | ${processes.join(", ")} | ${help} |`;
  });
  // The table under this heading alone: names of database roles begin like those of metrics.
  const [, under = ""] = page.split("| Metric | Type | In | Is |\n|---|---|---|---|\n");
  expect(under.split("\n\n")[0]?.split("\n")).toEqual(rows);
});

it("alerts ask for metrics and labels that there are", () => {
  const alerts = [...page.matchAll(/^ +expr: (.+)$/gm)].map(([, expression]) => expression ?? "");
  expect(alerts.length).toBeGreaterThanOrEqual(5);
  for (const [series, name = "", matchers = ""] of alerts.join("\n").matchAll(/(evergrant_\w+)(?:\{([^}]*)\})?/g)) {
    const known = Object.entries<Definition>(definitions).find(([one, { kind }]) =>
      kind === "histogram" ? new RegExp(`^${one}_(?:bucket|sum|count)$`).test(name) : one === name,
    );
    const asked = [...matchers.matchAll(/(\w+)[=!]/g)].map(([, label]) => label);
    expect(known?.[1].labels, series).toEqual(expect.arrayContaining(asked));
  }
});

it("names end in their unit, and counters in _total", () => {
  for (const [name, { kind }] of Object.entries<Definition>(definitions)) {
    expect(name.endsWith("_total"), name).toBe(kind === "counter");
    if (kind === "histogram") expect(name).toMatch(/_seconds$/);
    expect(name).not.toMatch(/_(?:ms|milliseconds|minutes|percent)(?:_|$)/);
  }
});
