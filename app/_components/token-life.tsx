"use client";

import type { AccountView } from "#api/schemas/account";
import { useNow } from "./clock.tsx";
import { formatRelative } from "./duration.ts";
import { formatInstant } from "./instant.ts";

/** The current token on its own axis, with the refresh window hatched and now as a hairline, and when it expires. */
export function TokenLife({ account }: { account: AccountView }) {
  const now = useNow();
  if (account.expires_at === null) return <>Does not end</>;
  const expiresAt = Date.parse(account.expires_at);
  const issuedAt = Date.parse(account.refreshed_at ?? account.created_at);
  const percent = (at: number) => Math.min(100, Math.max(0, ((at - issuedAt) / (expiresAt - issuedAt)) * 100));
  const isExpired = expiresAt <= now;
  const due = account.refresh_due_at === null ? 100 : percent(Date.parse(account.refresh_due_at));
  return (
    <span className="inline-flex items-center gap-2 align-middle">
      {expiresAt > issuedAt && (
        <svg width="44" height="12" aria-hidden className="hidden shrink-0 @3xl:block">
          <rect width="44" height="6" y="3" rx="1" className={isExpired ? "fill-bad-soft" : "fill-good-soft"} />
          <svg width="44" height="6" y="3">
            <rect
              width={`${due}%`}
              height="6"
              rx="1"
              className={isExpired ? "fill-bad-solid" : "fill-good-solid"}
              opacity="0.55"
            />
            <rect
              x={`${due}%`}
              width={`${100 - due}%`}
              height="6"
              className={isExpired ? "fill-bad-solid" : "fill-good-solid"}
              opacity="0.25"
            />
          </svg>
          <rect x={(percent(now) / 100) * 43} width="1" height="12" className="fill-ink" />
        </svg>
      )}
      <time
        dateTime={account.expires_at}
        title={formatInstant(account.expires_at)}
        className={isExpired ? "font-medium whitespace-nowrap text-bad" : "whitespace-nowrap"}
      >
        {isExpired && <span className="@3xl:sr-only">expired </span>}
        {formatRelative(expiresAt, now)}
      </time>
    </span>
  );
}
