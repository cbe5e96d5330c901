export type LogoMediaType = "image/png" | "image/jpeg" | "image/webp";

export interface LogoImage {
  readonly mediaType: LogoMediaType;
  readonly bytes: Uint8Array;
}

export const maxLogoBytes = 65_536;
/** 64 KB of zeros can unfold to a picture that no browser has memory for. */
export const maxLogoPixels = 1024;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pictures that hold nothing but points: an SVG can hold scripts and addresses. */
const formats: Readonly<Record<LogoMediaType, (bytes: Buffer) => Size | null>> = {
  "image/png": pngSize,
  "image/jpeg": jpegSize,
  "image/webp": webpSize,
};

/**
 * The picture in a `data:` URL. What it is, its own first bytes say; the type that the address claims must be that one.
 *
 * @returns the problem, as words for the caller, where it can't be a logo
 */
export function readLogo(address: string): LogoImage | { readonly problem: string } {
  const [, claimed = "", text = ""] = /^data:([a-z+./-]{3,40});base64,([A-Za-z0-9+/]+={0,2})$/.exec(address) ?? [];
  if (text === "") return { problem: "expected an image as data:image/png;base64,… (PNG, JPEG or WebP)" };
  const bytes = Buffer.from(text, "base64");
  if (bytes.length > maxLogoBytes) {
    return { problem: `the image has ${bytes.length} bytes; at most ${maxLogoBytes} are taken` };
  }
  const read = Object.entries(formats).find(([mediaType]) => mediaType === claimed);
  if (read === undefined) return { problem: "expected PNG, JPEG or WebP; SVG is not taken, it can hold scripts" };
  const size = read[1](bytes);
  if (size === null) return { problem: `the bytes are not those of a complete ${claimed}` };
  if (size.width < 1 || size.height < 1 || Math.max(size.width, size.height) > maxLogoPixels) {
    return {
      problem: `the image is ${size.width} × ${size.height}; at most ${maxLogoPixels} × ${maxLogoPixels} is shown`,
    };
  }
  return { mediaType: read[0] as LogoMediaType, bytes };
}

function pngSize(bytes: Buffer): Size | null {
  const isPng = bytes.length >= 57 && bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"));
  if (!isPng || bytes.toString("latin1", 12, 16) !== "IHDR") return null;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Segment by segment to the first frame header (SOF), which tells the size. */
function jpegSize(bytes: Buffer): Size | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    // SOF0 to SOF15, but for DHT, JPG and DAC, which stand among them.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

function webpSize(bytes: Buffer): Size | null {
  if (bytes.length < 30 || bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WEBP") {
    return null;
  }
  switch (bytes.toString("latin1", 12, 16)) {
    case "VP8 ":
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case "VP8L": {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}
