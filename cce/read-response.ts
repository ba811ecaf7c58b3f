import { CceApiError } from './cce-api-error.ts';
import { mayContainKubeconfig, withheldReason } from './kubeconfig.ts';

/** The request to which a response belongs. */
export interface RequestLocation {
  method: string;
  /** The path without the query. */
  path: string;
}

/** Parses the JSON of a body, `undefined` if it is not JSON. */
export type Read<Answer> = (body: unknown) => { success: true; data: Answer } | { success: false; error: Error };

/**
 * Reads a complete response of the API.
 *
 * @param text The body.
 * @param options.isSecret Whether a kubeconfig is expected. The error then quotes nothing of a body that may contain one.
 * @throws {@link CceApiError} for an error status, and for a success whose body cannot be read.
 */
export function readResponse<Answer>(
  location: RequestLocation,
  response: Response,
  text: string,
  read: Read<Answer>,
  { isSecret = false } = {},
): Answer {
  const content = parseJSON(text);
  if (!response.ok)
    throw apiError(location, response, isSecret && mayContainKubeconfig(text) ? { message: withheldReason } : content);
  const parsed = read(content);
  if (parsed.success) return parsed.data;
  throw new CceApiError({
    ...location,
    ...context(response, content),
    code: 'MalformedResponse',
    message:
      content === undefined ? describeBody(text) : `the response does not match the API: ${parsed.error.message}`,
  });
}

function apiError(location: RequestLocation, response: Response, content: unknown): CceApiError {
  const body = typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  return new CceApiError({
    ...location,
    ...context(response, content),
    code: typeof body.code === 'string' && body.code !== '' ? body.code : guessCode(response.status),
    message: typeof body.message === 'string' ? body.message : 'the service gave no reason',
  });
}

function context(response: Response, content: unknown) {
  const fromBody = content as { requestId?: unknown; requestID?: unknown } | null | undefined;
  const requestID = [fromBody?.requestID, fromBody?.requestId, response.headers.get('x-bce-request-id')].find(
    (value) => typeof value === 'string' && value !== '',
  ) as string | undefined;
  const retryAfterSeconds = parseRetryAfter(response.headers.get('retry-after'));
  const serverTime = new Date(response.headers.get('date') ?? '');
  return {
    httpStatus: response.status,
    ...(requestID !== undefined && { requestID }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(!Number.isNaN(serverTime.getTime()) && { serverTime }),
  };
}

/** Parses seconds or an HTTP date (RFC 9110, Retry-After). */
function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** Guesses the code of an error without a readable body, as the vendor's SDK does. */
function guessCode(httpStatus: number): string {
  const codes: Record<number, string> = {
    400: 'InvalidHTTPRequest',
    403: 'AccessDenied',
    412: 'PreconditionFailed',
    429: 'RequestLimitExceeded',
    500: 'InternalError',
  };
  return codes[httpStatus] ?? `HTTP${httpStatus}`;
}

function describeBody(text: string): string {
  return text.trim() === '' ? 'the response is empty' : 'the response is not JSON; it may come from a gateway';
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
