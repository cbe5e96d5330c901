import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "#prisma/client";
import type { DatabasePool } from "./pool.ts";

/** Prisma for lists and pages, on the process's one pool. The hot statements (claim, apply, token read) are prepared SQL. */
export function createPrisma(pool: DatabasePool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool) });
}

export type Prisma = PrismaClient;
