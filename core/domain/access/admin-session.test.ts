import { expect, test } from "vitest";
import { defaultSessionTimes, isConfirmed } from "./admin-session.ts";
import { invitationState, type Invitation } from "./invitation.ts";

const now = new Date("2026-11-20T10:00:00Z");
const before = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

test.each([
  [before(0), true],
  [before(599), true],
  [before(600), false],
  [null, false],
])("a session that was confirmed at %s is confirmed: %s", (confirmedAt, expected) => {
  expect(isConfirmed(confirmedAt, now, defaultSessionTimes)).toBe(expected);
});

test("an invitation is open until it is accepted, revoked, or its time is over", () => {
  const open: Invitation = {
    id: "inv_1",
    email: "ada@example.com",
    role: "support",
    invitedBy: "usr_1",
    createdAt: before(10),
    expiresAt: new Date(now.getTime() + 1),
    acceptedAt: null,
    revokedAt: null,
  };
  expect(invitationState(open, now)).toBe("open");
  expect(invitationState({ ...open, expiresAt: now }, now)).toBe("expired");
  expect(invitationState({ ...open, revokedAt: now, expiresAt: now }, now)).toBe("revoked");
  expect(invitationState({ ...open, acceptedAt: now, expiresAt: now }, now)).toBe("accepted");
});
