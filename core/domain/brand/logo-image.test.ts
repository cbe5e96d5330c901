import { describe, expect, test } from "vitest";
import { exampleLogo, makePng } from "#test/make-png";
import { maxLogoBytes, readLogo } from "./logo-image.ts";

const asUrl = (type: string, bytes: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
const png = exampleLogo();
const blank = (width: number, height: number): Buffer => makePng(width, height, () => [0, 0, 0, 0]);

/** A frame header behind an application segment, as cameras write it. */
const jpeg = Buffer.from("ffd8ffe000104a46494600010100000100010000ffc0000b08003000400101110000ffd9", "hex");
function webp(kind: string, body: string): Buffer {
  const content = Buffer.concat([Buffer.from(`WEBP${kind}`, "latin1"), Buffer.from(body.padEnd(36, "0"), "hex")]);
  const head = Buffer.alloc(8);
  head.write("RIFF", "latin1");
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

describe("a logo is taken", () => {
  test.each([
    ["image/png", png],
    ["image/png", blank(1024, 1)],
    ["image/jpeg", jpeg],
    ["image/webp", webp("VP8 ", "000000000000009d012a40003000")],
    ["image/webp", webp("VP8L", "000000002f3fc00b00")],
    ["image/webp", webp("VP8X", "00000000000000003f00002f0000")],
  ])("as %s, byte for byte", (type, bytes) => {
    expect(readLogo(asUrl(type, bytes))).toEqual({ mediaType: type, bytes });
  });
});

describe("a logo is refused", () => {
  test.each([
    ["an SVG", asUrl("image/svg+xml", Buffer.from("<svg onload='alert(1)'/>")), "SVG is not taken"],
    ["HTML that claims to be a PNG", asUrl("image/png", Buffer.from("<script>".repeat(20))), "not those of a complete"],
    ["a PNG that claims to be a JPEG", asUrl("image/jpeg", png), "not those of a complete image/jpeg"],
    ["a GIF", asUrl("image/gif", Buffer.from("GIF89a")), "expected PNG, JPEG or WebP"],
    ["a PNG that was cut off", asUrl("image/png", png.subarray(0, 40)), "not those of a complete"],
    ["a JPEG without a frame", asUrl("image/jpeg", Buffer.from("ffd8ffe00004aaaaffd9", "hex")), "not those of"],
    ["an address elsewhere", "https://cdn.example/logo.png", "expected an image as data:"],
    ["a data: URL with a charset", `data:image/png;charset=x;base64,${png.toString("base64")}`, "expected an image as"],
    ["a data: URL without base64", "data:image/png,abc", "expected an image as"],
    ["nothing", asUrl("image/png", Buffer.alloc(0)), "expected an image as"],
    ["one that is too wide", asUrl("image/png", blank(1025, 1)), "1025 × 1; at most 1024 × 1024"],
    ["one that is too high", asUrl("image/png", blank(1, 1025)), "1 × 1025"],
    ["one without points", asUrl("image/png", blank(0, 0)), "0 × 0"],
  ])("when it is %s", (_, address, problem) => {
    expect(readLogo(address)).toEqual({ problem: expect.stringContaining(problem) });
  });

  test("by one byte more than fits, and not by as many as fit", () => {
    const padded = (size: number): Buffer => Buffer.concat([png, Buffer.alloc(size - png.length)]);
    expect(readLogo(asUrl("image/png", padded(maxLogoBytes)))).not.toHaveProperty("problem");
    expect(readLogo(asUrl("image/png", padded(maxLogoBytes + 1)))).toEqual({
      problem: "the image has 65537 bytes; at most 65536 are taken",
    });
  });
});
