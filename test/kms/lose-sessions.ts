// node lose-sessions.ts <library> <token label> <PIN> <key label>: loses sessions, login and library under a token that is in use, and
// prints how many operations went well in spite of it. A process of its own: the library is one for all of a process.
import { randomBytes } from "node:crypto";
import pkcs11js from "pkcs11js";
import { openPkcs11Token } from "#adapters/kms/pkcs11-token";

const [library = "", label = "", pin = "", key = ""] = process.argv.slice(2);
const pkcs11 = new pkcs11js.PKCS11();
pkcs11.load(library);
const token = openPkcs11Token(pkcs11, { slot: { label }, pin });
const aad = Buffer.from("context");

async function survive(lose: () => void): Promise<number> {
  const plain = randomBytes(32);
  const wrapped = await token.encrypt(key, aad, plain);
  lose();
  const opened = await Promise.all(
    Array.from({ length: 40 }, async (_, index) =>
      index % 2 === 0
        ? await token.decrypt(key, aad, wrapped)
        : await token.decrypt(key, aad, await token.encrypt(key, aad, plain)),
    ),
  );
  return opened.filter((one) => one?.equals(plain)).length;
}

const slot = () => {
  const found = pkcs11.C_GetSlotList(true).find((one) => pkcs11.C_GetTokenInfo(one).label.trim() === label);
  if (found === undefined) throw new Error("no token");
  return found;
};
const sessionsClosed = await survive(() => pkcs11.C_CloseAllSessions(slot()));
const libraryEnded = await survive(() => pkcs11.C_Finalize());
const logout = (): void => {
  const session = pkcs11.C_OpenSession(slot(), pkcs11js.CKF_SERIAL_SESSION);
  pkcs11.C_Logout(session);
  pkcs11.C_CloseSession(session);
};
const loggedOut = await survive(logout);
// The key, being private, is not to be seen by whoever looks for it then.
await token.encrypt("nobody", aad, randomBytes(32)).catch(() => {});
logout();
const found = await token.encrypt("another", aad, randomBytes(32)).then(
  () => true,
  () => false,
);
process.stdout.write(JSON.stringify({ sessionsClosed, libraryEnded, loggedOut, found }));
