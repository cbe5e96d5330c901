import { describeAccountLeases } from "./account-leases.contract.ts";
import { describeAccountRows } from "./account-rows.contract.ts";
import type { AccountStoreHarness } from "./account-store-tools.ts";
import { describeAccountWriters } from "./account-writers.contract.ts";

export { pinOfContract, type AccountStoreHarness } from "./account-store-tools.ts";

/** What every account store does, be it PostgreSQL or a fake. */
export function describeAccountStore(name: string, open: () => Promise<AccountStoreHarness>): void {
  describeAccountRows(name, open);
  describeAccountLeases(name, open);
  describeAccountWriters(name, open);
}
