/** The API counts accounts and deliveries in trouble as far as this, which stands for more. */
export const mostCounted = 10_000;

/** Of what the API stops counting somewhere. */
export function formatCounted(value: number): string {
  return value >= mostCounted ? `more than ${formatCount(mostCounted)}` : formatCount(value);
}

export function formatCount(value: number): string {
  return value.toLocaleString("en");
}

/** A share from 0 to 1 in per cent. Cut, not rounded: 99.996 % must not read as 100 %. */
export function formatShare(share: number): string {
  const hundredths = Math.floor(share * 10_000 + 1e-6) / 100;
  return `${hundredths.toLocaleString("en", { maximumFractionDigits: 2 })} %`;
}

/** `1 account`, `2 accounts`. */
export function countOf(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}
