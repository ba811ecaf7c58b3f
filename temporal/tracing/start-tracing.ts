import { ConfigurationError } from '../configuration-error.ts';
import type { Tracing, Warn } from './tracing.ts';

const endpointVariables = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/**
 * Sets up this process's tracer provider, which sends spans to the OTLP receiver that `OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` names. If neither is set, it does nothing and does not load OpenTelemetry's SDK.
 *
 * @param serviceName The name of the service in traces, unless `OTEL_SERVICE_NAME` is set.
 * @throws ConfigurationError if an endpoint is not a URL: the SDK would silently use one on this machine.
 */
export async function startTracing(serviceName: string, warn: Warn): Promise<Tracing | undefined> {
  const given = endpointVariables.filter((name) => (process.env[name] ?? '') !== '');
  if (given.length === 0) return undefined;
  const unusable = given.filter((name) => !isHTTPURL(process.env[name] ?? ''));
  if (unusable.length > 0) {
    throw new ConfigurationError(unusable.map((name) => `${name} must be a URL such as http://collector:4318`));
  }
  const { exportSpans } = await import('./export-spans.ts');
  return exportSpans(serviceName, warn);
}

function isHTTPURL(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}
