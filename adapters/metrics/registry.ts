import { ValueType } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram as HistogramValue,
  type MetricData,
} from "@opentelemetry/sdk-metrics";
import { definitions, type Definition, type MetricName } from "./definitions.ts";

/** One series of a counter. */
export interface Count {
  value: number;
}

/** One series of a histogram. */
export interface Distribution {
  record(value: number): void;
}

/** What a gauge says now: values by label values; absent where it is not known. */
export type Reading = readonly (readonly [labels: readonly string[], value: number])[];

export type Readings = Partial<Record<MetricName, Reading>>;

/**
 * The metrics of one process in OpenTelemetry's data model. Its own instruments hash and sort the labels at every call, which costs
 * about a microsecond and garbage; a series here is bound once and costs an addition (a token read passes five of them). Series
 * of closed labels stand at zero from the start, so that a rate sees the first one.
 */
export interface Registry {
  /** The series of these label values, in the order of its definition; the same one for the same values. */
  count(name: MetricName, ...labels: readonly string[]): Count;
  distribution(name: MetricName, ...labels: readonly string[]): Distribution;
  /** Asked at every scrape. What fails or knows nothing leaves the gauge out. */
  read(reading: () => Readings | Promise<Readings>): void;
  /** Everything as it stands, in the order of the definitions. */
  collect(): Promise<MetricData[]>;
}

/** No label is open to callers; should one become so by mistake, the rest of its values share one series. */
const mostSeries = 2_000;

interface Series {
  readonly attributes: Readonly<Record<string, string>>;
  readonly count: Count;
  readonly distribution: ReturnType<typeof createDistribution>;
}

export function createRegistry(): Registry {
  const series = new Map<MetricName, Map<string, Series>>();
  const readings: Parameters<Registry["read"]>[0][] = [];
  const startedAt = instant();

  const seriesOf = (name: MetricName, labels: readonly string[]): Series => {
    const all = series.get(name) ?? new Map<string, Series>();
    series.set(name, all);
    const key = labels.join("\n");
    const known = all.get(key);
    if (known !== undefined) return known;
    const definition: Definition = definitions[name];
    if (labels.length !== definition.labels.length) throw new Error(`${name} has other labels than ${key}`);
    const others = definition.labels.map(() => "other");
    if (all.size >= mostSeries && key !== others.join("\n")) return seriesOf(name, others);
    const made: Series = {
      attributes: attributesOf(definition, labels),
      count: { value: 0 },
      distribution: createDistribution(definition.buckets ?? []),
    };
    all.set(key, made);
    return made;
  };

  return {
    count: (name, ...labels) => seriesOf(name, labels).count,
    distribution: (name, ...labels) => seriesOf(name, labels).distribution,
    read: (reading) => void readings.push(reading),
    async collect() {
      const gauges: Readings = Object.assign({}, ...(await Promise.all(readings.map(quietly))));
      const at = { startTime: startedAt, endTime: instant() };
      return (Object.keys(definitions) as MetricName[]).flatMap((name): MetricData[] => {
        const definition: Definition = definitions[name];
        const all = [...(series.get(name)?.values() ?? [])];
        const gauge = gauges[name];
        switch (definition.kind) {
          case "histogram":
            return all.length === 0
              ? []
              : [
                  histogram(
                    name,
                    all.map((one) => ({ ...at, attributes: one.attributes, value: one.distribution.value() })),
                  ),
                ];
          case "counter": {
            const told = (gauge ?? []).map(([labels, value]) => ({
              ...at,
              attributes: attributesOf(definition, labels),
              value,
            }));
            const points = [
              ...all.map((one) => ({ ...at, attributes: one.attributes, value: one.count.value })),
              ...told,
            ];
            return points.length === 0 ? [] : [single(name, points)];
          }
          case "gauge":
            return gauge === undefined
              ? []
              : [
                  single(
                    name,
                    gauge.map(([labels, value]) => ({ ...at, attributes: attributesOf(definition, labels), value })),
                  ),
                ];
        }
      });
    },
  };
}

async function quietly(reading: () => Readings | Promise<Readings>): Promise<Readings> {
  try {
    return await reading();
  } catch {
    return {};
  }
}

function createDistribution(boundaries: readonly number[]): Distribution & { value(): HistogramValue } {
  const counts = Array.from({ length: boundaries.length + 1 }, () => 0);
  let sum = 0;
  let count = 0;
  return {
    record(value) {
      let index = 0;
      while (index < boundaries.length && value > (boundaries[index] ?? 0)) index += 1;
      counts[index] = (counts[index] ?? 0) + 1;
      sum += value;
      count += 1;
    },
    value: () => ({ buckets: { boundaries: [...boundaries], counts: [...counts] }, sum, count }),
  };
}

function attributesOf({ labels }: Definition, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""]));
}

function histogram(name: MetricName, dataPoints: DataPoint<HistogramValue>[]): MetricData {
  const { descriptor, aggregationTemporality } = described(name);
  return { descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM, dataPoints };
}

function single(name: MetricName, dataPoints: DataPoint<number>[]): MetricData {
  const { descriptor, aggregationTemporality } = described(name);
  return definitions[name].kind === "counter"
    ? { descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints };
}

function described(name: MetricName): Pick<MetricData, "descriptor" | "aggregationTemporality"> {
  return {
    // The unit stands in the name.
    descriptor: { name, description: definitions[name].help, unit: "", valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
}

/** OpenTelemetry's form: seconds and nanoseconds. */
function instant(): [seconds: number, nanoseconds: number] {
  const ms = Date.now();
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}
