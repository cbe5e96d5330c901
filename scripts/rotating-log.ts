import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { Writable } from "node:stream";

const LIMIT_BYTES = 20 * 1024 * 1024;

/** A log file that starts anew at 20 MB and keeps the one before as `<path>.1`. */
export function openRotatingLog(path: string): Writable {
  mkdirSync(dirname(path), { recursive: true });
  let size = existsSync(path) ? statSync(path).size : 0;
  let file: WriteStream | null = null;
  const open = (): WriteStream => (file ??= createWriteStream(path, { flags: "a" }).on("error", () => {}));
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const rotate = size > 0 && size + chunk.length > LIMIT_BYTES;
      if (!rotate) {
        size += chunk.length;
        open().write(chunk, () => done());
        return;
      }
      open().end(() => {
        if (existsSync(path)) renameSync(path, `${path}.1`);
        file = null;
        size = chunk.length;
        open().write(chunk, () => done());
      });
    },
    final(done) {
      if (file === null) done();
      else file.end(() => done());
    },
  });
}
