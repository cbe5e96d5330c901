import { describe, expect, it } from "vitest";
import { originRefusal } from "./origin-refusal.ts";

describe("an origin that is certain to be refused", () => {
  const closed = originRefusal([]);
  const open = originRefusal([{ address: "127.0.0.0", prefix: 8 }]);

  it.each([
    "http://acme.example",
    "https://acme.example:8443",
    "http://127.0.0.1:3000",
    "https://127.0.0.1",
    "https://[::1]",
  ])("%s, where no range is allowed", (origin) => expect(closed(origin)).not.toBeNull());

  it.each(["https://acme.example", "https://acme.example:443", "https://8.8.8.8", "{x}", "x"])("not %s", (origin) => {
    expect(closed(origin)).toBeNull();
  });

  it("not what an allowed range may hold", () => {
    for (const origin of ["http://127.0.0.1:3000", "http://acme.internal", "https://acme.internal:8443"]) {
      expect(open(origin)).toBeNull();
    }
    expect(open("http://10.0.0.1")).toContain("is not a public address");
    expect(open("http://8.8.8.8")).toContain("plain http is refused");
  });
});
