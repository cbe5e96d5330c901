import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createConnectAdmission } from "./connect-admission.ts";

function requestFrom(remoteAddress: string, forwardedFor?: string): IncomingMessage {
  const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

const loopback = { address: "127.0.0.0", prefix: 8 };

describe("the forms of connect pages", () => {
  test("are counted by address: fifty guesses, and another address has its own", () => {
    const admission = createConnectAdmission([], createRecordingLog());
    for (let time = 0; time < 50; time += 1) admission.admit(requestFrom("203.0.113.7"));
    expect(() => admission.admit(requestFrom("203.0.113.7"))).toThrow(
      expect.objectContaining({ code: "rate_limited" }),
    );
    admission.admit(requestFrom("203.0.113.8"));
  });

  test("that named something are no guesses", () => {
    const admission = createConnectAdmission([], createRecordingLog());
    for (let time = 0; time < 90; time += 1) {
      admission.admit(requestFrom("203.0.113.7"));
      admission.takeBackGuess(requestFrom("203.0.113.7"));
    }
  });

  test("are counted by the customer's address behind a proxy that is trusted, and nothing is told", () => {
    const log = createRecordingLog();
    const admission = createConnectAdmission([loopback], log);
    for (let one = 1; one <= 200; one += 1) admission.admit(requestFrom("127.0.0.1", `203.0.113.${one}`));
    expect(log.lines).toEqual([]);
  });

  test.each([
    ["a proxy inside the network", "10.1.2.3", "203.0.113.7", 1],
    ["a proxy on this machine", "::1", "203.0.113.7", 1],
    ["one over a socket of both families", "::ffff:192.168.0.9", "203.0.113.7", 1],
    ["anybody outside, who may write what they like", "198.51.100.1", "203.0.113.7", 0],
    ["nobody between", "10.1.2.3", undefined, 0],
  ])("tell operators once of a proxy that is not believed: %s", (_name, address, forwarded, times) => {
    const log = createRecordingLog();
    const admission = createConnectAdmission([], log);
    for (let time = 0; time < 3; time += 1) admission.admit(requestFrom(address, forwarded));
    expect(log.lines).toHaveLength(times);
    for (const { level, message } of log.lines) {
      expect(level).toBe("warn");
      expect(message).toContain("EVERGRANT_TRUSTED_PROXIES");
    }
  });
});
