// The process that holds the maker's library. Its calls block, and may crash or never return: so they do it here, where no token
// and no database is, and where a process can be ended in the middle of one.
import pkcs11js from "pkcs11js";
import type { Pkcs11Answer, Pkcs11Request, Pkcs11Start } from "./pkcs11-messages.ts";
import { openPkcs11Token, TokenFailed, type Pkcs11Token } from "./pkcs11-token.ts";

let token: Pkcs11Token | null = null;

function open({ module, ...settings }: Pkcs11Start): Pkcs11Token {
  const pkcs11 = new pkcs11js.PKCS11();
  try {
    pkcs11.load(module);
  } catch {
    throw new TokenFailed("unavailable", `${module} can't be loaded as a PKCS#11 library of this platform`);
  }
  return openPkcs11Token(pkcs11, settings);
}

async function answer({ id, operation, label, aad, bytes }: Pkcs11Request): Promise<Pkcs11Answer> {
  try {
    if (token === null) throw new TokenFailed("unavailable", "the library was not loaded");
    const result =
      operation === "generate"
        ? Buffer.from(await token.generate(label), "utf8")
        : await token[operation](label, Buffer.from(aad), Buffer.from(bytes));
    return { id, kind: "bytes", bytes: result };
  } catch (error) {
    const failure =
      error instanceof TokenFailed
        ? error.failure
        : ({ kind: "unavailable", internal: "an error of the library" } as const);
    return { id, kind: "failed", failure };
  }
}

// Whoever started this ends it: a signal to the whole group is not for it, since its parent may still need answers.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("disconnect", () => process.exit(0));
let failedToOpen: TokenFailed | null = null;
process.on("message", (message: Pkcs11Start | Pkcs11Request) => {
  if ("module" in message) {
    try {
      token = open(message);
    } catch (error) {
      failedToOpen = error instanceof TokenFailed ? error : new TokenFailed("unavailable", "an error of the library");
    }
  } else if (failedToOpen !== null) {
    process.send?.({ id: message.id, kind: "failed", failure: failedToOpen.failure } satisfies Pkcs11Answer);
  } else {
    void answer(message).then((one) => process.send?.(one));
  }
});
