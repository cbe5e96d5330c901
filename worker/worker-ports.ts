import type { Container } from "#adapters/container";
import type { Meter } from "@opentelemetry/api";

/** What the tasks are made with. */
export interface WorkerPorts extends Container {
  readonly meter: Meter;
}
