import type { ServerResponse } from "node:http";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Metrics } from "#core/ports/metrics";
import { createMetrics } from "./create-metrics.ts";
import { createRegistry, type Registry } from "./registry.ts";

export interface ProcessMetrics {
  /** Where it is told what happened. */
  readonly metrics: Metrics;
  /** Where gauges are given. */
  readonly registry: Registry;
  /** The Prometheus text. */
  text(): Promise<string>;
  /** Writes the Prometheus text. */
  answer(response: ServerResponse): void;
}

/** Metrics of one process, read by Prometheus at /metrics; labels hold names and codes, never ids or secrets. */
export function createProcessMetrics(processName: "api" | "worker"): ProcessMetrics {
  const registry = createRegistry();
  const metrics = createMetrics(registry, processName);
  // Neither who measured (otel_scope_*) nor where (target_info): the scraper knows both, as job and instance.
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  registry.read(() => {
    const { user, system } = process.cpuUsage();
    return {
      evergrant_process_resident_memory_bytes: [[[processName], process.memoryUsage.rss()]],
      evergrant_process_cpu_seconds_total: [[[processName], (user + system) / 1_000_000]],
    };
  });
  const text = async (): Promise<string> => {
    const scopeMetrics = [{ scope: { name: "evergrant" }, metrics: await registry.collect() }];
    const resource = { attributes: {} } as ResourceMetrics["resource"];
    return serializer.serialize({ resource, scopeMetrics });
  };
  return {
    metrics,
    registry,
    text,
    answer(response) {
      text().then(
        (body) => {
          response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
          response.end(body);
        },
        () => response.destroy(),
      );
    },
  };
}
