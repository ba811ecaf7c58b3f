import { ConfigurationError } from '../configuration-error.ts';
import type { Tracing, Warn } from './tracing.ts';

const endpointVariables = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/**
 * Sends spans to the OTLP receiver that `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` names, and
 * makes this process's tracer provider of it. Without both it does nothing, and loads nothing of OpenTelemetry's SDK.
 *
 * @param serviceName Of the process, unless `OTEL_SERVICE_NAME` says otherwise.
 * @throws ConfigurationError where the endpoint is no URL: the SDK would fall back to one on this machine.
 */
export async function startTracing(serviceName: string, warn: Warn): Promise<Tracing | undefined> {
  const given = endpointVariables.filter((name) => (process.env[name] ?? '') !== '');
  if (given.length === 0) return undefined;
  const unusable = given.filter((name) => !isHTTPURL(process.env[name] ?? ''));
  if (unusable.length > 0) {
    throw new ConfigurationError(unusable.map((name) => `${name} is no URL such as http://collector:4318`));
  }
  const { exportSpans } = await import('./export-spans.ts');
  return exportSpans(serviceName, warn);
}

function isHTTPURL(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}
