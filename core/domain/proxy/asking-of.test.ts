import { readdirSync, readFileSync } from "node:fs";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { askingOf, type Asking } from "./asking-of.ts";

const dead = '{"error": "invalid_token"}';

describe("an answer's body is held back only where the definition's expression reads it", () => {
  it.each<[string, number, Asking]>([
    [`status = 401 ? ${dead}`, 200, "nothing"],
    [`status = 401 ? ${dead}`, 401, "head"],
    [`status = 401 ? ${dead} : null`, 403, "nothing"],
    [`status = 401 ? ${dead} : status = 403 and $contains(body.err, "token") ? ${dead} : null`, 200, "nothing"],
    [`status = 401 ? ${dead} : status = 403 and $contains(body.err, "token") ? ${dead} : null`, 401, "head"],
    [`status = 401 ? ${dead} : status = 403 and $contains(body.err, "token") ? ${dead} : null`, 403, "whole"],
    [`status = 401 ? {"error": "invalid_token", "error_description": body.message}`, 401, "whole"],
    [`status in [401, 403] and body.x ? ${dead}`, 200, "nothing"],
    [`status in [401, 403] and body.x ? ${dead}`, 403, "whole"],
    [`status >= 400 and body.x ? ${dead}`, 302, "nothing"],
    [`status >= 400 and body.x ? ${dead}`, 500, "whole"],
    [`(status = 500 or body.x = 1) ? ${dead}`, 200, "whole"],
    [`(status = 500 or body.x = 1) ? ${dead}`, 500, "head"],
    [`status = 200 ? null : ${dead}`, 200, "nothing"],
    [`body.error = "expired" ? ${dead}`, 200, "whole"],
    [`headers.\`x-dead\` = "1" ? ${dead}`, 200, "head"],
    [`$lookup($, "body").x ? ${dead}`, 200, "whole"],
    [`*.code = 7 ? ${dead}`, 200, "whole"],
    [`**.code = 7 ? ${dead}`, 200, "whole"],
    [`$$.body.code = 7 ? ${dead}`, 200, "whole"],
    [`($b := body; $b.code = 7 ? ${dead})`, 200, "whole"],
    [`$contains($string(), "expired") ? ${dead}`, 200, "whole"],
    [`$contains("expired") ? ${dead}`, 200, "whole"],
    [`$contains(headers.x, "expired") ? ${dead}`, 200, "head"],
    [`status[body.x = 1] = 401 ? null : ${dead}`, 401, "whole"],
    [`status{"a": body.x} = 401 ? null : ${dead}`, 401, "whole"],
    ["not an expression (", 200, "whole"],
  ])("%s of %d: %s", (expression, status, asking) => {
    expect(askingOf(expression, status)).toBe(asking);
  });

  it("no expression asks nothing", () => {
    expect(askingOf(undefined, 401)).toBe("nothing");
  });

  it("what it says about the catalogue's expressions is true of them, whatever the body", async () => {
    const expressions = readdirSync("integrations")
      .filter((name) => name.endsWith(".json") && name !== "schema.json")
      .flatMap((name) => {
        const document = JSON.parse(readFileSync(`integrations/${name}`, "utf8")) as {
          api?: { errorExpression?: string };
        };
        return document.api?.errorExpression ?? [];
      });
    expect(expressions.length).toBeGreaterThan(10);
    const bodies = [null, {}, { message: "token expired", code: 70051, err: "token scope", error: "token_expired" }];
    let spared = 0;
    for (const expression of expressions) {
      for (const status of [200, 204, 302, 401, 403, 429, 500]) {
        const asking = askingOf(expression, status);
        if (asking !== "nothing") continue;
        spared += 1;
        for (const body of bodies) {
          const found = await jsonata(expression)
            .evaluate({ status, headers: {}, body })
            .catch(() => null);
          expect(found ?? null, `${expression} of ${status}`).toBeNull();
        }
      }
    }
    expect(spared).toBeGreaterThan(10);
  });
});
