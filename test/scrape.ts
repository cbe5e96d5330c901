/** What a process said at /metrics. */
export interface Scrape {
  readonly text: string;
  readonly contentType: string | null;
  /** The value of a series, written as in the text. NaN: it is not there. */
  value(series: string): number;
  /** Every series of the metrics with this name, and of a histogram's parts: name and labels. */
  readonly series: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
}

export async function scrape(origin: string): Promise<Scrape> {
  const response = await fetch(`${origin}/metrics`);
  const text = await response.text();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const values = new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
  return {
    text,
    contentType: response.headers.get("content-type"),
    value: (series) => values.get(series) ?? Number.NaN,
    series: [...values.keys()].map((one) => {
      const [, name = "", inner = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(one) ?? [];
      return {
        name,
        labels: Object.fromEntries([...inner.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value])),
      };
    }),
  };
}
