import { crc32, deflateSync } from "node:zlib";

type Point = readonly [red: number, green: number, blue: number, alpha: number];

/** A picture as a PNG; `at` says each point's colour. */
export function makePng(width: number, height: number, at: (x: number, y: number) => Point): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits of red, green, blue and alpha.
  header.set([8, 6], 8);
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => at(x, y)).flat(),
  ]);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(rows.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, body: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(name, "latin1"), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(content), 4);
  return Buffer.concat([frame.subarray(0, 4), content, frame.subarray(4)]);
}

/** Three bars, the tallest in the middle, on nothing. */
export function exampleLogo(): Buffer {
  const bars = [
    { from: 20, to: 40, top: 56 },
    { from: 54, to: 74, top: 24 },
    { from: 88, to: 108, top: 40 },
  ];
  return makePng(128, 128, (x, y) => {
    const isBar = bars.some(({ from, to, top }) => x >= from && x < to && y >= top && y < 104);
    return isBar ? [217, 119, 6, 255] : [0, 0, 0, 0];
  });
}
