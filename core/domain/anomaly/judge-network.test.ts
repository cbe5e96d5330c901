import { describe, expect, it } from "vitest";
import { judgeNetwork, mostNetworks } from "./judge-network.ts";

const at = new Date("2026-12-20T10:00:00Z");
const ago = (days: number): Date => new Date(at.getTime() - days * 86_400_000);
const seen = { network: "203.0.113.0/24", firstSeenAt: at };

describe("a network that a key never came from", () => {
  it.each<[string, readonly Date[], number | null]>([
    ["rings where others are known for days", [ago(30)], 1],
    ["rings after several that came on one day", [ago(30), ago(5), ago(5), ago(5)], 4],
    ["rings where new ones came only on two days", [ago(30), ago(5), ago(9)], 3],
    ["is learnt where it is the first", [], null],
    ["is learnt within the first two days", [ago(1.9)], null],
    ["is usual where new ones came on three of the last days", [ago(30), ago(3), ago(6), ago(9)], null],
    ["rings where those days are long gone", [ago(60), ago(20), ago(25), ago(30)], 4],
    ["is usual for a key of very many", Array.from({ length: mostNetworks - 1 }, () => ago(40)), null],
    ["is not judged by what came later", [new Date(at.getTime() + 86_400_000)], null],
  ])("%s", (_, others, known) => {
    expect(judgeNetwork("key_1", seen, others)?.detail["known_networks"] ?? null).toBe(known);
  });
});
