import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { ExpressionFailed } from "#core/ports/expressions";
import { createExpressions } from "./expressions.ts";

const expressions = createExpressions();
afterAll(() => expressions.close());

const reasonOf = async (expression: string, input: unknown = {}, on = expressions): Promise<string> => {
  try {
    return `a value: ${JSON.stringify(await on.evaluate(expression, input))}`;
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    return error.reason;
  }
};

const forever = "($f := function($n) { $f($n + 1) }; $f(1))";
const catastrophe = '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /(a+)+$/)';
const doubling = (times: number): string =>
  `($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $uppercase($f("aaaaaaaaaa", ${times})))`;

describe("evaluating", () => {
  it("starts nothing before the first expression comes", () => {
    expect(createExpressions().evaluators).toBe(0);
  });

  it.each<[string, unknown, unknown]>([
    ["data.access_token", { data: { access_token: "a" } }, "a"],
    ["missing.field", {}, undefined],
    ["null", {}, null],
    ["items.id", { items: [{ id: 1 }, { id: 2 }] }, [1, 2]],
    ['{"error": body.error, "lost": body.none}', { body: { error: "x" } }, { error: "x" }],
    ["[$string, 1]", {}, [null, 1]],
    ["function($x) { $x }", {}, undefined],
    ["$string(hub_id)", { hub_id: 62_515 }, "62515"],
  ])("%s yields plain JSON", async (expression, input, value) => {
    expect(await expressions.evaluate(expression, input)).toEqual(value);
  });

  it("binds what it is given besides the root", async () => {
    expect(await expressions.evaluate("$status = 200 and ok", { ok: true }, { status: 200 })).toBe(true);
  });
});

describe("an expression that does too much", () => {
  it.each<[string, string, string[]]>([
    ["an endless loop", forever, ["too_slow"]],
    ["a regular expression that goes back and forth", catastrophe, ["too_slow"]],
    ["work without end in small steps", "[1..50000].([1..50000])", ["too_slow"]],
    ["a recursion without end", "($f := function($n) { 1 + $f($n + 1) }; $f(1))", ["threw"]],
    ["a list of ten million", "[1..1e7]", ["threw"]],
    ["a text of 500 million characters at once", '$uppercase($pad("", 500000000))', ["crashed", "too_slow"]],
    ["a text that doubles itself", doubling(25), ["crashed", "too_slow"]],
    ["a result of more than 64 kB", '$pad("", 70000)', ["output_too_large"]],
    [
      "a small value that is terabytes as text",
      '($f := function($v, $n) { $n = 0 ? $v : $f({"a": $v, "b": $v}, $n - 1) }; $f("x", 40))',
      ["output_too_large"],
    ],
    [
      "a result that is nested too deep",
      "($f := function($v, $n) { $n = 0 ? $v : $f([[$v]], $n - 1) }; $f(1, 200))",
      ["output_too_large"],
    ],
    ["data that is to be read as an expression", "$eval(code)", ["threw"]],
    ["an error of its own", '$error("it carries " & secret)', ["threw"]],
  ])("fails, and the next one is evaluated: %s", async (_name, expression, reasons) => {
    expect(reasons).toContain(await reasonOf(expression, { code: "1 + 1", secret: "s3cret" }));
    expect(await reasonOf("1 + 1")).toBe("a value: 2");
  });

  it("is not given more than 1 MiB", async () => {
    expect(await reasonOf("$length(text)", { text: "x".repeat(1_048_576) })).toBe("input_too_large");
    const deep: unknown = JSON.parse("[".repeat(500_000) + "]".repeat(500_000));
    expect(await reasonOf("1", deep)).toBe("input_too_large");
    expect(await reasonOf("$length(text)", { text: "x".repeat(1_000_000) })).toBe("a value: 1000000");
  });
});

it("a failure names where it stands in the expression, and nothing of what it read", async () => {
  const failed = expressions.evaluate('1 + $error("no: " & secret) ', { secret: "s3cret" });
  await expect(failed).rejects.toThrow(/^threw \(D3137 at \d+\)$/);
  await expect(expressions.evaluate("secret + 1", { secret: "s3cret" })).rejects.toThrow(/^threw \(T2001 at \d+\)$/);
});

describe("nothing behind the data is reached", () => {
  it.each([
    '$lookup($, "__proto__")',
    '$lookup($, "constructor")',
    "$.constructor",
    "$string.constructor",
    '$lookup($string, "constructor")',
    '$lookup([], "constructor")',
    "$process",
    "$global",
    "$globalThis",
    "$require",
  ])("by %s", async (expression) => {
    expect(await expressions.evaluate(expression, { a: 1 })).toBeUndefined();
  });

  it.each([
    '$ ~> |__proto__|{"polluted": "yes"}|',
    '$ ~> |constructor.prototype|{"polluted": "yes"}|',
    '$merge([{}, {"__proto__": {"polluted": "yes"}}])',
    '{"__proto__": {"polluted": "yes"}}',
  ])("nor changed for those who come after: %s", async (expression) => {
    await reasonOf(expression, JSON.parse('{"__proto__": {"a": 1}, "b": {}}'));
    expect(await expressions.evaluate("{}.polluted", {})).toBeUndefined();
    expect(await expressions.evaluate("polluted", {})).toBeUndefined();
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});

describe("many at once", () => {
  it("each gets its own answer, from two evaluators at most", async () => {
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((n) => expressions.evaluate("n * 2", { n })));
    expect(answers).toEqual(numbers.map((n) => n * 2));
    expect(expressions.evaluators).toBeLessThanOrEqual(2);
  });

  it("a crowd of slow ones lets another through after a turn, and is turned away itself when it waits too long", async () => {
    const order: string[] = [];
    const slow = Array.from({ length: 60 }, async () => {
      const reason = await reasonOf(forever);
      order.push("slow");
      return reason;
    });
    const quick = reasonOf("1 + 1").then((value) => {
      order.push("quick");
      return value;
    });
    expect(await quick).toBe("a value: 2");
    // Two were under way when it came, and two more may have ended in the same moment.
    expect(order.indexOf("quick")).toBeLessThanOrEqual(4);
    expect(new Set(await Promise.all(slow))).toEqual(new Set(["too_slow", "busy"]));
  }, 30_000);

  it("after closing nothing is evaluated, and what waited hears so", async () => {
    const closing = createExpressions();
    const waiting = [forever, forever, forever, "1"].map((one) => reasonOf(one, {}, closing));
    await closing.close();
    expect(await Promise.all(waiting)).toEqual(["closed", "closed", "closed", "closed"]);
    expect(await reasonOf("1", {}, closing)).toBe("closed");
  });
});

it("does not keep its process alive", () => {
  const script = `
    import { createExpressions } from "#adapters/expressions/expressions";
    process.stdout.write(String(await createExpressions().evaluate("1 + 1", {})));`;
  const answer = execFileSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
    timeout: 20_000,
    encoding: "utf8",
  });
  expect(answer).toBe("2");
}, 30_000);
