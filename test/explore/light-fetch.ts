/**
 * As much of a request as ky and the explorer's network use. The real one costs more than all else that a call of the
 * service does, and needs the event loop to read a body.
 */
export class LightRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: unknown;
  readonly signal: AbortSignal;
  readonly sent: string;
  readonly body = null;

  constructor(url: string, { method = 'GET', headers, signal, body = '' }: Record<string, unknown>) {
    this.url = url;
    this.method = method as string;
    this.headers = headers;
    this.signal = signal as AbortSignal;
    this.sent = body as string;
  }

  clone(): this {
    return this;
  }
}

/** As much of a response as ky and the product use. */
export class LightResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get: (name: string) => string | null };
  readonly body = null;
  readonly #text: string;

  constructor(text: string, status: number, headers: Record<string, string>) {
    this.ok = status >= 200 && status < 300;
    this.status = status;
    this.headers = { get: (name) => headers[name] ?? null };
    this.#text = text;
  }

  async text(): Promise<string> {
    return this.#text;
  }
}
