import { expect, it } from "vitest";
import { needsApproval } from "./needs-approval.ts";

const ada = { id: "person-1", label: "Ada" };
const bob = { id: "person-2", label: "Bob" };
const told = (externalAccount: typeof ada | null) => ({ externalAccount, isUnidentified: false });

it.each<[string, typeof ada | null, Parameters<typeof needsApproval>[1], boolean]>([
  ["somebody is connected for the first time", null, told(ada), true],
  ["nobody tells who is connected for the first time", null, told(null), true],
  ["it should be told, and could not be found out", null, { externalAccount: null, isUnidentified: true }, true],
  ["the same one comes back", ada, told(ada), false],
  ["it is not told who came back", ada, told(null), true],
  ["another one comes back: that is refused, not asked about (R32)", ada, told(bob), false],
  ["who came back could not be found out: refused", ada, { externalAccount: null, isUnidentified: true }, false],
])("%s", (_name, known, found, asks) => {
  expect(needsApproval(known, found)).toBe(asks);
});
