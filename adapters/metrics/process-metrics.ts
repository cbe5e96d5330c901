import type { ServerResponse } from "node:http";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { Meter } from "@opentelemetry/api";

export interface ProcessMetrics {
  readonly meter: Meter;
  /** Writes the Prometheus text. */
  answer(response: ServerResponse): void;
}

/** Metrics of one process, read by Prometheus at /metrics; labels hold names and codes, never ids or secrets. */
export function createProcessMetrics(processName: "api" | "worker"): ProcessMetrics {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    appendTimestamp: false,
    withoutTargetInfo: true,
  });
  const provider = new MeterProvider({ readers: [exporter] });
  const meter = provider.getMeter("evergrant");
  const labels = { process: processName };
  meter
    .createObservableGauge("evergrant_process_resident_memory_bytes", { description: "Resident memory", unit: "By" })
    .addCallback((result) => result.observe(process.memoryUsage.rss(), labels));
  meter
    .createObservableCounter("evergrant_process_cpu_seconds_total", { description: "CPU time, user and system" })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1_000_000, labels);
    });
  return {
    meter,
    answer: (response) => exporter.getMetricsRequestHandler(new IncomingMessage(new Socket()), response),
  };
}
