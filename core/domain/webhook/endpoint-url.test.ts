import { describe, expect, it } from "vitest";
import { judgeEndpointUrl, mailAddressOf, maskAddress, originOf } from "./endpoint-url.ts";

const plain = "plain http is for hosts in a range of EVERGRANT_EGRESS_ALLOW alone";
const refusal = (origin: string): string | null => (origin.startsWith("http:") ? plain : null);

describe("the address of a chat", () => {
  it.each([
    ["https://hooks.chat.example/services/T0001/B0002/secret9876", "https://hooks.chat.example/…9876"],
    ["https://chat.example:8443/?key=0123456789abcdef", "https://chat.example:8443/…cdef"],
    // Four characters would be too much of it.
    ["https://chat.example/short", "https://chat.example/…"],
    ["https://chat.example/", "https://chat.example/"],
    ["https://chat.example", "https://chat.example"],
    ["no address at all", "no address at all"],
  ])("%s is shown as %s, however often it is masked", (url, shown) => {
    expect(maskAddress(url)).toBe(shown);
    expect(maskAddress(shown)).toBe(shown);
  });

  it.each(["https://hooks.chat.example/…9876", "https://hooks.chat.example/%E2%80%A69876"])(
    "as it is shown is no address: %s",
    (url) => {
      expect(judgeEndpointUrl(url, "chat", () => null)).toMatchObject({ kind: "invalid", pointer: "/url" });
    },
  );
});

describe("the address of an endpoint", () => {
  it.each([
    ["https://app.example.com/hooks", null, "standard"],
    ["https://app.example.com", null, "standard"],
    ["https://app.example.com/hooks?team=1", "chat", "chat"],
    ["mailto:ops@example.com", null, "email"],
    ["mailto:ops+alerts@mail.example.com", "email", "email"],
  ] as const)("%s (%s) is taken", (url, format, found) => {
    expect(judgeEndpointUrl(url, format, refusal)).toEqual({ kind: "valid", format: found });
  });

  it.each([
    ["http://app.example.com/hooks", "EVERGRANT_EGRESS_ALLOW"],
    ["https://me:secret@app.example.com/", "credentials"],
    ["https://me@app.example.com/", "credentials"],
    ["https://app.example.com/#part", "fragment"],
    ["https:app.example.com", "https address"],
    ["https:\\\\app.example.com", "https address"],
    ["https://app.example.com/a b", "https address"],
    ["https://app.exa\tmple.com/", "https address"],
    ["ftp://app.example.com/", "https address"],
    ["javascript:alert(1)", "https address"],
    ["app.example.com", "https address"],
    ["https://", "https address"],
    ["mailto:", "one mail address"],
    ["mailto:a@example.com,b@example.com", "one mail address"],
    ["mailto:a@example.com?bcc=b@example.com", "one mail address"],
    ["mailto:a%0d%0abcc:b@example.com", "one mail address"],
    ["MAILTO:a@example.com?cc=b", "one mail address"],
  ])("%s is refused", (url, why) => {
    expect(judgeEndpointUrl(url, null, refusal)).toMatchObject({
      kind: "invalid",
      pointer: "/url",
      detail: expect.stringContaining(why),
    });
  });

  it("and its format go together", () => {
    expect(judgeEndpointUrl("mailto:ops@example.com", "chat", refusal)).toMatchObject({ pointer: "/format" });
    expect(judgeEndpointUrl("https://app.example.com/", "email", refusal)).toMatchObject({ pointer: "/url" });
  });

  it("names the reason why an inner address can't be called", () => {
    const inner = judgeEndpointUrl("https://10.0.0.1/", null, () => "10.0.0.1 is not a public address");
    expect(inner).toMatchObject({ detail: "can't be called: 10.0.0.1 is not a public address" });
  });
});

it("others read of an address where it is, and not its path, which may be a secret", () => {
  expect(originOf("https://chat.example.com/hooks/T1/secret?token=x")).toBe("https://chat.example.com");
  expect(originOf("mailto:ops@example.com")).toBe("mailto:ops@example.com");
});

it("a mail address is read from mailto: alone", () => {
  expect(mailAddressOf("mailto:ops@example.com")).toBe("ops@example.com");
  expect(mailAddressOf("https://app.example.com/ops@example.com")).toBeNull();
});
