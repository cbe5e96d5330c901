// node make-hsm-keys.ts <library> <token label> <PIN> <key label>…: AES keys on a token that is there, which never leave it. A process
// of its own, since the library finds its configuration by the environment of the process.
import pkcs11js from "pkcs11js";

const [library = "", token = "", pin = "", ...labels] = process.argv.slice(2);
const pkcs11 = new pkcs11js.PKCS11();
pkcs11.load(library);
pkcs11.C_Initialize();
const slot = pkcs11.C_GetSlotList(true).find((one) => pkcs11.C_GetTokenInfo(one).label.trim() === token);
if (slot === undefined) throw new Error(`no token ${token}`);
const session = pkcs11.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
pkcs11.C_Login(session, pkcs11js.CKU_USER, pin);
for (const label of labels)
  pkcs11.C_GenerateKey(session, { mechanism: pkcs11js.CKM_AES_KEY_GEN }, [
    { type: pkcs11js.CKA_LABEL, value: label },
    { type: pkcs11js.CKA_VALUE_LEN, value: 32 },
    { type: pkcs11js.CKA_TOKEN, value: true },
    { type: pkcs11js.CKA_PRIVATE, value: true },
    { type: pkcs11js.CKA_SENSITIVE, value: true },
    { type: pkcs11js.CKA_EXTRACTABLE, value: false },
    // A label that begins so may not encrypt: for a test of a key that is there and can't be used.
    { type: pkcs11js.CKA_ENCRYPT, value: !label.startsWith("unusable") },
    { type: pkcs11js.CKA_DECRYPT, value: !label.startsWith("unusable") },
  ]);
pkcs11.C_Finalize();
