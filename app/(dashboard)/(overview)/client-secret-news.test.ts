import { describe, expect, it } from "vitest";
import { newsInOrder, newsWords, secretNews, type SecretNews } from "./client-secret-news.ts";

const at = (hour: number): string => `2026-11-20T${String(hour).padStart(2, "0")}:00:00.000Z`;
const secret = (version: number, setAt: number, workedAt: number | null = null) => ({
  version,
  created_at: at(setAt),
  accepted_until: version === 1 ? at(23) : null,
  last_worked_at: workedAt === null ? null : at(workedAt),
});

function newsOf(secrets: ReturnType<typeof secret>[], used: [version: number, hour: number] | null, accounts = 3) {
  const [version, hour] = used ?? [null, null];
  const client = {
    client_secrets: secrets,
    secret_in_use_version: version,
    secret_in_use_at: hour === null ? null : at(hour),
  };
  return secretNews(client, accounts);
}

describe("what is to be known about the secrets of a client", () => {
  it.each<[string, SecretNews | null, Parameters<typeof newsOf>]>([
    ["there is none", null, [[], null]],
    ["the only one works", null, [[secret(1, 1, 4)], [1, 4]]],
    ["the only one brought nothing, and nobody needs it", null, [[secret(1, 1)], null, 0]],
    ["the only one brought nothing, and accounts need it", "never_worked", [[secret(1, 1)], null]],
    [
      "an overlap, and the new one works",
      "switched",
      [
        [secret(2, 9, 10), secret(1, 1, 8)],
        [2, 10],
      ],
    ],
    [
      "an overlap, and the old one worked since",
      "previous_in_use",
      [
        [secret(2, 9), secret(1, 1, 10)],
        [1, 10],
      ],
    ],
    [
      "the new one worked and does no more",
      "previous_in_use",
      [
        [secret(2, 9, 10), secret(1, 1, 11)],
        [1, 11],
      ],
    ],
    [
      "an overlap, and nobody asked since",
      "untried",
      [
        [secret(2, 9), secret(1, 1, 8)],
        [1, 8],
      ],
    ],
    ["an overlap, and nobody ever asked", "untried", [[secret(2, 9), secret(1, 1)], null]],
  ])("%s", (_name, expected, given) => {
    expect(newsOf(...given)).toBe(expected);
  });

  it("is said with the integration's name, and with what to do next", () => {
    for (const news of newsInOrder) {
      const { title, next } = newsWords(news, "Acme CRM");
      expect(`${title} ${next}`).toContain("Acme CRM");
      expect(next).toMatch(/\.$/);
    }
  });
});
